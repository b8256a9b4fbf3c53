"""Turns of handling: plan, approval, result, callback, another turn while something is wrong (OP-6 to OP-11)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..checks import moment_of
from ..personal import personal
from ..refusal import WrongState
from ..terms import Terms
from ..values import Way
from . import events as did
from .approval import may_sign
from .checks import in_flow, not_finished, proposed_at, satisfaction, subject, words
from .parties import party_informed
from .words import PlanStatus

if TYPE_CHECKING:
    from datetime import datetime

    from ..event import Event
    from . import commands as ask
    from .state import OpinionState


def propose(command: ask.ProposePlan, state: OpinionState, terms: Terms) -> tuple[Event, ...]:
    """A handler puts forward a plan (OP-6)."""
    in_flow(state)
    not_finished(state)
    if state.turn.plan_status in {PlanStatus.PROPOSED, PlanStatus.APPROVED}:
        raise WrongState(
            f"a plan of this turn is {state.turn.plan_status}", rule="OP-7", right="a plan only after return_plan"
        )
    return (
        did.PlanProposed(
            occurred_at=moment_of(command, terms, since=state.turn.started_at, step="start of the turn"),
            turn=state.turn.number,
            plan=state.turn.plans + 1,
            text=words(command.text, command, state),
        ),
    )


def approve(command: ask.ApprovePlan, state: OpinionState, terms: Terms) -> tuple[Event, ...]:
    """The responsible person signs the plan (OP-7)."""
    in_flow(state)
    since = proposed_at(state)
    may_sign(command, state, terms)
    return (
        did.PlanApproved(
            occurred_at=moment_of(command, terms, since=since, step="plan"),
            turn=state.turn.number,
            plan=state.turn.plans,
        ),
    )


def return_plan(command: ask.ReturnPlan, state: OpinionState, terms: Terms) -> tuple[Event, ...]:
    """The responsible person sends the plan back (OP-7)."""
    return (
        did.PlanReturned(
            occurred_at=moment_of(command, terms, since=proposed_at(state), step="plan"),
            turn=state.turn.number,
            plan=state.turn.plans,
            reason=words(command.reason, command, state),
        ),
    )


def finish(command: ask.FinishHandling, state: OpinionState, terms: Terms) -> tuple[Event, ...]:
    """The responsible person signs the result; the callback is due from here (OP-7, OP-10)."""
    in_flow(state)
    not_finished(state)
    signed = state.turn.plan_approved_at or issued_in_turn(state)
    if signed is None:
        raise WrongState(
            "the plan of this turn is not approved",
            rule="OP-7",
            right="propose_plan and approve_plan before the result",
        )
    party_informed(state)
    moment = moment_of(command, terms, since=signed, step="approval of the plan")
    due = terms.due(moment, terms.rules.callback)
    return (
        did.HandlingFinished(
            occurred_at=moment,
            turn=state.turn.number,
            result=words(command.result, command, state),
            callback_due_at=due.at if due else None,
            callback_due_provisional=due.provisional if due else False,
            calendar=terms.edition(terms.rules.callback),
        ),
    )


def issued_in_turn(state: OpinionState) -> datetime | None:
    """When the group desk issued a solution in this turn; it stands for the approved plan (GP-2)."""
    issued = state.platform.issued_at
    return None if issued is None or issued < state.turn.started_at else issued


def call_back(command: ask.CallBackOpinion, state: OpinionState, terms: Terms) -> tuple[Event, ...]:
    """The customer is asked; what is still wrong goes back to handling (OP-10, OP-11)."""
    if command.way is Way.NONE:
        raise WrongState(
            "a callback needs a way",
            rule="OP-12",
            right="end_opinion with an explanation where there is none",
            where="way",
        )
    since = state.accepted_at
    if state.is_complaint and state.flow is not False:
        in_flow(state)
        if state.turn.finished_at is None:
            raise WrongState("handling is not finished", rule="OP-10", right="finish_handling before the callback")
        since = state.turn.finished_at
        if state.is_called_back:
            raise WrongState("this turn has been called back", rule="OP-10", right="end_opinion, or a new turn")
    moment = moment_of(command, terms, since=since, step="end of handling")
    called = did.CalledBack(
        occurred_at=moment,
        callback=len(state.callbacks) + 1,
        turn=state.turn.number,
        way=command.way,
        handled_in_time=command.handled_in_time,
        outcome_satisfied=command.outcome_satisfied,
        attitude_satisfied=command.attitude_satisfied,
        satisfied=satisfaction(command),
        further_needs=personal(command.further_needs, subject(command, state)),
    )
    if called.satisfied is False and state.flow:
        again = did.RehandlingStarted(occurred_at=moment, turn=state.turn.number + 1, callback=called.callback)
        return (called, again)
    return (called,)
