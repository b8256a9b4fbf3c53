"""report_corrective_actions: repeated and far-reaching opinions, why, since when, and what was done (OP-15)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import TYPE_CHECKING, Any

from sqlalchemy import Row, Select, and_, or_, select

from ...domain.opinion.words import ActionKind, CorrectiveReason
from ..facts.corrective import CORRECTIVE_ACTIONS, CORRECTIVE_CALLS
from ..facts.opinions import OPINIONS
from .governing import POLICY, named
from .sources import MONTH, Form, known

if TYPE_CHECKING:
    from .sources import Source


@dataclass(frozen=True, slots=True)
class CorrectiveCall:
    """A reason for which a case calls for action, and the first action taken on it, if any.

    `by_case` is the case that repeats it, or that it repeats. `record` is the number of the action's own record. Times
    are UTC. `policies` governs the case.
    """

    since: datetime
    number: str
    case: str
    center: str
    kind: str
    category: str | None
    reason: CorrectiveReason
    by_case: str | None
    action: ActionKind | None
    taken_at: datetime | None
    taken_by: str | None
    record: str | None
    policies: tuple[str, ...] = ()


def calls(source: Source) -> Select[*tuple[Any, ...]]:
    """Every call that holds, with its first action: the select of the view; `month` is the call's."""
    o, c, a = source(OPINIONS), source(CORRECTIVE_CALLS), source(CORRECTIVE_ACTIONS)
    both = c.join(o, o.c.case_id == c.c.case_id)
    done = both.outerjoin(a, and_(a.c.case_id == c.c.case_id, a.c.action == c.c.action))
    chosen = select(
        *(o.c[name] for name in ("case_id", "number", "center", "estate", "kind", "category")),
        *(c.c[name] for name in ("call", "reason", "severity", "by_case", "called_at")),
        c.c.called_month.label("month"),
        *(a.c.kind.label("action_kind"), a.c.taken_at, a.c.taken_by, a.c.record),
        *(o.c[name] for name in POLICY),
    )
    return chosen.select_from(done).where(or_(c.c.closed_at.is_(None), c.c.action.is_not(None)))


@cache
def listed(form: Form, *, of_month: bool, waiting: bool) -> Select[*tuple[Any, ...]]:
    """The calls of a local month, or all, the earliest first; `waiting`: those without action. Put together once."""
    found = calls(known(as_known=form.as_known)).subquery("corrective_calls")
    kept = [*([found.c.month == MONTH] if of_month else []), *form.of_center(found)]
    if waiting:
        kept.append(found.c.taken_at.is_(None))
    return select(found).where(*kept).order_by(found.c.called_at, found.c.case_id, found.c.call)


def row(found: Row[Any]) -> CorrectiveCall:
    """Make one line."""
    return CorrectiveCall(
        since=datetime.fromisoformat(found.called_at),
        number=found.number,
        case=found.case_id,
        center=found.center,
        kind=found.kind,
        category=found.category,
        reason=CorrectiveReason(found.reason),
        by_case=found.by_case,
        action=ActionKind(found.action_kind) if found.action_kind else None,
        taken_at=datetime.fromisoformat(found.taken_at) if found.taken_at else None,
        taken_by=found.taken_by,
        record=found.record,
        policies=named(found.policy_name, found.policy_version),
    )
