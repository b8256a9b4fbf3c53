"""Where a copy comes from: one of our stores, or any recorder of the library."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import func, select
from sqlalchemy.exc import DBAPIError

from ...projections.events import ledger_events
from ..store.database import Database
from ..store.engine import LOCK_TIMEOUT, connect, place
from ..store.errors import LockTimeoutError
from ..store.meta import open_ledger
from ..store.postgresql_order import KEEP_OUT, in_flight
from ..store.reaching import looking
from ..store.recorder import SqlApplicationRecorder
from ..store.translating import translate
from .errors import CopyRefusedError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from eventsourcing.persistence import ApplicationRecorder
    from sqlalchemy import Connection, Engine

    from .verifying import Running


@dataclass(frozen=True, slots=True)
class Source:
    """A ledger to be copied.

    Args:
        recorder: gives the events by position. The library's own recorders will do if their stream ids are text.
        ledger_id: a UUID, the same at every call, by which an interrupted copy is recognised.
        created_at: as every time in the ledger: `YYYY-MM-DDTHH:MM:SS.ffffffZ`.
        engine: of one of our databases, where keys and followers' positions are found; none for other recorders.
    """

    recorder: ApplicationRecorder
    ledger_id: str
    created_at: str
    engine: Engine | None = None

    def last_position(self) -> int:
        """Give the position of the last event, 0 where there is none."""
        last: Any = self.recorder.max_notification_id()
        return last or 0

    @contextmanager
    def at_rest(self, read: Running) -> Iterator[None]:
        """Make sure that what was read is all there is, and on PostgreSQL let nothing be added until the end.

        Readers of the order stop short of an append that is under way there, and of all that was committed since, so
        that a transaction which somebody forgot would hide events that were acknowledged.

        Raises:
            CopyRefusedError: an append is under way, or there is more than was read.
        """
        if self.engine is None or self.engine.dialect.name != "postgresql":
            self._ask_for_more(read)
            yield
            return
        with looking(self.engine) as connection:
            self._keep_out(connection)
            self._ask_for_more(read)
            yield

    def _ask_for_more(self, read: Running) -> None:
        if self.engine is None:
            return
        with looking(self.engine) as connection:
            events, last = connection.execute(select(func.count(), func.max(ledger_events.c.position))).one()
        if (events, last or 0) != (read.events, read.last_position):
            raise CopyRefusedError(
                f"the source has {events} events up to position {last or 0} by now, and {read.events} up to "
                f"{read.last_position} were read. Right would be to stop what writes to it, and to copy again"
            )

    def _keep_out(self, connection: Connection) -> None:
        try:
            connection.exec_driver_sql(KEEP_OUT)
        except DBAPIError as error:
            if not isinstance(translate(error, connection.dialect), LockTimeoutError):
                raise
            raise CopyRefusedError(
                f"an append to {place(connection.engine)} is under way and does not end ({self._whose()}). What was "
                "committed since would be left out. Right would be to let it commit, or to end that session, and to "
                "copy again"
            ) from None

    def _whose(self) -> str:
        """Which sessions append, in a transaction of its own: the one that waited for them was aborted."""
        if self.engine is None:
            return ""
        with looking(self.engine) as connection:
            return ", ".join(f"server process {one.process}" for one in in_flight(connection)) or "it just ended"


@contextmanager
def ledger_at(url: str) -> Iterator[Source]:
    """Open one of our ledgers for reading.

    Raises:
        StoreError: there is none, or this release does not open it.
    """
    engine = connect(url)
    try:
        meta = open_ledger(engine)
        database = Database(engine, lock_timeout=LOCK_TIMEOUT)
        try:
            yield Source(SqlApplicationRecorder(database), meta.ledger_id, meta.created_at, engine)
        finally:
            database.close()
    finally:
        engine.dispose()
