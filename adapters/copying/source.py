"""Where a copy comes from: one of our stores, or any recorder of the library."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ..store.database import Database
from ..store.engine import LOCK_TIMEOUT, connect
from ..store.meta import open_ledger
from ..store.recorder import SqlApplicationRecorder

if TYPE_CHECKING:
    from collections.abc import Iterator

    from eventsourcing.persistence import ApplicationRecorder
    from sqlalchemy import Engine


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
