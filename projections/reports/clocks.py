"""Every clock that ran, as one select: start, due and done, the same whatever is asked of them.

Due and done stand in the rows; the question (as of when?) is put in the query. Of opinions: `response` (OP-5), `plan`
(OP-6, not for complaints judged invalid), `handling` (the agreed time, against the first signed result, else the end),
`callback` of each turn (OP-10), each `follow_up` (OP-9), `reply` (OP-17), `start`, `contact` and `solution` of the
group platform (GP-1, GP-2), `decision` of suggestions (GP-3), `explanation` where there is one (GP-4), `hand_over` by
duty staff (OP-3), `notify` of what is major (OP-17), `alert_plan` of each forwarded alert (GP-6). Of service orders:
`arrival` (SO-6) and `order_callback` (SO-11).

`due_at` is the deadline it is judged by: the one that stands, or the first that had run out when another was agreed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import CompoundSelect, Select, and_, case, func, select, union_all

from ...domain.opinion.timing import Clock
from ...domain.opinion.words import Severity
from ..columntypes import word
from ..facts.alerts import ALERTS
from ..facts.follow_ups import FOLLOW_UPS
from ..facts.opinions import OPINIONS
from ..facts.orders import ORDERS
from ..facts.platform import PLATFORM
from ..facts.turns import TURNS
from .governing import POLICY
from .moved import Standing, standing
from .sources import ONE, Keep, Source, everything, group_of, nothing

if TYPE_CHECKING:
    from sqlalchemy import ColumnElement, FromClause

CLOCKS: Final = (*Clock, "arrival", "order_callback")
"""By their names, in the order in which they are listed."""

COLUMNS: Final = (
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
    *POLICY,
)


def clocks(source: Source, keep: Keep = everything) -> CompoundSelect[*tuple[Any, ...]]:
    """Every clock of the kept cases: the select of the view."""
    opinions, orders = source(OPINIONS), source(ORDERS)
    platform, explained = source(PLATFORM), opinions.c.explained_at
    both = opinions.outerjoin(platform, platform.c.case_id == opinions.c.case_id)
    arrival = ("received_at", "arrival_due_at", "arrived_at")
    callback = ("completed_at", "callback_due_at", "called_back_at")
    return union_all(
        *_flow(source, keep),
        _timed(source, Clock.REPLY, done=opinions.c.responded_at, keep=keep),
        _timed(source, Clock.START, done=platform.c.work_started_at, keep=keep, read=both),
        _timed(source, Clock.CONTACT, done=platform.c.contacted_at, keep=keep, read=both),
        _solutions(source, keep),
        _timed(source, Clock.DECISION, done=opinions.c.decided_at, keep=keep),
        _timed(source, Clock.HAND_OVER, done=opinions.c.handed_over_at, keep=keep),
        _timed(source, Clock.EXPLANATION, done=explained, keep=keep).where(explained.is_not(None)),
        _notices(source, keep),
        _on_alerts(source, keep),
        _told(source, keep),
        _owed(source, keep),
        _again(source, Clock.PLAN, done=source(TURNS).c.plan_first_proposed_at, keep=keep),
        _again(source, Clock.HANDLING, done=func.coalesce(source(TURNS).c.finished_at, opinions.c.ended_at), keep=keep),
        _of_order("arrival", orders, times=arrival, keep=keep),
        _of_order("order_callback", orders, times=callback, keep=keep),
    )


def of_the_flow(source: Source, keep: Keep = everything) -> CompoundSelect[*tuple[Any, ...]]:
    """The clocks of the flow itself, from response to callback, also where there is no deadline."""
    return union_all(*_flow(source, keep))


def _flow(source: Source, keep: Keep) -> list[Select[*tuple[Any, ...]]]:
    opinions = source(OPINIONS)
    # A plan is owed until the complaint is judged invalid (OP-2); what was overdue by then stays so.
    invalid_at = case((~opinions.c.flow, opinions.c.assessed_at), else_=nothing())
    plan = _leg(source, Clock.PLAN, due="plan_due_at", done="plan_proposed_at", void=invalid_at, keep=keep)
    return [
        _leg(source, Clock.RESPONSE, due="response_due_at", done="responded_at", keep=keep),
        plan.where(opinions.c.kind == word("complaint")),
        _leg(source, Clock.HANDLING, due="handling_due_at", done="handled_at", keep=keep),
        _callbacks(source, keep),
    ]


def _leg(  # noqa: PLR0913 - one a column
    source: Source, clock: Clock, *, due: str, done: str, keep: Keep, void: ColumnElement[Any] | None = None
) -> Select[*tuple[Any, ...]]:
    opinions = source(OPINIONS)
    stands = standing(source, opinions, clock, opinions.c[due])
    values: dict[str, Any] = {"started_at": opinions.c.accepted_at, "done_at": opinions.c[done]}
    if void is not None:
        values["void_at"] = void
    return _of_opinion(clock, opinions, stands, values).where(*keep(opinions))


def _timed(
    source: Source, clock: Clock, *, done: ColumnElement[Any], keep: Keep, read: FromClause | None = None
) -> Select[*tuple[Any, ...]]:
    """A clock from acceptance that only some policies have: no row where there is no deadline."""
    opinions = source(OPINIONS)
    stands = standing(source, opinions, clock, opinions.c[f"{clock}_due_at"], read=read)
    values = {"started_at": opinions.c.accepted_at, "done_at": done}
    return _of_opinion(clock, opinions, stands, values).where(stands.due_at.is_not(None), *keep(opinions))


def _solutions(source: Source, keep: Keep) -> Select[*tuple[Any, ...]]:
    opinions, platform = source(OPINIONS), source(PLATFORM)
    both = opinions.join(platform, platform.c.case_id == opinions.c.case_id)
    stands = standing(source, opinions, Clock.SOLUTION, platform.c.solution_due_at, read=both)
    values = {"started_at": platform.c.contacted_at, "done_at": platform.c.submitted_at}
    chosen = _of_opinion(Clock.SOLUTION, opinions, stands, values)
    return chosen.where(stands.due_at.is_not(None), *keep(opinions))


def _notices(source: Source, keep: Keep) -> Select[*tuple[Any, ...]]:
    """Of what is major, from when it was first found so (OP-17)."""
    opinions = source(OPINIONS)
    stands = standing(source, opinions, Clock.NOTIFY, opinions.c.notify_due_at)
    values = {"started_at": opinions.c.major_at, "done_at": opinions.c.major_reported_at}
    chosen = _of_opinion(Clock.NOTIFY, opinions, stands, values)
    is_major = opinions.c.severity == word(Severity.MAJOR)
    return chosen.where(is_major, opinions.c.major_at.is_not(None), stands.due_at.is_not(None), *keep(opinions))


def _on_alerts(source: Source, keep: Keep) -> Select[*tuple[Any, ...]]:
    """Plans on forwarded alerts, which are owed also when the case has ended (GP-6)."""
    opinions, alerts = source(OPINIONS), source(ALERTS)
    both = opinions.join(alerts, alerts.c.case_id == opinions.c.case_id)
    stands = standing(source, opinions, Clock.ALERT_PLAN, alerts.c.plan_due_at, number=alerts.c.alert, read=both)
    values = {"started_at": alerts.c.forwarded_at, "done_at": alerts.c.planned_at, "ended_at": nothing()}
    chosen = _of_opinion(Clock.ALERT_PLAN, opinions, stands, values)
    return chosen.where(alerts.c.forwarded_at.is_not(None), *keep(opinions))


def _callbacks(source: Source, keep: Keep) -> Select[*tuple[Any, ...]]:
    opinions, turns = source(OPINIONS), source(TURNS)
    both = opinions.join(turns, turns.c.case_id == opinions.c.case_id)
    stands = standing(source, opinions, Clock.CALLBACK, turns.c.callback_due_at, turn=turns.c.turn, read=both)
    values = {"turn": turns.c.turn, "started_at": turns.c.finished_at, "done_at": turns.c.called_back_at}
    chosen = _of_opinion(Clock.CALLBACK, opinions, stands, values)
    return chosen.where(turns.c.finished_at.is_not(None), *keep(opinions))


def _again(source: Source, clock: Clock, *, done: ColumnElement[Any], keep: Keep) -> Select[*tuple[Any, ...]]:
    """Plan and handling of a later turn, which have a deadline only by agreement (OP-5, OP-11)."""
    opinions, turns = source(OPINIONS), source(TURNS)
    both = opinions.join(turns, turns.c.case_id == opinions.c.case_id)
    stands = standing(source, opinions, clock, nothing(), turn=turns.c.turn, read=both)
    values = {"turn": turns.c.turn, "started_at": turns.c.started_at, "done_at": done}
    chosen = _of_opinion(clock, opinions, stands, values)
    return chosen.where(turns.c.turn > ONE, stands.due_at.is_not(None), *keep(opinions))


def _told(source: Source, keep: Keep) -> Select[*tuple[Any, ...]]:
    """Follow-ups that were owed and made."""
    opinions, made, before = source(OPINIONS), source(FOLLOW_UPS).alias(), source(FOLLOW_UPS).alias()
    both = opinions.join(made, made.c.case_id == opinions.c.case_id)
    both = both.outerjoin(before, _follow_up(before, opinions, made.c.follow_up - ONE))
    stands = standing(source, opinions, Clock.FOLLOW_UP, made.c.due_at, number=made.c.follow_up, read=both)
    values = {"started_at": _since(opinions, before), "done_at": made.c.told_at}
    return _of_opinion(Clock.FOLLOW_UP, opinions, stands, values).where(made.c.due_at.is_not(None), *keep(opinions))


def _owed(source: Source, keep: Keep) -> Select[*tuple[Any, ...]]:
    """The next follow-up, which is owed and not made yet."""
    opinions, before = source(OPINIONS), source(FOLLOW_UPS).alias()
    both = opinions.outerjoin(before, _follow_up(before, opinions, opinions.c.follow_ups))
    due, number = opinions.c.follow_up_due_at, opinions.c.follow_ups + ONE
    stands = standing(source, opinions, Clock.FOLLOW_UP, due, number=number, read=both)
    values = {"started_at": _since(opinions, before), "done_at": nothing()}
    return _of_opinion(Clock.FOLLOW_UP, opinions, stands, values).where(due.is_not(None), *keep(opinions))


def _follow_up(told: FromClause, opinions: FromClause, number: ColumnElement[Any]) -> ColumnElement[bool]:
    return and_(told.c.case_id == opinions.c.case_id, told.c.follow_up == number)


def _since(opinions: FromClause, before: FromClause) -> ColumnElement[Any]:
    """A follow-up is owed from the one before on, the first from the judgement (OP-9)."""
    return case((before.c.told_at > opinions.c.assessed_at, before.c.told_at), else_=opinions.c.assessed_at)


def _of_order(clock: str, orders: FromClause, *, times: tuple[str, str, str], keep: Keep) -> Select[*tuple[Any, ...]]:
    """The leg of a clock of orders; `times` names the columns of start, due and done."""
    started, due, done = times
    values = {
        "clock": word(clock),
        "turn": ONE,
        "started_at": orders.c[started],
        "due_at": orders.c[due],
        "done_at": orders.c[done],
    }
    return _of_case(orders, values, subject="order").where(orders.c[started].is_not(None), *keep(orders))


def _of_opinion(
    clock: Clock, opinions: FromClause, stands: Standing, values: dict[str, Any]
) -> Select[*tuple[Any, ...]]:
    given = {"clock": word(clock), "turn": ONE, "due_at": stands.judged_by, **values}
    return _of_case(opinions, given, subject="opinion").select_from(stands.source)


def _of_case(facts: FromClause, values: dict[str, Any], *, subject: str) -> Select[*tuple[Any, ...]]:
    """The columns in their order; what is not of the clock is the case's."""
    plain = {"case_id", "number", "ended_at", *POLICY}

    def of(name: str) -> ColumnElement[Any]:
        if name == "void_at" and name not in values:
            return nothing()
        if name in values:
            return values[name]  # type: ignore[no-any-return]  # a column, by the callers above
        return facts.c[name] if name in plain else group_of(facts, name, subject=subject)

    return select(*(of(name).label(name) for name in COLUMNS))
