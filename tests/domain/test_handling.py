"""Turns of handling at their edges: OP-7, OP-10, OP-11, GP-2; W08-01 4.4.2."""

import pytest

from caseledger.adapters.calendar import ChineseCalendar
from caseledger.adapters.testing import (
    accept,
    approve,
    assess,
    call_back,
    finish,
    given,
    happened,
    investigate,
    issue_solution,
    make_contact,
    propose,
    report_progress,
    submit_solution,
)
from caseledger.domain.opinion.events import CalledBack, HandlingFinished, RehandlingStarted
from caseledger.domain.opinion.investigation import OpinionInvestigated, ProgressReported
from caseledger.domain.refusal import WrongState, WrongTime
from tests.domain.story import W08, Anything, at
from tests.policies import GROUP, limit

DAY, NEXT = "2026-03-02", "2026-03-03"
BEGUN = (accept(f"{DAY} 09:00", category="cleaning"), assess(f"{DAY} 09:30"))
HANDLED = (*BEGUN, propose(f"{DAY} 10:00"), approve(f"{DAY} 11:00"), finish(f"{DAY} 12:00"))
UNANSWERED: dict[str, Anything] = {"handled_in_time": None, "outcome_satisfied": None, "attitude_satisfied": None}


class TestResult:
    def test_a_callback_in_working_days_names_the_calendar_and_says_whether_it_is_published(self) -> None:
        """OP-10 counts two days; a policy may count working days."""
        working = W08.model_copy(update={"callback": limit(2, "working_days", "OP-10")})
        given(*HANDLED[:-1], under=working).when(finish("2026-03-06 12:00")).then(
            happened(
                HandlingFinished,
                callback_due_at=at("2026-03-10 23:59:59.999999"),  # Friday; Monday, Tuesday
                callback_due_provisional=False,
                calendar=ChineseCalendar.edition,
            )
        )
        given(*HANDLED[:-1], under=working).when(finish("2026-12-31 12:00")).then(
            happened(HandlingFinished, callback_due_provisional=True)
        )

    def test_a_callback_in_days_or_at_no_time_needs_no_calendar(self) -> None:
        free = W08.model_copy(update={"callback": None})
        for policy in (W08, free):
            given(*HANDLED[:-1], under=policy).when(finish("2026-12-31 12:00")).then(
                happened(HandlingFinished, callback_due_provisional=False, calendar=None)
            )


class TestSolutionOfTheGroupDesk:
    """GP-2: the solution that the desk issues stands for the approved plan of the turn in which it issues it."""

    SUBMITTED = (
        *BEGUN,
        make_contact(f"{DAY} 09:40"),
        submit_solution(f"{DAY} 09:50", completion_at=at("2026-03-06 18:00")),
    )
    FIRST = (*SUBMITTED, issue_solution(f"{DAY} 10:00"), finish(f"{DAY} 12:00"))
    AGAIN = (*FIRST, call_back(f"{NEXT} 10:00", outcome_satisfied=False))

    def test_in_a_later_turn_it_is_issued_anew(self) -> None:
        given(*self.AGAIN, under=GROUP).when(finish(f"{NEXT} 12:00")).then_refused(rule="OP-7", kind=WrongState)
        given(*self.AGAIN, issue_solution(f"{NEXT} 11:00"), under=GROUP).when(finish(f"{NEXT} 12:00")).then(
            happened(HandlingFinished, turn=2)
        )

    def test_issued_at_the_very_moment_the_turn_begins_it_is_of_the_turn(self) -> None:
        given(*self.AGAIN, issue_solution(f"{NEXT} 10:00"), under=GROUP).when(finish(f"{NEXT} 12:00")).then(
            happened(HandlingFinished, turn=2)
        )


class TestCallback:
    @pytest.mark.parametrize(
        ("answers", "satisfied"),
        [
            ({}, None),  # nothing was answered, so nothing is known
            ({"handled_in_time": True}, True),
            ({"handled_in_time": False}, True),  # late, and nothing is still wrong
            ({"outcome_satisfied": True}, True),
            ({"attitude_satisfied": True}, True),
        ],
    )
    def test_satisfied_is_who_answered_and_finds_nothing_wrong(
        self, answers: dict[str, Anything], *, satisfied: bool | None
    ) -> None:
        given(*HANDLED).when(call_back(f"{NEXT} 10:00", **(UNANSWERED | answers))).then(
            happened(CalledBack, callback=1, satisfied=satisfied)
        )

    def test_something_else_wrong_goes_back_to_handling_whatever_was_answered(self) -> None:
        wrong = call_back(f"{NEXT} 10:00", still_wrong=True, **UNANSWERED)
        given(*HANDLED).when(wrong).then(
            happened(CalledBack, satisfied=False), happened(RehandlingStarted, turn=2, callback=1)
        )

    def test_it_needs_a_way(self) -> None:
        given(*HANDLED).when(call_back(f"{NEXT} 10:00", way="none")).then_refused(
            rule="OP-12", kind=WrongState, where="way"
        )

    @pytest.mark.parametrize("kind", ["praise", "suggestion", "inquiry"])
    def test_what_does_not_run_through_handling_may_be_called_back_from_its_acceptance_on(self, kind: str) -> None:
        said = accept(f"{DAY} 09:00", kind=kind)
        given(said).when(call_back(f"{DAY} 09:00")).then(happened(CalledBack, turn=1, satisfied=True))
        given(said).when(call_back(f"{DAY} 08:59:59"), now=f"{DAY} 10:00").then_refused(
            rule="time", kind=WrongTime, where="occurred_at"
        )
        given(said).when(call_back(f"{DAY} 09:10", outcome_satisfied=False)).then(happened(CalledBack, satisfied=False))


def test_reports_of_progress_and_investigations_are_counted_apart() -> None:
    """OP-9, OP-21: what was found last stands; a report of progress changes nothing of it."""
    begun = (*BEGUN, investigate(f"{DAY} 10:00", shortcoming=True), report_progress(f"{DAY} 11:00"))
    given(*begun).when(report_progress(f"{DAY} 12:00")).then(happened(ProgressReported, progress=2)).then_known(
        groundwork__investigations=1, groundwork__shortcoming=True, groundwork__reports=2
    )
    given(*begun).when(investigate(f"{DAY} 12:00", shortcoming=None)).then(
        happened(OpinionInvestigated, investigation=2)
    ).then_known(groundwork__investigations=2, groundwork__shortcoming=None, groundwork__reports=1)
