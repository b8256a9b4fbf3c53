"""Whether the stored bytes are the events that their rows say, and their times never go backwards within a stream."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING, Any, Final

from eventsourcing.persistence import StoredEvent
from sqlalchemy import and_, or_, select

from ...projections.events import ledger_events
from ..codec import EnvelopeMapper, encode
from ..store.errors import LedgerFormatError
from ..store.reaching import looking
from .finding import Finding, fault
from .governing import Governing

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from sqlalchemy import Engine, Row

NEWEST: Final = 1000
"""How many of the last events are looked at where not all are."""
PAGE: Final = 1000
MOST: Final = 20


def of(engine: Engine, *, full: bool) -> Iterator[Finding]:
    """Read all events, or the streams of the newest, each stream in the order of its versions."""
    yield from islice(_judged(_rows(engine, full=full), Governing(engine, _stored)), MOST)


def _rows(engine: Engine, *, full: bool) -> Iterator[StoredEvent]:
    c = ledger_events.c
    streams = None if full else newest_streams(engine)
    if streams == []:
        return
    after: tuple[str, int] = ("", 0)
    while True:
        query = select(c.stream, c.version, c.name, c.state).order_by(c.stream, c.version).limit(PAGE)
        query = query.where(or_(c.stream > after[0], and_(c.stream == after[0], c.version > after[1])))
        if streams is not None:
            query = query.where(c.stream.in_(streams))
        with looking(engine) as connection:
            rows: Sequence[Any] = connection.execute(query).all()
        yield from (_stored(row) for row in rows)
        if len(rows) < PAGE:
            return
        after = rows[-1].stream, rows[-1].version


def newest_streams(engine: Engine, events: int = NEWEST) -> list[str]:
    """The streams that the last events are in, at most 500."""
    query = select(ledger_events.c.stream).order_by(ledger_events.c.position.desc()).limit(events)
    with looking(engine) as connection:
        return sorted(set(connection.execute(query).scalars()))[:500]


def _stored(row: Row[Any]) -> StoredEvent:
    return StoredEvent(row.stream, row.version, row.name, row.state)


def _judged(events: Iterable[StoredEvent], governing: Governing) -> Iterator[Finding]:
    decode = EnvelopeMapper().to_domain_event
    stream, last = "", None
    for event in events:
        try:
            record: Any = decode(event)
        except LedgerFormatError as error:
            yield fault("events", str(error), f"{event.originator_id}:{event.originator_version}", _REMEDY)
            continue
        if not _is_as_recorded(record, event.state):
            what = "its bytes are not those that were recorded as this event of this stream and version"
            yield fault("events", what, f"{event.originator_id}:{event.originator_version}", _REMEDY)
        yield from governing.judged(record)
        if event.originator_id != stream:
            stream, last = str(event.originator_id), None
        if last is not None and record.recorded_at < last:
            what = f"recorded at {record.recorded_at:%Y-%m-%dT%H:%M:%S.%fZ}, before the event in front of it"
            yield fault("times", what, f"{stream}:{event.originator_version}", _REMEDY)
        last = record.recorded_at


def _is_as_recorded(record: Any, state: object) -> bool:  # noqa: ANN401 - what the mapper gives
    """Whether the event, written again with what its row says, is the bytes that are there.

    So a row that was moved to another stream is found, and bytes that read alike and are others: databases take the
    first of two equal keys, Python the last.
    """
    try:
        return encode(record) == state
    except (TypeError, ValueError):
        return False


_REMEDY: Final = "the row was changed from outside, or the disk is damaged: compare with a backup, and restore it"
