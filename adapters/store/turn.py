"""The turn to write to a SQLite file: one connection of a process, and the queue for it."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from threading import RLock, get_ident
from typing import Any, Final

from sqlalchemy import Connection, Engine

from .errors import LockTimeoutError


class Turn:
    """Whoever has the turn has the one connection that writes; all others of the process wait for it.

    A signal's handler may raise between any two steps. What that leaves behind is undone at the end of the turn, or at
    the beginning of the next: a transaction that stayed open would keep every other process from writing.

    Args:
        engine: whose connections begin with the write lock.
        lock_timeout: seconds to wait for the turn.
        check: raises where the database was closed, or belongs to another process.
    """

    def __init__(self, engine: Engine, lock_timeout: float, check: Callable[[], None]) -> None:
        self._engine = engine
        self._lock_timeout = lock_timeout
        self._check = check
        self._lock: Final = RLock()  # it knows its owner: to give back what one has not taken does no harm
        self._holder: int | None = None
        self._kept: Connection | None = None

    @contextmanager
    def taken(self) -> Iterator[Connection]:
        """Wait for the turn, and give the connection, in no transaction.

        Raises:
            LockTimeoutError: others kept it for longer than the lock timeout, or this thread has it itself.
        """
        self._check()
        if self._holder == get_ident():
            raise LockTimeoutError("this thread writes to the ledger already; end that transaction first")
        try:
            if not self._lock.acquire(timeout=self._lock_timeout):
                raise LockTimeoutError(
                    f"another writer of this process kept the ledger for over {self._lock_timeout} s"
                )
            self._holder = get_ident()
            self._check()  # it may have been closed while this writer waited
            yield self._connection()
        finally:
            try:
                if self._holder == get_ident():
                    self._drop_if_open()
            finally:
                try:
                    self._give_back()
                finally:
                    self._give_back()  # where the first was interrupted

    def close(self) -> None:
        """Close the connection, once nobody has the turn."""
        with self._lock:
            self._drop()

    def _connection(self) -> Connection:
        self._drop_if_open()
        kept = self._kept
        if kept is None:
            kept = self._kept = self._engine.connect()
        return kept

    def _drop_if_open(self) -> None:
        kept = self._kept
        if kept is None:
            return
        driver: Any = None if kept.closed or kept.invalidated else kept.connection.dbapi_connection
        if driver is None or kept.in_transaction() or driver.in_transaction:
            self._drop()

    def _drop(self) -> None:
        kept, self._kept = self._kept, None
        if kept is not None:
            with suppress(Exception):  # its transaction is undone by closing, whatever is said of that
                kept.invalidate()
            kept.close()

    def _give_back(self) -> None:
        if self._holder == get_ident():
            self._holder = None
        with suppress(RuntimeError):  # not, or no longer, this thread's
            while True:
                self._lock.release()
