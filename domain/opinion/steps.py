"""What must be done next about an opinion, by which command and until when: what an acceptor opens in the morning.

Pure, from the state alone. `projections/reports/due.py` asks the same of the facts, for all open cases at once; a test
holds the two side by side.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

from ..values import Coded
from .timing import PER_TURN, Clock, run_of
from .words import Kind, PlanStatus

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

    ASSESS = "assess", "判定有效性", "assess_opinion", "judge whether it is valid"
    START_WORK = "start_work", "启动工作", "start_work", "start work"
    CONTACT = "contact", "联系客户", "make_contact", "contact the customer"
    RESPOND = "respond", "首次响应", "respond_to_opinion", "respond to the customer"
    REPLY = "reply", "回复业主", "respond_to_opinion", "reply to the owner"
    SUBMIT_SOLUTION = "submit_solution", "上报解决方案", "submit_solution", "submit the solution"
    ISSUE_SOLUTION = "issue_solution", "下达解决方案", "issue_solution", "issue the solution"
    PROPOSE_PLAN = "propose_plan", "提出处理意见", "propose_plan", "put forward a plan"
    APPROVE_PLAN = "approve_plan", "审定处理意见", "approve_plan", "approve the plan"
    FINISH = "finish", "处理并核实签字", "finish_handling", "carry out and sign the result"
    FOLLOW_UP = "follow_up", "跟踪反馈", "follow_up_opinion", "tell the customer how it is going"
    CALL_BACK = "call_back", "回访", "call_back_opinion", "call back"
    CONFIRM_ALERT = "confirm_alert", "核实预警", "confirm_alert", "confirm or dismiss the alert"
    FORWARD_ALERT = "forward_alert", "转发预警", "forward_alert", "forward the alert"
    PLAN_ON_ALERT = "plan_on_alert", "上报预警处理方案", "submit_alert_plan", "submit plan and completion time"
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
    """Everything that must be done next; nothing only where the case has ended and no alert of it waits."""
    if not state.is_open:
        return tuple(_on_alerts(state))
    return (*_to_customer(state), *_platform(state), *_course(state), *_on_alerts(state))


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
            yield Due(Step.PLAN_ON_ALERT, state.turn.number, alert.plan_due_at)


def _course(state: OpinionState) -> Iterator[Due]:
    """The next step of the flow itself; every open case has one (W08-01 4.8.2)."""
    turn = state.turn.number
    if not state.is_complaint:
        if state.accepted.kind is not Kind.INQUIRY or state.responded_at is not None:
            yield Due(Step.END, turn)
    elif state.flow is None:
        yield Due(Step.ASSESS, turn)
    elif not state.flow:
        yield Due(Step.EXPLAIN, turn)
    elif state.turn.finished_at is None:
        yield _handling(state)
    elif any(call.turn == turn for call in state.callbacks):
        yield Due(Step.END, turn)
    else:
        yield _due(state, Step.CALL_BACK, Clock.CALLBACK)


def _handling(state: OpinionState) -> Due:
    match state.turn.plan_status:
        case PlanStatus.PROPOSED:
            return Due(Step.APPROVE_PLAN, state.turn.number)
        case PlanStatus.APPROVED:
            return _due(state, Step.FINISH, Clock.HANDLING)
        case _:
            return _due(state, Step.PROPOSE_PLAN, Clock.PLAN)
