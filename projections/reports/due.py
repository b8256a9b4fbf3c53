"""What is due: for every open case what must be done next and until when, read off the facts through their indices.

The same answer as `domain/opinion/steps.py` gives from the state of one case; a test holds the two side by side.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import Integer, Select, and_, case, false, literal_column, or_, select, union_all

from ...domain.opinion.steps import Step
from ...domain.opinion.timing import Clock
from ...domain.opinion.words import Kind
from ..columntypes import word
from ..facts.alerts import ALERTS
from ..facts.centers import CENTERS
from ..facts.opinions import OPINIONS
from ..facts.platform import PLATFORM
from .due_course import course, of_duty_staff
from .due_legs import READ, SHOWN, Leg, Legs, leg, timed
from .moved import standing
from .sources import ONE, Source, nothing

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime, timedelta

    from sqlalchemy import ColumnElement, CompoundSelect, FromClause

    from ...domain.values import Role


@dataclass(frozen=True, slots=True)
class DueStep:
    """A step that waits, the most urgent first.

    `until` is the deadline in UTC, absent where the step has none; `late_by` how long it has been past at the moment
    that was asked about, absent where it is not. `roles` may give the `command` that does the step, by the policy that
    governs the case, its name and version beside it.
    """

    until: datetime | None
    late_by: timedelta | None
    step: Step
    case: str
    number: str | None
    center: str
    kind: str | None
    category: str | None
    turn: int
    command: str
    roles: tuple[Role, ...]
    policy: str


def most_urgent(
    source: Source,
    *,
    center: str | None = None,
    able: Mapping[str, Sequence[str]] | None = None,
    limit: int | None = None,
) -> Select[*tuple[Any, ...]]:
    """The steps with the earliest deadline first, those without one last.

    Args:
        source: stored facts, or those of events up to a moment.
        center: of this center only.
        able: by a policy's digest, the steps that someone may do under it; other steps are left out.
        limit: at most so many.

    """
    found = steps(source, center=center).subquery("due_steps")
    chosen = select(found)
    if able is not None:
        words = ((digest, [word(step) for step in may]) for digest, may in able.items() if may)
        chosen = chosen.where(or_(false(), *(and_(found.c.policy_digest == d, found.c.step.in_(m)) for d, m in words)))
    without = case((found.c.due_at.is_(None), ONE), else_=literal_column("0", Integer()))
    return chosen.order_by(without, found.c.due_at, found.c.case_id, found.c.step).limit(limit)


def steps(source: Source, *only: ColumnElement[bool], center: str | None = None) -> CompoundSelect[*tuple[Any, ...]]:
    """Every step of every open opinion: columns step, due_at, turn, and those of `SHOWN`."""
    o = source(OPINIONS)
    # The month of ending has an index and is unknown exactly while the case is open.
    kept = [o.c.ended_month.is_(None), *only]
    if center is not None:
        kept.append(o.c.center == center)
    cases = select(*(o.c[name] for name in READ)).where(*kept).cte("open_cases")
    legs = [*_to_customer(source, cases), *of_duty_staff(source, cases), *_platform(source, cases)]
    legs += course(source, cases)
    return union_all(*legs, *_on_alerts(source, center), *_of_centers(source, center))


def _to_customer(source: Source, cases: FromClause) -> Legs:
    waiting = and_(cases.c.responded_at.is_(None), cases.c.kind.in_((word(Kind.COMPLAINT), word(Kind.INQUIRY))))
    number = cases.c.follow_ups + ONE
    told = standing(source, cases, Clock.FOLLOW_UP, cases.c.follow_up_due_at, number=number)
    owed = cases.c.follow_up_due_at.is_not(None)
    return [
        timed(source, Step.RESPOND, Clock.RESPONSE, cases, waiting),
        timed(source, Step.REPLY, Clock.REPLY, cases, waiting, cases.c.reply_due_at.is_not(None)),
        leg(Step.FOLLOW_UP, cases, owed, due=told.due_at, read=told.source),
    ]


def _platform(source: Source, cases: FromClause) -> Legs:
    p = source(PLATFORM)
    both = cases.outerjoin(p, p.c.case_id == cases.c.case_id)

    def until(step: Step, clock: Clock, *when: ColumnElement[bool], due: ColumnElement[Any]) -> Leg:
        stands = standing(source, cases, clock, due, read=both)
        return leg(step, cases, due.is_not(None), *when, due=stands.due_at, read=stands.source)

    not_contacted = p.c.contacted_at.is_(None)
    not_issued = and_(p.c.submitted_at.is_not(None), p.c.issued_at.is_(None))
    return [
        until(Step.START_WORK, Clock.START, p.c.work_started_at.is_(None), not_contacted, due=cases.c.start_due_at),
        until(Step.CONTACT, Clock.CONTACT, not_contacted, due=cases.c.contact_due_at),
        until(Step.SUBMIT_SOLUTION, Clock.SOLUTION, p.c.submitted_at.is_(None), due=p.c.solution_due_at),
        leg(Step.ISSUE_SOLUTION, cases, not_issued, due=nothing(), read=both),
    ]


def _on_alerts(source: Source, center: str | None) -> Legs:
    """Alerts that wait, also of cases that have ended (GP-6)."""
    o, a = source(OPINIONS), source(ALERTS)
    both = a.join(o, o.c.case_id == a.c.case_id)
    mine = [] if center is None else [o.c.center == center]
    undecided = and_(a.c.confirmed_at.is_(None), a.c.dismissed_at.is_(None))
    confirmed = a.c.confirmed_at.is_not(None)
    plan = standing(source, a, Clock.ALERT_PLAN, a.c.plan_due_at, number=a.c.alert, read=both)
    to_plan = and_(a.c.forwarded_at.is_not(None), a.c.planned_at.is_(None))
    return [
        leg(Step.CONFIRM_ALERT, o, undecided, *mine, due=nothing(), read=both),
        leg(Step.FORWARD_ALERT, o, confirmed, a.c.forwarded_at.is_(None), *mine, due=nothing(), read=both),
        leg(Step.PLAN_ON_ALERT, o, confirmed, to_plan, *mine, due=plan.due_at, read=plan.source),
    ]


def _of_centers(source: Source, center: str | None) -> Legs:
    """The recurring duties of the centers, where the policy has them (OP-16, GP-8)."""
    c = source(CENTERS)
    own = {"case_id": c.c.case_id, "center": c.c.case_id, "policy_digest": c.c.policy_digest}
    legs = []
    for step, due in ((Step.REVIEW, c.c.review_due_at), (Step.SIGN_SUMMARY, c.c.summary_due_at)):
        shown = (own.get(name, nothing()).label(name) for name in SHOWN)
        chosen = select(word(step).label("step"), due.label("due_at"), ONE.label("turn"), *shown)
        legs.append(chosen.where(due.is_not(None), *([] if center is None else [c.c.case_id == center])))
    return legs
