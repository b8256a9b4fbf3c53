"""One step from a format to the next."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from sqlalchemy import Connection

Work = Callable[[Connection], None]


@dataclass(frozen=True)
class Step:
    """How a ledger comes to one format from the format before.

    Args:
        number: the format that it leads to.
        release: the first release of caseledger that reads that format.
        what: what it does, for a person who is about to run it.
        on: its work by database, `sqlite`, `postgresql` or `mariadb` (which is also MySQL); others are left alone.
        automatic: whether opening the ledger may take it.
    """

    number: int
    release: str
    what: str
    on: Mapping[str, Work] = field(default_factory=dict)
    automatic: bool = False


def statements(*texts: str) -> Work:
    """Make the work of a step that is nothing but SQL, each text one statement without parameters."""

    def work(connection: Connection) -> None:
        for text in texts:
            # Without parameters: a percent sign in a trigger is its own.
            connection.exec_driver_sql(text, execution_options={"no_parameters": True})

    return work
