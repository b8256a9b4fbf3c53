"""report_timeliness: one row a clock that ran, with start, due and done; and the figures read off it.

Due and done stand in the view; the question (as of when?) is put in the query. The clocks: `response` (OP-5), `plan`
(OP-6, not for complaints judged invalid), `handling` (the agreed time, against the first signed result, else the end),
`callback` of each turn (OP-10), `arrival` (SO-6) and `order_callback` (SO-11) of service orders.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import TYPE_CHECKING, Any, TypeAlias

from sqlalchemy import CompoundSelect, Integer, Select, and_, case, func, literal_column, or_, select, union_all

from ..columntypes import word
from ..facts.opinions import OPINIONS
from ..facts.orders import ORDERS
from ..facts.turns import TURNS
from .rates import percent
from .sources import Asked, Keep, Source, check_group, everything, group_of, nothing

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from sqlalchemy import ColumnElement, FromClause, Row

    TargetsOf: TypeAlias = Callable[[str | None], Mapping[str, Decimal]]

COLUMNS = (
    "clock",
    "case_id",
    "turn",
    "number",
    "center",
    "kind",
    "category",
    "channel",
    "department",
    "estate",
    "month",
    "started_at",
    "due_at",
    "done_at",
    "ended_at",
    "void_at",
)


class Verdict(StrEnum):
    """What can be said of a clock as of a moment."""

    IN_TIME = "in_time"
    LATE = "late"
    OVERDUE = "overdue"
    """Not done, and its time is past; so it stays when the case ends (closing does not erase that it was late)."""
    RUNNING = "running"
    """Not done, its time not yet past."""
    LAPSED = "lapsed"
    """Not done when the case ended, and its time was not yet past then."""
    WITHOUT_TARGET = "without_target"


@dataclass(frozen=True, slots=True)
class Timeliness:
    """How many clocks of one kind ran in time, of cases accepted in a local month (DA-5), as judged at `as_of`.

    Three rates, for each is asked for somewhere and they differ: `in_time_of_done` = in_time / `done` (in time or
    late); `in_time_of_due` = in_time / `due` (done, or overdue at `as_of`); `in_time_of_all` = in_time / `with_target`
    (never done counts as late, also where it still runs or its case ended first). Percent; none where there is no
    denominator (DA-4).
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


def clocks(source: Source, keep: Keep = everything, *, orders: bool = True) -> CompoundSelect[*tuple[Any, ...]]:
    """Every clock of the kept cases: the select of the view."""
    opinions, turns = source(OPINIONS), source(TURNS)
    complaint = opinions.c.kind == word("complaint")
    # A plan is owed until the complaint is judged invalid (OP-2); what was overdue by then stays so.
    invalid_at = case((~opinions.c.flow, opinions.c.assessed_at), else_=nothing())
    legs = [
        _leg("response", opinions, due="response_due_at", done="responded_at", keep=keep),
        _leg("plan", opinions, due="plan_due_at", done="plan_proposed_at", void=invalid_at, keep=keep).where(complaint),
        _leg("handling", opinions, due="handling_due_at", done="handled_at", keep=keep),
        _callbacks(opinions, turns, keep),
    ]
    if orders:
        arrival = ("received_at", "arrival_due_at", "arrived_at")
        callback = ("completed_at", "callback_due_at", "called_back_at")
        requested = source(ORDERS)
        legs.append(_of_order("arrival", requested, times=arrival, keep=keep))
        legs.append(_of_order("order_callback", requested, times=callback, keep=keep))
    return union_all(*legs)


def figures(source: Source, asked: Asked) -> Select[*tuple[Any, ...]]:
    """Count the month's clocks: one row a clock, group and verdict, with their number. See `rows`.

    Raises:
        UnknownCode: grouped by what there is not.

    """
    check_group(asked.by, also=("clock",))
    ran = clocks(source, asked.of_month()).subquery("clocks")
    judged = select(ran.c.clock, ran.c[asked.by].label("grouped"), verdict(ran, asked).label("verdict"))
    found = judged.where(*_ran(ran, asked)).subquery("judged")
    # Counted by the verdict itself: a count for each would judge every clock six times.
    number = func.count(found.c.clock).label("number")
    return select(*found.c, number).group_by(*found.c)


def _ran(ran: FromClause, asked: Asked) -> tuple[ColumnElement[bool], ...]:
    """Clocks that had started by the moment of judgement and were not taken back before they were due."""
    void = ran.c.void_at
    kept = or_(void.is_(None), void > asked.judged, void > ran.c.due_at)
    return asked.by_judged(ran.c.started_at), kept


def verdict(ran: FromClause, asked: Asked) -> ColumnElement[str]:
    """The word for a clock, judged by recorded times alone; the texts sort as the times do."""
    done = asked.by_judged(ran.c.done_at)
    return case(
        (ran.c.due_at.is_(None), word(Verdict.WITHOUT_TARGET)),
        (and_(done, ran.c.done_at <= ran.c.due_at), word(Verdict.IN_TIME)),
        (done, word(Verdict.LATE)),
        (and_(asked.by_judged(ran.c.ended_at), ran.c.ended_at <= ran.c.due_at), word(Verdict.LAPSED)),
        (ran.c.due_at < asked.judged, word(Verdict.OVERDUE)),
        else_=word(Verdict.RUNNING),
    )


def rows(asked: Asked, found: Iterable[Row[Any]], targets_of: TargetsOf = lambda _: {}) -> list[Timeliness]:
    """Make one row a clock and group of what `figures` counted, beside the target of the policy in force."""
    counted: dict[tuple[str, str | None], Counter[str]] = {}
    for one in found:
        counted.setdefault((one.clock, one.grouped), Counter())[one.verdict] = one.number
    return [_row(asked, clock, group, counts, targets_of(group)) for (clock, group), counts in counted.items()]


def _row(
    asked: Asked, clock: str, group: str | None, counts: Counter[str], targets: Mapping[str, Decimal]
) -> Timeliness:
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
    )


def _leg(  # noqa: PLR0913 - one a column
    clock: str,
    opinions: FromClause,
    *,
    due: str,
    done: str,
    keep: Keep,
    void: ColumnElement[Any] | None = None,
) -> Select[*tuple[Any, ...]]:
    values = {
        "void_at": nothing() if void is None else void,
        "clock": word(clock),
        "turn": literal_column("1", Integer()),
        "started_at": opinions.c.accepted_at,
        "due_at": opinions.c[due],
        "done_at": opinions.c[done],
    }
    return _of_case(opinions, values, subject="opinion").where(*keep(opinions))


def _callbacks(opinions: FromClause, turns: FromClause, keep: Keep) -> Select[*tuple[Any, ...]]:
    values = {
        "clock": word("callback"),
        "turn": turns.c.turn,
        "started_at": turns.c.finished_at,
        "due_at": turns.c.callback_due_at,
        "done_at": turns.c.called_back_at,
    }
    both = opinions.join(turns, turns.c.case_id == opinions.c.case_id)
    chosen = _of_case(opinions, values, subject="opinion").select_from(both)
    return chosen.where(turns.c.finished_at.is_not(None), *keep(opinions))


def _of_order(clock: str, orders: FromClause, *, times: tuple[str, str, str], keep: Keep) -> Select[*tuple[Any, ...]]:
    """The leg of a clock of orders; `times` names the columns of start, due and done."""
    started, due, done = times
    values = {
        "clock": word(clock),
        "turn": literal_column("1", Integer()),
        "started_at": orders.c[started],
        "due_at": orders.c[due],
        "done_at": orders.c[done],
    }
    return _of_case(orders, values, subject="order").where(orders.c[started].is_not(None), *keep(orders))


def _of_case(facts: FromClause, values: dict[str, Any], *, subject: str) -> Select[*tuple[Any, ...]]:
    """The columns in their order; what is not of the clock is the case's."""
    plain = {"case_id", "number", "ended_at"}

    def of(name: str) -> ColumnElement[Any]:
        if name == "void_at" and name not in values:
            return nothing()
        if name in values:
            return values[name]  # type: ignore[no-any-return]  # a column, by the callers above
        return facts.c[name] if name in plain else group_of(facts, name, subject=subject)

    return select(*(of(name).label(name) for name in COLUMNS))


def overdue_cases(source: Source, asked: Asked) -> Select[*tuple[Any, ...]]:
    """Count, by group, the opinions that are open at the moment of judgement with a clock overdue."""
    ran = clocks(source, orders=False).subquery("clocks")
    group = ran.c[asked.by].label("grouped")
    still_open = or_(ran.c.ended_at.is_(None), ran.c.ended_at > asked.judged)
    late = verdict(ran, asked) == word(Verdict.OVERDUE)
    chosen = select(group, func.count(ran.c.case_id.distinct()).label("overdue"))
    return chosen.where(*_ran(ran, asked), still_open, late).group_by(group)
