"""Which steps of a case came after their time, by the deadlines and the times that were recorded."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from ...domain.opinion.state import OpinionState
from ...domain.opinion.timing import Clock, Verdict, judge, runs
from ...domain.order.state import OrderState

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import datetime, timedelta

    from ...domain.event import Recorded

_DONE_BY: Final = {
    Clock.START: ("opinion.work_started",),
    Clock.RESPONSE: ("opinion.responded",),
    Clock.CONTACT: ("opinion.contact_made",),
    Clock.NOTIFY: ("opinion.major_reported",),
    Clock.REPLY: ("opinion.responded",),
    Clock.HAND_OVER: ("opinion.handed_over",),
    Clock.SOLUTION: ("opinion.solution_submitted",),
    Clock.EXPLANATION: ("opinion.not_ours_explained",),
    Clock.DECISION: ("opinion.suggestion_decided",),
    Clock.PLAN: ("opinion.plan_proposed",),
    Clock.HANDLING: ("opinion.handling_finished", "opinion.ended"),
    Clock.FOLLOW_UP: ("opinion.followed_up",),
    Clock.CALLBACK: ("opinion.called_back",),
    Clock.ALERT_PLAN: ("opinion.alert_plan_submitted",),
}
"""The events that a clock waits for, by their stored names without the version."""


@dataclass(frozen=True, slots=True)
class Late:
    """A clock that was past its time when the step came: the deadline that it is judged by, and by how much."""

    clock: str
    zh: str
    due_at: datetime
    by: timedelta


def late_steps(state: object, events: Sequence[Recorded]) -> dict[int, tuple[Late, ...]]:
    """What was late, by the version of the event that came too late."""
    found: dict[int, tuple[Late, ...]] = {}
    for version, late in _found(state, events):
        found[version] = (*found.get(version, ()), late)
    return found


def _found(state: object, events: Sequence[Recorded]) -> Iterator[tuple[int, Late]]:
    if isinstance(state, OpinionState):
        yield from _of_opinion(state, events)
    elif isinstance(state, OrderState):
        yield from _of_order(state, events)
    else:
        for record in events:
            yield from _past(record, "review", "查阅", getattr(record.event, "was_due_at", None))


def _of_opinion(state: OpinionState, events: Sequence[Recorded]) -> Iterator[tuple[int, Late]]:
    for run in runs(state):
        told = None if run.done_at is None else judge(run, state.ended_at, run.done_at)
        if told is None or told.verdict is not Verdict.LATE or told.by is None or run.judged_by is None:
            continue
        done = [record for record in events if _is_of(record, run.clock) and record.event.occurred_at == run.done_at]
        for record in done[:1]:
            yield record.version, Late(run.clock.value, run.clock.zh, run.judged_by, told.by)


def _is_of(record: Recorded, clock: Clock) -> bool:
    return record.name.rpartition(".v")[0] in _DONE_BY[clock]


def _of_order(state: OrderState, events: Sequence[Recorded]) -> Iterator[tuple[int, Late]]:
    first: set[str] = set()
    turn: Any = state.turns[-1]
    for record in events:
        name = record.name.rpartition(".v")[0]
        if name in first:
            continue
        if name == "order.arrived":
            yield from _past(record, "arrival", "到场", turn.arrival_due_at)
        elif name == "order.called_back":
            yield from _past(record, "order_callback", "回访", turn.callback_due_at)
        first.add(name)


def _past(record: Recorded, clock: str, zh: str, due: datetime | None) -> Iterator[tuple[int, Late]]:
    if due is not None and record.event.occurred_at > due:
        yield record.version, Late(clock, zh, due, record.event.occurred_at - due)
