"""OP-9, OP-11, OP-12: what is timed of a case that had ended and is handled again: its end stopped the clocks."""

import pytest

from caseledger.adapters.testing import (
    Story,
    accept,
    agree_time,
    approve,
    assess,
    call_back,
    correct_callback,
    end,
    finish,
    follow_up,
    given,
    happened,
    propose,
    treat_as_unsatisfied,
)
from caseledger.domain.opinion.corrections import CallbackCorrected
from caseledger.domain.opinion.corrective import CorrectiveActionCalled
from caseledger.domain.opinion.deadlines import DeadlineMoved
from caseledger.domain.opinion.events import FollowedUp, RehandlingStarted
from caseledger.domain.opinion.repetition import TreatedAsUnsatisfied
from caseledger.domain.opinion.state import OpinionState
from caseledger.domain.opinion.timing import Clock, Verdict
from tests.domain.clocked import said
from tests.domain.story import at

HANDLED = (
    accept("2026-03-02 09:00", unit="unit:1"),
    assess("2026-03-02 10:00"),
    propose("2026-03-02 11:00"),
    approve("2026-03-02 12:00"),
    finish("2026-03-03 09:00"),
)
ENDED = (*HANDLED, end("2026-03-03 10:00", explanation="未留联系方式"))
LATER = {"opinion:2": given(accept("2026-03-24 09:00", unit="unit:1", case="opinion:2"))}
LAST = "23:59:59.999999"
FIRST_WEEK, THIRD_WEEK, FOURTH_WEEK = (at(f"2026-03-{day} {LAST}") for day in ("09", "23", "30"))


def again(*steps: object, when: str = "2026-03-25 09:00") -> Story:
    """The case, after the same came again on the 24th, in its fourth seven days."""
    return given(*(steps or ENDED), beside=LATER).when(treat_as_unsatisfied(when))  # type: ignore[arg-type]  # steps are builders and commands alike


def state(story: Story) -> OpinionState:
    found: OpinionState = story.states["opinion"]
    return found


class TestFollowUps:
    """每七天至少二次跟踪反馈 (4.4.1.2) is of a complaint that is being handled; none is owed of one that has ended."""

    MOVED = happened(
        DeadlineMoved,
        move=1,
        clock=Clock.FOLLOW_UP,
        turn=1,
        number=1,
        because="reopened",
        was=FIRST_WEEK,
        was_late=False,
        due_at=FOURTH_WEEK,
    )

    def test_the_next_one_is_owed_in_the_seven_days_in_which_it_is_taken_up_again(self) -> None:
        again().then(
            happened(TreatedAsUnsatisfied), happened(RehandlingStarted), self.MOVED, happened(CorrectiveActionCalled)
        )

    def test_what_had_not_run_out_when_it_ended_does_not_turn_overdue(self) -> None:
        case = state(again())
        assert getattr(said(case, Clock.FOLLOW_UP, at("2026-03-26 09:00")), "verdict", None) == Verdict.RUNNING
        assert getattr(said(case, Clock.FOLLOW_UP, at("2026-03-31 09:00")), "verdict", None) == Verdict.OVERDUE

    def test_what_had_run_out_when_it_ended_stays_late(self) -> None:
        late = (*HANDLED[:-1], finish("2026-03-12 09:00"), end("2026-03-12 10:00", explanation="未留联系方式"))
        moved = happened(DeadlineMoved, because="reopened", was=FIRST_WEEK, was_late=True, due_at=FOURTH_WEEK)
        story = again(*late).then(
            happened(TreatedAsUnsatisfied), happened(RehandlingStarted), moved, happened(CorrectiveActionCalled)
        )
        judged = said(state(story), Clock.FOLLOW_UP, at("2026-03-26 09:00"))
        assert judged is not None
        assert judged.verdict == Verdict.OVERDUE

    def test_the_one_that_is_made_was_due_then_and_the_chain_goes_on(self) -> None:
        again().when(follow_up("2026-03-26 09:00")).then(
            happened(FollowedUp, was_due_at=FOURTH_WEEK, follow_up_due_at=FOURTH_WEEK)
        )

    def test_a_callback_that_is_corrected_after_the_end_does_the_same(self) -> None:
        called = (*HANDLED, call_back("2026-03-03 09:30", outcome_satisfied=True), end("2026-03-03 10:00"))
        given(*called).when(correct_callback("2026-03-25 09:00", outcome_satisfied=False)).then(
            happened(CallbackCorrected), happened(RehandlingStarted), self.MOVED
        )

    @pytest.mark.parametrize("when", ["2026-03-04 09:00", f"2026-03-09 {LAST}"])
    def test_one_that_is_still_ahead_stays(self, when: str) -> None:
        called = (*HANDLED, call_back("2026-03-03 09:30", outcome_satisfied=True), end("2026-03-03 10:00"))
        given(*called).when(correct_callback(when, outcome_satisfied=False)).then(
            happened(CallbackCorrected), happened(RehandlingStarted)
        )

    def test_so_does_a_time_that_was_agreed_and_is_still_ahead(self) -> None:
        agreed = agree_time("2026-03-02 12:30", clock=Clock.FOLLOW_UP, until=at("2026-04-02 09:00"))
        steps = (*HANDLED[:-1], agreed, *ENDED[-2:])
        again(*steps).then(
            happened(TreatedAsUnsatisfied), happened(RehandlingStarted), happened(CorrectiveActionCalled)
        )

    def test_a_case_that_never_ended_keeps_its_deadline(self) -> None:
        called = (*HANDLED, call_back("2026-03-03 09:30", outcome_satisfied=True))
        given(*called).when(correct_callback("2026-03-25 09:00", outcome_satisfied=False)).then(
            happened(CallbackCorrected), happened(RehandlingStarted)
        )


class TestCallbacks:
    """OP-11: the times of the first turn stay, and so does what its end made of them."""

    def test_the_first_turn_s_that_was_not_due_yet_when_the_case_ended_stays_so(self) -> None:
        judged = said(state(again()), Clock.CALLBACK, at("2026-03-26 09:00"))
        assert judged is not None
        assert judged.verdict == Verdict.LAPSED

    def test_the_first_turn_s_that_was_overdue_when_the_case_ended_stays_overdue(self) -> None:
        late = (*HANDLED, end("2026-03-06 09:00", explanation="未留联系方式"))
        judged = said(state(again(*late)), Clock.CALLBACK, at("2026-03-26 09:00"))
        assert judged is not None
        assert judged.verdict == Verdict.OVERDUE
