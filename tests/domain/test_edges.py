"""Every clock of an opinion at the edges of its time.

Here, for each clock under the shipped policy that has it: one second before its deadline, at the deadline and a second
after it, started on a plain day, before a make-up Saturday, before the National Day week, in the last second of the
year, at the end of a month in Shanghai, and at night (`edge_days.py`); and entered 25 hours late.
Where the other edges and branches are tried is in docs/traceability.md, by their rules.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import pytest

from caseledger.adapters.testing import (
    GROUP400,
    HANDBOOK,
    SHANGHAI,
    W08,
    Builder,
    accept,
    approve,
    assess,
    at,
    call_back,
    confirm_alert,
    decide_suggestion,
    declare_risk,
    explain_not_ours,
    finish,
    follow_up,
    forward_alert,
    given,
    hand_over,
    happened,
    ledger_in_memory,
    make_contact,
    plan_on_alert,
    propose,
    report_major,
    respond,
    review_opinions,
    sign_summary,
    start_work,
    submit_solution,
)
from caseledger.domain.command import Command
from caseledger.domain.opinion.events import OpinionAccepted
from caseledger.domain.opinion.timing import Clock, Judgement, Verdict, judge, run_of
from caseledger.domain.policy import Policy
from caseledger.domain.refusal import WrongTime
from tests.domain.edge_days import DAYS, LAST

SECOND = timedelta(seconds=1)


@dataclass(frozen=True)
class Timed:
    """A clock under the shipped policy that has it: its limit in words, what starts it, and what stops it."""

    clock: Clock
    policy: Policy
    limit: str
    begun: Callable[[str], tuple[Command, ...]]
    done: Builder[Any]
    fields: dict[str, Any] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """What the test is called by."""
        return f"{self.policy.name} {self.clock.value} {self.limit}"


def handled(start: str) -> tuple[Command, ...]:
    return (accept(start), assess(start), propose(start), approve(start))


def alerted(start: str) -> tuple[Command, ...]:
    red = {"level": "red"}
    return (
        accept(start, category="cleaning"),
        declare_risk(start),
        confirm_alert(start, **red),
        forward_alert(start, **red),
    )


CLEANING = {"category": "cleaning"}
FAR = {"completion_at": at("2026-12-31 18:00")}
TIMED = [
    # W08-01 4.6.1, 4.6.2
    Timed(Clock.RESPONSE, W08, "1 hour", lambda start: (accept(start),), respond),
    Timed(Clock.PLAN, W08, "3 working days", lambda start: (accept(start), assess(start)), propose),
    Timed(
        Clock.PLAN,
        W08,
        "7 working days",
        lambda start: (accept(start, level="company", by="qa"), assess(start, by="qa")),
        propose,
    ),
    # W08-01 4.2.3.2, 4.4.1.2, 4.4.2.2; a time that was agreed with the customer
    Timed(Clock.HAND_OVER, W08, "1 working day", lambda start: (accept(start, by="duty_staff"),), hand_over),
    Timed(Clock.FOLLOW_UP, W08, "7 days", lambda start: (accept(start), assess(start), follow_up(start)), follow_up),
    Timed(Clock.CALLBACK, W08, "2 days", lambda start: (*handled(start), finish(start)), call_back),
    Timed(Clock.HANDLING, W08, "2 days", handled, finish),
    # M4 art. 10, 11
    Timed(Clock.START, GROUP400, "10 minutes", lambda start: (accept(start, **CLEANING),), start_work),
    Timed(Clock.CONTACT, GROUP400, "1 hour", lambda start: (accept(start, **CLEANING),), make_contact),
    Timed(
        Clock.SOLUTION,
        GROUP400,
        "4 hours",
        lambda start: (accept(start, **CLEANING), make_contact(start)),
        submit_solution,
        FAR,
    ),
    Timed(
        Clock.SOLUTION,
        GROUP400,
        "1 day",
        lambda start: (accept(start, **CLEANING, severity="common"), make_contact(start)),
        submit_solution,
        FAR,
    ),
    Timed(
        Clock.DECISION,
        GROUP400,
        "2 days",
        lambda start: (accept(start, **CLEANING, kind="suggestion"),),
        decide_suggestion,
    ),
    Timed(Clock.EXPLANATION, GROUP400, "2 days", lambda start: (accept(start, **CLEANING),), explain_not_ours),
    Timed(Clock.ALERT_PLAN, GROUP400, "1 day", alerted, plan_on_alert, FAR | {"level": "red"}),
    # M1 三 3.6, 4.3
    Timed(Clock.REPLY, HANDBOOK, "2 working days", lambda start: (accept(start),), respond),
    Timed(Clock.NOTIFY, HANDBOOK, "1 working day", lambda start: (accept(start, severity="major"),), report_major),
]
ROWS = [pytest.param(timed, day, id=f"{timed.name}, {day}") for timed in TIMED for day in DAYS]


def test_every_clock_and_every_policy_is_here() -> None:
    assert {timed.clock for timed in TIMED} == set(Clock)
    assert {timed.policy.name for timed in TIMED} == {"w08", "group400", "handbook"}


@pytest.mark.parametrize(("timed", "day"), ROWS)
def test_a_second_before_and_at_the_deadline_is_in_time_and_a_second_after_it_is_late(timed: Timed, day: str) -> None:
    """OP-3, OP-5, OP-6, OP-9, OP-10, OP-17, GP-1, GP-2, GP-3, GP-4, GP-6: to the second, whatever day it is."""
    limit_at = at(DAYS[day][timed.limit])
    begun = timed.begun(DAYS[day]["start"])
    if timed.clock is Clock.HANDLING:
        begun = (begun[0].model_copy(update={"agreed_handling_at": limit_at}), *begun[1:])
    for moment, verdict in (
        (limit_at - SECOND, Judgement(Verdict.IN_TIME)),
        (limit_at, Judgement(Verdict.IN_TIME)),
        (limit_at + SECOND, Judgement(Verdict.LATE, SECOND)),
    ):
        assert verdict_of(timed, (*begun, timed.done(moment, **timed.fields)), moment, limit_at) == verdict
        if timed.clock is not Clock.EXPLANATION:  # it is owed by nobody until it is given
            overdue = Judgement(Verdict.OVERDUE, SECOND) if moment > limit_at else Judgement(Verdict.RUNNING)
            assert verdict_of(timed, begun, moment, limit_at) == overdue


def verdict_of(timed: Timed, steps: tuple[Command, ...], as_of: datetime, limit_at: datetime) -> Judgement | None:
    """What is said of the clock after these steps; its deadline is the one that was counted by hand."""
    state = given(*steps, under=timed.policy).state
    number = 2 if timed.clock is Clock.FOLLOW_UP else 1  # the second in the seven days, which the first one left owed
    run = run_of(state, timed.clock, 1, number=number)
    assert run is not None
    assert run.due_at == limit_at
    return judge(run, state.ended_at, as_of)


OF_ACCEPTANCE = [timed for timed in TIMED if len(timed.begun("2026-03-02 09:00")) == 1 or timed.clock is Clock.PLAN]


@pytest.mark.parametrize("day", DAYS)
@pytest.mark.parametrize("timed", OF_ACCEPTANCE, ids=lambda timed: timed.name)
def test_entered_25_hours_late_it_has_the_deadline_of_when_it_happened(timed: Timed, day: str) -> None:
    """WL-5, OP-3: what was kept on paper, or on the night's slip, is entered with both times and its reason."""
    start = at(DAYS[day]["start"])
    (asked, *_) = timed.begun(DAYS[day]["start"])
    entered = f"{(start + timedelta(hours=25)).astimezone(SHANGHAI):%Y-%m-%d %H:%M:%S}"
    late = asked.model_copy(update={"late_reason": "night_slip"})
    story = given(under=timed.policy).when(late, now=entered)
    (accepted, *_) = story.events
    assert isinstance(accepted, OpinionAccepted)
    assert getattr(accepted, f"{timed.clock.value}_due_at") == at(DAYS[day][timed.limit])
    given(under=timed.policy).when(asked, now=entered).then_refused("WL-5", kind=WrongTime, where="late_reason")


def test_entered_a_day_late_to_the_second_it_needs_no_reason_and_a_second_later_it_does() -> None:
    """WL-5: over 24 hours."""
    asked = accept("2026-03-02 09:00")
    given().when(asked, now="2026-03-03 09:00:00").then(happened(OpinionAccepted))
    given().when(asked, now="2026-03-03 09:00:01").then_refused("WL-5", kind=WrongTime, where="late_reason")


@pytest.mark.parametrize(
    ("step", "done", "last"),
    [
        # OP-16: every seven days, here over the National Day week: reviewed on 1 October, again by the 8th.
        ("review", review_opinions("2025-10-01 09:00", by="manager"), f"2025-10-08 {LAST}"),
        # GP-8: every Friday at 17:00, whatever day that is; signed in time on the 26th, the next is that of 3 October.
        ("sign_summary", sign_summary("2025-09-26 17:00", by="manager"), "2025-10-03 17:00"),
    ],
)
def test_a_centers_own_duties_are_late_a_second_after_their_time(step: str, done: Command, last: str) -> None:
    with ledger_in_memory("2025-09-26 09:00", policy=GROUP400) as ledger:
        ledger.tell(done)
        for ago, late_by in ((-SECOND, None), (timedelta(), None), (SECOND, SECOND)):
            (row,) = [row for row in ledger.due(as_of=at(last) + ago) if row.step == step]
            assert (row.until, row.late_by) == (at(last), late_by)
