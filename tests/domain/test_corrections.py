"""A wrong entry is never changed: what is right is recorded beside it, with reason and who (issue: corrections)."""

from datetime import timedelta
from typing import Any

import pytest

from caseledger.adapters.testing import (
    assess,
    call_back,
    correct,
    correct_assessment,
    correct_callback,
    end,
    follow_up,
    given,
    happened,
    ledger_in_memory,
    propose,
    respond,
)
from caseledger.domain.opinion.corrected import corrected_by
from caseledger.domain.opinion.corrections import AssessmentCorrected, OpinionCorrected
from caseledger.domain.opinion.events import FollowedUp, OpinionEnded, PlanProposed
from caseledger.domain.refusal import MissingDetail, Refused, UnknownCode
from tests.domain.corrected import COMPLAINT, ENDED, HANDLED, MONDAY, TWICE
from tests.domain.story import at


class TestAcceptance:
    def test_what_was_wrong_is_said_and_the_rest_restated(self) -> None:
        given(COMPLAINT).when(correct(f"{MONDAY} 10:00", category="pets", place="4栋")).then(
            happened(
                OpinionCorrected,
                correction=1,
                corrects=1,
                fields="category,place",
                reason="登记有误",
                category="pets",
                place="4栋",
                channel="phone",
                estate="garden",
                area="north",
                unit="unit:1",
                customer="customer:1",
                content=None,
            )
        ).then_known(
            accepted__category="pets",
            accepted__unit="unit:1",
            accepted__content__text="楼上深夜噪音",
            status="accepted",
        )

    def test_a_later_correction_keeps_the_earlier_one(self) -> None:
        given(COMPLAINT, correct(f"{MONDAY} 10:00")).when(
            correct(f"{MONDAY} 11:00", category=None, unit="unit:2")
        ).then(happened(OpinionCorrected, correction=2, fields="unit", category="pets", unit="unit:2"))

    def test_what_is_not_known_after_all_is_unknown(self) -> None:
        unknown = correct(f"{MONDAY} 10:00", category=None, unknown=("unit", "place"))
        given(COMPLAINT).when(unknown).then(happened(OpinionCorrected, fields="unit,place", unit=None, place=None))
        given(COMPLAINT, unknown).when(respond(f"{MONDAY} 10:30")).then_known(
            accepted__unit=None, accepted__place=None, corrections__total=1
        )

    def test_the_words_of_another_customer_are_sealed_under_that_ones_key(self) -> None:
        other = correct(f"{MONDAY} 10:00", category=None, customer="customer:2", contact="李女士")
        given(COMPLAINT).when(other).then_known(
            accepted__customer="customer:2",
            accepted__contact__subject="customer:2",
            accepted__content__subject="customer:1",
        )

    @pytest.mark.parametrize(
        ("fields", "where", "kind"),
        [
            ({"category": None}, None, MissingDetail),
            ({"category": "dragons"}, "category", UnknownCode),
            ({"category": None, "area": "moon"}, "area", UnknownCode),
            ({"category": None, "estate": "tower"}, "area", UnknownCode),
            ({"unknown": ("category",)}, "unknown", MissingDetail),
            ({"category": None, "unknown": ("channel",)}, "unknown", MissingDetail),
        ],
    )
    def test_what_is_no_correction_is_refused(self, fields: dict[str, Any], where: str, kind: type[Refused]) -> None:
        rule = {MissingDetail: "correction", UnknownCode: "OP-4" if where == "category" else "OP-3"}[kind]
        given(COMPLAINT).when(correct(f"{MONDAY} 10:00", **fields)).then_refused(rule=rule, where=where, kind=kind)

    @pytest.mark.parametrize("field", ["number", "center", "kind", "level", "plan_due_at", "linked_to"])
    def test_what_others_went_by_cannot_be_corrected(self, field: str) -> None:
        with pytest.raises(ValueError, match=field):
            correct(**{field: "center:sz01"})

    def test_it_is_corrected_after_the_end_too_and_not_before_it_was_taken_in(self) -> None:
        given(*ENDED).when(correct("2026-04-01 09:00")).then(happened(OpinionCorrected, category="pets")).then_known(
            status="ended"
        )
        given(COMPLAINT).when(correct(f"{MONDAY} 08:59")).then_refused(rule="time")


class TestAssessment:
    def test_a_valid_complaint_was_invalid(self) -> None:
        wrong = correct_assessment(f"{MONDAY} 13:00")
        given(*HANDLED).when(wrong).then(
            happened(AssessmentCorrected, correction=1, assessment=1, validity="invalid", flow=False)
        ).then_known(validity="invalid", flow=False)
        given(*HANDLED, wrong).when(end(f"{MONDAY} 14:00", explanation="不属管理责任")).then(
            happened(OpinionEnded, ending="with_explanation")
        )

    def test_an_invalid_complaint_was_valid_and_goes_through_the_flow(self) -> None:
        invalid = (COMPLAINT, assess(f"{MONDAY} 09:30", validity="invalid"))
        valid = correct_assessment(f"{MONDAY} 13:00", validity="valid", severity="common")
        given(*invalid, valid).when(propose(f"{MONDAY} 14:00")).then(happened(PlanProposed)).then_known(
            severity="common"
        )

    def test_from_then_on_the_customer_is_told_how_it_is_going(self) -> None:
        """Twice in seven days since acceptance on Monday 2 March, so by the end of Monday 9 (OP-9)."""
        invalid = (COMPLAINT, assess(f"{MONDAY} 09:30", validity="invalid"))
        valid = correct_assessment(f"{MONDAY} 13:00", validity="valid")
        owed = at("2026-03-10 00:00") - timedelta(microseconds=1)
        given(*invalid).when(valid).then(happened(AssessmentCorrected, follow_up=1, follow_up_due_at=owed)).then_known(
            follow_up_due_at=owed
        )
        told = follow_up("2026-03-03 10:00")
        given(*invalid, valid).when(told).then(happened(FollowedUp, was_due_at=owed, follow_up_due_at=owed))

    def test_a_correction_leaves_a_follow_up_that_is_owed_already_as_it_is(self) -> None:
        given(*HANDLED).when(correct_assessment(f"{MONDAY} 13:00", validity="valid")).then(
            happened(AssessmentCorrected, follow_up=None, follow_up_due_at=None)
        )

    def test_a_callback_made_of_free_will_before_handling_is_not_the_one_it_owes(self) -> None:
        """An invalid complaint called back, then found valid: handled, it still owes its callback (OP-10, OP-14)."""
        steps = (
            COMPLAINT,
            assess(f"{MONDAY} 09:30", validity="invalid"),
            call_back(f"{MONDAY} 09:40"),
            correct_assessment(f"{MONDAY} 09:50", validity="valid"),
        )
        given(*steps).when(end(f"{MONDAY} 10:00")).then_refused(rule="OP-14")
        handled = (*steps, *HANDLED[2:])
        given(*handled).when(end(f"{MONDAY} 13:00")).then_refused(rule="OP-14")
        given(*handled, call_back("2026-03-03 09:00")).when(end("2026-03-03 10:00")).then(
            happened(OpinionEnded, ending="after_callback")
        )

    def test_what_has_ended_unhandled_is_opened_anew_instead(self) -> None:
        ended = (
            COMPLAINT,
            assess(f"{MONDAY} 09:30", validity="invalid"),
            end(f"{MONDAY} 10:00", explanation="不属管理责任"),
        )
        given(*ended).when(correct_assessment("2026-03-03 09:00", validity="valid")).then_refused(
            rule="OP-2", says="linked_to"
        )
        given(*ENDED).when(correct_assessment("2026-03-04 09:00")).then(happened(AssessmentCorrected, flow=False))
        given(*ENDED).when(correct_assessment("2026-03-04 09:00", validity="third_party")).then(
            happened(AssessmentCorrected, validity="third_party", flow=True)
        )

    def test_who_corrected_it_is_who_judged_it_and_corrections_are_counted_together(self) -> None:
        wrong = correct_assessment(f"{MONDAY} 13:00", by="manager", severity="major")
        given(*HANDLED, correct(f"{MONDAY} 12:30"), wrong).when(correct(f"{MONDAY} 14:00", category="noise")).then(
            happened(OpinionCorrected, correction=3)
        ).then_known(
            assessed_by="staff:manager",
            severity="major",
            corrections__acceptance=2,
            corrections__assessment=1,
            corrections__total=3,
        )
        given(*HANDLED, wrong).when(correct_assessment(f"{MONDAY} 14:00", severity=None)).then(
            happened(AssessmentCorrected, correction=2, severity=None)
        ).then_known(severity="major")

    def test_what_was_not_judged_is_judged_and_not_corrected(self) -> None:
        given(COMPLAINT).when(correct_assessment(f"{MONDAY} 10:00")).then_refused(rule="OP-2", says="assess_opinion")


def test_beside_each_event_stand_those_that_correct_it() -> None:
    with ledger_in_memory(f"{MONDAY} 08:00") as ledger:
        ledger.tell(
            *TWICE,  # 1 accepted, 2 assessed, ..., 6 and 7 called back and begun anew, 11 called back
            correct("2026-03-04 10:00"),  # 12
            correct_callback("2026-03-04 10:10"),  # 13, of the first one
            correct_callback("2026-03-04 10:20", callback=2),  # 14
            correct_assessment("2026-03-04 10:30", validity="third_party"),  # 15
            correct("2026-03-04 10:40", category="noise"),  # 16
            correct_callback("2026-03-04 10:50", attitude_satisfied=True),  # 17, the first one again
        )
        assert corrected_by(ledger.replay("opinion:1").events) == {1: (12, 16), 6: (13, 17), 11: (14,), 2: (15,)}


def test_facts_show_the_corrected_value_and_that_it_was_corrected() -> None:
    with ledger_in_memory(f"{MONDAY} 08:00") as ledger:
        ledger.tell(*ENDED, correct("2026-03-04 09:00"), correct_callback("2026-03-05 09:00", outcome_satisfied=False))
        found = ledger.figures
        assert ledger.check().is_clean
        (case,) = ledger.find(number="SZ01-OP-202603-0001")
        assert case.status == "rehandling"
        (month,) = found.monthly("2026-03", by="category")
        assert (month.group, month.outcome_answers, month.outcome) == ("pets", 1, 0)
        assert ledger.replay("opinion:1").state.corrections.total == 2
        assert ledger.replay("opinion:1").state.turn.started_at == at("2026-03-05 09:00")
