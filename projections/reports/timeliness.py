"""Timeliness: what can be said of each clock that ran, and the figures read off `report_timeliness` (OP-5 to OP-10).

Due and done stand in the view (`clocks.py`); the question (as of when?) is put in the query. The words are the domain's
(`domain/opinion/timing.py`, `Verdict`), whose own judgement a test holds beside this one.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from functools import cache
from typing import TYPE_CHECKING, Any, TypeAlias

from sqlalchemy import Select, and_, case, func, or_, select

from ...domain.opinion.timing import Verdict
from ..columntypes import word
from .clocks import CLOCKS, clocks, of_month, of_the_flow
from .governing import POLICY, policies_of
from .rates import percent
from .sources import JUDGED, Asked, Form, Source, by_judged, check_group, known

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Mapping

    from sqlalchemy import ColumnElement, FromClause, Row

    TargetsOf: TypeAlias = Callable[[str | None], Mapping[str, Decimal]]


@dataclass(frozen=True, slots=True)
class Timeliness:
    """How many clocks of one kind ran in time, of cases accepted in a local month (DA-5), as judged at `as_of`.

    Three rates, for each is asked for somewhere and they differ: `in_time_of_done` = in_time / `done` (in time or
    late); `in_time_of_due` = in_time / `due` (done, or overdue at `as_of`); `in_time_of_all` = in_time / `with_target`
    (never done counts as late, also where it still runs or its case ended first). Percent; none where there is no
    denominator (DA-4). `policies` governed the cases.
    """

    month: str
    clock: str
    by: str
    group: str | None
    in_time: int
    late: int
    overdue: int
    running: int
    lapsed: int
    without_target: int
    cases: int
    done: int
    due: int
    with_target: int
    in_time_of_done: Decimal | None
    in_time_of_due: Decimal | None
    in_time_of_all: Decimal | None
    target: Decimal | None = None
    """What the policy asks for, in percent (TG-1: arrival)."""
    policies: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ClockRan:
    """One clock that `Timeliness` counts: of which case and turn, its times (UTC), what is said of it.

    `late_by`: how much later than due it was done, or how long it is overdue by the moment of judgement. What was done
    after that moment is not done.
    """

    month: str
    clock: str
    number: str
    case: str
    turn: int
    center: str
    started_at: datetime
    due_at: datetime | None
    done_at: datetime | None
    verdict: Verdict
    late_by: timedelta | None
    policies: tuple[str, ...] = ()


@cache
def select_of(form: Form) -> Select[*tuple[Any, ...]]:
    """The figures of all clocks, put together once a form; parameters: those of the question."""
    return figures(known(as_known=form.as_known), form)


def figures(source: Source, form: Form, only: Collection[str] = CLOCKS) -> Select[*tuple[Any, ...]]:
    """Count the month's clocks: one row a clock, group, policy and verdict, with their number. See `rows`.

    Raises:
        UnknownCode: grouped by what there is not.

    """
    check_group(form.by, also=("clock",))
    ran = clocks(of_month(source, form), only).subquery("clocks")
    policy = [ran.c[name] for name in POLICY]
    judged = select(ran.c.clock, ran.c[form.by].label("grouped"), *policy, verdict(ran).label("verdict"))
    found = judged.where(*_ran(ran)).subquery("judged")
    # Counted by the verdict itself: a count for each would judge every clock six times.
    number = func.count(found.c.clock).label("number")
    return select(*found.c, number).group_by(*found.c)


@cache
def each(form: Form) -> Select[*tuple[Any, ...]]:
    """The month's clocks, a row each with its verdict; parameters: those of the question."""
    ran = clocks(of_month(known(as_known=form.as_known), form)).subquery("clocks")
    shown = ("clock", "case_id", "turn", "number", "center", "started_at", "due_at", "done_at", *POLICY)
    return select(*(ran.c[name] for name in shown), verdict(ran).label("verdict")).where(*_ran(ran))


def ran(asked: Asked, found: Row[Any]) -> ClockRan:
    """Make one line; how late it was or is, goes by the moment of judgement where it is not done."""
    said = Verdict(found.verdict)
    due, done = _moment(found.due_at), _moment(found.done_at)
    if done is not None and found.done_at > asked.judged:
        done = None
    until = {Verdict.LATE: done, Verdict.OVERDUE: datetime.fromisoformat(asked.judged)}.get(said)
    return ClockRan(
        month=asked.month,
        clock=found.clock,
        number=found.number,
        case=found.case_id,
        turn=found.turn,
        center=found.center,
        started_at=datetime.fromisoformat(found.started_at),
        due_at=due,
        done_at=done,
        verdict=said,
        late_by=until - due if until is not None and due is not None else None,
        policies=policies_of([found]),
    )


def _moment(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text)


def _ran(ran: FromClause) -> tuple[ColumnElement[bool], ...]:
    """Clocks that had started by the moment of judgement and were not taken back before they were due."""
    void = ran.c.void_at
    kept = or_(void.is_(None), void > JUDGED, void > ran.c.due_at)
    return by_judged(ran.c.started_at), kept


def verdict(ran: FromClause) -> ColumnElement[str]:
    """The word for a clock, judged by recorded times alone; the texts sort as the times do."""
    done = by_judged(ran.c.done_at)
    return case(
        (ran.c.due_at.is_(None), word(Verdict.WITHOUT_TARGET)),
        (and_(done, ran.c.done_at <= ran.c.due_at), word(Verdict.IN_TIME)),
        (done, word(Verdict.LATE)),
        (and_(by_judged(ran.c.ended_at), ran.c.ended_at <= ran.c.due_at), word(Verdict.LAPSED)),
        (ran.c.due_at < JUDGED, word(Verdict.OVERDUE)),
        else_=word(Verdict.RUNNING),
    )


def rows(asked: Asked, found: Iterable[Row[Any]], targets_of: TargetsOf = lambda _: {}) -> list[Timeliness]:
    """Make one row a clock and group of what `figures` counted, beside the target of the policy in force."""
    listed: defaultdict[tuple[str, str | None], list[Row[Any]]] = defaultdict(list)
    for one in found:
        listed[one.clock, one.grouped].append(one)
    return [_row(asked, clock, group, counted, targets_of(group)) for (clock, group), counted in listed.items()]


def _row(
    asked: Asked, clock: str, group: str | None, counted: list[Row[Any]], targets: Mapping[str, Decimal]
) -> Timeliness:
    counts: Counter[str] = Counter()
    for one in counted:
        counts[one.verdict] += one.number
    in_time = counts[Verdict.IN_TIME]
    done = in_time + counts[Verdict.LATE]
    due = done + counts[Verdict.OVERDUE]
    with_target = due + counts[Verdict.RUNNING] + counts[Verdict.LAPSED]
    return Timeliness(
        month=asked.month,
        clock=clock,
        by=asked.by,
        group=group,
        **{one.value: counts[one] for one in Verdict},
        cases=with_target + counts[Verdict.WITHOUT_TARGET],
        done=done,
        due=due,
        with_target=with_target,
        in_time_of_done=percent(in_time, done),
        in_time_of_due=percent(in_time, due),
        in_time_of_all=percent(in_time, with_target),
        target=targets.get(f"{clock}_in_time"),
        policies=policies_of(counted),
    )


def overdue_cases(source: Source, form: Form) -> Select[*tuple[Any, ...]]:
    """Count, by group, the opinions that are open at the moment of judgement with a clock of the flow overdue."""
    ran = of_the_flow(source).subquery("clocks")
    group = ran.c[form.by].label("grouped")
    still_open = or_(ran.c.ended_at.is_(None), ran.c.ended_at > JUDGED)
    late = verdict(ran) == word(Verdict.OVERDUE)
    chosen = select(group, func.count(ran.c.case_id.distinct()).label("overdue"))
    return chosen.where(*_ran(ran), still_open, late).group_by(group)
