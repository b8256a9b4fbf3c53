"""What is decided about a service order: each command becomes events, or a refusal that names the rule."""

from __future__ import annotations

from functools import singledispatch
from typing import TYPE_CHECKING

from ..checks import known, known_place, moment_of, not_early
from ..personal import personal
from ..refusal import AlreadyExists, MissingDetail, UnknownCase, WrongState
from ..terms import Terms
from ..values import Way
from . import commands as ask
from . import events as did
from .completion import complete
from .words import Ending, Priority, Provider

if TYPE_CHECKING:
    from datetime import datetime

    from ..command import Command
    from ..event import Event
    from .state import Dispatch, OrderState


def decide(command: Command, state: OrderState | None, terms: Terms) -> tuple[Event, ...]:
    """Answer a command with what happens, or refuse; pure.

    Raises:
        Refused: with the rule, what was refused, and what would be accepted.

    """
    if isinstance(command, ask.RequestOrder):
        if state is not None:
            raise AlreadyExists(f"{command.case} is in the ledger", rule="ids", right="another id", where="case")
        return _request(command, terms)
    if state is None:
        raise UnknownCase("no such order is in the ledger", rule="ids", right="request_order first", where="case")
    if state.ended_at is not None:
        raise WrongState("the order has ended", rule="SO-11", right="a new order", where="case")
    return _decide(command, state, terms)


def _request(command: ask.RequestOrder, terms: Terms) -> tuple[Event, ...]:
    if command.case is None or terms.number is None:
        raise MissingDetail("it has no id or number yet", rule="ids", right="ids and numbers from outside the domain")
    known(command.category, terms.rules.order_categories, where="category", rule="SO-1")
    known_place(terms, command.estate, command.area, rule="SO-1")
    moment = moment_of(command, terms)
    agreed = command.agreed_arrival_at
    early = not_early(agreed, moment, terms, where="agreed_arrival_at", rule="SO-6")
    subject = command.customer or command.case
    return (
        did.OrderRequested(
            occurred_at=moment,
            number=terms.number,
            contact=personal(command.contact, subject),
            place=personal(command.place, subject),
            content=personal(command.content, subject),
            arrival_agreed=agreed is not None,
            arrival_due_at=agreed,
            arrival_due_early=early,
            **command.model_dump(include=_COPIED),
        ),
    )


_COPIED = {
    "center",
    "channel",
    "category",
    "priority",
    "effort",
    "estate",
    "area",
    "unit",
    "customer",
    "linked_to",
    "source",
    "source_case",
}


@singledispatch
def _decide(command: Command, _state: OrderState, _terms: Terms) -> tuple[Event, ...]:
    raise TypeError(f"{type(command).__name__} is not a command about a service order")


@_decide.register(ask.AgreePrice)
def _agree(command: ask.AgreePrice, state: OrderState, terms: Terms) -> tuple[Event, ...]:
    _not_completed(state, rule="SO-2")
    since = state.prices[-1].at if state.prices else state.requested_at
    return (
        did.PriceAgreed(
            occurred_at=moment_of(command, terms, since=since, step="request or earlier price"),
            turn=state.turn.number,
            price=len(state.prices) + 1,
            basis=command.basis,
            amount=command.amount,
            note=personal(command.note, _subject(command, state)),
        ),
    )


@_decide.register(ask.DispatchOrder)
def _dispatch(command: ask.DispatchOrder, state: OrderState, terms: Terms) -> tuple[Event, ...]:
    _not_completed(state, rule="SO-4")
    if command.to_kind is Provider.SUPPLIER and command.agreement is None:
        raise MissingDetail(
            "no agreement with the supplier is on file",
            rule="SO-4",
            right="the reference of the signed agreement (委托服务协议)",
            where="agreement",
        )
    moment = moment_of(command, terms, since=_last_step(state), step="step before")
    agreed = command.agreed_arrival_at
    if agreed is not None and state.turn.arrival_due_at is not None:
        raise WrongState(
            "the time to arrive is set already",
            rule="SO-6",
            right="dispatch_order without one",
            where="agreed_arrival_at",
        )
    due = agreed or state.turn.arrival_due_at
    if due is None and state.requested.priority is Priority.CAN_WAIT:
        raise MissingDetail(
            "work that can wait is done at an agreed time", rule="SO-6", right="that time", where="agreed_arrival_at"
        )
    return (
        did.OrderDispatched(
            occurred_at=moment,
            turn=state.turn.number,
            dispatch=len(state.dispatches) + 1,
            to_kind=command.to_kind,
            to=command.to,
            agreement=command.agreement,
            planned_completion_at=command.planned_completion_at,
            arrival_agreed=agreed is not None or state.turn.arrival_agreed,
            arrival_due_at=due,
            arrival_due_early=not_early(agreed, moment, terms, where="agreed_arrival_at", rule="SO-6"),
            note=personal(command.note, _subject(command, state)),
        ),
    )


@_decide.register(ask.ReceiveOrder)
def _receive(command: ask.ReceiveOrder, state: OrderState, terms: Terms) -> tuple[Event, ...]:
    sent = _dispatched(state)
    if sent.received_at is not None:
        raise WrongState("this dispatch is received already", rule="SO-6", right="arrive_for_order next")
    moment = moment_of(command, terms, since=sent.at, step="dispatch")
    return (
        did.OrderReceived(
            occurred_at=moment,
            turn=state.turn.number,
            dispatch=sent.number,
            receipt=state.receipts + 1,
            arrival_agreed=state.turn.arrival_agreed,
            arrival_due_at=state.turn.arrival_due_at or _due(moment, state, terms),
        ),
    )


def _due(moment: datetime, state: OrderState, terms: Terms) -> datetime | None:
    """When to arrive, counted from the receipt; an order handed on keeps the first receipt's time (SO-6, ours)."""
    if state.turn.first_received_at is not None:
        return None
    urgent = state.requested.priority is Priority.URGENT
    due = terms.due(moment, terms.rules.arrival_urgent if urgent else terms.rules.arrival)
    return due.at if due else None


@_decide.register(ask.ArriveForOrder)
def _arrive(command: ask.ArriveForOrder, state: OrderState, terms: Terms) -> tuple[Event, ...]:
    sent = _dispatched(state)
    if sent.received_at is None:
        raise WrongState("the order is not received", rule="SO-6", right="receive_order before the arrival")
    if sent.arrived_at is not None:
        raise WrongState("the arrival is recorded already", rule="SO-6", right="complete_order next")
    return (
        did.OrderArrived(
            occurred_at=moment_of(command, terms, since=sent.received_at, step="receipt"),
            turn=state.turn.number,
            dispatch=sent.number,
            arrival=state.arrivals + 1,
        ),
    )


@_decide.register(ask.CompleteOrder)
def _complete(command: ask.CompleteOrder, state: OrderState, terms: Terms) -> tuple[Event, ...]:
    sent = _dispatched(state)
    if sent.arrived_at is None:
        raise WrongState("nobody has arrived", rule="SO-8", right="arrive_for_order before the completion")
    return complete(command, state, terms, arrived_at=sent.arrived_at, subject=_subject(command, state))


@_decide.register(ask.CallBackOrder)
def _call_back(command: ask.CallBackOrder, state: OrderState, terms: Terms) -> tuple[Event, ...]:
    if state.turn.completed_at is None:
        raise WrongState("the work is not completed", rule="SO-11", right="complete_order before the callback")
    if state.callback:
        raise WrongState("this turn has been called back", rule="SO-11", right="end_order")
    if command.way is Way.NONE:
        raise MissingDetail("a callback needs a way", rule="SO-11", right="phone, visit or questionnaire", where="way")
    by_visit = command.way is Way.VISIT
    if by_visit and not command.customer_signed:
        raise MissingDetail(
            "after a visit the customer signs", rule="SO-11", right="customer_signed true", where="customer_signed"
        )
    answers = (command.timely, command.manners_satisfied, command.quality_satisfied)
    follows = False if False in answers else None if None in answers else True
    subject = _subject(command, state)
    return (
        did.OrderCalledBack(
            occurred_at=moment_of(command, terms, since=state.turn.completed_at, step="completion"),
            callback=len(state.callbacks) + 1,
            turn=state.turn.number,
            way=command.way,
            by_visit=by_visit,
            customer_signed=command.customer_signed,
            timely=command.timely,
            manners_satisfied=command.manners_satisfied,
            quality_satisfied=command.quality_satisfied,
            satisfied=follows if command.satisfied is None else command.satisfied,
            provider_told=command.provider_told,
            remark=personal(command.remark, subject),
            further_needs=personal(command.further_needs, subject),
        ),
    )


@_decide.register(ask.EndOrder)
def _end(command: ask.EndOrder, state: OrderState, terms: Terms) -> tuple[Event, ...]:
    return (
        did.OrderEnded(
            occurred_at=moment_of(command, terms, since=_last_step(state), step="step before"),
            turn=state.turn.number,
            ending=_ending(command, state),
            explanation=personal(command.explanation, _subject(command, state)),
            source=command.source,
            source_status=command.source_status,
        ),
    )


def _ending(command: ask.EndOrder, state: OrderState) -> Ending:
    """Say how the order may end now (SO-10, SO-11; W08-04 五.7)."""
    if command.not_sampled and state.callback:
        raise WrongState("it was called back", rule="SO-11", right="end_order without not_sampled", where="not_sampled")
    if command.not_sampled and state.turn.completed_at is None:
        raise WrongState(
            "only completed orders are sampled",
            rule="SO-11",
            right="end_order with an explanation",
            where="not_sampled",
        )
    if state.turn.qualified is False and command.explanation is None:
        raise WrongState("the work is not qualified", rule="SO-10", right="rework, or end_order with an explanation")
    if state.callback:
        return Ending.AFTER_CALLBACK
    if command.not_sampled:
        return Ending.NOT_SAMPLED
    if command.explanation is not None:
        return Ending.WITH_EXPLANATION
    if state.turn.completed_at is None:
        raise WrongState("the work is not completed", rule="SO-8", right="complete_order first, or an explanation")
    raise WrongState("it was not called back", rule="SO-11", right="call_back_order, not_sampled, or an explanation")


def _dispatched(state: OrderState) -> Dispatch:
    _not_completed(state, rule="SO-8")
    if state.dispatch is None:
        raise WrongState("the order is not dispatched", rule="SO-4", right="dispatch_order first")
    return state.dispatch


def _not_completed(state: OrderState, *, rule: str) -> None:
    if state.turn.completed_at is not None:
        raise WrongState("the work of this turn is completed", rule=rule, right="call_back_order or end_order")


def _last_step(state: OrderState) -> datetime:
    """When the last step of the turn was, before which the next one cannot lie; a price may be agreed at any time."""
    if state.callback:
        return state.callback.at
    sent = state.dispatch
    on_the_way = (sent.arrived_at or sent.received_at or sent.at) if sent else state.turn.started_at
    return state.turn.completed_at or on_the_way


def _subject(command: ask.OfOrder, state: OrderState) -> str:
    """Whose key seals what was said: the customer's, or the order's own where the customer is unknown."""
    return state.requested.customer or command.case
