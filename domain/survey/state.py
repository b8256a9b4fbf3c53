"""What is known of a survey, item by item; and how each event adds to it."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

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
    from collections.abc import Mapping
    from datetime import datetime

    from ..event import Event


@dataclass(frozen=True, slots=True)
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


def evolve(state: SurveyState | None, event: Event) -> SurveyState | None:  # noqa: PLR0911 - one branch an event
    """Take an event into the state; never refuses and computes nothing new."""
    if isinstance(event, FormApproved):
        return SurveyState(approved=event)
    if state is None:
        return None
    match event:
        case ItemListed():
            return replace(state, items=(*state.items, event), tallies={**state.tallies, event.item: Tally()})
        case SurveyDistributed():
            return replace(
                state,
                distributions=event.distribution,
                distributed=event.distributed,
                distributed_at=state.distributed_at or event.occurred_at,
                resident_households=event.resident_households,
                distribution_met=event.target_met,
                last_step_at=_later(state.last_step_at, event),
            )
        case FormReturned() | FormsCounted():
            return _returned(state, event)
        case ItemAnswered() | ItemCounted():
            return replace(state, tallies={**state.tallies, event.item: _counted(state.tallies[event.item], event)})
        case ItemClosed():
            return replace(state, item_figures=(*state.item_figures, event))
        case SurveyClosed():
            return replace(state, figures=event)
        case _:
            return state


def _returned(state: SurveyState, event: FormReturned | FormsCounted) -> SurveyState:
    one = isinstance(event, FormReturned)
    return replace(
        state,
        entry=Entry.FORMS if one else Entry.COUNTS,
        returned=event.form if isinstance(event, FormReturned) else event.returned,
        returned_by_visit=state.returned_by_visit
        + (event.by_visit if isinstance(event, FormReturned) else event.returned_by_visit),
        last_step_at=_later(state.last_step_at, event),
        last_returned_at=_later(state.last_returned_at, event),
    )


def _counted(tally: Tally, event: ItemAnswered | ItemCounted) -> Tally:
    if isinstance(event, ItemCounted):
        return Tally(event.satisfied, event.basically_satisfied, event.unsatisfied)
    return replace(tally, **{event.answer.value: getattr(tally, event.answer.value) + 1})


def _later(time: datetime | None, event: Event) -> datetime:
    return event.occurred_at if time is None else max(time, event.occurred_at)
