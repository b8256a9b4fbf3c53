"""What can have happened to an opinion. The stored names are a storage format: never change one, add a version."""

from __future__ import annotations

from typing import ClassVar

from ..event import Event
from ..personal import Personal
from ..values import CenterId, Channel, Code, Count, Id, OpinionId, UtcTime, Way
from .words import Ending, Kind, Level, Receiver, Severity, Validity


class OpinionAccepted(Event):
    """An opinion was taken in; its deadlines are computed here and recorded for ever (OP-1, OP-3, OP-5, OP-6).

    Every `<clock>_due_at` is the clock's first deadline; `opinion.deadline_moved` replaces one.
    `handling_due_at` is set only by agreement; `handling_due_early` flags an agreed time before acceptance, kept as
    recorded. `calendar` is the edition that working days were counted by. `source_case` is another system's own id.
    `on_duty`: duty staff took it in. `category_said` is another list's word, which the policy maps to its own (OP-4).
    """

    name: ClassVar[str] = "opinion.accepted.v1"
    center: CenterId
    number: str
    kind: Kind
    channel: Channel
    level: Level
    turn: Count = 1
    category: Code | None = None
    severity: Severity | None = None
    estate: Code | None = None
    area: Code | None = None
    unit: Id | None = None
    customer: Id | None = None
    department: Code | None = None
    contact: Personal | None = None
    place: Personal | None = None
    content: Personal | None = None
    wanted_way: Way | None = None
    wanted_at: UtcTime | None = None
    response_due_at: UtcTime | None = None
    response_agreed: bool = False
    plan_due_at: UtcTime | None = None
    plan_due_provisional: bool = False
    handling_due_at: UtcTime | None = None
    handling_due_early: bool = False
    start_due_at: UtcTime | None = None
    contact_due_at: UtcTime | None = None
    reply_due_at: UtcTime | None = None
    reply_due_provisional: bool | None = None
    decision_due_at: UtcTime | None = None
    explanation_due_at: UtcTime | None = None
    hand_over_due_at: UtcTime | None = None
    hand_over_due_provisional: bool | None = None
    notify_due_at: UtcTime | None = None
    notify_due_provisional: bool | None = None
    calendar: str | None = None
    linked_to: OpinionId | None = None
    source: Code | None = None
    source_case: Id | None = None
    on_duty: bool | None = None
    category_said: Code | None = None


class OpinionAssessed(Event):
    """A complaint was judged valid, invalid or a third party's; `flow`: it runs through handling (OP-2).

    From here the customer is told how it is going, so many times in every seven days since acceptance (OP-9); and those
    concerned, where it was judged major (OP-17, OP-19).
    """

    name: ClassVar[str] = "opinion.assessed.v1"
    assessment: Count
    validity: Validity
    flow: bool
    assessed_by: Id
    reason: Personal
    severity: Severity | None = None
    follow_up_due_at: UtcTime | None = None
    notify_due_at: UtcTime | None = None
    notify_due_provisional: bool | None = None
    calendar: str | None = None


class OpinionDispatched(Event):
    """The case was handed to someone to handle; `dispatch` counts dispatches and transfers together.

    `jointly`: beside those who have it already.
    """

    name: ClassVar[str] = "opinion.dispatched.v1"
    dispatch: Count
    turn: Count
    to_kind: Receiver
    to: Id
    reason: Personal | None = None
    jointly: bool | None = None


class OpinionTransferred(Event):
    """The case went to another department or to the company; the acceptor stays in charge of follow-up (OP-8).

    `jointly`: those who have it already go on with it; several departments work on one form (W08-01 4.3.1.4).
    """

    name: ClassVar[str] = "opinion.transferred.v1"
    dispatch: Count
    turn: Count
    to_kind: Receiver
    to: Id
    reason: Personal
    explained: bool
    jointly: bool | None = None


class OpinionResponded(Event):
    """The customer had the first response (OP-5)."""

    name: ClassVar[str] = "opinion.responded.v1"
    way: Way
    note: Personal | None = None


class PlanProposed(Event):
    """A handler put forward how to handle it (OP-6); `plan` counts the proposals of the turn."""

    name: ClassVar[str] = "opinion.plan_proposed.v1"
    turn: Count
    plan: Count
    text: Personal


class PlanApproved(Event):
    """The responsible person signed the plan (OP-7)."""

    name: ClassVar[str] = "opinion.plan_approved.v1"
    turn: Count
    plan: Count


class PlanReturned(Event):
    """The responsible person sent the plan back (OP-7)."""

    name: ClassVar[str] = "opinion.plan_returned.v1"
    turn: Count
    plan: Count
    reason: Personal


class HandlingFinished(Event):
    """The responsible person checked and signed the result of a turn; the callback is due from here (OP-7, OP-10)."""

    name: ClassVar[str] = "opinion.handling_finished.v1"
    turn: Count
    result: Personal
    callback_due_at: UtcTime | None = None
    callback_due_provisional: bool = False
    calendar: str | None = None


class FollowedUp(Event):
    """The customer was told how the open case is going (OP-9).

    `was_due_at` is until when this one was owed, `follow_up_due_at` until when the next one is.
    """

    name: ClassVar[str] = "opinion.followed_up.v1"
    follow_up: Count
    turn: Count
    way: Way
    note: Personal | None = None
    was_due_at: UtcTime | None = None
    follow_up_due_at: UtcTime | None = None


class CalledBack(Event):
    """The customer was asked afterwards (OP-10). An absent answer is unknown.

    `satisfied`: nothing is still wrong; unknown where the customer answered none of the questions.
    """

    name: ClassVar[str] = "opinion.called_back.v1"
    callback: Count
    turn: Count
    way: Way
    handled_in_time: bool | None = None
    outcome_satisfied: bool | None = None
    attitude_satisfied: bool | None = None
    satisfied: bool | None = None
    further_needs: Personal | None = None


class RehandlingStarted(Event):
    """Something was still wrong: the case went back to handling as another turn (OP-11)."""

    name: ClassVar[str] = "opinion.rehandling_started.v1"
    turn: Count
    callback: Count


class OpinionCommented(Event):
    """The manager read it and wrote a comment (OP-1)."""

    name: ClassVar[str] = "opinion.commented.v1"
    comment: Personal


class OpinionEnded(Event):
    """The case ended (OP-14). `source_status` is another system's own word for it, where it was imported."""

    name: ClassVar[str] = "opinion.ended.v1"
    turn: Count
    ending: Ending
    explanation: Personal | None = None
    source: Code | None = None
    source_status: Code | None = None


OPINION_EVENTS = (
    OpinionAccepted,
    OpinionAssessed,
    OpinionDispatched,
    OpinionTransferred,
    OpinionResponded,
    PlanProposed,
    PlanApproved,
    PlanReturned,
    HandlingFinished,
    FollowedUp,
    CalledBack,
    RehandlingStarted,
    OpinionCommented,
    OpinionEnded,
)
