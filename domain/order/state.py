"""What is known of a service order, turn by turn; and how each event adds to it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from ..growth import replace
from .events import (
    OrderArrived,
    OrderCalledBack,
    OrderCompleted,
    OrderDispatched,
    OrderEnded,
    OrderReceived,
    OrderRequested,
    PriceAgreed,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime
    from decimal import Decimal

    from ..event import Event
    from ..values import Satisfaction, Way
    from .words import Ending, PriceBasis, Provider


@dataclass(frozen=True, slots=True)
class Price:
    """A price the customer agreed to."""

    number: int
    turn: int
    at: datetime
    basis: PriceBasis
    amount: Decimal


@dataclass(frozen=True)
class Dispatch:
    """One dispatch, with the receipt and the arrival that answered it."""

    number: int
    turn: int
    at: datetime
    to_kind: Provider
    to: str
    planned_completion_at: datetime | None = None
    agreement: str | None = None
    received_at: datetime | None = None
    arrived_at: datetime | None = None


@dataclass(frozen=True)
class Turn:
    """One turn of work; rework would be another, which never touches an earlier one (SO-10)."""

    number: int
    started_at: datetime
    arrival_agreed: bool = False
    arrival_due_at: datetime | None = None
    first_received_at: datetime | None = None
    first_arrived_at: datetime | None = None
    completed_at: datetime | None = None
    work_started_at: datetime | None = None
    work_minutes: int | None = None
    qualified: bool | None = None
    rating: Satisfaction | None = None
    fee: Decimal | None = None
    callback_due_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Callback:
    """One callback and its answers; `None` is an answer that was not given."""

    number: int
    turn: int
    at: datetime
    way: Way
    by_visit: bool
    timely: bool | None
    manners_satisfied: bool | None
    quality_satisfied: bool | None
    satisfied: bool | None


@dataclass(frozen=True)
class OrderState:
    """A service order as far as it has come."""

    requested: OrderRequested
    turns: tuple[Turn, ...]
    prices: tuple[Price, ...] = ()
    dispatches: tuple[Dispatch, ...] = ()
    receipts: int = 0
    arrivals: int = 0
    callbacks: tuple[Callback, ...] = ()
    ended_at: datetime | None = None
    ending: Ending | None = None

    @property
    def center(self) -> str:
        """The center whose order it is."""
        return self.requested.center

    @property
    def requested_at(self) -> datetime:
        """When the customer asked."""
        return self.requested.occurred_at

    @property
    def turn(self) -> Turn:
        """The current turn of work."""
        return self.turns[-1]

    @property
    def dispatch(self) -> Dispatch | None:
        """The last dispatch of the current turn."""
        last = self.dispatches[-1] if self.dispatches else None
        return last if last and last.turn == self.turn.number else None

    @property
    def callback(self) -> Callback | None:
        """The callback of the current turn."""
        return next((made for made in self.callbacks if made.turn == self.turn.number), None)

    @property
    def is_open(self) -> bool:
        """Whether it has not ended."""
        return self.ended_at is None

    @property
    def status(self) -> str:
        """Where the order stands, in one word; the same words as the facts' status column."""
        if self.ended_at is not None:
            return "ended"
        if self.callback:
            return "called_back"
        if self.turn.completed_at is not None:
            return "completed"
        if self.dispatch is None:
            return "requested"
        if self.dispatch.arrived_at is not None:
            return "arrived"
        return "dispatched" if self.dispatch.received_at is None else "received"


def evolve(state: OrderState | None, event: Event) -> OrderState | None:
    """Take an event into the state; never refuses and computes nothing new."""
    if type(event) is OrderRequested:
        first = Turn(
            event.turn, event.occurred_at, arrival_agreed=event.arrival_agreed, arrival_due_at=event.arrival_due_at
        )
        return OrderState(requested=event, turns=(first,))
    grow = GROWS.get(type(event))
    return state if state is None or grow is None else grow(state, event)


def _price_agreed(state: OrderState, event: PriceAgreed) -> OrderState:
    price = Price(event.price, event.turn, event.occurred_at, event.basis, event.amount)
    return replace(state, prices=(*state.prices, price))


def _dispatched(state: OrderState, event: OrderDispatched) -> OrderState:
    turn = replace(state.turn, arrival_agreed=event.arrival_agreed, arrival_due_at=event.arrival_due_at)
    sent = Dispatch(
        number=event.dispatch,
        turn=event.turn,
        at=event.occurred_at,
        to_kind=event.to_kind,
        to=event.to,
        planned_completion_at=event.planned_completion_at,
        agreement=event.agreement,
    )
    return replace(_with_turn(state, turn), dispatches=(*state.dispatches, sent))


def _received(state: OrderState, event: OrderReceived) -> OrderState:
    if not state.dispatches:
        return state
    *before, last = state.dispatches
    turn = replace(
        state.turn,
        arrival_agreed=event.arrival_agreed,
        arrival_due_at=event.arrival_due_at,
        first_received_at=state.turn.first_received_at or event.occurred_at,
    )
    answered = replace(last, received_at=event.occurred_at)
    return replace(_with_turn(state, turn), dispatches=(*before, answered), receipts=event.receipt)


def _arrived(state: OrderState, event: OrderArrived) -> OrderState:
    if not state.dispatches:
        return state
    *before, last = state.dispatches
    turn = replace(state.turn, first_arrived_at=state.turn.first_arrived_at or event.occurred_at)
    answered = replace(last, arrived_at=event.occurred_at)
    return replace(_with_turn(state, turn), dispatches=(*before, answered), arrivals=event.arrival)


def _completed(state: OrderState, event: OrderCompleted) -> OrderState:
    turn = replace(
        state.turn,
        completed_at=event.occurred_at,
        work_started_at=event.work_started_at,
        work_minutes=event.work_minutes,
        qualified=event.qualified,
        rating=event.rating,
        fee=event.fee,
        callback_due_at=event.callback_due_at,
    )
    return _with_turn(state, turn)


def _with_turn(state: OrderState, turn: Turn) -> OrderState:
    return replace(state, turns=(*state.turns[:-1], turn))


def _called_back(state: OrderState, event: OrderCalledBack) -> OrderState:
    callback = Callback(
        number=event.callback,
        turn=event.turn,
        at=event.occurred_at,
        way=event.way,
        by_visit=event.by_visit,
        timely=event.timely,
        manners_satisfied=event.manners_satisfied,
        quality_satisfied=event.quality_satisfied,
        satisfied=event.satisfied,
    )
    return replace(state, callbacks=(*state.callbacks, callback))


def _ended(state: OrderState, event: OrderEnded) -> OrderState:
    return replace(state, ended_at=event.occurred_at, ending=event.ending)


GROWS: Final[Mapping[type[Event], Callable[[OrderState, Any], OrderState]]] = {
    PriceAgreed: _price_agreed,
    OrderDispatched: _dispatched,
    OrderReceived: _received,
    OrderArrived: _arrived,
    OrderCompleted: _completed,
    OrderCalledBack: _called_back,
    OrderEnded: _ended,
}
"""By class, as in `..opinion.evolve`."""
