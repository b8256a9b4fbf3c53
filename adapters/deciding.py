"""Deciding: a batch of commands against histories read once, each group on a copy that is kept or thrown away."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import chain
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from ..domain.catalogue import DECIDERS, KIND_OF
from ..domain.checks import authorise
from ..domain.clocks import local_day
from ..domain.event import Recorded
from ..domain.refusal import CommandReused, UnknownCase
from ..domain.register import issue, number_of, register_of
from ..domain.terms import Terms
from ..domain.values import ID_LENGTH, hashed
from .clock import new_command_id
from .history import History, Outcome

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from datetime import date, datetime

    from ..domain.center_state import CenterState
    from ..domain.clocks import Calendar
    from ..domain.command import Command
    from ..domain.event import Event
    from ..domain.policy import Policy
    from .clock import Clock, RandomBytes
    from .streams import Streams
    from .vault import Vault


@dataclass(frozen=True, slots=True)
class Fresh:
    """A command and what it led to, not sealed yet: the case's events, and before them the number's."""

    command: Command
    records: tuple[Recorded, ...]


@dataclass
class Deciding:
    """One attempt at a batch; `fresh` holds what is to be recorded, in order, each with the command that led to it."""

    streams: Streams
    vault: Vault
    clock: Clock
    calendar: Calendar
    random_bytes: RandomBytes
    fresh: list[Fresh] = field(default_factory=list)
    _known: dict[str, History] = field(default_factory=dict)
    _serials: dict[str, tuple[int, datetime | None]] = field(default_factory=dict)
    _centers: dict[str, CenterState | None] = field(default_factory=dict)
    _now: datetime | None = None
    _undo: list[tuple[dict[str, Any], str, Any]] = field(default_factory=list)

    def prepare(self, commands: Iterable[Command]) -> None:
        """Read every stream that the commands are about or refer to, in one round trip."""
        asked = [stream for command in commands for stream in (_stream_of(command), *command.referred)]
        self._known = self.streams.histories(stream for stream in asked if stream is not None)

    def group(self, commands: Sequence[Command]) -> tuple[Outcome, ...]:
        """Decide commands that belong together, at one moment; what they lead to is kept only if none is refused."""
        self._now = self.clock()
        self._undo.clear()
        mark = len(self.fresh)
        try:
            return tuple(self._decide(command) for command in commands)
        except BaseException:
            del self.fresh[mark:]
            for kept, key, before in reversed(self._undo):
                kept[key] = before
            raise

    def _set(self, kept: dict[str, Any], key: str, value: object) -> None:
        """Change what later commands of the batch see, in a way that a refusal in the group undoes."""
        self._undo.append((kept, key, kept.get(key)))
        kept[key] = value

    @property
    def now(self) -> datetime:
        """The ledger's time for the whole group."""
        return self._now or self.clock()

    def _decide(self, command: Command, cause: str | None = None) -> Outcome:
        """Decide a command, and what follows from it for other cases; `cause` is the event that it follows from."""
        command = self._identified(command)
        stream = _stream_of(command)
        if stream is None or command.command_id is None:  # _identified has filled both
            raise AssertionError(f"{command.name} has no id")
        history = self._history(stream)
        before = history.by_command(command.command_id)
        if before:
            return self._repeat(command, stream, before)
        decider = DECIDERS[KIND_OF[type(command)]]
        terms, register = self._terms(command, stream, history, allowed=cause is not None)
        events = decider.decide(command, history.state, terms)
        records = self._record(command, stream, history, events, terms, cause=cause)
        self._set(self._known, stream, history.plus(records))
        if stream.startswith("center:"):
            self._set(self._centers, stream, self._known[stream].state)
        issued = () if register is None else (self._issue(command, register, stream, terms, records[0]),)
        self.fresh.append(Fresh(command, (*issued, *records)))
        followed = tuple(
            record
            for following in decider.consequences(command, events)
            for record in self._decide(following, cause=f"{stream}:{records[0].version}").events
        )
        return Outcome(stream, command.command_id, terms.number, (*records, *followed))

    def _history(self, stream: str) -> History:
        """What is known of a stream by now: of this batch, or read from the ledger."""
        return self._known.get(stream) or self.streams.histories([stream])[stream]

    def _identified(self, command: Command) -> Command:
        """Give the command an id and its case a name, where it came without."""
        update: dict[str, str] = {}
        command_id = command.command_id or new_command_id(self.now, self.random_bytes)
        if command.command_id is None:
            update["command_id"] = command_id
        if getattr(command, command.subject_field) is None:
            update[command.subject_field] = _case_of(KIND_OF[type(command)], command_id)
        return command.model_copy(update=update) if update else command

    def _repeat(self, command: Command, stream: str, before: tuple[Recorded, ...]) -> Outcome:
        first = next((new.command for new in self.fresh if any(one is before[0] for one in new.records)), None)
        same = first == command if first else self.vault.same_command(command, before[0].command_hash)
        if not same:
            raise CommandReused(
                f"the id {command.command_id} was used for another command about {stream}",
                rule="idempotency",
                right="a new command_id, or exactly the first content",
                where="command_id",
            )
        number = getattr(before[0].event, "number", None)
        parts = (before, *self._followed(command, before))
        events = chain.from_iterable(part if first else self.streams.placed(part) for part in parts)
        return Outcome(stream, before[0].command_id, number, tuple(events), repeated=True)

    def _followed(self, command: Command, before: tuple[Recorded, ...]) -> Iterator[tuple[Recorded, ...]]:
        """What followed for other cases when the command was first decided."""
        events = tuple(record.event for record in before)
        for following in DECIDERS[KIND_OF[type(command)]].consequences(command, events):
            stream = _stream_of(following)
            if stream is not None and following.command_id is not None:
                yield self._history(stream).by_command(following.command_id)

    def _terms(self, command: Command, stream: str, history: History, *, allowed: bool) -> tuple[Terms, str | None]:
        """Everything from outside that the decision depends on; and the register, where a number is to be issued.

        What follows from another command is `allowed` with that one; any other is checked against the actor's role.
        """
        now = max(self.now, history.events[-1].recorded_at) if history.events else self.now
        kind = stream.partition(":")[0]
        if kind == "center":
            _authorise_by_its_own_policy(command, history.state, stream)
            return Terms(now=now, calendar=self.calendar), None
        center_id = _center_of(command, history.state)
        if center_id is None:  # no such case, which its decider refuses
            return Terms(now=now, calendar=self.calendar), None
        center = self._registered(center_id)
        day = local_day(command.occurred_at or now, center.zone)
        policy = _governing(history, center, day)
        if not allowed:
            authorise(command, policy, center_id)
        register = number = None
        if history.state is None and DECIDERS[kind].numbered:
            register = register_of(center_id, kind, day)
            number = number_of(center_id, kind, day, self._serial(register)[0] + 1)
        others = {named: self._history(named).state for named in command.referred}
        return Terms(now, self.calendar, policy, center, number, others), register

    def _registered(self, center_id: str) -> CenterState:
        center = self._center(center_id)
        if center is None:
            raise UnknownCase(
                f"{center_id} is not registered", rule="center", right="register_center first", where="center"
            )
        return center

    def _center(self, center: str) -> CenterState | None:
        if self._centers.get(center) is None:
            self._centers[center] = self.streams.center(center)
        return self._centers[center]

    def _serial(self, register: str) -> tuple[int, datetime | None]:
        if self._serials.get(register) is None:
            self._serials[register] = self.streams.last(register)
        return self._serials[register]

    def _record(  # noqa: PLR0913 - all that a record is made of
        self,
        command: Command,
        stream: str,
        history: History,
        events: tuple[Event, ...],
        terms: Terms,
        *,
        cause: str | None,
    ) -> tuple[Recorded, ...]:
        zone = terms.center.zone if terms.center else _zone(command, history)
        return tuple(
            Recorded(
                stream=stream,
                version=history.version + offset,
                event=event,
                recorded_at=terms.now,
                local_date=local_day(event.occurred_at, zone),
                actor=command.actor,
                command_id=command.command_id or "",
                command_hash="",  # set when the batch is sealed, so that all its keys are made in one go
                policy=terms.policy.ref if terms.policy else None,
                cause=cause,
                late_reason=command.late_reason,
            )
            for offset, event in enumerate(events, start=1)
        )

    def _issue(self, command: Command, register: str, case: str, terms: Terms, first: Recorded) -> Recorded:
        """Record the number in its register, in the same transaction as the case."""
        number = terms.number or ""
        last, before = self._serial(register)
        serial = last + 1
        now = max(terms.now, before) if before else terms.now
        self._set(self._serials, register, (serial, now))
        return Recorded(
            stream=register,
            version=serial,
            event=issue(number, case, first.event.occurred_at),
            recorded_at=now,
            local_date=first.local_date,
            actor=command.actor,
            command_id=first.command_id,
            command_hash="",
            policy=first.policy,
            cause=f"{case}:{first.version}",
            late_reason=command.late_reason,
        )


def _authorise_by_its_own_policy(command: Command, center: CenterState | None, stream: str) -> None:
    """Check a command about a center against the policy it adopted last; before the first one nothing says who may."""
    if center is not None and center.policies:
        authorise(command, center.policies[-1][1], stream)


def _center_of(command: Command, case: Any) -> str | None:  # noqa: ANN401 - each kind of case has its own state
    """The center that a case belongs to, which the command names that creates it; none for a case that there is not."""
    center: str | None = None
    if case is not None:
        center = case.center
    elif command.creates:
        center = getattr(command, "center", None)
    return center


def _governing(history: History, center: CenterState, day: date) -> Policy:
    """The policy under which the case was accepted, also after a later one; of a new case that of the day."""
    if history.events and (ref := history.events[0].policy) is not None:
        return center.policy_by(ref.digest)
    return center.policy_on(day)


def _zone(command: Command, history: History) -> ZoneInfo:
    """The zone of a center's own events: its own, or the one it is being registered with."""
    return history.state.zone if history.state is not None else ZoneInfo(getattr(command, "time_zone", "UTC"))


def _stream_of(command: Command) -> str | None:
    stream: str | None = getattr(command, command.subject_field)
    if stream is None and command.command_id is not None:
        return _case_of(KIND_OF[type(command)], command.command_id)
    return stream


def _case_of(kind: str, command_id: str) -> str:
    """Derive the id of a new case from the command's, so that a retry finds the same case."""
    case = f"{kind}:{command_id.removeprefix('cmd:')}"
    return case if len(case) <= ID_LENGTH else f"{kind}:{hashed(command_id)}"
