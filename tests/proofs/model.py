"""What a store is: a list of events in the order of the ledger, and how far each follower has come."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from eventsourcing.persistence import Notification, StoredEvent


@dataclass
class Model:
    """The simplest store there is, and obviously right.

    Args:
        base: the last position before it began; other events of the same ledger lie up to there.

    """

    base: int
    log: list[Notification] = field(default_factory=list)
    tracked: dict[str, int] = field(default_factory=dict)

    @property
    def last(self) -> int:
        """The last position."""
        return self.log[-1].id if self.log else self.base

    def version(self, stream: str) -> int:
        """The last version of a stream, 0 if it has none."""
        return max((event.originator_version for event in self.log if event.originator_id == stream), default=0)

    def next_of(self, parts: Sequence[tuple[str, str, bytes]]) -> list[StoredEvent]:
        """Events (stream, name, state) with the versions that come next in each stream."""
        versions: dict[str, int] = {}
        events = []
        for stream, name, state in parts:
            versions[stream] = versions.get(stream, self.version(stream)) + 1
            events.append(StoredEvent(stream, versions[stream], name, state))
        return events

    def append(self, events: Sequence[StoredEvent], positions: Sequence[int]) -> None:
        """Take in what was appended; positions only ever rise, and gaps are allowed."""
        for event, position in zip(events, positions, strict=True):
            assert position > self.last
            self.log.append(
                Notification(event.originator_id, event.originator_version, event.topic, event.state, position)
            )

    def stream(
        self,
        stream: str,
        *,
        gt: int | None = None,
        lte: int | None = None,
        desc: bool = False,
        limit: int | None = None,
    ) -> list[StoredEvent]:
        """Events of one stream."""
        found = [
            StoredEvent(event.originator_id, event.originator_version, event.topic, event.state)
            for event in self.log
            if event.originator_id == stream
            and (gt is None or event.originator_version > gt)
            and (lte is None or event.originator_version <= lte)
        ]
        return (found[::-1] if desc else found)[:limit]

    def notifications(
        self, start: int, limit: int, stop: int | None, topics: Sequence[str], *, inclusive: bool
    ) -> list[Notification]:
        """Events in the order of the ledger."""
        found = [
            event
            for event in self.log
            if (event.id >= start if inclusive else event.id > start)
            and (stop is None or event.id <= stop)
            and (not topics or event.topic in topics)
        ]
        return found[:limit]

    def may_track(self, follower: str, position: int) -> bool:
        """Whether a follower may say that it is there: it only ever goes on, from wherever it began."""
        return follower not in self.tracked or position > self.tracked[follower]
