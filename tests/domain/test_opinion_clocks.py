"""The clocks of opinions at their edges: one second before and after, holidays, month ends, nights, late entries."""

from datetime import date, timedelta
from typing import Any

import pytest

from caseledger.adapters.calendar import ChineseCalendar
from caseledger.adapters.testing import (
    W08,
    Builder,
    accept,
    approve,
    assess,
    at,
    call_back,
    confirm_deadlines,
    end,
    finish,
    follow_up,
    given,
    happened,
    make_contact,
    propose,
    respond,
    start_work,
    submit_solution,
)
from caseledger.domain.opinion.deadlines import Because, DeadlineMoved
from caseledger.domain.opinion.events import FollowedUp, OpinionAccepted
from caseledger.domain.opinion.timing import Clock, Judgement, Verdict, run_of
from caseledger.domain.refusal import WrongTime
from tests.domain.clocked import MONDAY, SECOND, due, lived, said
from tests.policies import GROUP

END = ":59.999999"


class TestVerdictsOneSecondBeforeAndAfter:
    """OP-5, OP-6, OP-10, OP-17, GP-1, GP-2: the last moment is in time, a second later is late by a second."""

    @pytest.mark.parametrize(
        ("clock", "last", "do"),
        [
            (Clock.START, "2026-03-02 09:10", start_work),  # GP-1: 10 minutes
            (Clock.RESPONSE, "2026-03-02 10:00", respond),  # OP-5: 1 hour
            (Clock.CONTACT, "2026-03-02 10:00", make_contact),  # GP-1: 1 hour
            (Clock.REPLY, "2026-03-04 23:59:59.999999", respond),  # OP-17: 2 working days
            (Clock.PLAN, "2026-03-05 23:59:59.999999", propose),  # OP-6: 3 working days
        ],
    )
    def test_clock_from_acceptance(self, clock: Clock, last: str, do: Builder[Any]) -> None:
        begun = (accept(MONDAY, category="cleaning"), assess("2026-03-02 09:05"))
        limit_at = at(last)
        assert due(lived(*begun, under=GROUP), clock) == limit_at
        for moment, expected in (
            (limit_at - SECOND, Judgement(Verdict.IN_TIME)),
            (limit_at, Judgement(Verdict.IN_TIME)),
            (limit_at + SECOND, Judgement(Verdict.LATE, SECOND)),
        ):
            state = lived(*begun, do(moment), under=GROUP)
            assert said(state, clock, moment) == expected
            # Judged before it was done, the same clock still runs, or is overdue by as much.
            before = said(state, clock, moment - timedelta(microseconds=1))
            if moment <= limit_at:
                assert before == Judgement(Verdict.RUNNING)
            else:
                assert before == Judgement(Verdict.OVERDUE, SECOND - timedelta(microseconds=1))

    def test_solution_is_due_four_hours_after_the_contact_and_one_day_where_it_is_serious(self) -> None:
        general = lived(accept(MONDAY, category="cleaning"), make_contact("2026-03-02 09:30"), under=GROUP)
        assert due(general, Clock.SOLUTION) == at("2026-03-02 13:30")
        contact = make_contact("2026-03-02 09:30", severity="major")
        serious = lived(accept(MONDAY, category="cleaning"), contact, under=GROUP)
        assert due(serious, Clock.SOLUTION) == at("2026-03-03 23:59:59.999999")
        # The policy sets it by category; where it lists none, there is no such clock.
        greening = lived(accept(MONDAY, category="greening"), contact, under=GROUP)
        assert due(greening, Clock.SOLUTION) is None
        submitted = submit_solution("2026-03-02 13:30:01", completion_at=at("2026-03-06 18:00"))
        late = lived(accept(MONDAY, category="cleaning"), make_contact("2026-03-02 09:30"), submitted, under=GROUP)
        assert said(late, Clock.SOLUTION, at("2026-03-03 09:00")) == Judgement(Verdict.LATE, SECOND)

    def test_callback_is_due_two_days_after_each_turn(self) -> None:
        turn = (propose("2026-03-02 10:00"), approve("2026-03-02 11:00"), finish("2026-03-02 12:00"))
        again = (propose("2026-03-05 10:00"), approve("2026-03-05 11:00"), finish("2026-03-05 12:00"))
        wrong = call_back("2026-03-05 00:00", outcome_satisfied=False)
        state = lived(accept(MONDAY), assess(MONDAY), *turn, wrong, *again, call_back("2026-03-07 23:59:59"))
        assert due(state, Clock.CALLBACK, 1) == at("2026-03-04 23:59:59.999999")
        assert due(state, Clock.CALLBACK, 2) == at("2026-03-07 23:59:59.999999")
        later = at("2026-03-31 00:00")
        assert said(state, Clock.CALLBACK, later, 1) == Judgement(Verdict.LATE, timedelta(microseconds=1))
        assert said(state, Clock.CALLBACK, later, 2) == Judgement(Verdict.IN_TIME)


class TestDaysThatAreNotPlain:
    @pytest.mark.parametrize(
        ("accepted", "center", "company"),
        [
            # Fri 26 Sep 2025: Sun 28 is worked, Mon 29, Tue 30; then 1 to 8 Oct off, 9, 10, Sat 11 worked, Mon 13.
            ("2025-09-26 16:00", "2025-09-30", "2025-10-13"),
            # Tue 30 Sep, the last day before the National Day week: 9, 10, 11 | 13, 14, 15, 16.
            ("2025-09-30 23:59:59", "2025-10-11", "2025-10-16"),
            # Wed 31 Dec: 1 to 3 Jan off, Sun 4 is worked, 5, 6 | 7, 8, 9, 12.
            ("2025-12-31 23:59:59", "2026-01-06", "2026-01-12"),
            # The end of a month, at night in Shanghai and still the last day in UTC: 2, 3, 4 | 5, 6, 9, 10.
            ("2026-03-01 00:30", "2026-03-04", "2026-03-10"),
            ("2026-02-28 23:30", "2026-03-04", "2026-03-10"),
        ],
    )
    def test_plan_times_cross_make_up_days_holidays_and_month_ends(
        self, accepted: str, center: str, company: str
    ) -> None:
        for level, last in (("center", center), ("company", company)):
            state = lived(accept(accepted, level=level))
            assert due(state, Clock.PLAN) == at(f"{last} 23:59{END}")

    def test_accepted_at_night_by_duty_staff_it_is_handed_over_the_next_working_day(self) -> None:
        # OP-3; W08-01 4.2.3.2. Friday night before a make-up Sunday: handed over on that Sunday.
        night = accept("2025-09-26 23:40", by="duty_staff")
        expected = happened(
            OpinionAccepted, hand_over_due_at=at(f"2025-09-28 23:59{END}"), hand_over_due_provisional=False
        )
        given(under=GROUP).when(night).then(expected)
        # The response is due within the hour all the same: acceptance is round the clock.
        assert due(lived(night), Clock.RESPONSE) == at("2025-09-27 00:40")
        by_day = given(under=GROUP).when(accept("2025-09-26 09:00"))
        by_day.then(happened(OpinionAccepted, hand_over_due_at=None))

    def test_entry_25_hours_late_keeps_the_deadlines_of_when_it_happened(self) -> None:
        # WL-5: entered a day and an hour later, with the reason; the response was due within the hour of acceptance.
        late = accept("2026-02-28 23:30", late_reason="paper_record")
        story = given().when(late, now="2026-03-02 00:30")
        story.then(happened(OpinionAccepted, response_due_at=at("2026-03-01 00:30")))
        assert story.states["opinion"].accepted_at == at("2026-02-28 23:30")
        given().when(accept("2026-02-28 23:30"), now="2026-03-02 00:30").then_refused("WL-5", kind=WrongTime)

    def test_deadline_into_an_unpublished_year_is_provisional_until_the_calendar_is_out(self) -> None:
        begun = lived(accept("2026-12-30 10:00"))
        run = run_of(begun, Clock.PLAN, 1)
        assert run is not None
        assert run.provisional
        # Thu 31 Dec, then two working days of 2027: by the guess Mon 4 and Tue 5 January.
        assert run.due_at == at(f"2027-01-05 23:59{END}")


class Published(ChineseCalendar):
    """The same calendar a year later: 2027 is out, and New Year's Monday is off."""

    edition = "cn-2027"

    def is_published(self, year: int) -> bool:
        return year <= 2027

    def is_working_day(self, day: date) -> bool:
        return day.isoformat() != "2027-01-04" and super().is_working_day(day)


class TestProvisionalDeadlines:
    def test_confirming_moves_it_by_an_event_that_names_the_new_edition(self) -> None:
        story = given(accept("2026-12-30 10:00"))
        story.calendar = Published()
        story.when(confirm_deadlines(by="acceptor"), now="2026-12-31 09:00")
        story.then(
            happened(
                DeadlineMoved,
                clock=Clock.PLAN,
                because=Because.CALENDAR,
                was=at(f"2027-01-05 23:59{END}"),
                due_at=at(f"2027-01-06 23:59{END}"),
                provisional=False,
                was_late=False,
                calendar="cn-2027",
            )
        )
        run = run_of(story.states["opinion"], Clock.PLAN, 1)
        assert run is not None
        assert (run.due_at, run.provisional) == (at(f"2027-01-06 23:59{END}"), False)
        # Asked again, nothing happens.
        story.when(confirm_deadlines(by="acceptor"), now="2027-01-02 09:00").then()

    def test_as_long_as_the_year_is_not_out_nothing_happens(self) -> None:
        given(accept("2026-12-30 10:00")).when(confirm_deadlines(), now="2026-12-31 09:00").then()


class TestFollowUps:
    """OP-9; W08-01 4.4.1.2: at least twice in every seven days since acceptance."""

    BEGUN = (accept(MONDAY), assess("2026-03-02 10:00"))

    def test_two_in_the_first_seven_days_then_two_in_the_next(self) -> None:
        assert due(lived(*self.BEGUN), Clock.FOLLOW_UP) == at(f"2026-03-09 23:59{END}")
        one = (*self.BEGUN, follow_up("2026-03-04 09:00"))
        assert due(lived(*one), Clock.FOLLOW_UP) == at(f"2026-03-09 23:59{END}")
        two = (*one, follow_up("2026-03-09 23:59:59"))
        assert due(lived(*two), Clock.FOLLOW_UP) == at(f"2026-03-16 23:59{END}")

    def test_made_a_second_after_the_seven_days_it_is_late_and_counts_for_the_next(self) -> None:
        story = given(*self.BEGUN, follow_up("2026-03-04 09:00")).when(follow_up("2026-03-10 00:00"))
        story.then(
            happened(
                FollowedUp,
                follow_up=2,
                was_due_at=at(f"2026-03-09 23:59{END}"),
                follow_up_due_at=at(f"2026-03-16 23:59{END}"),
            )
        )

    def test_what_ends_within_the_seven_days_owed_none(self) -> None:
        state = lived(*self.BEGUN, end("2026-03-09 23:59:59", explanation="顾客撤回"))
        assert said(state, Clock.FOLLOW_UP, at("2026-03-20 00:00")) == Judgement(Verdict.LAPSED)

    def test_an_invalid_complaint_and_a_policy_without_the_rule_have_no_such_clock(self) -> None:
        assert due(lived(accept(MONDAY), assess(MONDAY, validity="invalid")), Clock.FOLLOW_UP) is None
        silent = W08.model_copy(update={"follow_ups": 0})
        assert due(lived(*self.BEGUN, under=silent), Clock.FOLLOW_UP) is None
