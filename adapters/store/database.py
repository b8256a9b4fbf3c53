"""One database with its connections, its transactions and those who wait for news of it."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import Any, Final, NoReturn, TypeVar

from eventsourcing.persistence import PersistenceError
from sqlalchemy import Connection, Engine
from sqlalchemy.engine.interfaces import DBAPICursor
from sqlalchemy.pool import Pool, PoolProxiedConnection

from .bell import Bell
from .dialects import side_of
from .engine import WRITE
from .errors import ClosedError, ConnectionLostError
from .forks import Home
from .kept import MOST, Kept
from .news import News
from .translating import connection_lost, driver_error, translate
from .turn import Turn

T = TypeVar("T")


class Database:
    """The engine of one ledger and the only place where its transactions begin and end.

    Threads may share it. All state is here, none in the module or the thread: two ledgers in one process do not meet,
    and a transaction is whoever holds its connection, never a surrounding task's.

    On SQLite the writers of this process queue for one connection that stays open, which is both fair and quick (the
    database's own waiting sleeps and retries); writers of other processes meet in the database.

    Args:
        engine: made by `connect`; closed by `close`.
        lock_timeout: seconds a writer waits for its turn.
    """

    def __init__(self, engine: Engine, *, lock_timeout: float) -> None:
        self.engine: Final = engine
        self.side: Final = side_of(engine.dialect)
        self.bell: Final = Bell(heard=lambda: self._news.watch())  # noqa: PLW0108  # there is no news yet
        self._news: Final = News(engine, self.bell)
        self._writing = engine.execution_options(**{WRITE: True})
        in_memory = engine.dialect.name == "sqlite" and engine.url.database in {None, "", ":memory:"}
        # In memory there is one connection, and whoever has it out has the database alone.
        self._idle: Final = Kept(engine, self.side, 0 if in_memory else MOST)
        in_file = engine.dialect.name == "sqlite" and not in_memory
        self._turn: Final = Turn(self._writing, lock_timeout, self.check_open) if in_file else None
        self._closed = False
        self._home: Final = Home()

    @contextmanager
    def transaction(self, *, write: bool = True, append: bool = True) -> Iterator[Connection]:
        """Give a connection inside one transaction; commit at the end, roll back on any error.

        A reading transaction sees one moment throughout. A writing one waits at its beginning for its turn to append,
        where appends take turns (not on PostgreSQL; `append=False`, for writes that add no events, never waits). Do
        not open a second one in the same thread before the first has ended: on a SQLite file it is refused.

        Raises:
            eventsourcing.persistence.PersistenceError: the database failed; `IntegrityError` for a record conflict,
                `TroubleError` (an `OperationalError`) for a lock timeout, a lost connection, a full disk …, whose
                `retry` says whether the same again is sensible.
        """
        if write:
            with self._writer() as connection, self._guarded(connection), connection.begin(), self._in_step(connection):
                if append:
                    self.side.begin_append(connection.connection.cursor())
                yield connection
            if append:
                self.announce()
            else:
                self.bell.ring()
        else:
            with (
                self._checked_out(self.engine) as connection,
                self._guarded(connection),
                connection.begin(),
                self._in_step(connection),
            ):
                self.side.begin_read(connection.connection.cursor())
                yield connection

    def append(self, work: Callable[[DBAPICursor], T], *, single: bool = False) -> T:
        """Run `work` on a driver's cursor in a writing transaction; the quick way, without Core around it.

        Args:
            work: inserts events, and what else is to be committed with them.
            single: it inserts events and nothing else; where that is one statement, it takes one round trip.

        Raises: as `transaction`.
        """
        if self._turn is not None:
            result = self._append_in_turn(self._turn, work)
        else:
            with self._at_hand() as pooled:
                cursor = pooled.cursor()
                if single and self.side.appends_at_once:
                    result = work(cursor)
                else:
                    self.side.begin(cursor)
                    self.side.begin_append(cursor)
                    result = work(cursor)
                    self.engine.dialect.do_commit(pooled)
        self.announce()
        return result

    def announce(self) -> None:
        """Wake those who wait for a commit, of this process and of others; called after each commit made here."""
        self.bell.ring()
        self._news.tell()

    def _append_in_turn(self, turn: Turn, work: Callable[[DBAPICursor], T]) -> T:
        with self._translated(), turn.taken() as kept:
            cursor = kept.connection.cursor()
            try:
                cursor.execute("BEGIN IMMEDIATE")
                result = work(cursor)
                self.engine.dialect.do_commit(kept.connection)
            except BaseException:
                # After some errors, such as a full disk, SQLite itself has rolled back.
                if cursor.connection.in_transaction:
                    cursor.execute("ROLLBACK")
                cursor.close()  # the error keeps it alive, and with it the file open, also after the store is closed
                raise
        return result

    def read(self, text: str, parameters: Sequence[Any]) -> list[tuple[Any, ...]]:
        """Run one select on a driver's cursor and give all its rows.

        Raises: as `transaction`.
        """

        def work(cursor: DBAPICursor) -> list[tuple[Any, ...]]:
            cursor.execute(text, parameters)
            return list(cursor.fetchall())

        return self._look(work)

    def settled(self) -> int | None:
        """Highest position below which no event can still appear; None: whatever is visible is complete.

        Raises: as `transaction`.
        """
        return self._look(self.side.settled) if self.side.readers_ask else None

    def _look(self, work: Callable[[DBAPICursor], T]) -> T:
        """Read by one statement; once more where the connection turns out to be lost, as reading twice does no harm."""
        try:
            with self._at_hand() as pooled:
                return work(pooled.cursor())
        except ConnectionLostError:
            with self._at_hand() as pooled:
                return work(pooled.cursor())

    @contextmanager
    def _at_hand(self) -> Iterator[PoolProxiedConnection]:
        """A connection of the driver's; what it raises is translated, and one that was lost is dropped."""
        self.check_open()
        pool, kept = self.engine.pool, self._idle
        try:
            pooled = kept.take()
        except Exception as error:  # noqa: BLE001  # whatever the driver raises is translated in one place
            self._fail(error)
        try:
            yield pooled
        except Exception as error:  # noqa: BLE001  # as above
            lost = self._is_lost(error, pooled)
            if lost:
                kept.lose(pooled)
            elif isinstance(error, (PersistenceError, driver_error(self.engine.dialect))):
                kept.undo(pooled)
            else:
                kept.drop(pooled)
            self._swept(pool)
            self._fail(error, lost=lost)
        except BaseException:
            kept.drop(pooled)
            raise
        kept.give_back(pooled)
        self._swept(pool)

    def close(self) -> None:
        """Close all connections; those in use by other threads close as soon as they are given back."""
        self._closed = True
        if self._home.is_elsewhere:
            return
        self._news.close()
        self.release()
        self.engine.dispose()

    def release(self) -> None:
        """Give back what is kept of the engine's connections, and leave the engine open for its other users."""
        if self._home.is_elsewhere:
            return
        self._idle.release()
        if self._turn is not None:
            self._turn.close()
        self._home.leave()

    @contextmanager
    def _writer(self) -> Iterator[Connection]:
        if self._turn is None:
            with self._checked_out(self._writing) as connection:
                yield connection
            return
        with self._translated(), self._turn.taken() as kept:
            yield kept

    @contextmanager
    def _checked_out(self, engine: Engine) -> Iterator[Connection]:
        self.check_open()
        pool = engine.pool
        with self._translated():
            connection = engine.connect()
        try:
            yield connection
        finally:
            with suppress(Exception):  # the work is committed or failed by now; a lost connection is nobody's news
                connection.close()
            self._swept(pool)

    @contextmanager
    def _guarded(self, connection: Connection) -> Iterator[None]:
        """Translate what the driver raises; drop a connection that was lost, as Core cannot see it happen."""
        try:
            yield
        except Exception as error:  # noqa: BLE001  # whatever the driver raises is translated in one place
            # If Core noticed the loss itself, it has dropped the connection already.
            lost = connection.invalidated or self._is_lost(error, connection.connection)
            if lost and not connection.invalidated:
                connection.invalidate()
            self._fail(error, lost=lost)

    @contextmanager
    def _in_step(self, connection: Connection) -> Iterator[None]:
        """Drop a connection to a server that an interruption may have left between a question and its answer."""
        try:
            yield
        except Exception:
            raise
        except BaseException:
            if self.engine.dialect.name != "sqlite" and not connection.invalidated:
                connection.invalidate()
            raise

    @contextmanager
    def _translated(self) -> Iterator[None]:
        try:
            yield
        except Exception as error:  # noqa: BLE001  # whatever the driver raises is translated in one place
            self._fail(error)

    def _swept(self, pool: Pool) -> None:
        """Close what came back to a pool that was closed meanwhile: nobody else would."""
        if self._closed:
            self._idle.release()
            pool.dispose()
            self.engine.pool.dispose()

    def check_open(self) -> None:
        """Refuse work on what has been closed, or what another process opened.

        Raises:
            ClosedError: it was closed.
            ForkedError: this is a fork of that process.
        """
        if self._closed:
            raise ClosedError("the ledger is closed; open it anew")
        self._home.check()

    def _is_lost(self, error: Exception, pooled: PoolProxiedConnection) -> bool:
        dialect = self.engine.dialect
        cause: Any = getattr(error, "orig", None) or error
        if issubclass(type(cause), driver_error(dialect)):
            return dialect.is_disconnect(cause, pooled.dbapi_connection, None)
        return False

    def _fail(self, error: Exception, *, lost: bool = False) -> NoReturn:
        translated = translate(error, self.engine.dialect)
        if translated is None:
            raise error
        if lost:  # drivers differ in what they call it
            translated = connection_lost()
        # The driver's text may quote the row: it must not come along in a traceback.
        raise translated from None
