"""Which clocks ran, of which turn, since and until when; and what can be said of each as of a moment (OP-5, OP-10)."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from caseledger.adapters.testing import (
    accept,
    agree_time,
    approve,
    assess,
    at,
    call_back,
    confirm_alert,
    declare_risk,
    end,
    finish,
    follow_up,
    forward_alert,
    given,
    make_contact,
    propose,
    raise_alert,
    respond,
    submit_solution,
)
from caseledger.domain.command import Command
from caseledger.domain.opinion.state import OpinionState
from caseledger.domain.opinion.timing import Clock, Judgement, Run, Verdict, judge, run_of, runs
from caseledger.domain.policy import Policy
from tests.domain.story import W08
from tests.policies import GROUP, limit

DAY, NEXT = "2026-03-02", "2026-03-03"
LAST = "23:59:59.999999"
MICROSECOND = timedelta(microseconds=1)
BEGUN = (accept(f"{DAY} 09:00", category="cleaning"), assess(f"{DAY} 09:30"))
HANDLED = (*BEGUN, propose(f"{DAY} 10:00"), approve(f"{DAY} 11:00"), finish(f"{DAY} 12:00"))
AGAIN = (*HANDLED, call_back(f"{NEXT} 10:00", outcome_satisfied=False))


def lived(*steps: Command, under: Policy = W08) -> OpinionState:
    state: OpinionState = given(*steps, under=under).states["opinion"]
    return state


def run(state: OpinionState, clock: Clock, turn: int = 1, *, number: int | None = None) -> Run:
    found = run_of(state, clock, turn, number=number)
    assert found is not None
    return found


class TestJudgement:
    """Of a clock from nine to ten."""

    RUN = Run(Clock.RESPONSE, 1, at(f"{DAY} 09:00"), at(f"{DAY} 10:00"))
    DUE = at(f"{DAY} 10:00")
    LATER = at(f"{DAY} 12:00")

    def test_before_it_starts_there_is_nothing_to_say_and_from_its_start_on_it_runs(self) -> None:
        assert judge(self.RUN, None, at(f"{DAY} 09:00") - MICROSECOND) is None
        assert judge(self.RUN, None, at(f"{DAY} 09:00")) == Judgement(Verdict.RUNNING)
        assert judge(self.RUN, None, self.DUE) == Judgement(Verdict.RUNNING)
        assert judge(self.RUN, None, self.DUE + MICROSECOND) == Judgement(Verdict.OVERDUE, MICROSECOND)

    @pytest.mark.parametrize(
        ("done", "said"),
        [
            (DUE, Judgement(Verdict.IN_TIME)),
            (DUE + MICROSECOND, Judgement(Verdict.LATE, MICROSECOND)),
        ],
    )
    def test_done_it_is_in_time_or_late_from_that_moment_on(self, done: datetime, said: Judgement) -> None:
        run = replace(self.RUN, done_at=done)
        assert judge(run, None, done) == said
        assert judge(run, None, self.LATER) == said
        assert judge(run, None, done - MICROSECOND) == Judgement(Verdict.RUNNING)

    @pytest.mark.parametrize(
        ("ended", "said"),
        [
            (DUE, Judgement(Verdict.LAPSED)),  # at the very last moment it was not late yet
            (DUE + MICROSECOND, Judgement(Verdict.OVERDUE, timedelta(hours=2))),  # its end does not erase that it was
        ],
    )
    def test_where_the_case_ends_before_it_was_done(self, ended: datetime, said: Judgement) -> None:
        assert judge(self.RUN, ended, self.LATER) == said
        assert judge(replace(self.RUN, outlives_case=True), ended, self.LATER) == Judgement(
            Verdict.OVERDUE, timedelta(hours=2)
        )

    def test_it_lapses_with_the_end_and_not_before(self) -> None:
        ended = at(f"{DAY} 09:30")
        assert judge(self.RUN, ended, ended) == Judgement(Verdict.LAPSED)
        assert judge(self.RUN, ended, ended - MICROSECOND) == Judgement(Verdict.RUNNING)

    def test_without_a_deadline_it_is_neither_in_time_nor_late(self) -> None:
        run = replace(self.RUN, due_at=None)
        assert judge(run, None, self.LATER) == Judgement(Verdict.WITHOUT_TARGET)
        assert judge(replace(run, done_at=self.DUE), None, self.LATER) == Judgement(Verdict.WITHOUT_TARGET)

    @pytest.mark.parametrize("due", [DUE, None])
    def test_what_is_taken_back_in_time_is_not_judged_from_then_on(self, due: datetime | None) -> None:
        run = replace(self.RUN, due_at=due, void_at=at(f"{DAY} 10:00"))
        before = Judgement(Verdict.RUNNING) if due else Judgement(Verdict.WITHOUT_TARGET)
        assert judge(run, None, self.DUE - MICROSECOND) == before
        assert judge(run, None, self.DUE) is None
        assert judge(run, None, self.LATER) is None

    def test_what_is_taken_back_too_late_stays_overdue(self) -> None:
        run = replace(self.RUN, void_at=self.DUE + MICROSECOND)
        assert judge(run, None, self.LATER) == Judgement(Verdict.OVERDUE, timedelta(hours=2))

    def test_the_first_time_that_ran_out_counts_whatever_was_agreed_later(self) -> None:
        run = replace(self.RUN, due_at=self.LATER, late_since=self.DUE, done_at=at(f"{DAY} 11:00"))
        assert judge(run, None, self.LATER) == Judgement(Verdict.LATE, timedelta(hours=1))


class TestPlan:
    def test_a_complaint_found_invalid_in_time_owes_no_plan(self) -> None:
        state = lived(BEGUN[0], assess(f"{DAY} 09:30", validity="invalid"))
        assert run(state, Clock.PLAN).void_at == at(f"{DAY} 09:30")
        assert judge(run(state, Clock.PLAN), None, at("2026-03-20 09:00")) is None
        assert judge(run(state, Clock.PLAN), None, at(f"{DAY} 09:29")) == Judgement(Verdict.RUNNING)

    def test_found_invalid_after_its_time_it_was_late(self) -> None:
        state = lived(BEGUN[0], assess("2026-03-06 00:00", validity="invalid"))
        said = judge(run(state, Clock.PLAN), None, at("2026-03-06 01:00"))
        assert said == Judgement(Verdict.OVERDUE, timedelta(hours=1) + MICROSECOND)

    def test_a_valid_one_owes_it_and_a_later_turn_has_no_time_for_it(self) -> None:
        state = lived(*AGAIN)
        assert run(state, Clock.PLAN) == Run(
            Clock.PLAN, 1, at(f"{DAY} 09:00"), at(f"2026-03-05 {LAST}"), at(f"{DAY} 10:00")
        )
        assert run(state, Clock.PLAN, 2) == Run(Clock.PLAN, 2, at(f"{NEXT} 10:00"))

    def test_only_the_first_turns_can_be_provisional(self) -> None:
        again = (
            accept("2026-12-31 09:00"),
            assess("2026-12-31 09:10"),
            propose("2026-12-31 09:20"),
            approve("2026-12-31 09:30"),
            finish("2026-12-31 09:40"),
            call_back("2026-12-31 09:50", outcome_satisfied=False),
        )
        assert (run(lived(*again), Clock.PLAN).provisional, run(lived(*again), Clock.PLAN, 2).provisional) == (
            True,
            False,
        )


class TestHandlingAndCallback:
    AGREED = (accept(f"{DAY} 09:00", agreed_handling_at=at(f"{NEXT} 09:00")), *AGAIN[1:])

    def test_the_time_that_was_agreed_is_the_first_turns(self) -> None:
        state = lived(*self.AGREED)
        assert run(state, Clock.HANDLING) == Run(
            Clock.HANDLING, 1, at(f"{DAY} 09:00"), at(f"{NEXT} 09:00"), at(f"{DAY} 12:00")
        )
        assert run(state, Clock.HANDLING, 2) == Run(Clock.HANDLING, 2, at(f"{NEXT} 10:00"))

    def test_what_ends_unhandled_is_done_with_its_end(self) -> None:
        state = lived(*self.AGREED, end(f"{NEXT} 11:00", explanation="已搬离"))
        assert run(state, Clock.HANDLING, 2).done_at == at(f"{NEXT} 11:00")

    def test_a_turns_callback_runs_from_its_result_to_the_first_callback(self) -> None:
        waiting = lived(*HANDLED)
        assert run(waiting, Clock.CALLBACK) == Run(
            Clock.CALLBACK, 1, at(f"{DAY} 12:00"), at(f"2026-03-04 {LAST}"), None
        )
        assert run(lived(*AGAIN), Clock.CALLBACK).done_at == at(f"{NEXT} 10:00")
        assert run_of(lived(*AGAIN), Clock.CALLBACK, 2) is None
        assert run_of(lived(*BEGUN), Clock.CALLBACK, 1) is None

    def test_where_a_policy_counts_it_in_working_days_it_may_be_provisional(self) -> None:
        working = W08.model_copy(update={"callback": limit(2, "working_days", "OP-10")})
        late = (
            accept("2026-12-31 09:00"),
            assess("2026-12-31 09:10"),
            propose("2026-12-31 09:20"),
            approve("2026-12-31 09:30"),
            finish("2026-12-31 09:40"),
        )
        assert run(lived(*late, under=working), Clock.CALLBACK).provisional
        assert not run(lived(*late), Clock.CALLBACK).provisional


class TestFollowUps:
    """One clock a follow-up, from the one before, or from the judgement, to its own (OP-9)."""

    def test_each_runs_from_the_one_before(self) -> None:
        state = lived(*BEGUN, follow_up(f"{NEXT} 09:00"), follow_up("2026-03-04 09:00"))
        week, next_week = at(f"2026-03-09 {LAST}"), at(f"2026-03-16 {LAST}")
        first, second, third = (run(state, Clock.FOLLOW_UP, number=number) for number in (1, 2, 3))
        assert first == Run(Clock.FOLLOW_UP, 1, at(f"{DAY} 09:30"), week, at(f"{NEXT} 09:00"), number=1)
        assert second == Run(Clock.FOLLOW_UP, 1, at(f"{NEXT} 09:00"), week, at("2026-03-04 09:00"), number=2)
        assert third == Run(Clock.FOLLOW_UP, 1, at("2026-03-04 09:00"), next_week, number=3)
        assert run(state, Clock.FOLLOW_UP) == third

    def test_one_of_free_will_has_no_clock_and_the_next_one_runs_from_it(self) -> None:
        state = lived(BEGUN[0], follow_up(f"{DAY} 09:10"), BEGUN[1])
        assert run_of(state, Clock.FOLLOW_UP, 1, number=1) is None
        # ... from the judgement on it was owed; the customer was told before
        assert run(state, Clock.FOLLOW_UP, number=2).started_at == at(f"{DAY} 09:10")

    def test_of_an_inquiry_that_is_told_of_its_progress_there_is_no_clock(self) -> None:
        state = lived(accept(f"{DAY} 09:00", kind="inquiry"), follow_up(f"{DAY} 09:10"))
        assert [one.clock for one in runs(state)] == []


class TestAll:
    def test_the_clocks_with_a_deadline_are_those_of_the_policy_in_their_order(self) -> None:
        told = (
            accept(f"{DAY} 09:00", category="cleaning", severity="major", by="duty_staff"),
            make_contact(f"{DAY} 09:20"),
            assess(f"{DAY} 09:30"),
        )
        assert [(one.clock, one.started_at) for one in runs(lived(*told, under=GROUP))] == [
            ("start", at(f"{DAY} 09:00")),
            ("response", at(f"{DAY} 09:00")),
            ("contact", at(f"{DAY} 09:00")),
            ("reply", at(f"{DAY} 09:00")),
            ("hand_over", at(f"{DAY} 09:00")),
            ("notify", at(f"{DAY} 09:00")),
            ("solution", at(f"{DAY} 09:20")),
            ("plan", at(f"{DAY} 09:00")),
            ("follow_up", at(f"{DAY} 09:30")),
        ]

    def test_a_clock_without_a_deadline_of_its_own_is_there_once_a_time_was_agreed(self) -> None:
        assert Clock.HANDLING not in [one.clock for one in runs(lived(*AGAIN))]
        agreed = agree_time(f"{NEXT} 11:00", clock="handling", until=at("2026-03-06 18:00"))
        found = [(one.clock, one.turn, one.due_at) for one in runs(lived(*AGAIN, agreed))]
        assert ("handling", 2, at("2026-03-06 18:00")) in found
        assert [(clock, turn) for clock, turn, _ in found] == [
            ("response", 1),
            ("plan", 1),
            ("callback", 1),
            ("handling", 2),
            ("follow_up", 1),
        ]

    def test_what_was_agreed_anew_after_its_time_stays_late(self) -> None:
        state = lived(
            BEGUN[0],
            agree_time(f"{DAY} 10:30", until=at(f"{DAY} 11:00")),
            agree_time(f"{DAY} 11:30", until=at(f"{DAY} 12:00")),
            respond(f"{DAY} 11:45"),
        )
        moved = run(state, Clock.RESPONSE)
        assert (moved.due_at, moved.late_since) == (at(f"{DAY} 12:00"), at(f"{DAY} 10:00"))

    def test_each_alerts_plan_has_a_clock_from_its_forwarding(self) -> None:
        raised = (
            BEGUN[0],
            make_contact(f"{DAY} 09:20"),
            submit_solution(f"{DAY} 09:30", completion_at=at(f"{DAY} 18:00")),
            declare_risk(f"{DAY} 10:00"),
            confirm_alert(f"{DAY} 11:00", level="red"),
            forward_alert(f"{DAY} 12:00", level="red"),
            raise_alert("2026-03-06 00:00"),
            confirm_alert("2026-03-06 01:00"),
            forward_alert("2026-03-06 02:00"),
        )
        state = lived(*raised, under=GROUP)
        assert run(state, Clock.ALERT_PLAN, number=1) == Run(
            Clock.ALERT_PLAN, 1, at(f"{DAY} 12:00"), at(f"{NEXT} {LAST}"), outlives_case=True
        )
        assert run(state, Clock.ALERT_PLAN, number=2) == Run(
            Clock.ALERT_PLAN, 1, at("2026-03-06 02:00"), at(f"2026-03-07 {LAST}"), number=2, outlives_case=True
        )
