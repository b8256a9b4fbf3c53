"""Deadlines that change: by agreement, or because the calendar was published; never without an event (OP-5, OP-6)."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Final

from ..checks import moment_of, not_early
from ..clocks import Deadline
from ..event import Event
from ..growth import replace
from ..personal import Personal, PersonalText, personal
from ..refusal import UnknownCode, WrongState, WrongTime
from ..terms import Terms
from ..values import Coded, Count, UtcTime, utc_text
from .checks import subject
from .commands import OfOpinion
from .following import next_due
from .platform import solution_limit
from .theme import Theme
from .timing import PER_TURN, Clock, Run, run_of, runs
from .words import Level

if TYPE_CHECKING:
    from datetime import datetime

    from ..policy import Limit, Policy
    from .state import OpinionState

AGREEABLE: Final = (Clock.RESPONSE, Clock.REPLY, Clock.HANDLING, Clock.FOLLOW_UP, Clock.CALLBACK)
"""Clocks whose time may be agreed anew where the policy names none: those that the customer waits for (*ours*)."""


class Because(Coded):
    """Why a deadline changed."""

    AGREED = "agreed", "另行约定", "another time was agreed"
    CALENDAR = "calendar", "日历公布", "the official calendar was published"
    REOPENED = "reopened", "重新处理", "the case is handled again after its end"


class AskedBy(Coded):
    """Who asked for another time (SO-6)."""

    CUSTOMER = "customer", "顾客"
    COMPANY = "company", "企业", "the company"


class DeadlineMoved(Event):
    """A clock got another deadline, which counts from here on; `was` is the one it replaces (OP-5).

    `was_late`: that one had run out, and the lateness stays (SO-6's sentence, used alike here). `move` counts the moves
    of the case; `number` tells which follow-up it is about.
    """

    name: ClassVar[str] = "opinion.deadline_moved.v1"
    move: Count
    clock: Clock
    turn: Count
    number: Count = 1
    because: Because
    due_at: UtcTime
    provisional: bool = False
    was: UtcTime | None = None
    was_late: bool = False
    asked_by: AskedBy | None = None
    reason: Personal | None = None
    calendar: str | None = None


class AgreeTime(OfOpinion):
    """Agree another time with the customer; the old deadline stays on record (OP-5)."""

    name: ClassVar[str] = "agree_time"
    clock: Clock
    until: UtcTime
    asked_by: AskedBy = AskedBy.CUSTOMER
    reason: PersonalText | None = None


class ConfirmDeadlines(OfOpinion):
    """Count the case's provisional deadlines anew, now that their year's official calendar is out (OP-6)."""

    name: ClassVar[str] = "confirm_deadlines"


def evolve(state: OpinionState, event: DeadlineMoved) -> OpinionState:
    """Keep the move beside the deadline that it replaces."""
    return replace(state, moves=(*state.moves, event))


def agree(command: AgreeTime, state: OpinionState, terms: Terms) -> tuple[Event, ...]:
    """Give a clock that runs the time that was agreed.

    Raises:
        Refused: a clock that is not agreed with the customer, is done, or has not started; a time before now.

    """
    _agreeable(command.clock, terms.rules)
    run = run_of(state, command.clock, state.turn.number if command.clock in PER_TURN else 1)
    if run is None:
        raise WrongState(
            f"the clock of {command.clock.en} has not started", rule="OP-5", right="a clock that runs", where="clock"
        )
    if run.done_at is not None:
        raise WrongState(
            f"{command.clock.en} was done at {utc_text(run.done_at)}",
            rule="OP-5",
            right="a clock that runs",
            where="clock",
        )
    moment = moment_of(command, terms, since=run.started_at, step="start of the clock")
    if not_early(command.until, moment, terms, where="until", rule="OP-5"):
        raise WrongTime("lies before it was agreed", rule="OP-5", right="a later time", where="until")
    return (
        DeadlineMoved(
            occurred_at=moment,
            move=len(state.moves) + 1,
            clock=command.clock,
            turn=run.turn,
            number=run.number,
            because=Because.AGREED,
            due_at=command.until,
            was=run.due_at,
            was_late=run.due_at is not None and run.due_at < moment,
            asked_by=command.asked_by,
            reason=personal(command.reason, subject(command, state)),
        ),
    )


def _agreeable(clock: Clock, policy: Policy) -> None:
    words = AGREEABLE if policy.agreeable is None else policy.agreeable
    if clock not in words:
        listed = ", ".join(sorted(words)) or "none, by this policy"
        raise UnknownCode(
            f"the time of {clock.en} is not agreed with the customer",
            rule="OP-5",
            right=f"one of {listed}",
            where="clock",
        )


def confirm(_command: ConfirmDeadlines, state: OpinionState, terms: Terms) -> tuple[Event, ...]:
    """Count the provisional deadlines anew; nothing happens to one that still needs an unpublished year.

    The moment is when the ledger takes it in: what was provisional until then cannot have been confirmed earlier.
    """
    counted = [(run, _count(run, state, terms)) for run in provisional(state)]
    settled = [(run, due) for run, due in counted if due is not None and not due.provisional]
    return tuple(
        DeadlineMoved(
            occurred_at=terms.now,
            move=len(state.moves) + place,
            clock=run.clock,
            turn=run.turn,
            because=Because.CALENDAR,
            due_at=due.at,
            was=run.due_at,
            calendar=terms.calendar.edition,
        )
        for place, (run, due) in enumerate(settled, start=1)
    )


def taken_up_again(state: OpinionState, terms: Terms, moment: datetime) -> tuple[Event, ...]:
    """Give the next follow-up the end of the seven days that run now, where its time ran out while the case had ended.

    Follow-ups are owed while a complaint is handled (OP-9; 4.4.1.2). One that had run out before the end stays late.
    """
    owed = run_of(state, Clock.FOLLOW_UP, 1, number=len(state.follow_ups) + 1)
    due = next_due(state, terms, moment)
    if state.ended_at is None or owed is None or owed.due_at is None or due is None or owed.due_at >= moment:
        return ()
    return (
        DeadlineMoved(
            occurred_at=moment,
            move=len(state.moves) + 1,
            clock=owed.clock,
            turn=owed.turn,
            number=owed.number,
            because=Because.REOPENED,
            due_at=due,
            was=owed.due_at,
            was_late=owed.due_at < state.ended_at,
        ),
    )


def provisional(state: OpinionState) -> tuple[Run, ...]:
    """The clocks whose deadline an unpublished calendar year went into."""
    return tuple(run for run in runs(state) if run.provisional)


def _count(run: Run, state: OpinionState, terms: Terms) -> Deadline | None:
    return terms.due(run.started_at, limit_of(run.clock, state, terms.rules))


def limit_of(clock: Clock, state: OpinionState, policy: Policy) -> Limit | None:
    """The limit that set a clock's first deadline; of the solution the one of its category and severity (GP-2)."""
    if clock is Clock.PLAN:
        return policy.plan_at_company if state.accepted.level is Level.COMPANY else policy.plan_at_center
    if clock is Clock.SOLUTION:
        return solution_limit(policy, state.accepted.category, state.platform.severity)
    found: Limit | None = getattr(policy, clock.value, None)
    return found


THEME: Final = Theme(events=(DeadlineMoved,), answers={AgreeTime: agree, ConfirmDeadlines: confirm}, evolve=evolve)
