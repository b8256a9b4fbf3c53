"""Deadlines that change, by agreement or because the calendar is out, and never without an event (OP-5, OP-6)."""

from datetime import date
from typing import Any

import pytest

from caseledger.adapters.calendar import ChineseCalendar
from caseledger.adapters.testing import (
    GROUP400,
    Story,
    accept,
    agree_time,
    approve,
    assess,
    call_back,
    confirm_deadlines,
    finish,
    follow_up,
    given,
    happened,
    make_contact,
    propose,
    respond,
)
from caseledger.domain.command import Command
from caseledger.domain.opinion.deadlines import Because, DeadlineMoved, limit_of
from caseledger.domain.opinion.timing import Clock, run_of
from caseledger.domain.policy import Limit, Policy
from caseledger.domain.refusal import Refused, UnknownCode, WrongState, WrongTime
from tests.domain.story import W08, at
from tests.policies import GROUP, limit

DAY, NEXT = "2026-03-02", "2026-03-03"
BEGUN = (accept(f"{DAY} 09:00"), assess(f"{DAY} 09:30"))
HANDLED = (*BEGUN, propose(f"{DAY} 10:00"), approve(f"{DAY} 11:00"), finish(f"{DAY} 12:00"))
AGAIN = (*HANDLED, call_back(f"{DAY} 15:00", outcome_satisfied=False))
LATER = at("2026-03-20 18:00")


def due_at(story: Story, clock: Clock, turn: int = 1, number: int | None = None) -> object:
    """Until when a clock runs."""
    run = run_of(story.state, clock, turn, number=number)
    return run.due_at if run else None


class TestByAgreement:
    @pytest.mark.parametrize(
        ("steps", "clock", "turn", "was"),
        [
            (BEGUN, "response", 1, at(f"{DAY} 10:00")),
            (AGAIN, "response", 1, at(f"{DAY} 10:00")),  # it runs once a case, whatever the turn
            (BEGUN, "handling", 1, None),
            (AGAIN, "handling", 2, None),
            (HANDLED, "callback", 1, at("2026-03-04 23:59:59.999999")),
            (
                (*AGAIN, propose(f"{DAY} 15:10"), approve(f"{DAY} 15:20"), finish(f"{DAY} 15:30")),
                "callback",
                2,
                at("2026-03-04 23:59:59.999999"),
            ),
        ],
    )
    def test_the_clock_of_the_turn_moves(self, steps: tuple[Command, ...], clock: str, turn: int, was: object) -> None:
        ask = agree_time(f"{DAY} 16:00", clock=clock, until=LATER, asked_by="company", reason="配件未到")
        story = given(*steps).when(ask)
        story.then(
            happened(
                DeadlineMoved,
                move=1,
                clock=clock,
                turn=turn,
                number=1,
                because=Because.AGREED,
                due_at=LATER,
                was=was,
                was_late=clock == "response",
                asked_by="company",
                reason="配件未到",
                provisional=False,
                calendar=None,
            )
        )
        assert due_at(story, Clock(clock), turn) == LATER

    def test_of_two_follow_ups_the_one_that_is_owed_moves(self) -> None:
        told = (*BEGUN, follow_up(f"{NEXT} 09:00"))
        story = given(*told).when(agree_time(f"{NEXT} 10:00", clock="follow_up", until=LATER))
        story.then(happened(DeadlineMoved, clock="follow_up", turn=1, number=2, was=at("2026-03-09 23:59:59.999999")))
        assert due_at(story, Clock.FOLLOW_UP, number=1) == at("2026-03-09 23:59:59.999999")
        assert due_at(story, Clock.FOLLOW_UP, number=2) == LATER
        assert due_at(story, Clock.FOLLOW_UP) == LATER  # the last one
        assert due_at(story, Clock.FOLLOW_UP, number=3) is None

    def test_moves_are_numbered_and_the_last_one_counts(self) -> None:
        first = agree_time(f"{DAY} 09:40", until=at(f"{DAY} 18:00"))
        story = given(*BEGUN, first).when(agree_time(f"{DAY} 17:00", until=at(f"{NEXT} 18:00")))
        story.then(happened(DeadlineMoved, move=2, was=at(f"{DAY} 18:00"), was_late=False, due_at=at(f"{NEXT} 18:00")))
        assert due_at(story, Clock.RESPONSE) == at(f"{NEXT} 18:00")

    @pytest.mark.parametrize(
        ("fields", "kind", "where", "says"),
        [
            # ours: those that the customer waits for
            (
                {"clock": "plan"},
                UnknownCode,
                "clock",
                "Right would be: one of callback, follow_up, handling, reply, response.",
            ),
            ({"clock": "callback"}, WrongState, "clock", "clock of callback has not started"),
            ({"until": at(f"{DAY} 09:39:59")}, WrongTime, "until", ""),
        ],
    )
    def test_what_is_not_agreed_is_refused(
        self, fields: dict[str, Any], kind: type[Refused], where: str, says: str
    ) -> None:
        told: dict[str, Any] = {"until": LATER} | fields
        ask = agree_time(f"{DAY} 09:40", **told)
        given(*BEGUN).when(ask).then_refused(rule="OP-5", kind=kind, where=where, says=says)

    def test_what_was_done_is_not_agreed_anew(self) -> None:
        ask = agree_time(f"{DAY} 10:00", until=LATER)
        given(*BEGUN, respond(f"{DAY} 09:40")).when(ask).then_refused(
            rule="OP-5", kind=WrongState, where="clock", says="first response was done at 2026-03-02T01:40:00"
        )

    def test_a_policy_that_keeps_early_times_of_an_acceptance_keeps_none_of_an_agreement(self) -> None:
        lenient = W08.model_copy(update={"refuse_early_agreement": False})
        ask = agree_time(f"{DAY} 09:40", until=at(f"{DAY} 09:39:59"))
        given(*BEGUN, under=lenient).when(ask).then_refused(rule="OP-5", kind=WrongTime, where="until")

    def test_a_policy_may_name_other_clocks_or_none(self) -> None:
        plan = W08.model_copy(update={"agreeable": ("plan",)})
        given(*BEGUN, under=plan).when(agree_time(f"{DAY} 09:40", clock="plan", until=LATER)).then(
            happened(DeadlineMoved, clock="plan", was=at("2026-03-05 23:59:59.999999"))
        )
        given(*BEGUN, under=plan).when(agree_time(f"{DAY} 09:40", until=LATER)).then_refused(
            rule="OP-5", where="clock", says="one of plan."
        )
        none = W08.model_copy(update={"agreeable": ()})
        given(*BEGUN, under=none).when(agree_time(f"{DAY} 09:40", until=LATER)).then_refused(
            rule="OP-5", where="clock", says="one of none, by this policy."
        )


class Published(ChineseCalendar):
    """The same calendar a year later: 2027 is out, and its first Monday is off."""

    edition = "cn-2027"

    def is_published(self, year: int) -> bool:
        return year <= 2027

    def is_working_day(self, day: date) -> bool:
        return day.isoformat() != "2027-01-04" and super().is_working_day(day)


def published(*steps: Command, under: Policy = GROUP) -> Story:
    """The deadlines counted anew when the calendar is out."""
    story = given(*steps, under=under)
    story.calendar = Published()
    return story.when(confirm_deadlines(by="acceptor"), now="2027-01-02 09:00")


@pytest.mark.parametrize(
    ("clock", "level", "counts"),
    [
        (Clock.PLAN, "center", W08.plan_at_center),
        (Clock.PLAN, "company", W08.plan_at_company),
        (Clock.RESPONSE, "center", W08.response),
        (Clock.CALLBACK, "center", W08.callback),
        (Clock.HANDLING, "center", None),  # only where a time was agreed
        (Clock.FOLLOW_UP, "center", None),  # so many in every seven days
    ],
)
def test_a_deadline_is_counted_by_the_limit_that_set_it(clock: Clock, level: str, counts: Limit | None) -> None:
    assert limit_of(clock, given(accept(f"{DAY} 09:00", level=level)).state, W08) == counts


@pytest.mark.parametrize(("severity", "hours"), [("general", 4), ("major", 24)])
def test_a_solution_is_counted_by_the_limit_of_its_category_and_severity(severity: str, hours: int) -> None:
    """客户服务一般问题4小时内,严重问题1日内 (art. 10 (二)3)."""
    begun = (accept(f"{DAY} 09:00", category="customer_service"), make_contact(f"{DAY} 09:30", severity=severity))
    found = limit_of(Clock.SOLUTION, given(*begun, under=GROUP400).state, GROUP400)
    assert found is not None
    assert found.amount * {"hours": 1, "days": 24}[found.unit] == hours
    assert limit_of(Clock.SOLUTION, given(accept(f"{DAY} 09:00")).state, W08) is None


class TestByTheCalendar:
    # Thursday, the last of the year. By the guess Mon 4, Tue 5, Wed 6; the Monday is off: Tue 5, Wed 6, Thu 7.
    NIGHT = accept("2026-12-31 10:00", by="duty_staff", severity="major")

    def test_each_clock_in_working_days_moves_and_no_other(self) -> None:
        moved = [
            ("reply", "2027-01-05", "2027-01-06"),  # two working days
            ("hand_over", "2027-01-04", "2027-01-05"),  # one
            ("notify", "2027-01-04", "2027-01-05"),  # one
            ("plan", "2027-01-06", "2027-01-07"),  # three
        ]
        published(self.NIGHT).then(
            *(
                happened(
                    DeadlineMoved,
                    move=move,
                    clock=clock,
                    turn=1,
                    because=Because.CALENDAR,
                    was=at(f"{was} 23:59:59.999999"),
                    due_at=at(f"{due} 23:59:59.999999"),
                    calendar="cn-2027",
                    occurred_at=at("2027-01-02 09:00"),
                )
                for move, (clock, was, due) in enumerate(moved, start=1)
            )
        )

    def test_moves_go_on_being_numbered(self) -> None:
        story = published(self.NIGHT, agree_time("2026-12-31 11:00", until=LATER.replace(year=2027)))
        assert [event.move for event in story.events if isinstance(event, DeadlineMoved)] == [2, 3, 4, 5]

    def test_at_the_company_the_plan_has_its_seven_days(self) -> None:
        # By the guess 4, 5, 6, 7, 8, 11, 12; then a day more.
        published(accept("2026-12-31 10:00", level="company", by="qa"), under=W08).then(
            happened(
                DeadlineMoved,
                clock="plan",
                was=at("2027-01-12 23:59:59.999999"),
                due_at=at("2027-01-13 23:59:59.999999"),
            )
        )

    def test_the_callback_of_a_turn_moves_where_a_policy_counts_it_in_working_days(self) -> None:
        working = W08.model_copy(update={"callback": limit(2, "working_days", "OP-10")})
        turn = (propose("2026-12-31 10:40"), approve("2026-12-31 11:00"), finish("2026-12-31 12:00"))
        again = (propose("2026-12-31 14:00"), approve("2026-12-31 15:00"), finish("2026-12-31 16:00"))
        begun = (accept("2026-12-28 10:00"), assess("2026-12-28 11:00"))
        wrong = call_back("2026-12-31 13:00", outcome_satisfied=False)
        story = published(*begun, *turn, wrong, *again, under=working)
        assert [
            (event.clock, event.turn, event.due_at) for event in story.events if isinstance(event, DeadlineMoved)
        ] == [
            ("callback", 1, at("2027-01-06 23:59:59.999999")),
            ("callback", 2, at("2027-01-06 23:59:59.999999")),
        ]
