"""What must be done next about an opinion, by which command and until when: what an acceptor opens in the morning.

Pure, from the state alone. `projections/reports/due.py` asks the same of the facts, for all open cases at once; a test
holds the two side by side.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

from ..values import Coded
from .company import owes_report
from .handling import issued_in_turn
from .suggestions import told_of_decision
from .timing import PER_TURN, Clock, run_of
from .words import Kind, PlanStatus, Severity, Validity

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from .state import OpinionState


class Step(Coded):
    """A step that waits to be done; `command` is the one that does it."""

    command: str

    def __new__(cls, code: str, zh: str, command: str, en: str = "") -> Self:
        """Make a step from its code, its Chinese label and the name of its command."""
        member = str.__new__(cls, code)
        member._value_ = code
        member.zh = zh
        member.en = en or code.replace("_", " ")
        member.command = command
        return member

    HAND_OVER = "hand_over", "值班交接", "hand_over_opinion", "hand over to the acceptor"
    REPORT_MAJOR = "report_major", "通报重大事件", "report_major", "tell those responsible of a major matter"
    TELL_DUTY_STAFF = "tell_duty_staff", "告知值班人员", "tell_duty_staff", "tell duty staff what came of it"
    DECIDE = "decide", "决定是否采纳", "decide_suggestion", "adopt the suggestion or not"
    ANSWER = "answer", "答复建议人", "follow_up_opinion", "tell the customer whether it is adopted"
    ASSESS = "assess", "判定有效性", "assess_opinion", "judge whether it is valid"
    START_WORK = "start_work", "启动工作", "start_work", "start work"
    CONTACT = "contact", "联系客户", "make_contact", "contact the customer"
    RESPOND = "respond", "首次响应", "respond_to_opinion", "respond to the customer"
    REPLY = "reply", "回复业主", "respond_to_opinion", "reply to the owner"
    SUBMIT_SOLUTION = "submit_solution", "上报解决方案", "submit_solution", "submit the solution"
    ISSUE_SOLUTION = "issue_solution", "下达解决方案", "issue_solution", "issue the solution"
    PROPOSE_PLAN = "propose_plan", "提出处理意见", "propose_plan", "put forward a plan"
    APPROVE_PLAN = "approve_plan", "审定处理意见", "approve_plan", "approve the plan"
    REVIEW_NOT_OURS = "review_not_ours", "审核非责任说明", "review_not_ours", "review the explanation why not ours"
    INFORM_PARTY = "inform_party", "传递信息给有关方", "inform_party", "inform the third party"
    FINISH = "finish", "处理并核实签字", "finish_handling", "carry out and sign the result"
    FOLLOW_UP = "follow_up", "跟踪反馈", "follow_up_opinion", "tell the customer how it is going"
    CALL_BACK = "call_back", "回访", "call_back_opinion", "call back"
    REPORT_BACK = "report_back", "反馈职能部门", "report_back", "report back to the company"
    CONFIRM_ALERT = "confirm_alert", "核实预警", "confirm_alert", "confirm or dismiss the alert"
    FORWARD_ALERT = "forward_alert", "转发预警", "forward_alert", "forward the alert"
    PLAN_ON_ALERT = "plan_on_alert", "上报预警处理方案", "submit_alert_plan", "submit plan and completion time"
    TAKE_ACTION = (
        "take_action",
        "采取纠正或预防措施",
        "record_corrective_action",
        "take corrective or preventive action",
    )
    REVIEW = "review", "查阅意见办理表", "review_opinions", "review the opinion forms"
    SIGN_SUMMARY = "sign_summary", "签字汇总上报", "sign_group_summary", "sign the week's summary"
    EXPLAIN = "explain", "向顾客说明并结束", "end_opinion", "explain to the customer and end"
    END = "end", "结束", "end_opinion", "end the case"


@dataclass(frozen=True, slots=True)
class Due:
    """A step that is due, of which turn, until when; without a deadline `due_at` is `None`."""

    step: Step
    turn: int = 1
    due_at: datetime | None = None


def steps(state: OpinionState) -> tuple[Due, ...]:
    """Everything that must be done next; of a case that has ended only what is owed whatever became of it."""
    whatever = (*_on_alerts(state), *_corrective(state))
    if not state.is_open:
        return (*_untold(state), *whatever)
    return (*_to_customer(state), *_of_duty_staff(state), *_platform(state), *_course(state), *whatever)


def _due(state: OpinionState, step: Step, clock: Clock) -> Due:
    turn = state.turn.number
    run = run_of(state, clock, turn if clock in PER_TURN else 1)
    return Due(step, turn, run.due_at if run else None)


def _to_customer(state: OpinionState) -> Iterator[Due]:
    """What the customer waits to hear (OP-1, OP-5, OP-9, OP-17)."""
    kind = state.accepted.kind
    if state.responded_at is None and kind in {Kind.COMPLAINT, Kind.INQUIRY}:
        yield _due(state, Step.RESPOND, Clock.RESPONSE)
        if state.accepted.reply_due_at is not None:
            yield _due(state, Step.REPLY, Clock.REPLY)
    if state.follow_up_due_at is not None:
        yield _due(state, Step.FOLLOW_UP, Clock.FOLLOW_UP)


def _of_duty_staff(state: OpinionState) -> Iterator[Due]:
    """What was taken in off hours is handed over (OP-3); those responsible are told of a major matter (OP-19)."""
    if state.accepted.on_duty and state.handed_over_at is None:
        yield _due(state, Step.HAND_OVER, Clock.HAND_OVER)
    if state.severity is Severity.MAJOR and state.major_reported_at is None:
        yield _due(state, Step.REPORT_MAJOR, Clock.NOTIFY)


def _platform(state: OpinionState) -> Iterator[Due]:
    """The group platform's steps, where the policy times them (GP-1, GP-2)."""
    at, told = state.platform, state.accepted
    if told.start_due_at is not None and at.started_at is None and at.contacted_at is None:
        yield _due(state, Step.START_WORK, Clock.START)
    if told.contact_due_at is not None and at.contacted_at is None:
        yield _due(state, Step.CONTACT, Clock.CONTACT)
    if at.solution_due_at is not None and at.submitted_at is None:
        yield _due(state, Step.SUBMIT_SOLUTION, Clock.SOLUTION)
    if at.submitted_at is not None and at.issued_at is None:
        yield Due(Step.ISSUE_SOLUTION, state.turn.number)


def _on_alerts(state: OpinionState) -> Iterator[Due]:
    """An alert is confirmed or dismissed, forwarded, and answered with a plan, whatever became of the case (GP-6)."""
    for alert in state.alerts:
        if alert.decided_at is None:
            yield Due(Step.CONFIRM_ALERT, state.turn.number)
        elif alert.confirmed and alert.forwarded_at is None:
            yield Due(Step.FORWARD_ALERT, state.turn.number)
        elif alert.confirmed and alert.planned_at is None:
            plan = run_of(state, Clock.ALERT_PLAN, 1, number=alert.number)
            yield Due(Step.PLAN_ON_ALERT, state.turn.number, plan.due_at if plan else None)


def _corrective(state: OpinionState) -> Iterator[Due]:
    """Action on a repeated or far-reaching opinion, in good time, whatever became of the case (OP-15)."""
    if state.corrective.waiting:
        yield Due(Step.TAKE_ACTION, state.turn.number)


def _course(state: OpinionState) -> Iterator[Due]:
    """The next step of the flow itself; every open case has one (W08-01 4.8.2)."""
    turn = state.turn.number
    if _waits_for_review(state):
        yield Due(Step.REVIEW_NOT_OURS, turn)
    if state.is_complaint and state.flow is None:
        yield Due(Step.ASSESS, turn)
    elif state.flow and state.turn.finished_at is None:
        yield from _handling(state)
    elif state.flow and not state.is_called_back:
        yield _due(state, Step.CALL_BACK, Clock.CALLBACK)
    elif state.accepted.kind is not Kind.SUGGESTION or state.accepted.decision_due_at is None:
        yield from _to_its_end(state)
    elif state.decision is None:
        yield _due(state, Step.DECIDE, Clock.DECISION)
    elif not told_of_decision(state):
        yield Due(Step.ANSWER, turn)
    else:
        yield from _to_its_end(state)


def _waits_for_review(state: OpinionState) -> bool:
    """It was explained why it is not ours, and handling is not finished (GP-4)."""
    explained = state.not_ours is not None and state.not_ours.upheld is None
    return explained and state.turn.finished_at is None


def _handling(state: OpinionState) -> Iterator[Due]:
    """Plan, approval and result; a solution that the group desk issued stands for the plan (OP-6, OP-7, GP-2)."""
    to_inform = state.validity is Validity.THIRD_PARTY and not state.parties
    if to_inform:
        yield Due(Step.INFORM_PARTY, state.turn.number)
    status = state.turn.plan_status
    if status is PlanStatus.APPROVED or issued_in_turn(state) is not None:
        if not to_inform:
            yield _due(state, Step.FINISH, Clock.HANDLING)
    elif status is PlanStatus.PROPOSED:
        yield Due(Step.APPROVE_PLAN, state.turn.number)
    else:
        yield _due(state, Step.PROPOSE_PLAN, Clock.PLAN)


def _to_its_end(state: OpinionState) -> Iterator[Due]:
    """What is left to do once the outcome is there: report it, tell of it, end (OP-8, OP-14, OP-20)."""
    turn = state.turn.number
    if state.accepted.kind is Kind.INQUIRY and state.responded_at is None:
        return
    yield from _untold(state)
    if owes_report(state):
        yield Due(Step.REPORT_BACK, turn)
    else:
        yield Due(Step.EXPLAIN if state.flow is False else Step.END, turn)


def _untold(state: OpinionState) -> Iterator[Due]:
    """Duty staff hear what came of what they took in, also where it has ended meanwhile (OP-20; W08-01 4.4.1.2)."""
    if state.accepted.on_duty and state.duty.told_at is None:
        yield Due(Step.TELL_DUTY_STAFF, state.turn.number)
