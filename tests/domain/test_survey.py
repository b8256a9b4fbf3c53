"""Surveys: W08-03 of the manual and its table 1 (W08-05), rules SV-1 to SV-5."""

from dataclasses import replace
from decimal import Decimal

import pytest
from pydantic import ValidationError

from caseledger.adapters.calendar import ChineseCalendar
from caseledger.domain.command import Command
from caseledger.domain.opinion.commands import CommentOnOpinion
from caseledger.domain.refusal import (
    AlreadyExists,
    MissingDetail,
    NotAuthorised,
    UnknownCase,
    UnknownCode,
    WrongState,
    WrongTime,
)
from caseledger.domain.survey.commands import ApproveSurveyForm
from caseledger.domain.survey.decide import decide
from caseledger.domain.survey.events import FormApproved, FormReturned, ItemAnswered, ItemListed, SurveyDistributed
from caseledger.domain.terms import Terms
from tests.domain.story import CENTER, W08, at, do, given, happened, home
from tests.domain.surveys import OUT, TWO_ITEMS, approve, bring_back, close, counted, distribute, form_items


class TestForm:
    def test_approved_form_lists_each_item_with_both_labels(self) -> None:
        given().when(approve(*TWO_ITEMS, scope="topical")).then(
            happened(
                FormApproved,
                center=CENTER,
                number="SZ01-SV-202605-0001",
                scope="topical",
                items=2,
                method="of_returned",
                approved_by="staff:qa",
            ),
            happened(
                ItemListed, item="cleaning", position=1, label_zh="保洁工作", label_en="cleaning", scope="topical"
            ),
            happened(ItemListed, item="security", position=2, center=CENTER, number="SZ01-SV-202605-0001"),
        ).then_known(status="approved", approved_at=at("2026-05-04 09:00"), center=CENTER, closed_at=None)

    def test_only_qa_approves_a_form(self) -> None:
        by_manager = do(
            ApproveSurveyForm, "2026-05-04 09:00", by="manager", center=CENTER, title="专题", items=form_items("repair")
        )
        given().when(by_manager).then_refused(rule="authority, policy w08", kind=NotAuthorised)

    def test_item_stands_on_the_form_once(self) -> None:
        given().when(approve("cleaning", "security", "cleaning")).then_refused(
            rule="SV-1", kind=UnknownCode, where="items", says="cleaning"
        )

    def test_form_without_items_is_no_form(self) -> None:
        with pytest.raises(ValidationError):
            approve(items=())


class TestDistribution:
    def test_half_of_the_resident_households_is_the_target(self) -> None:
        # 300 are resident: 150 are exactly 50 %
        given(approve()).when(distribute(150)).then(
            happened(
                SurveyDistributed,
                distribution=1,
                forms=150,
                distributed=150,
                resident_households=300,
                target_percent=Decimal(50),
                target_met=True,
            )
        ).then_known(status="distributed")

    def test_fewer_are_recorded_as_missing_the_target_and_a_second_round_adds_to_them(self) -> None:
        given(approve()).when(distribute(149)).then(happened(SurveyDistributed, target_met=False))
        given(approve(), distribute(149)).when(distribute(1, "2026-05-10 09:00")).then(
            happened(SurveyDistributed, distribution=2, forms=1, distributed=150, target_met=True)
        ).then_known(distributed=150, distributed_at=at("2026-05-06 09:00"))

    def test_without_a_target_or_residents_nothing_is_said_of_it(self) -> None:
        free = W08.model_copy(update={"targets": {}})
        given(approve(), under=free).when(distribute(5)).then(
            happened(SurveyDistributed, target_percent=None, target_met=None)
        )
        given(approve(), at_home=home(resident_households=0)).when(distribute(5)).then(
            happened(SurveyDistributed, resident_households=0, target_met=None)
        )

    def test_nothing_comes_back_or_is_closed_before_forms_went_out(self) -> None:
        for ask in (bring_back(cleaning="satisfied"), counted(0), close()):
            given(approve()).when(ask).then_refused(rule="SV-2", kind=WrongState)


class TestFormByForm:
    def test_returned_form_gives_one_answer_for_each_item_in_the_order_of_the_form(self) -> None:
        given(*OUT).when(bring_back(security="unsatisfied", cleaning="satisfied")).then(
            happened(FormReturned, form=1, by_visit=False, answered=2),
            happened(ItemAnswered, form=1, item="cleaning", answer="satisfied"),
            happened(ItemAnswered, form=1, item="security", answer="unsatisfied"),
        ).then_known(status="returning", returned=1)

    def test_item_left_out_has_no_answer_and_a_blank_form_counts_as_returned(self) -> None:
        story = given(*OUT, bring_back(cleaning="satisfied")).when(bring_back())
        story.then(happened(FormReturned, form=2, answered=0)).then_known(returned=2)
        assert story.state.tallies["cleaning"].answered == 1
        assert story.state.tallies["security"].answered == 0

    def test_form_filled_in_at_a_visit_counts_and_is_marked(self) -> None:
        given(*OUT).when(bring_back(by_visit=True, cleaning="satisfied")).then(
            happened(FormReturned, by_visit=True), happened(ItemAnswered)
        ).then_known(returned=1, returned_by_visit=1)

    def test_item_that_is_not_on_the_form_is_refused(self) -> None:
        given(*OUT).when(bring_back(repair="satisfied")).then_refused(rule="SV-1", kind=UnknownCode, where="answers")

    def test_answer_that_is_none_of_the_three_is_refused(self) -> None:
        with pytest.raises(ValidationError, match="satisfied"):
            bring_back(cleaning="excellent")

    def test_no_more_forms_come_back_than_went_out(self) -> None:
        given(approve(*TWO_ITEMS), distribute(1), bring_back()).when(bring_back()).then_refused(
            rule="SV-3", kind=WrongState, where="returned"
        )

    def test_a_further_round_makes_room_for_more(self) -> None:
        given(approve(*TWO_ITEMS), distribute(1), bring_back(), distribute(1, "2026-05-09 09:00")).when(
            bring_back("2026-05-10 09:00")
        ).then(happened(FormReturned, form=2))


class TestTimes:
    @pytest.mark.parametrize(
        ("before", "ask", "now"),
        [
            ((approve(*TWO_ITEMS),), distribute(5, "2026-05-04 08:59"), "2026-05-04 10:00"),
            (OUT, bring_back("2026-05-06 08:59"), "2026-05-06 10:00"),
            (OUT, close("2026-05-06 08:59"), "2026-05-06 10:00"),
            ((*OUT, bring_back("2026-05-08 18:00")), close("2026-05-08 17:59"), "2026-05-09 10:00"),
        ],
    )
    def test_no_step_lies_before_the_one_it_follows(self, before: tuple[Command, ...], ask: Command, now: str) -> None:
        given(*before).when(ask, now=now).then_refused(rule="time", kind=WrongTime, where="occurred_at")

    def test_forms_come_back_in_any_order(self) -> None:
        given(*OUT, bring_back("2026-05-08 18:00")).when(bring_back("2026-05-08 10:00"), now="2026-05-08 19:00").then(
            happened(FormReturned, form=2)
        ).then_known(last_returned_at=at("2026-05-08 18:00"))


class TestIdentity:
    def test_survey_is_approved_once_and_known_before_anything_else(self) -> None:
        given(approve()).when(approve()).then_refused(rule="ids", kind=AlreadyExists, where="case")
        given().when(close()).then_refused(rule="ids", kind=UnknownCase, where="case")

    def test_number_and_id_come_from_outside(self) -> None:
        terms = Terms(now=at("2026-05-04 09:00"), calendar=ChineseCalendar(), policy=W08)
        numbered = replace(terms, number="SZ01-XX-202603-0001")
        for command, outside in ((approve().model_copy(update={"case": None}), numbered), (approve(), terms)):
            with pytest.raises(MissingDetail, match="rule ids"):
                decide(command, None, outside)

    def test_command_about_something_else_is_a_fault_of_the_program(self) -> None:
        stray = do(CommentOnOpinion, "2026-05-05 10:00", case="opinion:1", comment="阅")
        with pytest.raises(TypeError, match="CommentOnOpinion"):
            decide(stray, given(approve()).state, Terms(now=at("2026-05-05 10:00"), calendar=ChineseCalendar()))
