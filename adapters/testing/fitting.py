"""Fields that the domain wants beyond their form: of a case as it stands, and whatever the state."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

from hypothesis import strategies as st
from hypothesis.strategies import DrawFn, SearchStrategy

from ...domain import values
from ...domain.center import ReportEstateHouseholds, ReportHouseholds
from ...domain.command import Command
from ...domain.opinion.alerts import ConfirmAlert, DismissAlert, ForwardAlert, SubmitAlertPlan
from ...domain.opinion.approval import ReferPlan
from ...domain.opinion.commands import AcceptOpinion, AssessOpinion, CallBackOpinion, DispatchOpinion
from ...domain.opinion.corrections import CorrectCallback, CorrectOpinion
from ...domain.opinion.deadlines import AgreeTime
from ...domain.opinion.merging import MergeOpinion
from ...domain.opinion.parties import InformParty, TrackParty
from ...domain.opinion.platform import MakeContact, SubmitSolution
from ...domain.opinion.state import OpinionState
from ...domain.opinion.suggestions import DecideSuggestion
from ...domain.opinion.words import Kind, Level, Receiver, Validity
from ...domain.order.commands import CallBackOrder, CompleteOrder, DispatchOrder, EndOrder, RequestOrder
from ...domain.order.words import Priority
from ...domain.survey.commands import DistributeSurvey, RecordSurveyCounts, ReturnSurveyForm
from ...domain.survey.state import SurveyState
from .builders import ESTATES
from .forms import texts
from .moves import approvers, clocks_to_agree, mergeable

if TYPE_CHECKING:
    from .world import World

_DAY: Final = timedelta(days=1)
_PLACE: Final = {"estate": st.none() | st.just(ESTATES[0].id), "area": st.none() | st.sampled_from(ESTATES[0].areas)}
_WAYS: Final = st.sampled_from([way for way in values.Way if way is not values.Way.NONE])
_SIMPLY_FITTING: Final[dict[type[Command], dict[str, object]]] = {
    ReportEstateHouseholds: {"estate": ESTATES[0].id},
    ReportHouseholds: {"total_households": st.integers(300, 500), "resident_households": st.integers(0, 300)},
    CallBackOpinion: {"way": _WAYS},
    DecideSuggestion: {"reason": texts},
    InformParty: {"way": _WAYS},
    MakeContact: {"way": _WAYS},
    CallBackOrder: {"way": _WAYS, "customer_signed": True},
    EndOrder: {"not_sampled": False, "explanation": texts},
    DistributeSurvey: {"forms": st.integers(1, 5)},
}
"""Fields that the domain wants beyond their form, whatever the state."""


def fitting(kind: type[Command], world: World, case: str, moment: datetime) -> dict[str, object]:
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

    @property
    def ended(self) -> list[str]:
        """Opinions that have ended, to which a new one may be linked."""
        states = self.world.states.items()
        return [one for one, state in states if isinstance(state, OpinionState) and not state.is_open]


def _accepted(asked: _Asked) -> dict[str, object]:
    codes = st.none() | st.sampled_from(sorted(asked.world.policy.categories))
    linked = st.sampled_from([None, *asked.ended])
    free = {"agreed_response_at": asked.agreed, "agreed_handling_at": asked.agreed, "linked_to": linked}
    kinds = st.sampled_from([Kind.COMPLAINT] * len(Kind) + list(Kind))  # complaints alone have the whole flow
    return {**_PLACE, "kind": kinds, "category": codes, **free}


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


def _of_last_alert(asked: _Asked) -> dict[str, object]:
    return {"level": asked.state.alerts[-1].level}


_FITTING: Final[dict[type[Command], Callable[[_Asked], dict[str, object]]]] = {
    AcceptOpinion: _accepted,
    DispatchOpinion: _handed,
    CorrectOpinion: _corrected,
    CorrectCallback: lambda asked: {"callback": st.integers(1, len(asked.state.callbacks))},
    TrackParty: lambda asked: {"party": st.sampled_from(asked.state.parties)},
    AssessOpinion: lambda _: {"validity": st.sampled_from([Validity.VALID] * len(Validity) + list(Validity))},
    ReferPlan: lambda asked: {"to_level": st.sampled_from(approvers(asked.world, asked.state)[1:])},
    MergeOpinion: lambda asked: {"into": st.sampled_from(mergeable(asked.world, asked.state))},
    AgreeTime: lambda asked: {
        "clock": st.sampled_from(clocks_to_agree(asked.world, asked.state)),
        "until": asked.moment + _DAY,
    },
    SubmitSolution: lambda asked: {"completion_at": asked.moment + _DAY},
    ConfirmAlert: _of_last_alert,
    DismissAlert: _of_last_alert,
    ForwardAlert: _of_last_alert,
    SubmitAlertPlan: lambda asked: {**_of_last_alert(asked), "completion_at": asked.moment + _DAY},
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
