"""The library's aggregate and application recorders on one table of events."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager
from copy import copy
from typing import Any, Final, Protocol, Self, TypeAlias, TypeVar
from uuid import UUID

from eventsourcing.persistence import AggregateRecorder, ApplicationRecorder, Notification, StoredEvent, Subscription
from sqlalchemy import Connection, Table
from sqlalchemy.engine.interfaces import DBAPICursor

from ...projections.events import ledger_events
from .database import Database
from .statements import EventStatements, Row
from .subscription import SqlSubscription

T = TypeVar("T")

OnAppend: TypeAlias = Callable[[DBAPICursor, Sequence[StoredEvent]], None]

STREAMS_A_QUERY: Final = 512
"""How many streams are asked for in one statement; SQLite takes 999 parameters in its smallest build."""


def _text(originator_id: UUID | str) -> str:
    return originator_id.hex if isinstance(originator_id, UUID) else originator_id


class Access(Protocol):
    """What a recorder reads and writes by: the ledger's own database, or a caller's transaction on it."""

    def append(self, work: Callable[[DBAPICursor], T], *, single: bool = False) -> T:
        """Run `work` on a driver's cursor; it is committed whole or not at all."""
        ...

    def read(self, text: str, parameters: Sequence[Any]) -> list[tuple[Any, ...]]:
        """Run one select on a driver's cursor and give all its rows."""
        ...

    def settled(self) -> int | None:
        """Give the position up to which readers of the order may go; None: as far as they see."""
        ...


class SqlAggregateRecorder(AggregateRecorder):
    """Writes and reads events of single streams.

    Args:
        database: where the table is.
        table: shaped by `events_table`.
        uuids: whether stream ids are given back as UUIDs (setting `ORIGINATOR_ID_TYPE=uuid`).
    """

    def __init__(self, database: Database, *, table: Table = ledger_events, uuids: bool = False) -> None:
        self.database = database
        self._access: Access = database
        self.statements: Final = EventStatements(table, database.engine.dialect)
        self._insert = database.side.insert(table, database.engine.dialect)
        self._uuids = uuids

    def insert_events(self, stored_events: Sequence[StoredEvent], **kwargs: object) -> Sequence[int] | None:
        """Write events of one or several streams: all or none.

        Raises:
            eventsourcing.persistence.IntegrityError: a stream has one of these versions already.
            eventsourcing.persistence.OperationalError: lock timeout or lost connection; nothing was acknowledged.
        """
        del kwargs
        rows = self._rows(stored_events)
        if rows:
            self._access.append(lambda cursor: self._insert(cursor, rows), single=True)
        return None

    def select_events(
        self,
        originator_id: UUID | str,
        *,
        gt: int | None = None,
        lte: int | None = None,
        desc: bool = False,
        limit: int | None = None,
    ) -> Sequence[StoredEvent]:
        """Read events of one stream, in the order of their versions."""
        text = self.statements.stream(
            after=gt is not None,
            up_to=lte is not None,
            newest_first=desc,
            limited=limit is not None,
        )
        given = (_text(originator_id), gt, lte, limit)
        return self._events(self._access.read(text, [value for value in given if value is not None]))

    @staticmethod
    def _rows(stored_events: Sequence[StoredEvent]) -> list[Row]:
        return [Row(_text(e.originator_id), e.originator_version, e.topic, e.state) for e in stored_events]

    def _events(self, rows: Iterable[Sequence[Any]]) -> list[StoredEvent]:
        if self._uuids:
            return [StoredEvent(UUID(stream), *rest) for stream, *rest in rows]
        return [StoredEvent(*row) for row in rows]


class SqlApplicationRecorder(SqlAggregateRecorder, ApplicationRecorder):
    """Writes events and reads them in the order of the whole ledger.

    `on_append`, if set, is called with the driver's cursor and the events just inserted, before the commit: what it
    writes is committed with them, and what it raises undoes them.
    """

    on_append: OnAppend | None = None

    def insert_events(self, stored_events: Sequence[StoredEvent], **kwargs: object) -> Sequence[int]:
        """Write events of one or several streams: all or none. Give their positions, in their order.

        Raises:
            eventsourcing.persistence.IntegrityError: a stream has one of these versions already.
            eventsourcing.persistence.OperationalError: lock timeout or lost connection; nothing was acknowledged.
        """
        if not stored_events:
            return []
        single = self.on_append is None and not kwargs
        return self._access.append(lambda cursor: self.insert_on(cursor, stored_events, **kwargs), single=single)

    def insert_within(
        self,
        connection: Connection,
        stored_events: Sequence[StoredEvent],
        **kwargs: object,
    ) -> list[int]:
        """Write events inside a transaction that the caller began with `transaction`, and ends.

        For whoever uses the store by itself; the ledger's own commands go there by `Ledger.within`.
        """
        return self.insert_on(connection.connection.cursor(), stored_events, **kwargs) if stored_events else []

    def insert_on(self, cursor: DBAPICursor, stored_events: Sequence[StoredEvent], **kwargs: object) -> list[int]:
        """Write events, at least one, on the cursor of a transaction that has begun."""
        del kwargs
        positions = self._insert(cursor, self._rows(stored_events))
        if self.on_append is not None:
            self.on_append(cursor, stored_events)
        return positions

    def borrowing(self, database: Access) -> Self:
        """The same recorder inside a transaction of the caller's own."""
        other = copy(self)
        other._access = database  # noqa: SLF001 - of its own class
        return other

    def transaction(self, *, write: bool = True) -> AbstractContextManager[Connection]:
        """Read, or read and write, in one consistent transaction: see `Database.transaction`."""
        return self.database.transaction(write=write)

    def select_notifications(
        self,
        start: int | None,
        limit: int,
        stop: int | None = None,
        topics: Sequence[str] = (),
        *,
        inclusive_of_start: bool = True,
    ) -> Sequence[Notification]:
        """Read events in the order of the ledger, from `start` to `stop`, at most `limit`.

        Events behind one that is not committed yet are left for later: whoever goes on from the last position that was
        given misses nothing.
        """
        settled = self._access.settled()
        if settled is not None:
            if start is not None and settled < start:
                return []
            stop = settled if stop is None else min(stop, settled)
        text = self.statements.log(
            start=start is not None,
            inclusive=inclusive_of_start,
            stop=stop is not None,
            names=len(topics),
        )
        bounds = [bound for bound in (start, stop) if bound is not None]
        rows = self._access.read(text, [*bounds, *topics, limit])
        if self._uuids:
            return [Notification(UUID(stream), *rest) for stream, *rest in rows]
        return [Notification(*row) for row in rows]

    def max_notification_id(self) -> int | None:
        """Give the last position that readers may go to, None for an empty ledger."""
        settled = self._access.settled()
        text = self.statements.last_position if settled is None else self.statements.last_settled
        last: int | None = self._access.read(text, () if settled is None else (settled,))[0][0]
        return last

    def positions(self, stream: str, first: int, last: int) -> dict[int, int]:
        """Give the positions of a stream's events, by their versions, from one version to another."""
        return {row[0]: row[1] for row in self._access.read(self.statements.positions(), (stream, first, last))}

    def select_streams(self, streams: Iterable[str]) -> dict[str, list[StoredEvent]]:
        """Read many streams, up to 512 in a round trip; a stream without events has an empty list."""
        found: dict[str, list[StoredEvent]] = {stream: [] for stream in streams}
        for row in self._of_each(list(found), self.statements.streams):
            found[row[0]].extend(self._events([row]))
        return found

    def stream_versions(self, streams: Iterable[str]) -> dict[str, int]:
        """Give the last version of each stream; 0 for a stream without events. For whoever uses the store by itself."""
        found = dict.fromkeys(streams, 0)
        found.update({row[0]: row[1] for row in self._of_each(list(found), self.statements.versions)})
        return found

    def iterate(self, after: int = 0, page: int = 1000) -> Iterator[Notification]:
        """Read on from a position to the end of the ledger, holding no more than a page of events."""
        while True:
            events = self.select_notifications(after, page, inclusive_of_start=False)
            yield from events
            if len(events) < page:
                return
            after = events[-1].id

    def subscribe(self, gt: int | None = None, topics: Sequence[str] = ()) -> Subscription[ApplicationRecorder]:
        """Read on from a position and then wait for what is appended, by this process or another."""
        return SqlSubscription(self, self.database.bell, gt=gt, topics=topics)

    def _of_each(self, streams: list[str], shape: Callable[[int], str]) -> Iterator[tuple[Any, ...]]:
        for first in range(0, len(streams), STREAMS_A_QUERY):
            asked = streams[first : first + STREAMS_A_QUERY]
            # Padded to a power of two with a stream already named: ten texts serve any number.
            size = 1 << (len(asked) - 1).bit_length()
            yield from self._access.read(shape(size), [*asked, *[asked[-1]] * (size - len(asked))])
