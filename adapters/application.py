"""The application: commands in, recorded events out, on any persistence module of the `eventsourcing` library."""

from __future__ import annotations

import os
from contextlib import nullcontext, suppress
from copy import copy
from random import uniform
from threading import Lock
from time import sleep
from typing import TYPE_CHECKING, Any, Final, TypeAlias
from zoneinfo import ZoneInfo

from eventsourcing.application import Application
from eventsourcing.persistence import IntegrityError, Mapper
from eventsourcing.utils import Environment

from ..domain import center_state as centers
from ..domain.canonical import digest
from ..domain.clocks import local_day
from ..domain.event import Actor, Event, Recorded
from ..domain.refusal import Refused, UnknownCase
from .bulk import collector_waiting
from .clock import new_command_id
from .closing import or_closed
from .codec import EnvelopeMapper
from .deciding import Deciding
from .history import History, Outcome
from .store.errors import DeadlockError, StoreError
from .telling import name_of, told_of
from .watching import is_watched, logger, watched

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from datetime import datetime

    from eventsourcing.persistence import ApplicationRecorder, InfrastructureFactory
    from eventsourcing.utils import EnvType

    from ..domain.clocks import Calendar
    from ..domain.command import Command
    from .clock import Clock, RandomBytes
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


class CaseApplication(Application[str]):
    """Decides commands on the recorded histories and appends what happened.

    Args:
        settings: the library's settings (`PERSISTENCE_MODULE` …). The process environment is not consulted: a stray
            variable could silently change what is stored.
        vault: makes the vault that seals personal words, given the persistence module's factory (whose database may be
            where the keys live).
        clock: gives `recorded_at`.
        calendar: official working days.
        random_bytes: what ids are made of, for commands that come without one; the operating system's by default.
    """

    name = "caseledger"
    _is_lent = False

    def __init__(
        self,
        settings: Mapping[str, str],
        *,
        vault: Callable[[InfrastructureFactory[Any]], Vault],
        clock: Clock,
        calendar: Calendar,
        random_bytes: RandomBytes = os.urandom,
    ) -> None:
        """Open the persistence module named in the settings."""
        self.clock = clock
        self.calendar = calendar
        self.random_bytes = random_bytes
        self._centers: dict[str, History] = {}
        self._centers_lock = Lock()
        self._turn = Lock()
        with or_closed(self):
            super().__init__({"ORIGINATOR_ID_TYPE": "text", **settings})
            self.vault = vault(self.factory)

    def construct_env(self, name: str, env: EnvType | None = None) -> Environment:
        """Take the given settings and nothing else; the library would merge the process environment."""
        return Environment(name, dict(env or {}))

    def construct_mapper(self) -> Mapper[str]:
        """Use the codec of flat canonical JSON."""
        return EnvelopeMapper()

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
        with watched(_log, "decided" if dry_run else "recorded", fields):
            results = self._until_recorded(groups, fields, dry_run=dry_run)
            fields |= told_of(results)
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
        deciding = Deciding(self)
        deciding.prepare(command for group in groups for command in group)
        results = [self._one(deciding, group) for group in groups]
        if dry_run or not deciding.fresh:
            return results
        records = self.vault.seal((new.command, new.records) for new in deciding.fresh)
        try:
            positions = self._append(records)
        except (IntegrityError, DeadlockError):
            return None
        stored = {(r.stream, r.version): r.placed(p) for r, p in zip(records, positions, strict=True)}
        return [_as_stored(result, stored) for result in results]

    def _one(self, deciding: Deciding, group: Sequence[Command]) -> Result:
        try:
            return deciding.group(group)
        except Refused as refused:
            return refused

    def _append(self, records: Sequence[Recorded]) -> Sequence[int | None]:
        stored = [self.mapper.to_stored_event(record) for record in records]
        return self.recorder.insert_events(stored) or [None] * len(records)

    def history(self, stream: str, *, version: int | None = None) -> History:
        """Read one stream and fold it.

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
        decode = self.mapper.to_domain_event
        return {s: History.of(s, [decode(event) for event in stored[s]]) for s in asked}  # type: ignore[misc]  # the mapper decodes to Recorded

    def placed(self, records: tuple[Recorded, ...]) -> tuple[Recorded, ...]:
        """The same records, of one stream, with their positions where the store gives any."""
        positions_of = getattr(self.recorder, "positions", None)
        if positions_of is None:
            return records
        positions = positions_of(records[0].stream, records[0].version, records[-1].version)
        return tuple(record._replace(position=positions.get(record.version)) for record in records)

    def record_look(self, case: str, stream: str, look: Event, actor: Actor) -> Recorded:
        """Record that someone reads the personal words of a case, before they are shown (PD).

        Raises:
            ConflictError: others kept looking at the same case; nothing may be shown.

        """
        history = self.history(case)
        center = self.center(getattr(history.state, "center", case))
        for attempt in range(ATTEMPTS):
            if attempt:
                _pause(attempt)
            version, before = self.last(stream)
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
                self._append([record])
            except (IntegrityError, DeadlockError):
                continue
            return record
        raise ConflictError("others kept looking at the same case; the look was not recorded and nothing was revealed")

    def last(self, stream: str) -> tuple[int, datetime | None]:
        """The last version of a stream and when it was recorded; 0 and nothing where there is none."""
        found = list(self.recorder.select_events(stream, desc=True, limit=1))
        if not found:
            return 0, None
        record: Any = self.mapper.to_domain_event(found[0])
        return found[0].originator_version, record.recorded_at

    def center(self, center: str) -> centers.CenterState | None:
        """The center's master data as of now, or none; kept between calls and brought up to date by what is new."""
        with self._centers_lock:
            known = self._centers.get(center) or History(center)
        fresh = self.recorder.select_events(center, gt=known.version)
        if fresh:
            decode: Any = self.mapper.to_domain_event
            known = known.plus([decode(event) for event in fresh])
        state: centers.CenterState | None = known.state  # folded before other threads see it
        if fresh:
            with self._centers_lock:
                self._centers[center] = known
        return state

    def on(self, recorder: ApplicationRecorder) -> CaseApplication:
        """The same application on another recorder of its ledger, such as one inside a caller's transaction.

        What it knows of centers is its own, as a transaction may be undone; its turn too: others may wait for that one.
        """
        other = copy(self)
        other.recorder = recorder
        other._centers = {}  # noqa: SLF001 - of its own class
        other._turn = Lock()  # noqa: SLF001 - as above
        other._is_lent = True  # noqa: SLF001 - as above
        return other

    def __del__(self) -> None:
        """Close quietly, also where opening failed half way; what only shares the connections leaves them open."""
        if not self._is_lent:
            with suppress(Exception):
                self.close()


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
