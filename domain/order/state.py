"""What is known of a service order, turn by turn; and how each event adds to it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

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


@dataclass(frozen=True, slots=True)
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


@dataclass(frozen=True, slots=True)
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


@dataclass(frozen=True, slots=True)
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


def evolve(state: OrderState | None, event: Event) -> OrderState | None:  # noqa: PLR0911 - one branch an event
    """Take an event into the state; never refuses and computes nothing new."""
    if isinstance(event, OrderRequested):
        first = Turn(
            event.turn, event.occurred_at, arrival_agreed=event.arrival_agreed, arrival_due_at=event.arrival_due_at
        )
        return OrderState(requested=event, turns=(first,))
    if state is None:
        return None
    match event:
        case PriceAgreed():
            price = Price(event.price, event.turn, event.occurred_at, event.basis, event.amount)
            return replace(state, prices=(*state.prices, price))
        case OrderDispatched() | OrderReceived() | OrderArrived():
            return _on_the_way(state, event)
        case OrderCompleted():
            return replace(state, turns=(*state.turns[:-1], _completed(state.turn, event)))
        case OrderCalledBack():
            return replace(state, callbacks=(*state.callbacks, _callback(event)))
        case OrderEnded():
            return replace(state, ended_at=event.occurred_at, ending=event.ending)
        case _:
            return state


def _on_the_way(state: OrderState, event: OrderDispatched | OrderReceived | OrderArrived) -> OrderState:
    *earlier, turn = state.turns
    *before, last = state.dispatches or (None,)
    match event:
        case OrderDispatched():
            turn = replace(turn, arrival_agreed=event.arrival_agreed, arrival_due_at=event.arrival_due_at)
            sent = Dispatch(
                number=event.dispatch,
                turn=event.turn,
                at=event.occurred_at,
                to_kind=event.to_kind,
                to=event.to,
                planned_completion_at=event.planned_completion_at,
                agreement=event.agreement,
            )
            return replace(state, turns=(*earlier, turn), dispatches=(*state.dispatches, sent))
        case OrderReceived() if last:
            turn = replace(
                turn,
                arrival_agreed=event.arrival_agreed,
                arrival_due_at=event.arrival_due_at,
                first_received_at=turn.first_received_at or event.occurred_at,
            )
            last = replace(last, received_at=event.occurred_at)
            return replace(state, turns=(*earlier, turn), dispatches=(*before, last), receipts=event.receipt)
        case OrderArrived() if last:
            turn = replace(turn, first_arrived_at=turn.first_arrived_at or event.occurred_at)
            last = replace(last, arrived_at=event.occurred_at)
            return replace(state, turns=(*earlier, turn), dispatches=(*before, last), arrivals=event.arrival)
        case _:
            return state


def _completed(turn: Turn, event: OrderCompleted) -> Turn:
    return replace(
        turn,
        completed_at=event.occurred_at,
        work_started_at=event.work_started_at,
        work_minutes=event.work_minutes,
        qualified=event.qualified,
        rating=event.rating,
        fee=event.fee,
        callback_due_at=event.callback_due_at,
    )


def _callback(event: OrderCalledBack) -> Callback:
    return Callback(
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
