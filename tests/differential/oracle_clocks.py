"""What the facts of moved deadlines and of the group platform should say, column by column from its label and rule."""

from __future__ import annotations

from collections.abc import Iterable

from caseledger.domain.opinion.state import OpinionState
from tests.differential.replayed import Case, Row


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
