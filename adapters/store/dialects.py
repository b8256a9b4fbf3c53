"""Where the three databases differ, behind one small interface."""

from collections.abc import Callable, Sequence
from typing import Final, Protocol

from sqlalchemy import Dialect, Table
from sqlalchemy.engine.interfaces import DBAPICursor

from . import mariadb, postgresql, sqlite
from .errors import UnsupportedDatabaseError
from .statements import Row

Insert = Callable[[DBAPICursor, Sequence[Row]], list[int]]
"""Insert rows on a driver's cursor, in their order, and give their positions."""


class Side(Protocol):
    """One database's way of ordering appends and of reading one moment.

    That positions become visible in their order rests on ``lock_for_append`` alone: appends of one ledger wait for
    each other, so a lower position never commits after a higher one and no reader skips an event.
    """

    def insert(self, table: Table, dialect: Dialect) -> Insert:
        """Make the insert for a table of events."""
        ...

    def begin_read(self, cursor: DBAPICursor) -> None:
        """Make the transaction just begun see one moment only."""
        ...

    def lock_for_append(self, cursor: DBAPICursor) -> None:
        """Keep other appends out until the transaction ends.

        Raises the driver's error when the lock timeout passes.
        """
        ...


_SIDES: Final[dict[str, tuple[Side, tuple[str, ...]]]] = {
    "sqlite": (sqlite.SqliteSide(), sqlite.TRIGGERS),
    "postgresql": (postgresql.PostgresSide(), postgresql.TRIGGERS),
    "mysql": (mariadb.MariaSide(), mariadb.TRIGGERS),
    "mariadb": (mariadb.MariaSide(), mariadb.TRIGGERS),
}


def side_of(dialect: Dialect) -> Side:
    """Give the side for an engine's dialect.

    Raises:
        UnsupportedDatabaseError: the store does not speak this database.
    """
    return _known(dialect)[0]


def triggers_of(dialect: Dialect) -> tuple[str, ...]:
    """Give the statements that make ``ledger_events`` append-only.

    Raises:
        UnsupportedDatabaseError: the store does not speak this database.
    """
    return _known(dialect)[1]


def _known(dialect: Dialect) -> tuple[Side, tuple[str, ...]]:
    try:
        return _SIDES[dialect.name]
    except KeyError:
        message = f"{dialect.name} is not supported; the store speaks {', '.join(sorted(_SIDES))}"
        raise UnsupportedDatabaseError(message) from None
