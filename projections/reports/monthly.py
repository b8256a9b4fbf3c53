"""report_monthly_opinions: one row an opinion; and the figures of the monthly analysis (DA-1, WR08-01-03)."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cache
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import ColumnElement, FromClause, Select, and_, case, func, or_, select, union_all

from ...domain.opinion.words import Kind, Validity
from ..columntypes import word
from ..facts.callbacks import CALLBACKS
from ..facts.opinions import OPINIONS
from .governing import POLICY, named
from .rates import number_of, percent
from .sources import CENTER, JUDGED, MONTH, Asked, Form, Source, by_judged, check_group, group_of, known, parameter
from .timeliness import figures, overdue_cases

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from sqlalchemy import Row

    from .timeliness import Timeliness

SHOWN: Final = (
    "case_id",
    "number",
    "month",
    "center",
    "kind",
    "channel",
    "level",
    "category",
    "severity",
    "department",
    "estate",
    "unit",
    "customer",
    "validity",
    "flow",
    "status",
    "accepted_at",
    "assessed_at",
    "response_due_at",
    "responded_at",
    "plan_due_at",
    "plan_proposed_at",
    "handling_due_at",
    "handled_at",
    "first_finished_at",
    "called_back_at",
    "callbacks",
    "turns",
    "rehandled_at",
    "ended_at",
    "ended_month",
    "ending",
    *POLICY,
)

SINCE: Final = parameter("since")
"""The earliest month whose open cases matter."""

ANSWERS: Final = {"timely": "handled_in_time", "outcome": "outcome_satisfied", "attitude": "attitude_satisfied"}
"""The three questions of the callback (OP-10), by the word they have in the figures."""


@dataclass(frozen=True, slots=True)
class MonthlyOpinions:
    """The opinions accepted in a local month (DA-1, DA-5), as judged at a moment.

    `valid`, `invalid`, `third_party` and `not_judged` part the complaints. `…_due` are the clocks done or overdue, and
    `…_rate` the share done in time of them. `to_call_back` are the valid and third-party complaints whose handling is
    finished (OP-10), `called_back` those of them with a callback. For each of the three questions: answers given, how
    many were yes, and the share. `carried_over` cases of earlier months were open at the month's start,
    `open_at_month_end` ones at its end; `overdue` ones, of this month or carried over, are open with a clock past its
    time. Rates are percent, none where there is no denominator (DA-4). `policies` governed the opinions that were
    accepted, carried over or open at the month's end.
    """

    month: str
    by: str
    group: str | None
    accepted: int = 0
    inquiries: int = 0
    suggestions: int = 0
    complaints: int = 0
    praise: int = 0
    valid: int = 0
    invalid: int = 0
    third_party: int = 0
    not_judged: int = 0
    response_due: int = 0
    response_in_time: int = 0
    response_rate: Decimal | None = None
    plan_due: int = 0
    plan_in_time: int = 0
    plan_rate: Decimal | None = None
    callback_due: int = 0
    callback_in_time: int = 0
    callback_in_time_rate: Decimal | None = None
    to_call_back: int = 0
    called_back: int = 0
    callback_rate: Decimal | None = None
    timely_answers: int = 0
    timely: int = 0
    timely_rate: Decimal | None = None
    outcome_answers: int = 0
    outcome: int = 0
    outcome_rate: Decimal | None = None
    attitude_answers: int = 0
    attitude: int = 0
    attitude_rate: Decimal | None = None
    rehandled: int = 0
    ended: int = 0
    carried_over: int = 0
    open_at_month_end: int = 0
    overdue: int = 0
    policies: tuple[str, ...] = ()


RATED: Final = {"response": "response_rate", "plan": "plan_rate", "callback": "callback_in_time_rate"}
"""The clocks that the analysis shows, and their rates."""


def cases(source: Source) -> Select[*tuple[Any, ...]]:
    """One row an opinion: the select of the view; `must_call_back`: valid or third party, and handled (OP-10)."""
    opinions = source(OPINIONS)
    must = and_(owed(opinions), opinions.c.first_finished_at.is_not(None))
    flag = case((must, word("yes")), else_=word("no")).label("must_call_back")
    return select(*(opinions.c[name] for name in SHOWN), flag)


@cache
def selects(form: Form) -> tuple[Select[*tuple[Any, ...]], tuple[Select[*tuple[Any, ...]], ...]]:
    """The select of the clocks' figures, and those that count by group; put together once a form.

    Parameters: those of the question, and `since`, the earliest month whose open cases matter.

    Raises:
        UnknownCode: grouped by what there is not.

    """
    check_group(form.by)
    source = known(as_known=form.as_known)
    not_over = perhaps_open(source, form)
    counted = (counts(source, form), balance(not_over, form), answers(source, form), overdue_cases(not_over, form))
    return figures(source, form, only=RATED), counted


def counts(source: Source, form: Form) -> Select[*tuple[Any, ...]]:
    """Count the month's opinions by group and policy."""
    o = source(OPINIONS)
    group = group_of(o, form.by, subject="opinion").label("grouped")
    complaint = o.c.kind == word(Kind.COMPLAINT)
    judged = by_judged(o.c.assessed_at)
    finished = and_(owed(o), judged, by_judged(o.c.first_finished_at))
    counted = {
        "accepted": o.c.case_id.is_not(None),
        "inquiries": o.c.kind == word(Kind.INQUIRY),
        "suggestions": o.c.kind == word(Kind.SUGGESTION),
        "complaints": complaint,
        "praise": o.c.kind == word(Kind.PRAISE),
        "valid": and_(judged, o.c.validity == word(Validity.VALID)),
        "invalid": and_(judged, o.c.validity == word(Validity.INVALID)),
        "third_party": and_(judged, o.c.validity == word(Validity.THIRD_PARTY)),
        "not_judged": and_(complaint, or_(o.c.assessed_at.is_(None), o.c.assessed_at > JUDGED)),
        "to_call_back": finished,
        "called_back": and_(finished, by_judged(o.c.called_back_at)),
        "rehandled": by_judged(o.c.rehandled_at),
        "ended": by_judged(o.c.ended_at),
    }
    policy = [o.c[name] for name in POLICY]
    chosen = select(group, *policy, *(number_of(condition).label(name) for name, condition in counted.items()))
    # The function, as below, for an index on acceptance within a center holds all its years.
    return chosen.where(*form.of_month()(o), by_judged(func.coalesce(o.c.accepted_at, ""))).group_by(group, *policy)


def perhaps_open(source: Source, form: Form) -> Source:
    """The same facts, of opinions only those accepted up to the month's end that did not end before the month `SINCE`.

    In two parts, so that an index on the month of ending finds the few that matter among years of ended ones.
    """
    o = source(OPINIONS)
    # The functions keep the planners from going by acceptance or by the center, which hold all years.
    common = [func.coalesce(o.c.month, "") <= MONTH]
    if form.of_one_center:
        common.append(func.coalesce(o.c.center, "") == CENTER)
    columns = [o.c[name] for name in SHOWN]
    not_ended = select(*columns).where(o.c.ended_month.is_(None), *common)
    ended_late = select(*columns).where(o.c.ended_month >= SINCE, *common)
    chosen = union_all(not_ended, ended_late).cte("perhaps_open")
    return lambda facts: chosen if facts is OPINIONS else source(facts)


def balance(source: Source, form: Form) -> Select[*tuple[Any, ...]]:
    """Count, by group and policy, what of `perhaps_open` was open at the month's start and at its end."""
    o = source(OPINIONS)
    group = group_of(o, form.by, subject="opinion").label("grouped")
    open_then = or_(o.c.ended_at.is_(None), o.c.ended_at > JUDGED)
    carried = and_(o.c.month < MONTH, or_(open_then, o.c.ended_month >= MONTH))
    at_end = or_(open_then, o.c.ended_month > MONTH)
    policy = [o.c[name] for name in POLICY]
    counted = (number_of(carried).label("carried_over"), number_of(at_end).label("open_at_month_end"))
    chosen = select(group, *policy, *counted)
    # As above: not by an index on acceptance, which holds nearly all.
    return chosen.where(by_judged(func.coalesce(o.c.accepted_at, ""))).group_by(group, *policy)


def answers(source: Source, form: Form) -> Select[*tuple[Any, ...]]:
    """Count, by group, the answers to the three questions in the callbacks of the month's opinions."""
    o, c = source(OPINIONS), source(CALLBACKS)
    group = group_of(o, form.by, subject="opinion").label("grouped")
    counted = []
    for name, column in ANSWERS.items():
        counted.append(func.count(c.c[column]).label(f"{name}_answers"))
        counted.append(number_of(c.c[column].is_(True)).label(name))
    chosen = select(group, *counted).select_from(o.join(c, c.c.case_id == o.c.case_id))
    return chosen.where(*form.of_month()(o), by_judged(c.c.called_at)).group_by(group)


@dataclass(slots=True)
class Counted:
    """What the selects counted of one group, together."""

    numbers: Counter[str] = field(default_factory=Counter)
    policies: set[str] = field(default_factory=set)


def gather(counted: dict[str | None, Counted], found: Iterable[Row[Any]]) -> None:
    """Add what a select counted to what others did, by group; a policy is named where a case of it was counted."""
    for one in found:
        numbers = dict(one._mapping)
        of_group = counted.setdefault(numbers.pop("grouped"), Counted())
        policy = named(*(numbers.pop(name, None) for name in POLICY))
        of_group.numbers.update(numbers)
        if any(numbers.values()):
            of_group.policies.update(policy)


def row(asked: Asked, group: str | None, counted: Counted, clocks: Mapping[str, Timeliness]) -> MonthlyOpinions:
    """Put one group's counts together with its rates."""
    of: dict[str, Any] = dict(counted.numbers)
    for clock, name in RATED.items():
        if ran := clocks.get(clock):
            of |= {f"{clock}_due": ran.due, f"{clock}_in_time": ran.in_time, name: ran.in_time_of_due}
    for name in ANSWERS:
        of[f"{name}_rate"] = percent(of.get(name, 0), of.get(f"{name}_answers", 0))
    of["callback_rate"] = percent(of.get("called_back", 0), of.get("to_call_back", 0))
    return MonthlyOpinions(month=asked.month, by=asked.by, group=group, **of, policies=tuple(sorted(counted.policies)))


def owed(o: FromClause) -> ColumnElement[bool]:
    """A callback is owed for valid and third-party complaints (OP-10)."""
    return and_(o.c.kind == word(Kind.COMPLAINT), o.c.validity.in_((word(Validity.VALID), word(Validity.THIRD_PARTY))))
