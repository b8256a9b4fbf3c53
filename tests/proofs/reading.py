"""Reading a ledger on as it grows, as any follower does, and what must hold of whatever is read."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from eventsourcing.persistence import Notification

from caseledger.adapters.ledger import Ledger
from caseledger.adapters.store.recorder import SqlApplicationRecorder
from caseledger.domain.event import Recorded
from tests.proofs.work import Answer, Done

Place = tuple[str, int, int | None]
"""Stream, version, position."""


@dataclass
class Reading:
    """What was read so far. It goes on where it stopped, and never looks behind it."""

    position: int = 0
    places: list[Place] = field(default_factory=list)
    by_command: dict[str, list[Recorded]] = field(default_factory=dict)
    numbers: dict[str, str] = field(default_factory=dict)
    """The case of each number in a register."""
    streams: dict[str, list[Recorded]] = field(default_factory=dict)

    def go_on(self, ledger: Ledger) -> None:
        """Read what is new: positions rise, a stream's versions have no gap, its recording never goes back in time."""
        for notification in _recorder(ledger).iterate(self.position):
            self._take(notification, ledger._app.mapper.to_domain_event(notification))  # type: ignore[arg-type]  # a Recorded

    def _take(self, notification: Notification, record: Recorded) -> None:
        place = (record.stream, record.version, notification.id)
        assert notification.id > self.position, f"{place} does not come after position {self.position}"
        stream = self.streams.setdefault(record.stream, [])
        before = stream[-1] if stream else None
        expected = len(stream) + 1
        assert record.version == expected, f"{place} where version {expected} was to come"
        assert before is None or record.recorded_at >= before.recorded_at, f"{place} was recorded before its forerunner"
        self.position = notification.id
        self.places.append(place)
        self.by_command.setdefault(record.command_id, []).append(record)
        stream.append(record)
        if record.stream.startswith("register:"):
            issued: Any = record.event
            assert issued.number not in self.numbers, f"{issued.number} was issued twice"
            assert issued.number.endswith(f"-{record.version:04d}"), f"{issued.number} is not the serial of {place}"
            self.numbers[issued.number] = issued.case

    def faults(self, answer: Answer, ids: tuple[tuple[str, ...], ...]) -> list[str]:
        """What of an answer the ledger does not hold as it was told; `ids` are the commands of each group."""
        found: list[str] = []
        for group, commands in zip(answer, ids, strict=True):
            if group is None:
                found += [f"{name} was refused, and recorded" for name in commands if name in self.by_command]
            else:
                found += [fault for done in group if (fault := self._fault(done))]
        return found

    def _fault(self, done: Done) -> str:
        records = self.by_command.get(done.command_id, [])
        if not records:
            return f"{done.command_id} was acknowledged, and is lost"
        told = {(stream, version) for stream, version, _ in done.events}
        held = {(record.stream, record.version) for record in records if record.stream == done.case}
        if told != held:
            return f"{done.command_id} was told as {sorted(told)}, and is held as {sorted(held)}"
        if done.number is not None and self.numbers.get(done.number) != done.case:
            return f"{done.command_id} was told the number {done.number}, which {done.case} has not"
        return ""


def reread(ledger: Ledger) -> Reading:
    """Read the whole ledger from its beginning."""
    reading = Reading()
    reading.go_on(ledger)
    return reading


def _recorder(ledger: Ledger) -> SqlApplicationRecorder:
    recorder = ledger._app.recorder
    assert isinstance(recorder, SqlApplicationRecorder)
    return recorder
