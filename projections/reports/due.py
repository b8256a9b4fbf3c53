"""What is due: for every open case what must be done next and until when, read off the facts through their indices.

The same answer as `domain/opinion/steps.py` gives from the state of one case; a test holds the two side by side.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from sqlalchemy import Integer, Select, and_, case, false, func, literal_column, or_, select, union_all

from ...domain.opinion.steps import Step
from ...domain.opinion.timing import Clock
from ...domain.opinion.words import Kind
from ..columntypes import word
from ..facts.alerts import ALERTS
from ..facts.centers import CENTERS
from ..facts.corrective import CORRECTIVE_CALLS
from ..facts.opinions import OPINIONS
from ..facts.platform import PLATFORM
from .due_course import course, of_duty_staff
from .due_legs import READ, SHOWN, Leg, Legs, leg, timed
from .moved import standing
from .sources import CENTER, MOST, ONE, Source, happened, nothing, stored

if TYPE_CHECKING:
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


@dataclass(frozen=True, slots=True)
class Form:
    """What the select of what is due depends on.

    `able`: by a policy's digest, the steps that someone may do under it; other steps are left out. `happened`: by what
    had happened up to a moment.
    """

    of_one_center: bool = False
    able: tuple[tuple[str, tuple[Step, ...]], ...] | None = None
    limited: bool = False
    happened: bool = False


# There is a form for each set of policies in force, which change a few times a year.
@lru_cache(maxsize=64)
def most_urgent(form: Form) -> Select[*tuple[Any, ...]]:
    """The steps with the earliest deadline first, those without one last; put together once a form.

    Parameters: `center`, `most` and `moment`, as far as the form has them.
    """
    found = steps(happened() if form.happened else stored, of_one_center=form.of_one_center).subquery("due_steps")
    chosen = select(found)
    if form.able is not None:
        words = ((digest, [word(step) for step in may]) for digest, may in form.able if may)
        chosen = chosen.where(or_(false(), *(and_(found.c.policy_digest == d, found.c.step.in_(m)) for d, m in words)))
    without = case((found.c.due_at.is_(None), ONE), else_=literal_column("0", Integer()))
    in_order = chosen.order_by(without, found.c.due_at, found.c.case_id, found.c.step)
    return in_order.limit(MOST) if form.limited else in_order


def steps(source: Source, *only: ColumnElement[bool], of_one_center: bool = False) -> CompoundSelect[*tuple[Any, ...]]:
    """Every step of every open opinion: columns step, due_at, turn, and those of `SHOWN`."""
    o = source(OPINIONS)
    # The month of ending has an index and is unknown exactly while the case is open.
    kept = [o.c.ended_month.is_(None), *only]
    if of_one_center:
        kept.append(o.c.center == CENTER)
    cases = select(*(o.c[name] for name in READ)).where(*kept).cte("open_cases")
    legs = [*_to_customer(source, cases), *of_duty_staff(source, cases), *_platform(source, cases)]
    legs += [*course(source, cases), *_of_ended(source, of_one_center=of_one_center)]
    whatever = (*_on_alerts(source, of_one_center=of_one_center), _corrective(source, of_one_center=of_one_center))
    return union_all(*legs, *whatever, *_of_centers(source, of_one_center=of_one_center))


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


def _of_ended(source: Source, *, of_one_center: bool) -> Legs:
    """Duty staff who were not told yet what came of a case that has ended (OP-20)."""
    o = source(OPINIONS)
    # As below.
    mine = [func.coalesce(o.c.center, "") == CENTER] if of_one_center else []
    untold = (o.c.duty_untold == word("yes"), func.coalesce(o.c.ended_month, "") != "")
    return [leg(Step.TELL_DUTY_STAFF, o, *untold, *mine, due=nothing())]


def _on_alerts(source: Source, *, of_one_center: bool) -> Legs:
    """Alerts that wait, also of cases that have ended (GP-6)."""
    o, a = source(OPINIONS), source(ALERTS)
    both = a.join(o, o.c.case_id == a.c.case_id)
    # The function keeps SQLite from walking all cases of the center, to find the few that have an alert.
    mine = [func.coalesce(o.c.center, "") == CENTER] if of_one_center else []
    # An alert waits until it is dismissed or its plan is there; said of every leg, for the index that has both.
    waits = and_(a.c.planned_at.is_(None), a.c.dismissed_at.is_(None))
    undecided, confirmed = a.c.confirmed_at.is_(None), and_(waits, a.c.confirmed_at.is_not(None))
    plan = standing(source, a, Clock.ALERT_PLAN, a.c.plan_due_at, number=a.c.alert, read=both)
    to_plan = a.c.forwarded_at.is_not(None)
    return [
        leg(Step.CONFIRM_ALERT, o, waits, undecided, *mine, due=nothing(), read=both),
        leg(Step.FORWARD_ALERT, o, confirmed, a.c.forwarded_at.is_(None), *mine, due=nothing(), read=both),
        leg(Step.PLAN_ON_ALERT, o, confirmed, to_plan, *mine, due=plan.due_at, read=plan.source),
    ]


def _corrective(source: Source, *, of_one_center: bool) -> Leg:
    """Cases that call for action, once each, also those that have ended (OP-15)."""
    o, c = source(OPINIONS), source(CORRECTIVE_CALLS)
    # Gone through from the calls, which are few: not from every case that there ever was.
    waiting = select(c.c.case_id).where(c.c.closed_at.is_(None))
    mine = [func.coalesce(o.c.center, "") == CENTER] if of_one_center else []
    return leg(Step.TAKE_ACTION, o, o.c.case_id.in_(waiting), *mine, due=nothing())


def _of_centers(source: Source, *, of_one_center: bool) -> Legs:
    """The recurring duties of the centers, where the policy has them (OP-16, GP-8)."""
    c = source(CENTERS)
    own = {"case_id": c.c.case_id, "center": c.c.case_id, "policy_digest": c.c.policy_digest}
    legs = []
    for step, due in ((Step.REVIEW, c.c.review_due_at), (Step.SIGN_SUMMARY, c.c.summary_due_at)):
        shown = (own.get(name, nothing()).label(name) for name in SHOWN)
        chosen = select(word(step).label("step"), due.label("due_at"), ONE.label("turn"), *shown)
        legs.append(chosen.where(due.is_not(None), *([c.c.case_id == CENTER] if of_one_center else [])))
    return legs
