"""Hypothesis strategies: for every command, and for whole histories of a center. They alone need Hypothesis.

`commands(kind)` gives commands that are right in their form, read off the command's own fields; the domain may still
refuse them. `histories()` gives what a center may have lived through, each command with the moment of its recording.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from enum import Enum
from functools import cache
from types import UnionType
from typing import Annotated, Any, Final, TypeVar, Union, get_args, get_origin, get_type_hints

from hypothesis import strategies as st
from hypothesis.strategies import DrawFn, SearchStrategy
from pydantic import BaseModel

from ...domain import values
from ...domain.catalogue import COMMANDS, KIND_OF
from ...domain.center import ReportHouseholds, ZoneName
from ...domain.command import Command
from ...domain.opinion.attachments import Sha256
from ...domain.opinion.commands import AcceptOpinion, CallBackOpinion, DispatchOpinion
from ...domain.opinion.corrections import CorrectCallback, CorrectOpinion
from ...domain.opinion.deadlines import AGREEABLE, AgreeTime
from ...domain.opinion.merging import MergeOpinion
from ...domain.opinion.parties import InformParty, TrackParty
from ...domain.opinion.platform import MakeContact, SubmitSolution
from ...domain.opinion.state import OpinionState
from ...domain.opinion.words import Level, Receiver
from ...domain.order.commands import CallBackOrder, CompleteOrder, DispatchOrder, EndOrder, RequestOrder
from ...domain.order.words import Priority
from ...domain.personal import PersonalText
from ...domain.policy import Policy
from ...domain.refusal import Refused
from ...domain.survey.commands import DistributeSurvey, RecordSurveyCounts, ReturnSurveyForm
from ...domain.survey.state import SurveyState
from ..policies import load, shipped
from .builders import CENTER, ESTATES, W08, adopt, at, register
from .moves import likely
from .world import World

Asked = TypeVar("Asked", bound=Command)
Made = TypeVar("Made", bound=BaseModel)

_START: Final = at("2025-12-29 09:00")  # a month's end, a year's end and a holiday are near
_DAY: Final = timedelta(days=1)
_PAUSES: Final = (
    st.just(timedelta()) | st.timedeltas(timedelta(), timedelta(hours=3)) | st.timedeltas(timedelta(), 9 * _DAY)
)

texts: Final = (
    st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), min_size=1, max_size=30)
    | st.sampled_from(["水龙头漏水 🔨", "null", "0012", "'; --", '{"a": 1}', " \\"])
).filter(lambda text: text.strip() != "")
"""What people write: every character that can be stored."""

moments: Final = st.datetimes(
    datetime(2020, 1, 1),  # noqa: DTZ001 - Hypothesis adds the zone
    datetime(2029, 12, 31),  # noqa: DTZ001 - as above
    timezones=st.just(UTC),
)

_TAILS: Final = st.from_regex(r"[a-z0-9][a-z0-9._:-]{0,19}", fullmatch=True)
_RIGHT: Final[tuple[tuple[Any, SearchStrategy[Any]], ...]] = (
    (values.Id, _TAILS),
    (values.Code, st.from_regex(r"[a-z0-9][a-z0-9_.-]{0,19}", fullmatch=True)),
    (values.CenterId, st.from_regex(r"center:[a-z0-9][a-z0-9-]{0,23}", fullmatch=True)),
    (values.OpinionId, _TAILS.map(lambda tail: f"opinion:{tail}")),
    (values.OrderId, _TAILS.map(lambda tail: f"order:{tail}")),
    (values.SurveyId, _TAILS.map(lambda tail: f"survey:{tail}")),
    (Sha256, st.from_regex(r"[0-9a-f]{64}", fullmatch=True)),
    (values.Text, texts),
    (values.Label, texts),
    (PersonalText, texts),
    (values.UtcTime, moments),
    (values.Money, st.decimals(0, 9_999_999_999, places=2)),
    (values.Count, st.integers(0, 2**31 - 1)),
    (ZoneName, st.sampled_from(["Asia/Shanghai", "UTC", "America/New_York", "Pacific/Kiritimati"])),
    (date, st.dates(date(2000, 1, 1), date(2029, 12, 31))),
    (bool, st.booleans()),
    (Policy, st.sampled_from([load(name) for name in shipped()])),
)
"""What is right for each type that a command's field has; longer texts and ids are right too, and only slower."""

_FIELDS: Final[dict[tuple[type[BaseModel], str], SearchStrategy[Any]]] = {
    (DistributeSurvey, "forms"): st.integers(1, 2**31 - 1),
}
"""Fields that take less than their type does."""

_PLACE: Final = {"estate": st.none() | st.just(ESTATES[0].id), "area": st.none() | st.sampled_from(ESTATES[0].areas)}
_WAYS: Final = st.sampled_from([way for way in values.Way if way is not values.Way.NONE])
_SIMPLY_FITTING: Final[dict[type[Command], dict[str, object]]] = {
    ReportHouseholds: {"total_households": st.integers(300, 500), "resident_households": st.integers(0, 300)},
    CallBackOpinion: {"way": _WAYS},
    InformParty: {"way": _WAYS},
    MakeContact: {"way": _WAYS},
    CallBackOrder: {"way": _WAYS, "customer_signed": True},
    EndOrder: {"not_sampled": False, "explanation": texts},
    DistributeSurvey: {"forms": st.integers(1, 5)},
}
"""Fields that the domain wants beyond their form, whatever the state."""


@dataclass(frozen=True)
class Step:
    """A command, and the moment at which it is recorded: put the clock there, then do it."""

    at: datetime
    command: Command


def commands(kind: type[Asked], /, **given: object) -> SearchStrategy[Asked]:
    """Give commands of one kind that are right in their form.

    Args:
        kind: one of `caseledger.COMMANDS`.
        given: fields that are not free, as values or as strategies.

    Raises:
        LookupError: the kind has a field of a type that is not known here.

    """
    return _models(kind, **given)


def any_command() -> SearchStrategy[Command]:
    """Give commands of all kinds that are right in their form."""
    return st.one_of([commands(kind) for kind in COMMANDS.values()])


def _models(kind: type[Made], /, **given: object) -> SearchStrategy[Made]:
    fixed = {name: value if isinstance(value, SearchStrategy) else st.just(value) for name, value in given.items()}
    return st.fixed_dictionaries({**_free(kind), **fixed}).map(kind.model_validate)


@cache
def _free(kind: type[BaseModel]) -> dict[str, SearchStrategy[Any]]:
    hints = get_type_hints(kind, include_extras=True)
    return {name: _FIELDS[kind, name] if (kind, name) in _FIELDS else _right(hints[name]) for name in kind.model_fields}


def _right(hint: Any) -> SearchStrategy[Any]:  # noqa: ANN401, PLR0911 - whatever a field is annotated with, each in its way
    """Values that are right for a type."""
    for known, strategy in _RIGHT:
        if hint == known:
            return strategy
    parts = get_args(hint)
    match get_origin(hint):
        case builtin if builtin is Annotated:
            return _right(parts[0])
        case union if union in {Union, UnionType}:
            return st.one_of([_right(part) for part in parts])
        case builtin if builtin is tuple:
            return st.lists(_right(parts[0]), min_size=1, max_size=4, unique_by=_id_of).map(tuple)
        case builtin if builtin is dict:
            return st.dictionaries(_right(parts[0]), _right(parts[1]), max_size=4)
    if hint is type(None):
        return st.none()
    if isinstance(hint, type) and issubclass(hint, Enum):
        return st.sampled_from(hint)
    if isinstance(hint, type) and issubclass(hint, BaseModel):
        return _models(hint)
    raise LookupError(f"no strategy is known for {hint!r}; name one in caseledger.adapters.testing.strategies")


def _id_of(part: object) -> object:
    """Parts of a list are told apart by their id: estates, items of a form."""
    return getattr(part, "id", None) or getattr(part, "item", part)


@st.composite
def histories(draw: DrawFn, *, max_steps: int = 30, policy: Policy = W08, refused: bool = False) -> tuple[Step, ...]:
    """Give what `center:sz01` may have lived through, from its registration on, in the order of recording.

    Steps are a moment to days apart, some recorded late and with the reason; several cases are open at a time.

    Args:
        draw: Hypothesis' own.
        max_steps: how many commands there may be after the center is opened.
        policy: what governs the cases.
        refused: keep also what the domain refuses; otherwise every step is taken.

    """
    world = World(policy, CENTER)
    steps = [
        Step(_START, register(_START, command_id="cmd:0")),
        Step(_START, adopt(_START, command_id="cmd:1", policy=policy)),
    ]
    for step in steps:
        world.ask(step.command, step.at)
    now = _START
    for number in range(2, 2 + draw(st.integers(0, max_steps))):
        now += draw(_PAUSES)
        case = draw(st.sampled_from([None, *world.open_cases()]))
        kinds: Sequence[type[Command]] = likely(world.states[case]) if case else (*likely(None), ReportHouseholds)
        kind = draw(st.sampled_from(kinds))
        command = draw(_next(kind, world, case or f"{KIND_OF[kind]}:{number}", (now, number)))
        try:
            world.ask(command, now)
        except Refused:
            if not refused:
                continue
        steps.append(Step(now, command))
    return tuple(steps)


@st.composite
def _next(draw: DrawFn, kind: type[Command], world: World, case: str, about: tuple[datetime, int]) -> Command:
    """Draw a command that the domain will mostly take; `about` is now and the command's number."""
    now, number = about
    role = draw(st.sampled_from(world.policy.authority.get(kind.name) or list(values.Role)))
    since = world.last.get(case, now - _DAY)
    happened = draw(st.just(now) | _between(since, now))
    fixed: dict[str, object] = {
        "command_id": f"cmd:{number}",
        "actor": {"id": f"staff:{number % 3}", "role": role, "center": CENTER},
        "occurred_at": happened,
        "late_reason": st.sampled_from(values.LateReason) if now - happened > _DAY else None,
        **({"center": CENTER} if kind.creates or kind is ReportHouseholds else {}),
        **({} if kind is ReportHouseholds else {"case": case}),
    }
    return draw(commands(kind, **{**fixed, **_fitting(kind, world, case, happened)}))


def _between(since: datetime, until: datetime) -> SearchStrategy[datetime]:
    return st.timedeltas(timedelta(), max(until - since, timedelta())).map(lambda ago: until - ago)


def _fitting(kind: type[Command], world: World, case: str, moment: datetime) -> dict[str, object]:
    """Fields that the domain wants beyond their form, of a case as it stands."""
    wanted = _FITTING.get(kind)
    return _SIMPLY_FITTING.get(kind, {}) if wanted is None else wanted(_Asked(world, case, moment))


@dataclass(frozen=True)
class _Asked:
    """Of which case something is asked, and when it happens."""

    world: World
    case: str
    moment: datetime

    @property
    def state(self) -> Any:  # noqa: ANN401 - each kind of case has its own
        """What is known of the case."""
        return self.world.states.get(self.case)

    @property
    def agreed(self) -> SearchStrategy[datetime | None]:
        """A time agreed with the customer, or none."""
        return st.none() | st.timedeltas(timedelta(minutes=1), 30 * _DAY).map(lambda ahead: self.moment + ahead)

    def opinions(self, *, is_open: bool) -> list[str]:
        """Other opinions that are open, or have ended."""
        states = self.world.states.items()
        fits = [one for one, state in states if isinstance(state, OpinionState) and state.is_open is is_open]
        return [one for one in fits if one != self.case]


def _accepted(asked: _Asked) -> dict[str, object]:
    codes = st.none() | st.sampled_from(sorted(asked.world.policy.categories))
    linked = st.sampled_from([None, *asked.opinions(is_open=False)])
    free = {"agreed_response_at": asked.agreed, "agreed_handling_at": asked.agreed, "linked_to": linked}
    return {**_PLACE, "category": codes, **free}


def _requested(asked: _Asked) -> dict[str, object]:
    codes = st.none() | st.sampled_from(sorted(asked.world.policy.order_categories))
    return {**_PLACE, "category": codes, "agreed_arrival_at": asked.agreed}


def _handed(asked: _Asked) -> dict[str, object]:
    """To whom a case may be handed: what the company accepted, to its center too (OP-8)."""
    if asked.state.accepted.level is Level.COMPANY:
        return {"to_kind": Receiver.CENTER, "to": asked.state.center}
    return {"to_kind": st.sampled_from([kind for kind in Receiver if kind is not Receiver.CENTER])}


def _dispatched(asked: _Asked) -> dict[str, object]:
    needed = asked.state.requested.priority is Priority.CAN_WAIT and asked.state.turn.arrival_due_at is None
    return {"agreement": "agreement:1", "agreed_arrival_at": asked.moment + _DAY if needed else None}


def _completed(asked: _Asked) -> dict[str, object]:
    prices = asked.state.prices
    fees = st.decimals(0, prices[-1].amount, places=2) if prices else st.just(Decimal())
    return {"tested": True, "signed": True, "work_started_at": None, "fee": fees}


def _returned(asked: _Asked) -> dict[str, object]:
    items = st.sampled_from(list(asked.state.tallies))
    return {"answers": st.dictionaries(items, st.sampled_from(values.Satisfaction))}


def _corrected(asked: _Asked) -> dict[str, object]:
    return {**_PLACE, "category": st.sampled_from(sorted(asked.world.policy.categories)), "unknown": ()}


_FITTING: Final[dict[type[Command], Callable[[_Asked], dict[str, object]]]] = {
    AcceptOpinion: _accepted,
    DispatchOpinion: _handed,
    CorrectOpinion: _corrected,
    CorrectCallback: lambda asked: {"callback": st.integers(1, len(asked.state.callbacks))},
    TrackParty: lambda asked: {"party": st.sampled_from(asked.state.parties)},
    MergeOpinion: lambda asked: {"into": st.sampled_from(asked.opinions(is_open=True) or [asked.case])},
    AgreeTime: lambda asked: {"clock": st.sampled_from(AGREEABLE), "until": asked.moment + _DAY},
    SubmitSolution: lambda asked: {"completion_at": asked.moment + _DAY},
    RequestOrder: _requested,
    DispatchOrder: _dispatched,
    CompleteOrder: _completed,
    ReturnSurveyForm: _returned,
    RecordSurveyCounts: lambda asked: _counts(asked.state),
}
"""Fields that the domain wants beyond their form, by the state of the case."""


@st.composite
def _answers(draw: DrawFn, returned: int) -> dict[str, int]:
    happy = draw(st.integers(0, returned))
    fairly = draw(st.integers(0, returned - happy))
    unhappy = draw(st.integers(0, returned - happy - fairly))
    return {"satisfied": happy, "basically_satisfied": fairly, "unsatisfied": unhappy}


def _counts(state: SurveyState) -> dict[str, object]:
    items = st.fixed_dictionaries({item: _answers(state.distributed) for item in state.tallies})
    return {"returned": state.distributed, "returned_by_visit": st.integers(0, state.distributed), "counts": items}
