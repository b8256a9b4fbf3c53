"""What is decided about an opinion: each command becomes events, or a refusal that names the rule."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from ..checks import moment_of
from ..personal import personal
from ..refusal import AlreadyExists, UnknownCase, WrongState
from ..terms import Terms
from . import commands as ask
from . import events as did
from .acceptance import accept, notice_due
from .checks import called_back, last_step, not_finished, subject, words
from .circumstances import authorise_here
from .company import hands_down, reported_back
from .corrective import called_for
from .following import next_due
from .handling import approve, call_back, finish, propose, return_plan
from .suggestions import answered
from .themes import AFTER_END, ANSWERS
from .timing import Clock, run_of
from .words import Ending, Kind, Validity

if TYPE_CHECKING:
    from collections.abc import Callable

    from ..command import Command
    from ..event import Event
    from .state import OpinionState


def decide(command: Command, state: OpinionState | None, terms: Terms) -> tuple[Event, ...]:
    """Answer a command with what happens, or refuse; pure.

    Raises:
        Refused: with the rule, what was refused, and what would be accepted.

    """
    happened = _answered(command, state, terms)
    return (*happened, *called_for(happened, state, terms))


def _answered(command: Command, state: OpinionState | None, terms: Terms) -> tuple[Event, ...]:
    if isinstance(command, ask.AcceptOpinion):
        if state is not None:
            raise AlreadyExists(f"{command.case} is in the ledger", rule="ids", right="another id", where="case")
        return accept(command, terms)
    if state is None:
        raise UnknownCase("no such opinion is in the ledger", rule="ids", right="accept_opinion first", where="case")
    if state.ended_at is not None and type(command) not in AFTER_END:
        raise WrongState(
            "the case has ended", rule="OP-14", right="a new case with linked_to naming this one", where="case"
        )
    answer = _ANSWERS.get(type(command))
    if answer is None:
        raise TypeError(f"{type(command).__name__} is not a command about an opinion")
    authorise_here(command, state, terms.rules)
    return answer(command, state, terms)


def _assess(command: ask.AssessOpinion, state: OpinionState, terms: Terms) -> tuple[Event, ...]:
    if not state.is_complaint:
        raise WrongState(
            f"only a complaint is judged valid or invalid; this is {state.accepted.kind.en}",
            rule="OP-2",
            right="no assessment for inquiries, suggestions and praise",
        )
    _judged_once(command, state)
    moment = moment_of(command, terms, since=state.accepted_at)
    flow = command.validity is not Validity.INVALID
    return (
        did.OpinionAssessed(
            occurred_at=moment,
            assessment=state.assessments + 1,
            validity=command.validity,
            flow=flow,
            assessed_by=command.actor.id,
            reason=words(command.reason, command, state),
            severity=command.severity,
            follow_up_due_at=next_due(state, terms, moment) if flow else None,
            **notice_due(command.severity, state.severity, moment, terms),
        ),
    )


def _judged_once(command: ask.AssessOpinion, state: OpinionState) -> None:
    """A complaint is judged once; a third party's is valid after all where our service was found lacking (4.2.2.4)."""
    if not state.assessments:
        return
    found_lacking = state.validity is Validity.THIRD_PARTY and bool(state.groundwork.shortcoming)
    if not (found_lacking and command.validity is Validity.VALID):
        raise WrongState(
            f"it was judged {state.validity} already",
            rule="OP-2",
            right="correct_assessment where that was wrong, or valid where a third party's matter was investigated and "
            "the service found lacking",
        )


def _dispatch(command: ask.DispatchOpinion, state: OpinionState, terms: Terms) -> tuple[Event, ...]:
    not_finished(state)
    hands_down(command, state)
    return (
        did.OpinionDispatched(
            occurred_at=moment_of(command, terms, since=state.turn.started_at, step="start of the turn"),
            dispatch=state.dispatches + 1,
            turn=state.turn.number,
            to_kind=command.to_kind,
            to=command.to,
            reason=personal(command.reason, subject(command, state)),
            jointly=command.jointly or None,
        ),
    )


def _transfer(command: ask.TransferOpinion, state: OpinionState, terms: Terms) -> tuple[Event, ...]:
    not_finished(state)
    return (
        did.OpinionTransferred(
            occurred_at=moment_of(command, terms, since=state.turn.started_at, step="start of the turn"),
            dispatch=state.dispatches + 1,
            turn=state.turn.number,
            to_kind=command.to_kind,
            to=command.to,
            reason=words(command.reason, command, state),
            explained=command.explained,
            jointly=command.jointly or None,
        ),
    )


def _respond(command: ask.RespondToOpinion, state: OpinionState, terms: Terms) -> tuple[Event, ...]:
    if state.responded_at is not None:
        raise WrongState(
            "the first response is recorded already", rule="OP-5", right="follow_up_opinion for later ones"
        )
    return (
        did.OpinionResponded(
            occurred_at=moment_of(command, terms, since=state.accepted_at),
            way=command.way,
            note=personal(command.note, subject(command, state)),
        ),
    )


def _follow_up(command: ask.FollowUpOpinion, state: OpinionState, terms: Terms) -> tuple[Event, ...]:
    moment = moment_of(command, terms, since=state.accepted_at)
    owed = run_of(state, Clock.FOLLOW_UP, 1, number=len(state.follow_ups) + 1)
    return (
        did.FollowedUp(
            occurred_at=moment,
            follow_up=len(state.follow_ups) + 1,
            turn=state.turn.number,
            way=command.way,
            note=personal(command.note, subject(command, state)),
            was_due_at=owed.due_at if owed else None,
            follow_up_due_at=next_due(state, terms, moment, told=True) if owed else None,
        ),
    )


def _comment(command: ask.CommentOnOpinion, state: OpinionState, terms: Terms) -> tuple[Event, ...]:
    moment = moment_of(command, terms, since=state.accepted_at)
    return (did.OpinionCommented(occurred_at=moment, comment=words(command.comment, command, state)),)


def _end(command: ask.EndOpinion, state: OpinionState, terms: Terms) -> tuple[Event, ...]:
    reported_back(state)
    return (
        did.OpinionEnded(
            occurred_at=moment_of(command, terms, since=last_step(state), step="step before"),
            turn=state.turn.number,
            ending=_ending(command, state, terms),
            explanation=personal(command.explanation, subject(command, state)),
            source=command.source,
            source_status=command.source_status,
        ),
    )


def _ending(command: ask.EndOpinion, state: OpinionState, terms: Terms) -> Ending:
    """Say how the case may end now (OP-1, OP-2, OP-14)."""
    if state.accepted.kind is Kind.SUGGESTION:
        answered(state, terms)
    asked = called_back(state) if state.flow else state.is_called_back
    if asked and state.callbacks[-1].satisfied is not False:
        return Ending.AFTER_CALLBACK
    if command.explanation is not None:
        return Ending.WITH_EXPLANATION
    if state.accepted.kind is Kind.INQUIRY and state.responded_at is not None:
        return Ending.ANSWERED
    if state.accepted.kind in {Kind.SUGGESTION, Kind.PRAISE}:
        return Ending.READ
    if state.accepted.kind is Kind.INQUIRY:
        raise WrongState("the inquiry is not answered", rule="OP-1", right="respond_to_opinion before its end")
    if state.flow is False:
        raise WrongState("the customer is owed an explanation", rule="OP-2", right="end_opinion with an explanation")
    raise WrongState(
        "it was not called back in this turn", rule="OP-14", right="call_back_opinion first, or an explanation"
    )


_ANSWERS: Final[dict[type[Command], Callable[[Any, OpinionState, Terms], tuple[Event, ...]]]] = {
    ask.AssessOpinion: _assess,
    ask.DispatchOpinion: _dispatch,
    ask.TransferOpinion: _transfer,
    ask.RespondToOpinion: _respond,
    ask.ProposePlan: propose,
    ask.ApprovePlan: approve,
    ask.ReturnPlan: return_plan,
    ask.FinishHandling: finish,
    ask.FollowUpOpinion: _follow_up,
    ask.CallBackOpinion: call_back,
    ask.CommentOnOpinion: _comment,
    ask.EndOpinion: _end,
    **ANSWERS,
}
