"""One of the two databases as a follower holds it: by one connection that stays open until it fails."""

from __future__ import annotations

from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any, Final, NoReturn

from eventsourcing.persistence import InterfaceError
from sqlalchemy import func, literal_column, select
from sqlalchemy.exc import SQLAlchemyError

from ...projections.events import ledger_events
from ..facts.reach import Reach
from ..store.dialects import side_of
from ..store.engine import WRITE, place
from ..store.errors import ConnectionLostError, DiskFullError, LockTimeoutError, ReadOnlyError
from ..store.translating import driver_error, translate
from .errors import PassingError
from .quick import Quick, together

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy import Connection, Engine, Select

    from ..store.dialects import Side

EASY: Final[dict[str, str]] = {
    "sqlite": "PRAGMA synchronous = NORMAL",
    "postgresql": "SET synchronous_commit = off",
}
"""Facts are written together with the position they stand at, and both can be read off the ledger again: what a power
cut takes of them, it takes whole, and the follower goes on from the position before. MariaDB decides this for the whole
server."""

_PASSING: Final = (ConnectionLostError, LockTimeoutError, DiskFullError, ReadOnlyError, InterfaceError)
"""What passes by itself or by somebody's help; an interface error is a driver's word for a connection that is gone."""


class Link(Reach):
    """Opens transactions on one connection; for one thread at a time.

    Args:
        engine: made by `store.engine.connect`.
        derived: whether what is written can be read off the ledger again, so that a commit need not wait for the disk.

    """

    def __init__(self, engine: Engine, *, derived: bool = False) -> None:
        super().__init__(engine)
        self.where: Final = place(engine)
        self._side = side_of(engine.dialect)
        self._last = Quick(last_of(self._side), engine)
        self._derived = derived
        self._connection: Connection | None = None
        self.opened = 0
        """How often a connection was opened; where it grew, the database may have been another one meanwhile."""

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A transaction that sees one moment.

        Raises:
            PassingError: the database is away or busy for now.
            PersistenceError: it refused.

        """
        with self._guarded(write=False) as connection, connection.begin():
            self._side.begin_read(connection.connection.cursor())
            yield connection

    @contextmanager
    def writing(self, *, alone: bool = False, keep: bool = True) -> Iterator[Connection]:
        """A writing transaction. Raises as `reading`.

        Args:
            alone: of no meaning here: where facts are kept elsewhere, nobody appends.
            keep: whether it is committed; a trial is not.

        """
        del alone
        with self._guarded(write=True) as connection, connection.begin() as transaction:
            yield connection
            if not keep:
                transaction.rollback()

    @contextmanager
    def writing_at_once(self) -> Iterator[Connection]:
        """A writing transaction that is sent together with its end where the driver can: one round trip.

        Raises as `reading`; what its statements are answered, and what they failed with, may be told at the end only.
        """
        if self.engine.dialect.name != "postgresql":
            with self.writing() as connection:
                yield connection
            return
        with self._guarded(write=True) as connection:
            dbapi: Any = connection.connection.dbapi_connection
            # Begun by psycopg, each transaction has two more points at which both sides wait for each other.
            self._side.by_statement(dbapi, on=True)
            try:
                with together(connection):
                    cursor = dbapi.cursor()
                    cursor.execute("BEGIN")
                    yield connection
                    cursor.execute("COMMIT")
            finally:
                if not connection.invalidated and not dbapi.closed:
                    dbapi.rollback()  # what failed; there is nothing to be rolled back else, nor anything sent
                    self._side.by_statement(dbapi, on=False)

    @contextmanager
    def asking(self) -> Iterator[Connection]:
        """For a single statement, which sees one moment by itself; no round trips for a transaction where that can be.

        Raises as `reading`.
        """
        with self._guarded(write=False) as connection:
            dbapi = connection.connection.dbapi_connection
            # To MariaDB, saying so would itself be a round trip.
            quick = self._side.readers_ask and dbapi is not None
            if quick and dbapi is not None:
                self._side.by_statement(dbapi, on=True)
            try:
                with connection.begin():
                    yield connection
            finally:
                if quick and dbapi is not None and not connection.invalidated:
                    self._side.by_statement(dbapi, on=False)

    def last_position(self) -> int:
        """The ledger's last position behind which no lower one can still appear. Raises as `reading`.

        It is asked for before a reading begins: what is sure by now is in every later reading, while a reading that
        began before might lack what was committed since.
        """
        with self.asking() as connection:
            return self._last.on(connection).fetchone()[0] or 0

    def close(self, *, failed: bool = False) -> None:
        """Give the connection up; the next transaction opens another. One that failed is not used again by anybody."""
        connection, self._connection = self._connection, None
        if connection is None:
            return
        with suppress(SQLAlchemyError, driver_error(self.engine.dialect)):  # it may be lost already
            if failed:
                connection.invalidate()
            connection.close()

    @contextmanager
    def _guarded(self, *, write: bool) -> Iterator[Connection]:
        try:
            if self._connection is None:
                self._connection = self._connect()
            yield self._connection.execution_options(**{WRITE: write})
        except Exception as error:  # noqa: BLE001  # whatever the driver raises is told in one place
            self._fail(error)

    def _connect(self) -> Connection:
        connection = self.engine.connect()
        self.opened += 1
        easy = EASY.get(self.engine.dialect.name)
        if self._derived and easy is not None:
            cursor = connection.connection.cursor()
            cursor.execute(easy)
            connection.connection.commit()
        return connection

    def _fail(self, error: Exception) -> NoReturn:
        translated = translate(error, self.engine.dialect)
        if translated is None:
            raise error
        if isinstance(translated, _PASSING) or (self._connection is not None and self._connection.invalidated):
            self.close(failed=True)
            raise PassingError(f"{self.where}: {translated}") from None
        if self._connection is None:  # what cannot even be opened is named
            translated = type(translated)(f"{self.where}: {translated}")
        # The driver's text may quote values: it must not come along in a traceback.
        raise translated from None


def last_of(side: Side) -> Select[tuple[int]]:
    """The last position; where readers ask how far they may go, what it sees may be a moment older than the answer."""
    query = select(func.max(ledger_events.c.position))
    if side.readers_ask:
        query = query.where(ledger_events.c.position <= select(literal_column("ledger_settled()")).scalar_subquery())
    return query
