"""Where a copy goes: a ledger of ours that nobody opens until it is finished."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Final, Self

from eventsourcing.persistence import IntegrityError
from sqlalchemy import func, insert, select

from ...projections.events import ledger_events
from ..store.database import Database
from ..store.engine import LOCK_TIMEOUT, connect, place
from ..store.mark import end_copying, read_mark
from ..store.meta import make_ledger
from ..store.reaching import looking
from ..store.recorder import SqlApplicationRecorder
from ..store.tables import ledger_tracking
from .errors import CopyRefusedError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from eventsourcing.persistence import Notification
    from sqlalchemy import Connection, Engine

    from .source import Source

# A sequence does not notice positions that were given. Within the transaction of the page, though a sequence takes
# nothing back: were the page undone, the next page would only set it again.
_RAISE_SEQUENCE: Final = "SELECT setval(pg_get_serial_sequence('ledger_events', 'position'), {})"


class Target:
    """A copy under way, or one that is finished.

    Args:
        engine: its database.
        copying: whether it is still under way.
    """

    def __init__(self, engine: Engine, *, copying: bool) -> None:
        self.engine: Final = engine
        self.copying = copying
        self._database: Final = Database(engine, lock_timeout=LOCK_TIMEOUT)
        self.recorder: Final = SqlApplicationRecorder(self._database)

    @classmethod
    @contextmanager
    def at(cls, url: str, source: Source) -> Iterator[Self]:
        """Make the target, or find it as an interrupted copy left it.

        Raises:
            CopyRefusedError: there is another ledger, or it is the source itself.
            StoreError: the place cannot be a ledger.
        """
        engine = connect(url)
        try:
            if source.engine is not None and source.engine.url == engine.url:
                raise CopyRefusedError(f"{place(engine)} is the source itself; give another place for the copy")
            meta = make_ledger(engine, ledger_id=source.ledger_id, created_at=source.created_at, copying=True)
            if meta.ledger_id != source.ledger_id:
                raise CopyRefusedError(
                    f"{place(engine)} is another ledger ({meta.ledger_id}); nothing was changed. "
                    "Right would be a place where there is none"
                )
            target = cls(engine, copying=meta.copying)
            try:
                yield target
            finally:
                target.close()
        finally:
            engine.dispose()

    def last_position(self) -> int:
        """Give the position of the last event that is there, 0 where there is none."""
        with self._database.transaction(write=False) as connection:
            return _last(connection)

    def append(self, events: Sequence[Notification], *, after: int) -> None:
        """Write a page of events with the positions that they have, if the target ends at the position before.

        Raises:
            CopyRefusedError: another copy into the same target is at work.
        """
        rows = [
            {"position": e.id, "stream": str(e.originator_id), "version": e.originator_version}
            | {"name": e.topic, "state": e.state}
            for e in events
        ]
        try:
            with self._database.transaction() as connection:
                mark = read_mark(connection)
                if mark is None or not mark.copying or _last(connection) != after:
                    raise _overtaken(self.engine)
                connection.execute(insert(ledger_events), rows)
                if connection.dialect.name == "postgresql":
                    connection.exec_driver_sql(_RAISE_SEQUENCE.format(events[-1].id))
        except IntegrityError:
            raise _overtaken(self.engine) from None

    def follow(self, source: Source) -> None:
        """Take over how far followers are: the positions mean the same events at the target."""
        if source.engine is None or not self.copying:
            return
        with looking(source.engine) as connection:
            rows = [dict(row._mapping) for row in connection.execute(select(ledger_tracking))]
        with self._database.transaction() as connection:
            connection.execute(ledger_tracking.delete())
            if rows:
                connection.execute(insert(ledger_tracking), rows)

    def finish(self) -> None:
        """Let the ledger be opened; a copy that is finished already is left as it is."""
        if self.copying:
            with self._database.transaction() as connection:
                end_copying(connection)
            self.copying = False

    def close(self) -> None:
        """Give back the connections."""
        self._database.close()


def _last(connection: Connection) -> int:
    return connection.execute(select(func.max(ledger_events.c.position))).scalar_one() or 0


def _overtaken(engine: Engine) -> CopyRefusedError:
    return CopyRefusedError(
        f"another copy into {place(engine)} is at work, or has finished; this one stopped. Right would be to let it "
        "finish, and to call this one again if it does not"
    )
