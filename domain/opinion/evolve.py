"""How an opinion grows by each event of its flow."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, TypeAlias

from ..growth import replace
from .company import HandedDown
from .duty import notice_of
from .events import (
    CalledBack,
    FollowedUp,
    HandlingFinished,
    OpinionAccepted,
    OpinionAssessed,
    OpinionCommented,
    OpinionDispatched,
    OpinionEnded,
    OpinionResponded,
    OpinionTransferred,
    PlanApproved,
    PlanProposed,
    PlanReturned,
    RehandlingStarted,
)
from .state import Callback, FollowUp, OpinionState, Turn
from .words import PlanStatus, Receiver

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from ..event import Event

    Grow: TypeAlias = Callable[[OpinionState, Any], OpinionState]


def evolve(state: OpinionState | None, event: Event) -> OpinionState | None:
    """Take an event into the state; never refuses and computes nothing new."""
    if type(event) is OpinionAccepted:
        turns = (Turn(event.turn, event.occurred_at),)
        return OpinionState(accepted=event, turns=turns, severity=event.severity, notice=notice_of(event))
    grow = GROWS.get(type(event))
    return state if state is None or grow is None else grow(state, event)


def _assessed(state: OpinionState, event: OpinionAssessed) -> OpinionState:
    return replace(
        state,
        validity=event.validity,
        flow=event.flow,
        severity=event.severity or state.severity,
        assessments=event.assessment,
        assessed_at=event.occurred_at,
        assessed_by=event.assessed_by,
        follow_up_due_at=event.follow_up_due_at,
        notice=state.notice or notice_of(event),
    )


def _handed_on(state: OpinionState, event: OpinionDispatched | OpinionTransferred) -> OpinionState:
    working = (*state.working, event.to) if event.jointly else (event.to,)
    down = HandedDown(event.occurred_at) if event.to_kind is Receiver.CENTER else state.handed_down
    return replace(state, dispatches=event.dispatch, handler=event.to, working=working, handed_down=down)


def _responded(state: OpinionState, event: OpinionResponded) -> OpinionState:
    return replace(state, responded_at=event.occurred_at)


def _proposed(state: OpinionState, event: PlanProposed) -> OpinionState:
    return _with_turn(
        state,
        replace(
            state.turn,
            plans=event.plan,
            plan_status=PlanStatus.PROPOSED,
            plan_first_proposed_at=state.turn.plan_first_proposed_at or event.occurred_at,
            plan_last_proposed_at=event.occurred_at,
            referred_to=None,
        ),
    )


def _approved(state: OpinionState, event: PlanApproved) -> OpinionState:
    turn = replace(state.turn, plan_status=PlanStatus.APPROVED, plan_approved_at=event.occurred_at)
    return _with_turn(state, turn)


def _returned(state: OpinionState, _event: PlanReturned) -> OpinionState:
    turn = replace(state.turn, plan_status=PlanStatus.RETURNED, plans_returned=state.turn.plans_returned + 1)
    return _with_turn(state, turn)


def _finished(state: OpinionState, event: HandlingFinished) -> OpinionState:
    return _with_turn(
        state,
        replace(
            state.turn,
            finished_at=event.occurred_at,
            callback_due_at=event.callback_due_at,
            callback_due_provisional=event.callback_due_provisional,
        ),
    )


def _with_turn(state: OpinionState, turn: Turn) -> OpinionState:
    return replace(state, turns=(*state.turns[:-1], turn))


def _followed_up(state: OpinionState, event: FollowedUp) -> OpinionState:
    told = FollowUp(event.follow_up, event.turn, event.occurred_at, event.way, event.was_due_at)
    return replace(state, follow_ups=(*state.follow_ups, told), follow_up_due_at=event.follow_up_due_at)


def _called_back(state: OpinionState, event: CalledBack) -> OpinionState:
    callback = Callback(
        number=event.callback,
        turn=event.turn,
        at=event.occurred_at,
        way=event.way,
        handled_in_time=event.handled_in_time,
        outcome_satisfied=event.outcome_satisfied,
        attitude_satisfied=event.attitude_satisfied,
        satisfied=event.satisfied,
    )
    return replace(state, callbacks=(*state.callbacks, callback))


def _handled_again(state: OpinionState, event: RehandlingStarted) -> OpinionState:
    turns = (*state.turns, Turn(event.turn, event.occurred_at))
    return replace(state, turns=turns, ended_at=None, ending=None, source_status=None)


def _commented(state: OpinionState, _event: OpinionCommented) -> OpinionState:
    return replace(state, comments=state.comments + 1)


def _ended(state: OpinionState, event: OpinionEnded) -> OpinionState:
    ended = _with_turn(state, replace(state.turn, ended_at=event.occurred_at))
    return replace(ended, ended_at=event.occurred_at, ending=event.ending, source_status=event.source_status)


GROWS: Final[Mapping[type[Event], Grow]] = {
    OpinionAssessed: _assessed,
    OpinionDispatched: _handed_on,
    OpinionTransferred: _handed_on,
    OpinionResponded: _responded,
    PlanProposed: _proposed,
    PlanApproved: _approved,
    PlanReturned: _returned,
    HandlingFinished: _finished,
    FollowedUp: _followed_up,
    CalledBack: _called_back,
    RehandlingStarted: _handled_again,
    OpinionCommented: _commented,
    OpinionEnded: _ended,
}
"""Looked up by class: asking event after event whether it is one of these is slow, as pydantic answers in Python."""
