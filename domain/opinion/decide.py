"""What is decided about an opinion: each command becomes events, or a refusal that names the rule."""

from __future__ import annotations

from functools import singledispatch
from typing import TYPE_CHECKING

from ..personal import Clear, personal
from ..refusal import AlreadyExists, UnknownCase, WrongState
from ..terms import Terms, moment_of
from ..values import Way
from . import commands as ask
from . import events as did
from .acceptance import accept
from .words import Ending, Kind, PlanStatus, Validity

if TYPE_CHECKING:
    from datetime import datetime

    from ..command import Command
    from ..event import Event
    from .state import OpinionState


def decide(command: Command, state: OpinionState | None, terms: Terms) -> tuple[Event, ...]:
    """Answer a command with what happens, or refuse; pure.

    Raises:
        Refused: with the rule, what was refused, and what would be accepted.

    """
    if isinstance(command, ask.AcceptOpinion):
        if state is not None:
            raise AlreadyExists(f"{command.case} is in the ledger", rule="ids", right="another id", where="case")
        return accept(command, terms)
    if state is None:
        raise UnknownCase("no such opinion is in the ledger", rule="ids", right="accept_opinion first", where="case")
    if state.ended_at is not None:
        raise WrongState(
            "the case has ended", rule="OP-14", right="a new case with linked_to naming this one", where="case"
        )
    return _decide(command, state, terms)


@singledispatch
def _decide(command: Command, _state: OpinionState, _terms: Terms) -> tuple[Event, ...]:
    raise TypeError(f"{type(command).__name__} is not a command about an opinion")


@_decide.register(ask.AssessOpinion)
def _assess(command: ask.AssessOpinion, state: OpinionState, terms: Terms) -> tuple[Event, ...]:
    if not state.is_complaint:
        raise WrongState(
            f"only a complaint is judged valid or invalid; this is {state.accepted.kind.en}",
            rule="OP-2",
            right="no assessment for inquiries, suggestions and praise",
        )
    if state.turn.number > 1 or state.turn.plan_status is PlanStatus.APPROVED:
        raise WrongState("its plan is approved already", rule="OP-2", right="an assessment before the plan's approval")
    return (
        did.OpinionAssessed(
            occurred_at=moment_of(command, terms, since=state.accepted_at),
            assessment=state.assessments + 1,
            validity=command.validity,
            flow=command.validity is not Validity.INVALID,
            assessed_by=command.actor.id,
            reason=_words(command.reason, command, state),
            severity=command.severity,
        ),
    )


@_decide.register(ask.DispatchOpinion)
def _dispatch(command: ask.DispatchOpinion, state: OpinionState, terms: Terms) -> tuple[Event, ...]:
    _not_finished(state)
    return (
        did.OpinionDispatched(
            occurred_at=moment_of(command, terms, since=state.turn.started_at, step="start of the turn"),
            dispatch=state.dispatches + 1,
            turn=state.turn.number,
            to_kind=command.to_kind,
            to=command.to,
            reason=personal(command.reason, _subject(command, state)),
        ),
    )


@_decide.register(ask.TransferOpinion)
def _transfer(command: ask.TransferOpinion, state: OpinionState, terms: Terms) -> tuple[Event, ...]:
    _not_finished(state)
    return (
        did.OpinionTransferred(
            occurred_at=moment_of(command, terms, since=state.turn.started_at, step="start of the turn"),
            dispatch=state.dispatches + 1,
            turn=state.turn.number,
            to_kind=command.to_kind,
            to=command.to,
            reason=_words(command.reason, command, state),
            explained=command.explained,
        ),
    )


@_decide.register(ask.RespondToOpinion)
def _respond(command: ask.RespondToOpinion, state: OpinionState, terms: Terms) -> tuple[Event, ...]:
    if state.responded_at is not None:
        raise WrongState(
            "the first response is recorded already", rule="OP-5", right="follow_up_opinion for later ones"
        )
    return (
        did.OpinionResponded(
            occurred_at=moment_of(command, terms, since=state.accepted_at),
            way=command.way,
            note=personal(command.note, _subject(command, state)),
        ),
    )


@_decide.register(ask.ProposePlan)
def _propose(command: ask.ProposePlan, state: OpinionState, terms: Terms) -> tuple[Event, ...]:
    _in_flow(state)
    _not_finished(state)
    if state.turn.plan_status in {PlanStatus.PROPOSED, PlanStatus.APPROVED}:
        raise WrongState(
            f"a plan of this turn is {state.turn.plan_status}", rule="OP-7", right="a plan only after return_plan"
        )
    return (
        did.PlanProposed(
            occurred_at=moment_of(command, terms, since=state.turn.started_at, step="start of the turn"),
            turn=state.turn.number,
            plan=state.turn.plans + 1,
            text=_words(command.text, command, state),
        ),
    )


@_decide.register(ask.ApprovePlan)
def _approve(command: ask.ApprovePlan, state: OpinionState, terms: Terms) -> tuple[Event, ...]:
    _in_flow(state)
    return (
        did.PlanApproved(
            occurred_at=moment_of(command, terms, since=_proposed_at(state), step="plan"),
            turn=state.turn.number,
            plan=state.turn.plans,
        ),
    )


@_decide.register(ask.ReturnPlan)
def _return(command: ask.ReturnPlan, state: OpinionState, terms: Terms) -> tuple[Event, ...]:
    return (
        did.PlanReturned(
            occurred_at=moment_of(command, terms, since=_proposed_at(state), step="plan"),
            turn=state.turn.number,
            plan=state.turn.plans,
            reason=_words(command.reason, command, state),
        ),
    )


@_decide.register(ask.FinishHandling)
def _finish(command: ask.FinishHandling, state: OpinionState, terms: Terms) -> tuple[Event, ...]:
    _in_flow(state)
    _not_finished(state)
    if state.turn.plan_approved_at is None:
        raise WrongState(
            "the plan of this turn is not approved",
            rule="OP-7",
            right="propose_plan and approve_plan before the result",
        )
    moment = moment_of(command, terms, since=state.turn.plan_approved_at, step="approval of the plan")
    due = terms.due(moment, terms.rules.callback)
    return (
        did.HandlingFinished(
            occurred_at=moment,
            turn=state.turn.number,
            result=_words(command.result, command, state),
            callback_due_at=due.at if due else None,
            callback_due_provisional=due.provisional if due else False,
            calendar=terms.edition(terms.rules.callback),
        ),
    )


@_decide.register(ask.FollowUpOpinion)
def _follow_up(command: ask.FollowUpOpinion, state: OpinionState, terms: Terms) -> tuple[Event, ...]:
    return (
        did.FollowedUp(
            occurred_at=moment_of(command, terms, since=state.accepted_at),
            follow_up=len(state.follow_ups) + 1,
            turn=state.turn.number,
            way=command.way,
            note=personal(command.note, _subject(command, state)),
        ),
    )


@_decide.register(ask.CallBackOpinion)
def _call_back(command: ask.CallBackOpinion, state: OpinionState, terms: Terms) -> tuple[Event, ...]:
    if command.way is Way.NONE:
        raise WrongState(
            "a callback needs a way",
            rule="OP-12",
            right="end_opinion with an explanation where there is none",
            where="way",
        )
    since = state.accepted_at
    if state.is_complaint and state.flow is not False:
        _in_flow(state)
        if state.turn.finished_at is None:
            raise WrongState("handling is not finished", rule="OP-10", right="finish_handling before the callback")
        since = state.turn.finished_at
        if any(made.turn == state.turn.number for made in state.callbacks):
            raise WrongState("this turn has been called back", rule="OP-10", right="end_opinion, or a new turn")
    moment = moment_of(command, terms, since=since, step="end of handling")
    answers = (command.handled_in_time, command.outcome_satisfied, command.attitude_satisfied)
    answered = any(answer is not None for answer in answers)
    wrong = command.still_wrong or command.outcome_satisfied is False or command.attitude_satisfied is False
    called = did.CalledBack(
        occurred_at=moment,
        callback=len(state.callbacks) + 1,
        turn=state.turn.number,
        way=command.way,
        handled_in_time=command.handled_in_time,
        outcome_satisfied=command.outcome_satisfied,
        attitude_satisfied=command.attitude_satisfied,
        satisfied=False if wrong else (True if answered else None),
        further_needs=personal(command.further_needs, _subject(command, state)),
    )
    if wrong and state.flow:
        again = did.RehandlingStarted(occurred_at=moment, turn=state.turn.number + 1, callback=called.callback)
        return (called, again)
    return (called,)


@_decide.register(ask.CommentOnOpinion)
def _comment(command: ask.CommentOnOpinion, state: OpinionState, terms: Terms) -> tuple[Event, ...]:
    moment = moment_of(command, terms, since=state.accepted_at)
    return (did.OpinionCommented(occurred_at=moment, comment=_words(command.comment, command, state)),)


@_decide.register(ask.EndOpinion)
def _end(command: ask.EndOpinion, state: OpinionState, terms: Terms) -> tuple[Event, ...]:
    ending, since = _ending(command, state)
    return (
        did.OpinionEnded(
            occurred_at=moment_of(command, terms, since=since, step="step before"),
            turn=state.turn.number,
            ending=ending,
            explanation=personal(command.explanation, _subject(command, state)),
            source=command.source,
            source_status=command.source_status,
        ),
    )


def _ending(command: ask.EndOpinion, state: OpinionState) -> tuple[Ending, datetime]:
    """Say how the case may end now (OP-1, OP-2, OP-14), and since when."""
    last = state.callbacks[-1] if state.callbacks else None
    if last and last.satisfied is not False and last.turn == state.turn.number:
        return Ending.AFTER_CALLBACK, last.at
    if command.explanation is not None:
        return Ending.WITH_EXPLANATION, _last_step(state)
    if state.accepted.kind is Kind.INQUIRY and state.responded_at is not None:
        return Ending.ANSWERED, state.responded_at
    if state.accepted.kind in {Kind.SUGGESTION, Kind.PRAISE}:
        return Ending.READ, state.accepted_at
    if state.accepted.kind is Kind.INQUIRY:
        raise WrongState("the inquiry is not answered", rule="OP-1", right="respond_to_opinion before its end")
    if state.flow is False:
        raise WrongState("the customer is owed an explanation", rule="OP-2", right="end_opinion with an explanation")
    raise WrongState(
        "it was not called back in this turn", rule="OP-14", right="call_back_opinion first, or an explanation"
    )


def _last_step(state: OpinionState) -> datetime:
    """When the last thing happened that the case holds; it cannot have ended before."""
    turn = state.turn
    steps = [turn.started_at, turn.plan_last_proposed_at, turn.plan_approved_at, turn.finished_at]
    steps += [state.assessed_at, state.responded_at]
    steps += [follow_up.at for follow_up in state.follow_ups] + [callback.at for callback in state.callbacks]
    return max(step for step in steps if step is not None)


def _in_flow(state: OpinionState) -> None:
    if not state.is_complaint:
        raise WrongState(f"{state.accepted.kind.en} has no handling flow", rule="OP-1", right="end_opinion")
    if state.flow is None:
        raise WrongState("the complaint is not judged yet", rule="OP-2", right="assess_opinion first")
    if not state.flow:
        raise WrongState(
            "an invalid complaint has no handling flow", rule="OP-2", right="end_opinion with an explanation"
        )


def _not_finished(state: OpinionState) -> None:
    if state.turn.finished_at is not None:
        raise WrongState("handling of this turn is finished", rule="OP-10", right="call_back_opinion next")


def _proposed_at(state: OpinionState) -> datetime:
    if state.turn.plan_status is not PlanStatus.PROPOSED or state.turn.plan_last_proposed_at is None:
        raise WrongState("no plan waits for approval", rule="OP-7", right="propose_plan first")
    return state.turn.plan_last_proposed_at


def _subject(command: ask.OfOpinion, state: OpinionState) -> str:
    """Whose key seals what was said: the customer's, or the case's own where the customer is unknown."""
    return state.accepted.customer or command.case


def _words(text: str, command: ask.OfOpinion, state: OpinionState) -> Clear:
    return Clear(subject=_subject(command, state), text=text)
