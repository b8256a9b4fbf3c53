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

from typing import TYPE_CHECKING, Any, Final, TypeAlias

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
from .sources import ONE, Form, Source, group_of, nothing

if TYPE_CHECKING:
    from collections.abc import Collection

    from sqlalchemy import ColumnElement, FromClause

Leg: TypeAlias = Select[*tuple[Any, ...]]

CLOCKS: Final = (*Clock, "arrival", "order_callback")
"""By their names, in the order in which they are listed."""

COLUMNS: Final = (
    "clock",
    "case_id",
    "turn",
    *("number", "center", "kind", "category", "channel", "department", "estate", "month"),
    *("started_at", "due_at", "done_at", "ended_at", "void_at"),
    *POLICY,
)

_OF_CASE: Final = tuple(name for name in COLUMNS if name in {column.name for column in OPINIONS.shown})
READ: Final = (
    "case_id",
    *_OF_CASE,
    "accepted_at",
    "assessed_at",
    "flow",
    "severity",
    "responded_at",
    "response_due_at",
    "plan_proposed_at",
    "plan_due_at",
    "handled_at",
    "handling_due_at",
    "follow_ups",
    "follow_up_due_at",
    "reply_due_at",
    "start_due_at",
    "contact_due_at",
    "decision_due_at",
    "decided_at",
    "hand_over_due_at",
    "handed_over_at",
    "explanation_due_at",
    "explained_at",
    "notify_due_at",
    "major_at",
    "major_reported_at",
)
"""Columns of opinions that clocks are read off."""
READ_OF_ORDERS: Final = (
    "case_id",
    *(name for name in _OF_CASE if name in {column.name for column in ORDERS.shown}),
    "received_at",
    "arrival_due_at",
    "arrived_at",
    "completed_at",
    "callback_due_at",
    "called_back_at",
)


def clocks(source: Source, only: Collection[str] = CLOCKS) -> CompoundSelect[*tuple[Any, ...]]:
    """Every clock, or `only` some kinds of them: the select of the view."""
    opinions, orders = source(OPINIONS), source(ORDERS)
    platform, explained = source(PLATFORM), opinions.c.explained_at
    both = opinions.outerjoin(platform, platform.c.case_id == opinions.c.case_id)
    arrival = ("received_at", "arrival_due_at", "arrived_at")
    callback = ("completed_at", "callback_due_at", "called_back_at")
    ran: tuple[tuple[str, Leg], ...] = (
        *_flow(source),
        (Clock.REPLY, _timed(source, Clock.REPLY, done=opinions.c.responded_at)),
        (Clock.START, _timed(source, Clock.START, done=platform.c.work_started_at, read=both)),
        (Clock.CONTACT, _timed(source, Clock.CONTACT, done=platform.c.contacted_at, read=both)),
        (Clock.SOLUTION, _solutions(source)),
        (Clock.DECISION, _timed(source, Clock.DECISION, done=opinions.c.decided_at)),
        (Clock.HAND_OVER, _timed(source, Clock.HAND_OVER, done=opinions.c.handed_over_at)),
        (Clock.EXPLANATION, _timed(source, Clock.EXPLANATION, done=explained).where(explained.is_not(None))),
        (Clock.NOTIFY, _notices(source)),
        (Clock.ALERT_PLAN, _on_alerts(source)),
        (Clock.FOLLOW_UP, _told(source)),
        (Clock.FOLLOW_UP, _owed(source)),
        (Clock.PLAN, _again(source, Clock.PLAN, done=source(TURNS).c.plan_first_proposed_at)),
        (Clock.HANDLING, _again(source, Clock.HANDLING, done=_finished(source))),
        ("arrival", _of_order("arrival", orders, times=arrival)),
        ("order_callback", _of_order("order_callback", orders, times=callback)),
    )
    return union_all(*(leg for clock, leg in ran if clock in only))


def of_the_flow(source: Source) -> CompoundSelect[*tuple[Any, ...]]:
    """The clocks of the flow itself, from response to callback, also where there is no deadline."""
    return union_all(*(leg for _, leg in _flow(source)))


def of_month(source: Source, form: Form) -> Source:
    """The same facts, of opinions and orders only the month's, and of these only what clocks are read off.

    Read once by their month and named: a dozen selects go through them, which would each look every row up again.
    """
    o, r = source(OPINIONS), source(ORDERS)
    keep = form.of_month()
    opinions = select(*(o.c[name] for name in READ)).where(*keep(o)).cte("opinions_of_month")
    orders = select(*(r.c[name] for name in READ_OF_ORDERS)).where(*keep(r)).cte("orders_of_month")
    narrow = {OPINIONS.name: opinions, ORDERS.name: orders}
    return lambda facts: narrow[facts.name] if facts.name in narrow else source(facts)


def _flow(source: Source) -> list[tuple[Clock, Leg]]:
    return [
        (Clock.RESPONSE, _leg(source, Clock.RESPONSE, due="response_due_at", done="responded_at")),
        (Clock.PLAN, _first_plans(source)),
        (Clock.HANDLING, _leg(source, Clock.HANDLING, due="handling_due_at", done="handled_at")),
        (Clock.CALLBACK, _callbacks(source)),
    ]


def _finished(source: Source) -> ColumnElement[str]:
    return func.coalesce(source(TURNS).c.finished_at, source(OPINIONS).c.ended_at)


def _stopped_at(source: Source, turns: FromClause) -> ColumnElement[str]:
    """The end of the case in that turn, which stopped the turn's clocks, also where it is handled again since."""
    return func.coalesce(turns.c.ended_at, source(OPINIONS).c.ended_at)


def _leg(source: Source, clock: Clock, *, due: str, done: str) -> Select[*tuple[Any, ...]]:
    opinions = source(OPINIONS)
    stands = standing(source, opinions, clock, opinions.c[due])
    values: dict[str, Any] = {"started_at": opinions.c.accepted_at, "done_at": opinions.c[done]}
    return _of_opinion(clock, opinions, stands, values)


def _first_plans(source: Source) -> Select[*tuple[Any, ...]]:
    """The first turn's plans: owed until the complaint is judged invalid (OP-2); what was overdue by then stays so."""
    opinions, turns = source(OPINIONS), source(TURNS)
    both = opinions.outerjoin(turns, and_(turns.c.case_id == opinions.c.case_id, turns.c.turn == ONE))
    stands = standing(source, opinions, Clock.PLAN, opinions.c.plan_due_at, read=both)
    values = {
        "started_at": opinions.c.accepted_at,
        "done_at": opinions.c.plan_proposed_at,
        "ended_at": _stopped_at(source, turns),
        "void_at": case((~opinions.c.flow, opinions.c.assessed_at), else_=nothing()),
    }
    return _of_opinion(Clock.PLAN, opinions, stands, values).where(opinions.c.kind == word("complaint"))


def _timed(
    source: Source, clock: Clock, *, done: ColumnElement[Any], read: FromClause | None = None
) -> Select[*tuple[Any, ...]]:
    """A clock from acceptance that only some policies have: no row where there is no deadline."""
    opinions = source(OPINIONS)
    stands = standing(source, opinions, clock, opinions.c[f"{clock}_due_at"], read=read)
    values = {"started_at": opinions.c.accepted_at, "done_at": done}
    return _of_opinion(clock, opinions, stands, values).where(stands.due_at.is_not(None))


def _solutions(source: Source) -> Select[*tuple[Any, ...]]:
    opinions, platform = source(OPINIONS), source(PLATFORM)
    both = opinions.join(platform, platform.c.case_id == opinions.c.case_id)
    stands = standing(source, opinions, Clock.SOLUTION, platform.c.solution_due_at, read=both)
    values = {"started_at": platform.c.contacted_at, "done_at": platform.c.submitted_at}
    chosen = _of_opinion(Clock.SOLUTION, opinions, stands, values)
    return chosen.where(stands.due_at.is_not(None))


def _notices(source: Source) -> Select[*tuple[Any, ...]]:
    """Of what is major, from when it was first found so (OP-17)."""
    opinions = source(OPINIONS)
    stands = standing(source, opinions, Clock.NOTIFY, opinions.c.notify_due_at)
    values = {"started_at": opinions.c.major_at, "done_at": opinions.c.major_reported_at}
    chosen = _of_opinion(Clock.NOTIFY, opinions, stands, values)
    is_major = opinions.c.severity == word(Severity.MAJOR)
    return chosen.where(is_major, opinions.c.major_at.is_not(None), stands.due_at.is_not(None))


def _on_alerts(source: Source) -> Select[*tuple[Any, ...]]:
    """Plans on forwarded alerts, which are owed also when the case has ended (GP-6)."""
    opinions, alerts = source(OPINIONS), source(ALERTS)
    both = opinions.join(alerts, alerts.c.case_id == opinions.c.case_id)
    stands = standing(source, opinions, Clock.ALERT_PLAN, alerts.c.plan_due_at, number=alerts.c.alert, read=both)
    values = {"started_at": alerts.c.forwarded_at, "done_at": alerts.c.planned_at, "ended_at": nothing()}
    chosen = _of_opinion(Clock.ALERT_PLAN, opinions, stands, values)
    return chosen.where(alerts.c.forwarded_at.is_not(None))


def _callbacks(source: Source) -> Select[*tuple[Any, ...]]:
    opinions, turns = source(OPINIONS), source(TURNS)
    both = opinions.join(turns, turns.c.case_id == opinions.c.case_id)
    stands = standing(source, opinions, Clock.CALLBACK, turns.c.callback_due_at, turn=turns.c.turn, read=both)
    done, ended = turns.c.called_back_at, _stopped_at(source, turns)
    values = {"turn": turns.c.turn, "started_at": turns.c.finished_at, "done_at": done, "ended_at": ended}
    chosen = _of_opinion(Clock.CALLBACK, opinions, stands, values)
    return chosen.where(turns.c.finished_at.is_not(None))


def _again(source: Source, clock: Clock, *, done: ColumnElement[Any]) -> Select[*tuple[Any, ...]]:
    """Plan and handling of a later turn, which have a deadline only by agreement (OP-5, OP-11)."""
    opinions, turns = source(OPINIONS), source(TURNS)
    both = opinions.join(turns, turns.c.case_id == opinions.c.case_id)
    stands = standing(source, opinions, clock, nothing(), turn=turns.c.turn, read=both)
    ended = _stopped_at(source, turns)
    values = {"turn": turns.c.turn, "started_at": turns.c.started_at, "done_at": done, "ended_at": ended}
    chosen = _of_opinion(clock, opinions, stands, values)
    return chosen.where(turns.c.turn > ONE, stands.due_at.is_not(None))


def _told(source: Source) -> Select[*tuple[Any, ...]]:
    """Follow-ups that were owed and made."""
    opinions, made, before = source(OPINIONS), source(FOLLOW_UPS).alias(), source(FOLLOW_UPS).alias()
    both = opinions.join(made, made.c.case_id == opinions.c.case_id)
    both = both.outerjoin(before, _follow_up(before, opinions, made.c.follow_up - ONE))
    stands = standing(source, opinions, Clock.FOLLOW_UP, made.c.due_at, number=made.c.follow_up, read=both)
    values = {"started_at": _since(opinions, before), "done_at": made.c.told_at}
    return _of_opinion(Clock.FOLLOW_UP, opinions, stands, values).where(made.c.due_at.is_not(None))


def _owed(source: Source) -> Select[*tuple[Any, ...]]:
    """The next follow-up, which is owed and not made yet."""
    opinions, before = source(OPINIONS), source(FOLLOW_UPS).alias()
    both = opinions.outerjoin(before, _follow_up(before, opinions, opinions.c.follow_ups))
    due, number = opinions.c.follow_up_due_at, opinions.c.follow_ups + ONE
    stands = standing(source, opinions, Clock.FOLLOW_UP, due, number=number, read=both)
    values = {"started_at": _since(opinions, before), "done_at": nothing()}
    return _of_opinion(Clock.FOLLOW_UP, opinions, stands, values).where(due.is_not(None))


def _follow_up(told: FromClause, opinions: FromClause, number: ColumnElement[Any]) -> ColumnElement[bool]:
    return and_(told.c.case_id == opinions.c.case_id, told.c.follow_up == number)


def _since(opinions: FromClause, before: FromClause) -> ColumnElement[Any]:
    """A follow-up is owed from the one before on, the first from the judgement (OP-9)."""
    return case((before.c.told_at > opinions.c.assessed_at, before.c.told_at), else_=opinions.c.assessed_at)


def _of_order(clock: str, orders: FromClause, *, times: tuple[str, str, str]) -> Select[*tuple[Any, ...]]:
    """The leg of a clock of orders; `times` names the columns of start, due and done."""
    started, due, done = times
    values: dict[str, ColumnElement[Any]] = {
        "clock": word(clock),
        "turn": ONE,
        "started_at": orders.c[started],
        "due_at": orders.c[due],
        "done_at": orders.c[done],
    }
    return _of_case(orders, values, subject="order").where(orders.c[started].is_not(None))


def _of_opinion(
    clock: Clock, opinions: FromClause, stands: Standing, values: dict[str, Any]
) -> Select[*tuple[Any, ...]]:
    given = {"clock": word(clock), "turn": ONE, "due_at": stands.judged_by, **values}
    return _of_case(opinions, given, subject="opinion").select_from(stands.source)


def _of_case(facts: FromClause, values: dict[str, ColumnElement[Any]], *, subject: str) -> Select[*tuple[Any, ...]]:
    """The columns in their order; what is not of the clock is the case's."""
    plain = {"case_id", "number", "ended_at", *POLICY}

    def of(name: str) -> ColumnElement[Any]:
        if name == "void_at" and name not in values:
            return nothing()
        if name in values:
            return values[name]
        return facts.c[name] if name in plain else group_of(facts, name, subject=subject)

    return select(*(of(name).label(name) for name in COLUMNS))
