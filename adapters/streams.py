"""The recorded streams: what is read of them and appended to them, on one recorder."""

from __future__ import annotations

from threading import Lock
from typing import TYPE_CHECKING, Final

from ..domain.refusal import UnknownCase
from .codec import EnvelopeMapper
from .history import History

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime

    from eventsourcing.persistence import ApplicationRecorder

    from ..domain.center_state import CenterState
    from ..domain.event import Recorded

_MAPPER: Final = EnvelopeMapper()


class Streams:
    """The streams of a ledger as a recorder gives them: of any persistence module, or inside a caller's transaction.

    Threads may share it. What it knows of centers is its own, since what a transaction wrote may be undone.
    """

    def __init__(self, recorder: ApplicationRecorder) -> None:
        """Take the recorder; nothing is read yet."""
        self.recorder = recorder
        self._centers: dict[str, History] = {}
        self._centers_lock = Lock()

    def history(self, stream: str, *, version: int | None = None) -> History:
        """Read one stream, up to a version where one is given.

        Raises:
            UnknownCase: there is no such stream.
        """
        found = self.histories([stream], version=version)[stream]
        if not found.events:
            raise UnknownCase(
                f"{stream} is not in the ledger", rule="ids", right="the id of a recorded case", where="case"
            )
        return found

    def histories(self, streams: Iterable[str], *, version: int | None = None) -> dict[str, History]:
        """Read several streams, in one round trip where the store can; an unknown one has no events."""
        asked = list(dict.fromkeys(streams))
        read_many = getattr(self.recorder, "select_streams", None)
        if read_many is not None and version is None and len(asked) > 1:
            stored = read_many(asked)
        else:
            stored = {stream: self.recorder.select_events(stream, lte=version) for stream in asked}
        decode = _MAPPER.to_domain_event
        return {stream: History.of(stream, [decode(event) for event in stored[stream]]) for stream in asked}

    def last(self, stream: str) -> tuple[int, datetime | None]:
        """The last version of a stream and when it was recorded; 0 and nothing where there is none."""
        found = list(self.recorder.select_events(stream, desc=True, limit=1))
        if not found:
            return 0, None
        return found[0].originator_version, _MAPPER.to_domain_event(found[0]).recorded_at

    def placed(self, records: tuple[Recorded, ...]) -> tuple[Recorded, ...]:
        """The same records, of one stream, with their positions where the store gives any."""
        positions_of = getattr(self.recorder, "positions", None)
        if positions_of is None:
            return records
        positions = positions_of(records[0].stream, records[0].version, records[-1].version)
        return tuple(record._replace(position=positions.get(record.version)) for record in records)

    def center(self, center: str) -> CenterState | None:
        """The center's master data as of now, or none; kept between calls and brought up to date by what is new."""
        with self._centers_lock:
            known = self._centers.get(center) or History(center)
        fresh = self.recorder.select_events(center, gt=known.version)
        if fresh:
            known = known.plus([_MAPPER.to_domain_event(event) for event in fresh])
        state: CenterState | None = known.state  # folded before other threads see it
        if fresh:
            with self._centers_lock:
                self._centers[center] = known
        return state

    def append(self, records: Sequence[Recorded]) -> Sequence[int | None]:
        """Write records, all or none; their positions come back where the store gives any.

        Raises:
            eventsourcing.persistence.PersistenceError: nothing was written; `IntegrityError` where a stream has one of
                these versions already.
        """
        stored = [_MAPPER.to_stored_event(record) for record in records]
        return self.recorder.insert_events(stored) or [None] * len(records)
