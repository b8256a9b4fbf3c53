"""Clocks: what must happen until when, and what can be said of it as of a moment, by recorded times alone."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from ..values import Coded
from .words import Severity

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime, timedelta

    from .state import OpinionState, Turn


class Clock(Coded):
    """What is timed of an opinion: from which event to which, under the limit of the same name in the policy.

    The rule and the clause stand beside the limit, in the policy.
    """

    START = "start", "启动工作", "start of work"
    """From acceptance to `opinion.work_started` (GP-1)."""
    RESPONSE = "response", "首次响应", "first response"
    """From acceptance to `opinion.responded` (OP-5)."""
    CONTACT = "contact", "联系客户", "contact with the customer"
    """From acceptance to `opinion.contact_made` (GP-1)."""
    NOTIFY = "notify", "重大事件通报", "notice of a major matter"
    """From the judgement that it is major, to those concerned knowing (OP-17, OP-19)."""
    REPLY = "reply", "回复业主", "reply to the owner"
    """From acceptance to the first answer (OP-17)."""
    HAND_OVER = "hand_over", "值班交接", "hand-over by duty staff"
    """From acceptance off hours to the acceptor's taking it over (OP-3)."""
    SOLUTION = "solution", "上报解决方案", "solution submitted"
    """From the contact to `opinion.solution_submitted` (GP-2)."""
    EXPLANATION = "explanation", "非责任说明", "explanation why not ours"
    """From acceptance to the explanation, where there is one (GP-4)."""
    DECISION = "decision", "建议采纳与否", "suggestion adopted or not"
    """From acceptance to the decision (GP-3)."""
    PLAN = "plan", "处理意见", "handling plan"
    """From acceptance to the first plan of the turn (OP-6)."""
    HANDLING = "handling", "约定处理", "agreed handling"
    """To the signed result of the turn; only where a time was agreed (OP-5)."""
    FOLLOW_UP = "follow_up", "跟踪反馈", "follow-up"
    """From follow-up to follow-up, so many in every seven days (OP-9)."""
    CALLBACK = "callback", "回访", "callback"
    """From the signed result of a turn to the turn's callback (OP-10)."""
    ALERT_PLAN = "alert_plan", "预警处理方案", "plan on an alert"
    """From the forwarding of an alert to plan and completion time, whatever became of the case (GP-6)."""


PER_TURN: Final = frozenset({Clock.PLAN, Clock.HANDLING, Clock.CALLBACK})
"""Clocks that run anew in each turn of handling; the others run once a case, and count as the first turn's."""


class Verdict(Coded):
    """What can be said of a clock as of a moment."""

    IN_TIME = "in_time", "及时"
    LATE = "late", "超时完成"
    OVERDUE = "overdue", "超期"
    """Not done, and its time is past; so it stays when the case ends (closing does not erase that it was late)."""
    RUNNING = "running", "未到期"
    """Not done, its time not yet past."""
    LAPSED = "lapsed", "到期前结束", "ended before it was due"
    """Not done when the case ended, and its time was not yet past then."""
    WITHOUT_TARGET = "without_target", "无时限", "without a deadline"


@dataclass(frozen=True, slots=True)
class Run:
    """A clock that ran: of which turn, since when, until when, and when it was done; `None` is not known or not yet.

    `late_since` is the earliest deadline that had run out when a later one was agreed: a new time does not erase
    lateness that was incurred before (SO-6 says so for orders; read alike here). `void_at`: taken back then, as a plan
    is when the complaint is judged invalid. `number` tells follow-ups and alerts of one case apart, and is 1 elsewhere.
    `outlives_case`: the end of the case does not stop it. `stopped_at`: when the case ended in the clock's own turn,
    which stopped it for good, also where the case is handled again since (OP-11).
    """

    clock: Clock
    turn: int
    started_at: datetime
    due_at: datetime | None = None
    done_at: datetime | None = None
    late_since: datetime | None = None
    void_at: datetime | None = None
    provisional: bool = False
    number: int = 1
    outlives_case: bool = False
    stopped_at: datetime | None = None

    @property
    def judged_by(self) -> datetime | None:
        """The deadline that counts: the first that ran out before another was agreed, else the last."""
        return self.late_since or self.due_at


@dataclass(frozen=True, slots=True)
class Judgement:
    """The verdict on a clock; `by` says by how much it was or is late, and is `None` otherwise."""

    verdict: Verdict
    by: timedelta | None = None


def judge(run: Run, ended_at: datetime | None, as_of: datetime) -> Judgement | None:
    """Say what can be said of a clock as of a moment; nothing where it had not started or was taken back in time."""
    due = run.judged_by
    if run.started_at > as_of or _taken_back(run, as_of):
        return None
    if due is None:
        return Judgement(Verdict.WITHOUT_TARGET)
    if run.done_at is not None and run.done_at <= as_of:
        return Judgement(Verdict.IN_TIME) if run.done_at <= due else Judgement(Verdict.LATE, run.done_at - due)
    ended = None if run.outlives_case else run.stopped_at or ended_at
    if ended is not None and ended <= as_of and ended <= due:
        return Judgement(Verdict.LAPSED)
    return Judgement(Verdict.OVERDUE, as_of - due) if due < as_of else Judgement(Verdict.RUNNING)


def _taken_back(run: Run, as_of: datetime) -> bool:
    if run.void_at is None or run.void_at > as_of:
        return False
    due = run.judged_by
    return due is None or run.void_at <= due


def runs(state: OpinionState) -> tuple[Run, ...]:
    """Every clock of an opinion that has a deadline, the moved ones as they stand now."""
    return tuple(_moved(run, state) for run in _as_first_set(state) if run.due_at or _has_moved(run, state))


def run_of(state: OpinionState, clock: Clock, turn: int, *, number: int | None = None) -> Run | None:
    """The clock of a turn that runs or was last done; `None` where it has not started."""
    found = [run for run in _as_first_set(state) if run.clock is clock and run.turn == turn]
    kept = [run for run in found if number in {None, run.number}]
    return _moved(kept[-1], state) if kept else None


def _has_moved(run: Run, state: OpinionState) -> bool:
    return any(move.clock is run.clock and move.turn == run.turn for move in state.moves)


def _moved(run: Run, state: OpinionState) -> Run:
    for move in state.moves:
        if move.clock is run.clock and move.turn == run.turn and move.number == run.number:
            late = run.late_since or (move.was if move.was_late else None)
            run = replace(run, due_at=move.due_at, late_since=late, provisional=move.provisional)
    return run


def _as_first_set(state: OpinionState) -> Iterator[Run]:
    yield from _from_acceptance(state)
    yield from _beside_the_flow(state)
    yield from _of_the_platform(state)
    for turn in state.turns:
        yield from _of_turn(state, turn)
    yield from _follow_ups(state)
    yield from _on_alerts(state)


def _from_acceptance(state: OpinionState) -> Iterator[Run]:
    told, start = state.accepted, state.accepted_at

    def run(clock: Clock, due: datetime | None, done: datetime | None, *, provisional: bool | None = None) -> Run:
        return Run(clock, 1, start, due, done, provisional=bool(provisional))

    yield run(Clock.START, told.start_due_at, state.platform.started_at)
    yield run(Clock.RESPONSE, told.response_due_at, state.responded_at)
    yield run(Clock.CONTACT, told.contact_due_at, state.platform.contacted_at)
    yield run(Clock.REPLY, told.reply_due_at, state.responded_at, provisional=told.reply_due_provisional)


def _beside_the_flow(state: OpinionState) -> Iterator[Run]:
    """Suggestions, what duty staff took in, what is not ours, major matters (GP-3, OP-3, GP-4, OP-17)."""
    told, start, notice = state.accepted, state.accepted_at, state.notice
    yield Run(Clock.DECISION, 1, start, told.decision_due_at, state.decided_at)
    handed_over = Run(Clock.HAND_OVER, 1, start, told.hand_over_due_at, state.handed_over_at)
    yield replace(handed_over, provisional=bool(told.hand_over_due_provisional))
    if state.explained_at is not None:
        yield Run(Clock.EXPLANATION, 1, start, told.explanation_due_at, state.explained_at)
    if notice is not None and state.severity is Severity.MAJOR:
        done = state.major_reported_at
        yield Run(Clock.NOTIFY, 1, notice.since, notice.due_at, done, provisional=notice.provisional)


def _on_alerts(state: OpinionState) -> Iterator[Run]:
    for alert in state.alerts:
        if alert.forwarded_at is not None:
            plan = Run(Clock.ALERT_PLAN, 1, alert.forwarded_at, alert.plan_due_at, alert.planned_at)
            yield replace(plan, number=alert.number, outlives_case=True)


def _of_the_platform(state: OpinionState) -> Iterator[Run]:
    at = state.platform
    if at.contacted_at is not None:
        yield Run(Clock.SOLUTION, 1, at.contacted_at, at.solution_due_at, at.submitted_at)


def _of_turn(state: OpinionState, turn: Turn) -> Iterator[Run]:
    told = state.accepted
    first = turn.number == 1
    if state.is_complaint:
        yield Run(
            Clock.PLAN,
            turn.number,
            turn.started_at,
            told.plan_due_at if first else None,
            turn.plan_first_proposed_at,
            void_at=state.assessed_at if state.flow is False else None,
            provisional=first and told.plan_due_provisional,
            stopped_at=turn.ended_at,
        )
    done = turn.finished_at or state.ended_at
    yield Run(Clock.HANDLING, turn.number, turn.started_at, told.handling_due_at if first else None, done)
    if turn.finished_at is not None:
        called = [made.at for made in state.callbacks if made.turn == turn.number]
        yield Run(
            Clock.CALLBACK,
            turn.number,
            turn.finished_at,
            turn.callback_due_at,
            called[0] if called else None,
            provisional=turn.callback_due_provisional,
            stopped_at=turn.ended_at,
        )


def _follow_ups(state: OpinionState) -> Iterator[Run]:
    """One clock a follow-up: those made, and the next one that is owed (OP-9)."""
    start = state.assessed_at or state.accepted_at
    for told in state.follow_ups:
        if told.was_due_at is not None:
            yield Run(Clock.FOLLOW_UP, 1, start, told.was_due_at, told.at, number=told.number)
        start = told.at
    if state.follow_up_due_at is not None:
        yield Run(Clock.FOLLOW_UP, 1, start, state.follow_up_due_at, number=len(state.follow_ups) + 1)
