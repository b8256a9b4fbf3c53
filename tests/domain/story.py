"""Stories in the domain's words: given what happened, when something is asked, then this happens, or is refused.

    ask = do(ProposePlan, "2026-03-03 10:00", case=CASE, text="…")
    given(accepted, assessed).when(ask).then(happened(PlanProposed, plan=1))

Steps are events or commands. What a story does not say: it happens at `center:sz01` under the policy w08, and is
recorded at the moment it happens. A story that does not come true is printed as it was told.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn, TypeAlias, TypeVar
from zoneinfo import ZoneInfo

from pydantic import BaseModel

from caseledger.adapters.calendar import ChineseCalendar
from caseledger.domain.catalogue import DECIDERS, KIND_OF
from caseledger.domain.center import CenterRegistered, Estate, PolicyAdopted
from caseledger.domain.clocks import local_day
from caseledger.domain.command import Command
from caseledger.domain.event import Actor, Event
from caseledger.domain.personal import Clear
from caseledger.domain.policy import Policy
from caseledger.domain.refusal import Refused
from caseledger.domain.register import number_of
from caseledger.domain.terms import Terms, authorise
from caseledger.domain.values import Coded, Role

if TYPE_CHECKING:
    from collections.abc import Iterable

    from caseledger.domain.center import CenterState

SHANGHAI = ZoneInfo("Asia/Shanghai")
CENTER = "center:sz01"
POLICIES = Path(__file__).parents[2] / "adapters" / "policies"
W08 = Policy.model_validate(tomllib.loads((POLICIES / "w08.toml").read_text(encoding="utf-8")))
Asked = TypeVar("Asked", bound=Command)
Step = Event | Command
Anything: TypeAlias = Any  # the value of any field of any command, event or state


def at(text: str) -> datetime:
    """A moment by the clocks of Shenzhen, written `2026-03-02 09:00`."""
    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI).astimezone(UTC)


def do(kind: type[Asked], when: str | None = None, /, *, by: str | None = None, **fields: Anything) -> Asked:
    """A command of someone who may give it under w08, at a moment in Shenzhen."""
    role = Role(by) if by else next(iter(W08.authority.get(kind.name, (Role.ACCEPTOR,))))
    actor = Actor(id=f"staff:{role.value.replace('_', '-')}", role=role, center=CENTER)
    return kind(actor=actor, occurred_at=at(when) if when else None, **fields)


def home(policy: Policy = W08, **fields: Anything) -> tuple[Event, ...]:
    """A center with one estate of two areas, 400 households, 300 of them resident, that has adopted a policy."""
    start = at("2023-08-01 00:00")
    estates = (Estate(id="garden", label="花园", areas=("north", "south")), Estate(id="tower", label="大厦"))
    told: dict[str, Any] = {
        "total_households": 400,
        "resident_households": 300,
        "time_zone": "Asia/Shanghai",
        "estates": estates,
    }
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
            f"{name} is {_word(_plain(getattr(event, name)))}, not {_word(value)}"
            for name, value in self.fields.items()
            if _plain(getattr(event, name)) != value
        ]


def happened(kind: type[Event], /, **fields: Anything) -> Happened:
    """Expect an event with these fields; personal words are given as plain text, an absent field as None."""
    return Happened(kind, fields)


def given(*steps: Step, at_home: Iterable[Event] | None = None, under: Policy = W08) -> Story:
    """Begin a story. `at_home` are the center's events, `under` its policy; no center at all: `at_home=()`."""
    story = Story(policy=under)
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
                wrong.append(f"{path.replace('__', '.')} is {_word(found)}, not {_word(value)}")
        if wrong:
            self.fail([f"{path} = {_word(value)}" for path, value in fields.items()], wrong)
        return self

    @property
    def state(self) -> Any:  # noqa: ANN401 - each kind of case has its own
        """The state of the case that the last step was about."""
        return self.states.get(self.case)

    # How it is told

    def decide(self, command: Command, now: datetime | None = None) -> tuple[Event, ...]:
        """Decide as the ledger does: the terms from the center, the role checked, then the decider."""
        kind = self.case = KIND_OF[type(command)]
        home: CenterState | None = self.states.get("center")
        moment = now or command.occurred_at or self.moment
        if command.subject_field == "case" and getattr(command, "case", None) is None:
            command = command.model_copy(update={"case": f"{kind}:1"})
        terms = Terms(now=moment, calendar=ChineseCalendar())
        if kind != "center" and home is not None:
            number = number_of(home.id, kind, local_day(command.occurred_at or moment, home.zone), 1)
            terms = Terms(now=moment, calendar=ChineseCalendar(), policy=self.policy, center=home, number=number)
            authorise(command, self.policy)
        return DECIDERS[kind].decide(command, self.states.get(kind), terms)

    def take(self, event: Event) -> None:
        """Take an event into the state of its kind."""
        kind = event.name.partition(".")[0]
        self.case = kind
        self.states[kind] = DECIDERS[kind].evolve(self.states.get(kind), event)
        self.moment = max(self.moment, event.occurred_at)

    def tell(self, lead: str, step: Step, now: str | None = None) -> None:
        """Add a step to the words of the story."""
        self.words.append(f"{lead} {_sentence(step)}" + (f" (recorded {now})" if now else ""))

    def fail(self, expected: Iterable[Happened | str], wrong: Iterable[str]) -> NoReturn:
        """Print the story and what did not come true."""
        told = [item if isinstance(item, str) else _expectation(item) for item in expected] or ["nothing happens"]
        came = [_sentence(event) for event in self.events] or ["nothing"]
        lines = [
            *self.words,
            *(f"{'Then' if n == 0 else '  and'} {line}" for n, line in enumerate(told)),
            *(f"{'But' if n == 0 else '  and'} {line}" for n, line in enumerate(wrong)),
            *(f"{'What happened:' if n == 0 else '              '} {line}" for n, line in enumerate(came)),
        ]
        raise AssertionError("the story did not come true\n\n    " + "\n    ".join(lines))


def _sentence(step: Step) -> str:
    head = step.name.rsplit(".v", 1)[0].replace(".", " ").replace("_", " ")
    fields = {name: getattr(step, name) for name in type(step).model_fields}
    when = fields.pop("occurred_at", None)
    actor = fields.pop("actor", None)
    by = f" by the {actor.role.en}" if actor else ""
    told = ", ".join(f"{name} {_word(_plain(value))}" for name, value in fields.items() if value not in (None, ()))
    return f"{head}{by}{f' at {_word(when)}' if when else ''}{f': {told}' if told else ''}"


def _expectation(expected: Happened) -> str:
    head = expected.kind.name.rsplit(".v", 1)[0].replace(".", " ").replace("_", " ")
    told = ", ".join(f"{name} {_word(value)}" for name, value in expected.fields.items())
    return f"{head}{f': {told}' if told else ''}"


def _plain(value: object) -> object:
    return value.text if isinstance(value, Clear) else value


def _word(value: object) -> str:
    match value:
        case datetime():
            return f"{value.astimezone(SHANGHAI):%Y-%m-%d %H:%M:%S.%f}".removesuffix(".000000").removesuffix(":00")
        case Coded():
            return f"{value.en} {value.zh}"
        case Enum():
            return str(value.value)
        case BaseModel():
            return type(value).__name__
        case str():
            return f"“{value}”"
        case _:
            return str(value)
