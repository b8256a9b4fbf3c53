"""The answers of a callback were entered wrongly; what is right is recorded beside them."""

from typing import Any

import pytest

from caseledger.adapters.testing import (
    accept,
    assess,
    call_back,
    correct_assessment,
    correct_callback,
    given,
    happened,
)
from caseledger.domain.command import Command
from caseledger.domain.opinion.corrections import CallbackCorrected
from caseledger.domain.opinion.events import RehandlingStarted
from caseledger.domain.refusal import WrongState
from tests.domain.corrected import ASKED, COMPLAINT, CONTENT, ENDED, HANDLED, MONDAY, TWICE
from tests.domain.story import at


class TestCallback:
    def test_the_answers_are_given_anew_all_of_them(self) -> None:
        right = correct_callback("2026-03-03 10:00", handled_in_time=False, attitude_satisfied=True)
        given(*CONTENT).when(right).then(
            happened(
                CallbackCorrected,
                correction=1,
                callback=1,
                turn=1,
                handled_in_time=False,
                outcome_satisfied=True,
                attitude_satisfied=True,
                satisfied=True,
            )
        )
        none = correct_callback("2026-03-03 10:00", outcome_satisfied=None)
        given(*CONTENT).when(none).then(happened(CallbackCorrected, outcome_satisfied=None, satisfied=None))

    @pytest.mark.parametrize(
        "wrong", [{"outcome_satisfied": False}, {"attitude_satisfied": False}, {"still_wrong": True}]
    )
    @pytest.mark.parametrize("steps", [CONTENT, ENDED], ids=["open", "ended"])
    def test_what_was_still_wrong_after_all_goes_back_to_handling(
        self, steps: tuple[Command, ...], wrong: dict[str, Any]
    ) -> None:
        """如仍存在问题,…进行再一次的循环操作 (4.4.2.4), also where the case has ended."""
        given(*steps).when(correct_callback("2026-03-04 10:00", **wrong)).then(
            happened(CallbackCorrected, satisfied=False), happened(RehandlingStarted, turn=2, callback=1)
        ).then_known(is_open=True, status="rehandling", ending=None)

    def test_a_turn_that_has_begun_stays(self) -> None:
        given(*ASKED).when(correct_callback("2026-03-03 10:00")).then(
            happened(CallbackCorrected, satisfied=True)
        ).then_known(status="rehandling", turn__number=2)
        given(*ASKED).when(correct_callback("2026-03-03 10:00", still_wrong=True)).then(happened(CallbackCorrected))

    def test_of_two_callbacks_the_one_that_is_named_is_corrected(self) -> None:
        right = correct_callback("2026-03-03 09:00", attitude_satisfied=True, by="manager")
        story = given(*TWICE).when(right, now="2026-03-04 09:00")
        story.then(happened(CallbackCorrected, callback=1, turn=1, satisfied=True))
        first, second = story.state.callbacks
        assert (first.handled_in_time, first.outcome_satisfied, first.attitude_satisfied) == (None, True, True)
        assert (first.number, first.turn, first.at, first.satisfied) == (1, 1, at("2026-03-03 09:00"), True)
        assert (second.handled_in_time, second.outcome_satisfied, second.satisfied) == (True, True, True)
        assert story.state.corrections.callbacks == (1,)

    def test_all_of_its_answers_are_what_was_given_anew(self) -> None:
        right = correct_callback("2026-03-04 10:00", handled_in_time=False, outcome_satisfied=True)
        (made,) = given(*CONTENT).when(right).state.callbacks
        assert (made.handled_in_time, made.outcome_satisfied, made.attitude_satisfied) == (False, True, None)

    def test_a_wrong_answer_of_an_earlier_turn_starts_no_other(self) -> None:
        given(*TWICE).when(correct_callback("2026-03-04 10:00", outcome_satisfied=False)).then(
            happened(CallbackCorrected, callback=1, turn=1, satisfied=False)
        )
        given(*TWICE).when(correct_callback("2026-03-04 10:00", callback=2, outcome_satisfied=False)).then(
            happened(CallbackCorrected, callback=2, turn=2, satisfied=False),
            happened(RehandlingStarted, turn=3, callback=2),
        )

    def test_a_callback_of_free_will_before_handling_is_not_the_last_of_its_turn(self) -> None:
        """It was made of an invalid complaint, which was found valid; the turn's own callback came later (OP-10)."""
        steps = (
            COMPLAINT,
            assess(f"{MONDAY} 09:30", validity="invalid"),
            call_back(f"{MONDAY} 09:40"),
            correct_assessment(f"{MONDAY} 09:50", validity="valid"),
            *HANDLED[2:],
            call_back("2026-03-03 09:00"),
        )
        wrong = correct_callback("2026-03-04 10:00", outcome_satisfied=False)
        given(*steps).when(wrong).then(happened(CallbackCorrected, callback=1, turn=None, satisfied=False))
        again = correct_callback("2026-03-04 10:00", callback=2, outcome_satisfied=False)
        given(*steps).when(again).then(happened(CallbackCorrected, turn=1), happened(RehandlingStarted, turn=2))

    def test_what_does_not_run_through_handling_is_not_handled_again(self) -> None:
        praise = (accept(f"{MONDAY} 09:00", kind="praise"), call_back(f"{MONDAY} 10:00"))
        given(*praise).when(correct_callback(f"{MONDAY} 11:00", attitude_satisfied=False)).then(
            happened(CallbackCorrected, satisfied=False)
        )

    @pytest.mark.parametrize("number", [0, 3])
    def test_of_two_callbacks_there_is_no_such(self, number: int) -> None:
        given(*TWICE).when(correct_callback("2026-03-04 10:00", callback=number)).then_refused(
            rule="OP-10", where="callback", kind=WrongState
        )

    @pytest.mark.parametrize("number", [0, 2])
    def test_there_is_no_such_callback(self, number: int) -> None:
        given(*CONTENT).when(correct_callback("2026-03-03 10:00", callback=number)).then_refused(
            rule="OP-10", where="callback", kind=WrongState
        )
