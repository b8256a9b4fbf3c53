"""What the selects of due steps share: the open cases that they read, and the shape of their rows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, TypeAlias

from sqlalchemy import Select, select

from ..columntypes import word
from .moved import standing

if TYPE_CHECKING:
    from sqlalchemy import ColumnElement, FromClause

    from ...domain.opinion.steps import Step
    from ...domain.opinion.timing import Clock
    from .sources import Source

Leg: TypeAlias = "Select[*tuple[Any, ...]]"
Legs: TypeAlias = "list[Leg]"

SHOWN: Final = ("case_id", "number", "center", "kind", "category", "policy_digest")
"""Of the case, beside the step."""
READ: Final = (
    *SHOWN,
    "accepted_at",
    "status",
    "flow",
    "validity",
    "severity",
    "responded_at",
    "turns",
    "follow_ups",
    "on_duty",
    "handed_over_at",
    "duty_untold",
    "major_reported_at",
    "decided_at",
    "explained_at",
    "not_ours_upheld",
    "party_informed",
    "report_owed",
    "response_due_at",
    "reply_due_at",
    "start_due_at",
    "contact_due_at",
    "decision_due_at",
    "hand_over_due_at",
    "notify_due_at",
    "plan_due_at",
    "handling_due_at",
    "follow_up_due_at",
)
"""Of each open case, by the selects of its steps."""


def leg(
    step: Step, cases: FromClause, *when: ColumnElement[bool], due: ColumnElement[Any], read: FromClause | None = None
) -> Leg:
    """A row for each case of which the step waits, until `due`."""
    shown = (cases.c[name] for name in SHOWN)
    chosen = select(word(step).label("step"), due.label("due_at"), cases.c.turns.label("turn"), *shown)
    return chosen.select_from(cases if read is None else read).where(*when)


def timed(source: Source, step: Step, clock: Clock, cases: FromClause, *when: ColumnElement[bool]) -> Leg:
    """A step whose clock runs once a case, its first deadline being a column of the case."""
    stands = standing(source, cases, clock, cases.c[f"{clock}_due_at"])
    return leg(step, cases, *when, due=stands.due_at, read=stands.source)
