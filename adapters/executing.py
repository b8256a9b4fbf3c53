"""Executing commands: decided on what is recorded, appended, and decided anew where another writer was quicker."""

from __future__ import annotations

from contextlib import nullcontext
from dataclasses import dataclass, field
from random import uniform
from threading import Lock
from time import sleep
from typing import TYPE_CHECKING, Final, TypeAlias
from zoneinfo import ZoneInfo

from eventsourcing.persistence import IntegrityError

from ..domain.canonical import digest
from ..domain.clocks import local_day
from ..domain.event import Recorded
from ..domain.refusal import Refused
from .bulk import collector_waiting
from .clock import new_command_id
from .deciding import Deciding
from .history import Outcome
from .store.errors import DeadlockError, StoreError
from .telling import name_of, told_of
from .watching import is_watched, logger, watched

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from ..domain.clocks import Calendar
    from ..domain.command import Command
    from ..domain.event import Actor, Event
    from .clock import Clock, RandomBytes
    from .streams import Streams
    from .vault import Vault
    from .watching import Fields

Result: TypeAlias = "tuple[Outcome, ...] | Refused"

_log: Final = logger("commands")

ATTEMPTS: Final = 30
"""How often a command is decided before a conflict is reported. Ten were too few for one in two hundred where processes
and rebuilds kept a register busy: each was overtaken three times in five."""
LONGEST_WAIT_S: Final = 0.1
"""Before the next attempt: who waits longer and longer is overtaken more and more."""


class ConflictError(StoreError):
    """Others kept changing the same cases; nothing was recorded. The same command may be sent again."""

    retry = True


@dataclass(frozen=True)
class Executor:
    """Decides commands on the recorded histories and appends what happened. Threads may share it.

    Args:
        streams: what is recorded, and where it is appended.
        vault: seals personal words.
        clock: gives `recorded_at`.
        calendar: official working days.
        random_bytes: what ids are made of, for commands that come without one.
    """

    streams: Streams
    vault: Vault
    clock: Clock
    calendar: Calendar
    random_bytes: RandomBytes
    _turn: Lock = field(default_factory=Lock, init=False, repr=False, compare=False)

    def execute(self, groups: Sequence[Sequence[Command]], *, dry_run: bool = False) -> list[Result]:
        """Decide groups of commands and record what happened in one transaction.

        Each group is all or nothing: where one of its commands is refused, the group leaves no trace and its place in
        the answer holds the refusal. Later groups see what earlier ones did. On a conflict with another writer all is
        decided anew on the new state. The clock is read once a group.

        Args:
            groups: commands that belong together, in order.
            dry_run: decide, and record nothing.

        Raises:
            ConflictError: others were quicker `ATTEMPTS` times.
            StoreError: the database would not take it; nothing was recorded.
        """
        if not is_watched(_log):
            return self._until_recorded(groups, {}, dry_run=dry_run)
        fields: Fields = {"commands": sum(map(len, groups)), "attempts": 1}
        if fields["commands"] == 1:
            fields["command"] = name_of(groups[0][0])
        if dry_run:
            fields["dry_run"] = 1
        with watched(_log, "decided" if dry_run else "recorded", fields) as done:
            results = self._until_recorded(groups, fields, dry_run=dry_run)
            fields |= told_of(results)
            if results and not dry_run and all(isinstance(result, Refused) for result in results):
                done.what = "refused"
        return results

    def _until_recorded(self, groups: Sequence[Sequence[Command]], fields: Fields, *, dry_run: bool) -> list[Result]:
        """As `execute`; `fields` are told how many attempts it took."""
        with collector_waiting() if len(groups) > 1 else nullcontext():
            results = self._attempt(groups, dry_run=dry_run)
        if results is not None:
            return results
        # From the second attempt on one thread of this process at a time tries, each after a little longer: many
        # commands that want the same register of numbers would otherwise keep taking the version from each other.
        with self._turn:
            for attempt in range(1, ATTEMPTS):
                _pause(attempt)
                fields["attempts"] = attempt + 1
                results = self._attempt(groups, dry_run=dry_run)
                if results is not None:
                    return results
        raise ConflictError(
            f"others changed the same cases {ATTEMPTS} times while this was decided; nothing was recorded. "
            "Right would be to send the same commands again, with the same ids."
        )

    def _attempt(self, groups: Sequence[Sequence[Command]], *, dry_run: bool) -> list[Result] | None:
        """Decide on the histories as they are now and append; nothing comes back where another writer was quicker."""
        deciding = Deciding(self.streams, self.vault, self.clock, self.calendar, self.random_bytes)
        deciding.prepare(command for group in groups for command in group)
        results = [_one(deciding, group) for group in groups]
        if dry_run or not deciding.fresh:
            return results
        records = self.vault.seal((new.command, new.records) for new in deciding.fresh)
        try:
            positions = self.streams.append(records)
        except (IntegrityError, DeadlockError):
            return None
        stored = {(r.stream, r.version): r.placed(p) for r, p in zip(records, positions, strict=True)}
        return [_as_stored(result, stored) for result in results]

    def record_look(self, case: str, stream: str, look: Event, actor: Actor) -> Recorded:
        """Record that someone reads the personal words of a case, before they are shown (PD).

        Raises:
            ConflictError: others kept looking at the same case; nothing may be shown.

        """
        history = self.streams.history(case)
        center = self.streams.center(getattr(history.state, "center", case))
        for attempt in range(ATTEMPTS):
            if attempt:
                _pause(attempt)
            version, before = self.streams.last(stream)
            now = max(self.clock(), before) if before else self.clock()
            record = Recorded(
                stream=stream,
                version=version + 1,
                event=look,
                recorded_at=now,
                local_date=local_day(now, center.zone if center else ZoneInfo("UTC")),
                actor=actor,
                command_id=new_command_id(now, self.random_bytes),
                command_hash=f"sha256:{digest(look.model_dump(mode='json'))}",
                cause=f"{case}:{history.version}",
            )
            try:
                self.streams.append([record])
            except (IntegrityError, DeadlockError):
                continue
            return record
        raise ConflictError("others kept looking at the same case; the look was not recorded and nothing was revealed")


def _one(deciding: Deciding, group: Sequence[Command]) -> Result:
    try:
        return deciding.group(group)
    except Refused as refused:
        return refused


def _pause(attempt: int) -> None:
    """Wait before the next attempt: a little longer each time, and by chance, or the same would meet again."""
    sleep(uniform(0, min(0.002 * 2**attempt, LONGEST_WAIT_S)))  # noqa: S311 - no secret


def _as_stored(result: Result, stored: Mapping[tuple[str, int], Recorded]) -> Result:
    """The outcomes with their events as they lie in the ledger: sealed, hashed, with their positions."""
    if isinstance(result, Refused):
        return result

    def placed(event: Recorded) -> Recorded:
        return stored.get((event.stream, event.version), event)

    return tuple(
        Outcome(was.case, was.command_id, was.number, tuple(map(placed, was.events)), was.repeated) for was in result
    )
