"""Stories in the domain's words: given what happened, when something is asked, then this happens, or is refused.

    ask = propose("2026-03-03 10:00", text="…")
    given(accepted, assessed).when(ask).then(happened(PlanProposed, plan=1))

Steps are events or commands. What a story does not say: it happens at `center:sz01` under the policy w08, and is
recorded at the moment it happens. No database is asked: a story is decided by the domain alone, one case of each kind.
A story that does not come true is printed as it was told.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any, NoReturn, TypeAlias

from ...domain.catalogue import DECIDERS, KIND_OF
from ...domain.center_events import CenterRegistered, PolicyAdopted
from ...domain.command import Command
from ...domain.event import Event
from ...domain.policy import Policy
from ...domain.refusal import Refused
from ..calendar import ChineseCalendar
from .builders import CENTER, ESTATES, HOUSEHOLDS, OPENED, W08, Anything, at
from .words import name_of, plain, sentence, word
from .world import decided

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from ...domain.clocks import Calendar

Step: TypeAlias = Event | Command


def home(policy: Policy = W08, **fields: Anything) -> tuple[Event, ...]:
    """The events of a center with one estate of two areas and one of none, 400 households, 300 of them resident.

    Args:
        policy: what the center has adopted.
        fields: of the registration, in place of the usual ones.

    """
    start = at(OPENED)
    told: dict[str, Any] = {**HOUSEHOLDS, "time_zone": "Asia/Shanghai", "estates": ESTATES}
    return (
        CenterRegistered(occurred_at=start, center=CENTER, label="一号管理服务中心", **(told | fields)),
        PolicyAdopted(
            occurred_at=start, center=CENTER, in_force_from=date(2000, 1, 1), policy=policy, digest=policy.ref.digest
        ),
    )


@dataclass(frozen=True)
class Happened:
    """What is expected of an event: its type, and those of its fields that the story is about."""

    kind: type[Event]
    fields: dict[str, Any]

    def differences(self, event: Event | None) -> list[str]:
        """Say how an event differs; nothing where it is as expected."""
        if type(event) is not self.kind:
            return [f"{self.kind.name} did not happen there"]
        unknown = [name for name in self.fields if name not in self.kind.model_fields]
        if unknown:
            return [f"{self.kind.name} has no field {', '.join(unknown)}"]
        return [
            f"{name} is {word(plain(getattr(event, name)))}, not {word(value)}"
            for name, value in self.fields.items()
            if plain(getattr(event, name)) != value
        ]


def happened(kind: type[Event], /, **fields: Anything) -> Happened:
    """Expect an event with these fields; personal words are given as plain text, an absent field as None."""
    return Happened(kind, fields)


def given(
    *steps: Step,
    at_home: Iterable[Event] | None = None,
    under: Policy = W08,
    beside: Mapping[str, Story] | None = None,
) -> Story:
    """Begin a story.

    Args:
        steps: what happened, or was asked for.
        at_home: the center's events; no center at all: `()`.
        under: the policy it has adopted.
        beside: other cases by their ids, each with the story of what happened to it.

    """
    story = Story(policy=under, others={case: told.state for case, told in (beside or {}).items()})
    for event in home(under) if at_home is None else at_home:
        story.take(event)
    for step in steps:
        story.tell("Given" if step is steps[0] else "  and", step)
        for event in (step,) if isinstance(step, Event) else story.decide(step):
            story.take(event)
    return story


@dataclass
class Story:
    """A story as far as it is told: the states by kind, and the words."""

    policy: Policy
    states: dict[str, Any] = field(default_factory=dict)
    words: list[str] = field(default_factory=list)
    moment: datetime = datetime(2000, 1, 1, tzinfo=UTC)
    events: tuple[Event, ...] = ()
    refusal: Refused | None = None
    case: str = ""
    calendar: Calendar = field(default_factory=ChineseCalendar)
    others: Mapping[str, Any] = field(default_factory=dict)

    def when(self, command: Command, *, now: str | None = None) -> Story:
        """Ask for something, recorded at `now` (Shenzhen time), or as it happens."""
        self.tell("When", command, now)
        try:
            self.events = self.decide(command, at(now) if now else None)
        except Refused as refusal:
            self.refusal = refusal
        else:
            for event in self.events:
                self.take(event)
        return self

    def then(self, *expected: Happened) -> Story:
        """Exactly these events happened, in this order."""
        if self.refusal is not None:
            self.fail(expected, [f"it was refused: {self.refusal}"])
        pairs = [
            (expected[n] if n < len(expected) else None, self.events[n] if n < len(self.events) else None)
            for n in range(max(len(expected), len(self.events)))
        ]
        wrong = [
            difference
            for told, event in pairs
            for difference in (
                told.differences(event) if told else [f"{event.name if event else ''} happened, which was not expected"]
            )
        ]
        if wrong:
            self.fail(expected, wrong)
        return self

    def then_nothing_happened(self) -> Story:
        """The command was taken and nothing came of it."""
        return self.then()

    def then_refused(
        self, rule: str, *, kind: type[Refused] = Refused, where: str | None = None, says: str = ""
    ) -> Story:
        """It was refused by this rule; `where` the field, `says` a part of the message."""
        told = f"refused by rule {rule}" + (f" at {where}" if where else "") + (f", saying {says!r}" if says else "")
        if self.refusal is None:
            self.fail([told], ["it was not refused"])
        wrong = []
        if self.refusal.rule != rule:
            wrong.append(f"the rule was {self.refusal.rule}")
        if not isinstance(self.refusal, kind):
            wrong.append(f"it was {type(self.refusal).__name__}, not {kind.__name__}")
        if where is not None and self.refusal.where != where:
            wrong.append(f"the field was {self.refusal.where}")
        if says not in str(self.refusal):
            wrong.append(f"it said: {self.refusal}")
        if wrong:
            self.fail([told], wrong)
        return self

    def then_known(self, **fields: Anything) -> Story:
        """The state of the last command's case holds these values; `a__b` is the b of the a."""
        wrong = []
        for path, value in fields.items():
            found = self.state
            for name in path.split("__"):
                found = getattr(found, name)
            if found != value:
                wrong.append(f"{path.replace('__', '.')} is {word(found)}, not {word(value)}")
        if wrong:
            self.fail([f"{path} = {word(value)}" for path, value in fields.items()], wrong)
        return self

    @property
    def state(self) -> Any:  # noqa: ANN401 - each kind of case has its own
        """The state of the case that the last step was about."""
        return self.states.get(self.case)

    # How it is told

    def decide(self, command: Command, now: datetime | None = None) -> tuple[Event, ...]:
        """Decide as the ledger does: the terms from the center, the role checked, then the decider."""
        kind = self.case = KIND_OF[type(command)]
        if command.subject_field == "case" and getattr(command, "case", None) is None:
            command = command.model_copy(update={"case": f"{kind}:1"})
        moment = now or command.occurred_at or self.moment
        home = self.states.get("center")
        return decided(
            command, self.states.get(kind), home, self.policy, moment, calendar=self.calendar, others=self.others
        )

    def take(self, event: Event) -> None:
        """Take an event into the state of its kind."""
        kind = event.name.partition(".")[0]
        self.case = kind
        self.states[kind] = DECIDERS[kind].evolve(self.states.get(kind), event)
        self.moment = max(self.moment, event.occurred_at)

    def tell(self, lead: str, step: Step, now: str | None = None) -> None:
        """Add a step to the words of the story."""
        self.words.append(f"{lead} {sentence(step)}" + (f" (recorded {now})" if now else ""))

    def fail(self, expected: Iterable[Happened | str], wrong: Iterable[str]) -> NoReturn:
        """Print the story and what did not come true."""
        told = [item if isinstance(item, str) else _expectation(item) for item in expected] or ["nothing happens"]
        came = [sentence(event) for event in self.events] or ["nothing"]
        lines = [
            *self.words,
            *(f"{'Then' if n == 0 else '  and'} {line}" for n, line in enumerate(told)),
            *(f"{'But' if n == 0 else '  and'} {line}" for n, line in enumerate(wrong)),
            *(f"{'What happened:' if n == 0 else '              '} {line}" for n, line in enumerate(came)),
        ]
        raise AssertionError("the story did not come true\n\n    " + "\n    ".join(lines))


def _expectation(expected: Happened) -> str:
    told = ", ".join(f"{name} {word(value)}" for name, value in expected.fields.items())
    return f"{name_of(expected.kind)}{f': {told}' if told else ''}"
