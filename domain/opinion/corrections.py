"""Corrections: a wrong entry is never changed; what is right is recorded beside it, with the reason and by whom.

Form number, center, kind, level, deadlines and links are not corrected: others went by them. A case that is wrong in
these is ended with an explanation and opened anew.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar, Final

from pydantic import Field

from ..checks import known, known_place, moment_of
from ..event import Event
from ..growth import replace
from ..personal import Personal, PersonalText, personal
from ..refusal import MissingDetail, WrongState
from ..terms import Terms
from ..values import Channel, Code, Coded, Count, Id, UtcTime, Way
from .acceptance import notice_due
from .checks import own_category, satisfaction, words
from .commands import OfOpinion
from .deadlines import taken_up_again
from .duty import notice_of
from .events import RehandlingStarted
from .following import next_due
from .theme import Theme
from .words import Severity, Validity

if TYPE_CHECKING:
    from .state import Callback, OpinionState


# Events


class OpinionCorrected(Event):
    """Details of the acceptance were wrong: `fields` names those, separated by commas.

    What no person is named in is restated whole, right or unknown, so that the last correction says how it stands; of
    the sealed words only those that were wrong are given. `corrects` is the version of the acceptance.
    """

    name: ClassVar[str] = "opinion.corrected.v1"
    correction: Count
    corrects: Count = 1
    fields: str
    reason: Personal
    channel: Channel
    category: Code | None = None
    estate: Code | None = None
    area: Code | None = None
    unit: Id | None = None
    customer: Id | None = None
    department: Code | None = None
    wanted_way: Way | None = None
    wanted_at: UtcTime | None = None
    contact: Personal | None = None
    place: Personal | None = None
    content: Personal | None = None


class AssessmentCorrected(Event):
    """The judgement of a complaint was wrong; this is the right one, of the assessment with that number (OP-2).

    Where it runs through handling only now, the customer is told how it is going from here on: `follow_up` is the
    number of the next follow-up, owed until `follow_up_due_at` (OP-9). Where it is found major only now, those
    concerned are told (OP-17, OP-19).
    """

    name: ClassVar[str] = "opinion.assessment_corrected.v1"
    correction: Count
    assessment: Count
    validity: Validity
    flow: bool
    assessed_by: Id
    reason: Personal
    severity: Severity | None = None
    follow_up: Count | None = None
    follow_up_due_at: UtcTime | None = None
    notify_due_at: UtcTime | None = None
    notify_due_provisional: bool | None = None
    calendar: str | None = None


class CallbackCorrected(Event):
    """The answers of a callback were entered wrongly; these are the right ones, all of them (OP-10).

    `turn` is given where that callback is its turn's last, so that what the turn came to changes with it.
    """

    name: ClassVar[str] = "opinion.callback_corrected.v1"
    correction: Count
    callback: Count
    turn: Count | None = None
    reason: Personal
    handled_in_time: bool | None = None
    outcome_satisfied: bool | None = None
    attitude_satisfied: bool | None = None
    satisfied: bool | None = None


# Commands


class Detail(Coded):
    """What of an acceptance can be corrected."""

    CHANNEL = "channel", "受理渠道"
    CATEGORY = "category", "分类"
    ESTATE = "estate", "小区"
    AREA = "area", "区域"
    UNIT = "unit", "房产"
    CUSTOMER = "customer", "顾客"
    DEPARTMENT = "department", "责任部门"
    WANTED_WAY = "wanted_way", "要求回复方式"
    WANTED_AT = "wanted_at", "要求回复时间"
    CONTACT = "contact", "联系方式"
    PLACE = "place", "地点"
    CONTENT = "content", "内容"


SEALED: Final = frozenset({Detail.CONTACT, Detail.PLACE, Detail.CONTENT})


class CorrectOpinion(OfOpinion):
    """Correct details of the acceptance; give those that were wrong, as they are right. Also after the end."""

    name: ClassVar[str] = "correct_opinion"
    reason: PersonalText
    unknown: tuple[Detail, ...] = Field(default=(), description="details that were given and are not known")
    channel: Channel | None = None
    category: Code | None = Field(default=None, description="one of the policy's categories (OP-4)")
    estate: Code | None = None
    area: Code | None = None
    unit: Id | None = None
    customer: Id | None = Field(default=None, description="words said from now on are sealed under this person's key")
    department: Code | None = None
    wanted_way: Way | None = None
    wanted_at: UtcTime | None = None
    contact: PersonalText | None = None
    place: PersonalText | None = None
    content: PersonalText | None = None


class CorrectAssessment(OfOpinion):
    """Correct the judgement of a complaint (OP-2). Also after the end, unless it would then have to be handled."""

    name: ClassVar[str] = "correct_assessment"
    validity: Validity
    reason: PersonalText
    severity: Severity | None = None


class CorrectCallback(OfOpinion):
    """Correct the answers of a callback; give all of them (OP-10).

    Where something was still wrong after all, the case goes back to handling, also if it has ended (OP-11).
    """

    name: ClassVar[str] = "correct_callback"
    callback: Count = Field(description="which callback of the case, from 1")
    reason: PersonalText
    handled_in_time: bool | None = None
    outcome_satisfied: bool | None = None
    attitude_satisfied: bool | None = None
    still_wrong: bool = False


# Decide


def _correct(command: CorrectOpinion, state: OpinionState, terms: Terms) -> tuple[Event, ...]:
    given = {detail: value for detail in Detail if (value := getattr(command, detail)) is not None}
    if not given and not command.unknown:
        raise MissingDetail("it corrects nothing", rule="correction", right=f"one of {', '.join(Detail)}")
    if wrongly := sorted(set(command.unknown) & (given.keys() | {Detail.CHANNEL})):
        raise MissingDetail(
            f"{', '.join(wrongly)} cannot be unknown", rule="correction", right="what is right of it", where="unknown"
        )
    right: dict[Detail, Any] = {detail: getattr(state.accepted, detail) for detail in Detail if detail not in SEALED}
    right |= dict.fromkeys(command.unknown) | given
    right[Detail.CATEGORY] = own_category(right[Detail.CATEGORY], terms.rules)
    known(right[Detail.CATEGORY], terms.rules.categories, where="category", rule="OP-4")
    known_place(terms, right[Detail.ESTATE], right[Detail.AREA], rule="OP-3")
    owner = right[Detail.CUSTOMER] or command.case
    right |= {detail: personal(str(given[detail]), owner) for detail in SEALED & given.keys()}
    values: dict[str, Any] = {detail.value: value for detail, value in right.items()}
    return (
        OpinionCorrected(
            occurred_at=moment_of(command, terms, since=state.accepted_at),
            correction=state.corrections.total + 1,
            fields=",".join(detail for detail in Detail if detail in given or detail in command.unknown),
            reason=words(command.reason, command, state),
            **values,
        ),
    )


def _correct_assessment(command: CorrectAssessment, state: OpinionState, terms: Terms) -> tuple[Event, ...]:
    if state.assessed_at is None:
        raise WrongState("it was not judged yet", rule="OP-2", right="assess_opinion")
    flow = command.validity is not Validity.INVALID
    if flow and not state.flow and not state.is_open:
        raise WrongState(
            "it has ended without the handling that it would have needed",
            rule="OP-2",
            right="a new case with linked_to naming this one",
        )
    moment = moment_of(command, terms, since=state.assessed_at, step="assessment")
    owed = next_due(state, terms, moment) if flow and state.follow_up_due_at is None else None
    return (
        AssessmentCorrected(
            occurred_at=moment,
            correction=state.corrections.total + 1,
            assessment=state.assessments,
            validity=command.validity,
            flow=flow,
            assessed_by=command.actor.id,
            reason=words(command.reason, command, state),
            severity=command.severity,
            follow_up=len(state.follow_ups) + 1 if owed else None,
            follow_up_due_at=owed,
            **notice_due(command.severity, state.severity, moment, terms),
        ),
    )


def _correct_callback(command: CorrectCallback, state: OpinionState, terms: Terms) -> tuple[Event, ...]:
    if not 0 < command.callback <= len(state.callbacks):
        raise WrongState(
            "there is no such callback",
            rule="OP-10",
            right=f"a number from 1 to {len(state.callbacks)}",
            where="callback",
        )
    wrong_one = state.callbacks[command.callback - 1]
    is_last = not any(later.turn == wrong_one.turn for later in state.callbacks[command.callback :])
    moment = moment_of(command, terms, since=wrong_one.at, step="callback")
    corrected = CallbackCorrected(
        occurred_at=moment,
        correction=state.corrections.total + 1,
        callback=command.callback,
        turn=wrong_one.turn if is_last else None,
        reason=words(command.reason, command, state),
        handled_in_time=command.handled_in_time,
        outcome_satisfied=command.outcome_satisfied,
        attitude_satisfied=command.attitude_satisfied,
        satisfied=satisfaction(command),
    )
    if corrected.satisfied is False and is_last and state.flow and wrong_one.turn == state.turn.number:
        again = RehandlingStarted(occurred_at=moment, turn=state.turn.number + 1, callback=command.callback)
        return (corrected, again, *taken_up_again(state, terms, moment))
    return (corrected,)


def _evolve(state: OpinionState, event: OpinionCorrected | AssessmentCorrected | CallbackCorrected) -> OpinionState:
    done = state.corrections
    match event:
        case OpinionCorrected():
            wrong = event.fields.split(",")
            right = {name: getattr(event, name) for name in Detail if name not in SEALED or name in wrong}
            accepted = state.accepted.model_copy(update={name.value: value for name, value in right.items()})
            return replace(state, accepted=accepted, corrections=replace(done, acceptance=done.acceptance + 1))
        case AssessmentCorrected():
            return replace(
                state,
                validity=event.validity,
                flow=event.flow,
                severity=event.severity or state.severity,
                assessed_by=event.assessed_by,
                follow_up_due_at=state.follow_up_due_at or event.follow_up_due_at,
                notice=state.notice or notice_of(event),
                corrections=replace(done, assessment=done.assessment + 1),
            )
        case CallbackCorrected():
            callbacks = tuple(
                _right(made, event) if made.number == event.callback else made for made in state.callbacks
            )
            return replace(
                state, callbacks=callbacks, corrections=replace(done, callbacks=(*done.callbacks, event.callback))
            )


def _right(made: Callback, event: CallbackCorrected) -> Callback:
    return replace(
        made,
        handled_in_time=event.handled_in_time,
        outcome_satisfied=event.outcome_satisfied,
        attitude_satisfied=event.attitude_satisfied,
        satisfied=event.satisfied,
    )


THEME: Final = Theme(
    events=(OpinionCorrected, AssessmentCorrected, CallbackCorrected),
    answers={CorrectOpinion: _correct, CorrectAssessment: _correct_assessment, CorrectCallback: _correct_callback},
    evolve=_evolve,
    after_end=frozenset({CorrectOpinion, CorrectAssessment, CorrectCallback}),
)
