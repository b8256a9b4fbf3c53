"""What the facts of moved deadlines, the group platform, alerts and repetitions should say."""

from __future__ import annotations

from collections.abc import Iterable

from caseledger.domain.opinion.alert_events import AlertConfirmed
from caseledger.domain.opinion.state import OpinionState
from tests.differential.replayed import Case, Row, month


def deadlines(case: Case) -> Iterable[Row]:
    """One row a deadline that was moved."""
    state: OpinionState = case.state
    for event in state.moves:
        yield {
            "case_id": case.id,
            "move": event.move,
            "clock": event.clock,
            "turn": event.turn,
            "number": event.number,
            "moved_at": event.occurred_at,
            "because": event.because,
            "asked_by": event.asked_by,
            "due_at": event.due_at,
            "provisional": event.provisional,
            "was": event.was,
            "was_late": event.was_late,
            "calendar": event.calendar,
        }


def platform(case: Case) -> Iterable[Row]:
    """One row an opinion that went through a step of the group platform."""
    state: OpinionState = case.state
    at = state.platform
    if at.started_at or at.contacted_at:
        yield {
            "case_id": case.id,
            "work_started_at": at.started_at,
            "contacted_at": at.contacted_at,
            "department": at.department,
            "severity": at.severity,
            "solution_due_at": at.solution_due_at,
            "submitted_at": at.submitted_at,
            "solutions": at.solutions or None,
            "completion_at": at.completion_at,
            "issued_at": at.issued_at,
        }


def alerts(case: Case) -> Iterable[Row]:
    """One row an alert."""
    state: OpinionState = case.state
    for alert in state.alerts:
        raised, done = alert.raised, alert.decided
        confirmed = done if isinstance(done, AlertConfirmed) else None
        yield {
            "case_id": case.id,
            "alert": alert.number,
            "level": alert.level,
            "reason": raised.reason,
            "raised_at": raised.occurred_at,
            "limit_at": raised.limit_at,
            "past_at": raised.past_at,
            "counted": raised.counted,
            "households": raised.households,
            "scope": raised.scope,
            "confirmed_at": confirmed.occurred_at if confirmed else None,
            "confirmed_by": confirmed.confirmed_by if confirmed else None,
            "confirmed_month": month(confirmed.occurred_at if confirmed else None, case.zone),
            "points": confirmed.points if confirmed else None,
            "dismissed_at": done.occurred_at if done and not confirmed else None,
            "forwarded_at": alert.forwarded_at,
            "forwarded_to": alert.forwarded.to_roles if alert.forwarded else None,
            "plan_due_at": alert.plan_due_at,
            "planned_at": alert.planned_at,
            "completion_at": alert.planned.completion_at if alert.planned else None,
        }


def repetitions(case: Case) -> Iterable[Row]:
    """One row a time that the same came again."""
    state: OpinionState = case.state
    for number, treated in enumerate(state.repetitions.treated, start=1):
        yield {
            "case_id": case.id,
            "repetition": number,
            "turn": treated.turn,
            "by_case": treated.by_case,
            "treated_at": treated.occurred_at,
        }


def corrective_calls(case: Case) -> Iterable[Row]:
    """One row a reason for which the case called for action."""
    state: OpinionState = case.state
    for call in state.corrective.calls:
        called, closed = call.called, call.closed
        yield {
            "case_id": case.id,
            "call": called.call,
            "reason": called.reason,
            "severity": called.severity,
            "alert": called.alert,
            "by_case": called.by_case,
            "called_at": called.occurred_at,
            "called_month": month(called.occurred_at, case.zone),
            "closed_at": closed.occurred_at if closed else None,
            "action": closed.action if closed else None,
        }


def corrective_actions(case: Case) -> Iterable[Row]:
    """One row an action taken."""
    state: OpinionState = case.state
    for number, taken in enumerate(state.corrective.actions, start=1):
        yield {
            "case_id": case.id,
            "action": number,
            "kind": taken.kind,
            "taken_at": taken.occurred_at,
            "taken_by": taken.taken_by,
            "record": taken.record,
        }
