"""What is known of a survey, item by item; and how each event adds to it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from ..growth import replace
from .events import (
    FormApproved,
    FormReturned,
    FormsCounted,
    ItemAnswered,
    ItemClosed,
    ItemCounted,
    ItemListed,
    SurveyClosed,
    SurveyDistributed,
)
from .figures import Tally
from .words import Entry

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime

    from ..event import Event


@dataclass(frozen=True)
class SurveyState:
    """A survey as far as it has come; `tallies` holds every item of the form, in its order."""

    approved: FormApproved
    items: tuple[ItemListed, ...] = ()
    tallies: Mapping[str, Tally] = field(default_factory=dict)
    distributions: int = 0
    distributed: int = 0
    distributed_at: datetime | None = None
    resident_households: int | None = None
    distribution_met: bool | None = None
    entry: Entry | None = None
    returned: int = 0
    returned_by_visit: int = 0
    last_step_at: datetime | None = None
    last_returned_at: datetime | None = None
    item_figures: tuple[ItemClosed, ...] = ()
    figures: SurveyClosed | None = None

    @property
    def center(self) -> str:
        """The center whose survey it is."""
        return self.approved.center

    @property
    def approved_at(self) -> datetime:
        """When the form was approved."""
        return self.approved.occurred_at

    @property
    def closed_at(self) -> datetime | None:
        """When the figures were closed."""
        return self.figures.occurred_at if self.figures else None

    @property
    def is_open(self) -> bool:
        """Whether answers can still come in."""
        return self.figures is None

    @property
    def status(self) -> str:
        """Where the survey stands, in one word."""
        if self.figures:
            return "closed"
        if self.entry:
            return "returning"
        return "distributed" if self.distributions else "approved"


def evolve(state: SurveyState | None, event: Event) -> SurveyState | None:
    """Take an event into the state; never refuses and computes nothing new."""
    if type(event) is FormApproved:
        return SurveyState(approved=event)
    grow = GROWS.get(type(event))
    return state if state is None or grow is None else grow(state, event)


def _listed(state: SurveyState, event: ItemListed) -> SurveyState:
    return replace(state, items=(*state.items, event), tallies={**state.tallies, event.item: Tally()})


def _distributed(state: SurveyState, event: SurveyDistributed) -> SurveyState:
    return replace(
        state,
        distributions=event.distribution,
        distributed=event.distributed,
        distributed_at=state.distributed_at or event.occurred_at,
        resident_households=event.resident_households,
        distribution_met=event.target_met,
        last_step_at=_later(state.last_step_at, event),
    )


def _returned(state: SurveyState, event: FormReturned) -> SurveyState:
    return replace(
        state,
        entry=Entry.FORMS,
        returned=event.form,
        returned_by_visit=state.returned_by_visit + event.by_visit,
        last_step_at=_later(state.last_step_at, event),
        last_returned_at=_later(state.last_returned_at, event),
    )


def _forms_counted(state: SurveyState, event: FormsCounted) -> SurveyState:
    return replace(
        state,
        entry=Entry.COUNTS,
        returned=event.returned,
        returned_by_visit=state.returned_by_visit + event.returned_by_visit,
        last_step_at=_later(state.last_step_at, event),
        last_returned_at=_later(state.last_returned_at, event),
    )


def _answered(state: SurveyState, event: ItemAnswered) -> SurveyState:
    tally = state.tallies[event.item]
    answer = event.answer.value
    return _with_tally(state, event.item, replace(tally, **{answer: getattr(tally, answer) + 1}))


def _item_counted(state: SurveyState, event: ItemCounted) -> SurveyState:
    return _with_tally(state, event.item, Tally(event.satisfied, event.basically_satisfied, event.unsatisfied))


def _with_tally(state: SurveyState, item: str, tally: Tally) -> SurveyState:
    return replace(state, tallies={**state.tallies, item: tally})


def _item_closed(state: SurveyState, event: ItemClosed) -> SurveyState:
    return replace(state, item_figures=(*state.item_figures, event))


def _closed(state: SurveyState, event: SurveyClosed) -> SurveyState:
    return replace(state, figures=event)


def _later(time: datetime | None, event: Event) -> datetime:
    return event.occurred_at if time is None else max(time, event.occurred_at)


GROWS: Final[Mapping[type[Event], Callable[[SurveyState, Any], SurveyState]]] = {
    ItemListed: _listed,
    SurveyDistributed: _distributed,
    FormReturned: _returned,
    FormsCounted: _forms_counted,
    ItemAnswered: _answered,
    ItemCounted: _item_counted,
    ItemClosed: _item_closed,
    SurveyClosed: _closed,
}
"""By class, as in `..opinion.evolve`."""
