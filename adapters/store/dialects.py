"""Where the three databases differ, behind one small interface."""

from typing import Final, Protocol

from sqlalchemy import Dialect, Table
from sqlalchemy.engine.interfaces import DBAPIConnection, DBAPICursor

from . import mariadb, postgresql, sqlite
from .errors import UnsupportedDatabaseError
from .statements import Insert


class Side(Protocol):
    """One database's way of ordering appends and of reading one moment.

    A reader never skips an event. On SQLite and MariaDB appends of one ledger wait for each other (`begin_append`), so
    that a lower position never commits after a higher one. On PostgreSQL they go on beside each other, and readers ask
    how far they may go (`settled`).
    """

    readers_ask: bool
    """Whether readers of the order ask how far they may go, rather than go as far as they see."""

    appends_at_once: bool
    """Whether an append is a single statement."""

    def insert(self, table: Table, dialect: Dialect) -> Insert:
        """Make the insert for a table of events."""
        ...

    def by_statement(self, connection: DBAPIConnection, *, on: bool) -> None:
        """Let a driver's connection commit each statement by itself, or no longer."""
        ...

    def begin(self, cursor: DBAPICursor) -> None:
        """Begin a writing transaction on a connection that commits by statement."""
        ...

    def begin_read(self, cursor: DBAPICursor) -> None:
        """Make the transaction just begun see one moment only."""
        ...

    def begin_append(self, cursor: DBAPICursor) -> None:
        """Wait for the turn to append, where appends take turns.

        Raises the driver's error when the lock timeout passes.
        """
        ...

    def lock_for_append(self, cursor: DBAPICursor) -> None:
        """Keep other appends out until the transaction ends.

        Raises the driver's error when the lock timeout passes.
        """
        ...

    def settled(self, cursor: DBAPICursor) -> int | None:
        """Highest position below which no event can still appear; None: whatever is visible is complete."""
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
    """Give the statements that make `ledger_events` append-only.

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
