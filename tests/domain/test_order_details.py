"""Service orders: what is written down with each step (P7.9-8, P7.9-8.1)."""

from dataclasses import replace

import pytest

from caseledger.adapters.calendar import ChineseCalendar
from caseledger.domain.opinion.commands import CommentOnOpinion
from caseledger.domain.order.commands import DispatchOrder, EndOrder
from caseledger.domain.order.decide import decide
from caseledger.domain.order.events import OrderCalledBack, OrderCompleted, OrderDispatched, OrderEnded, OrderRequested
from caseledger.domain.refusal import AlreadyExists, MissingDetail, NotAuthorised, UnknownCase, UnknownCode, WrongState
from caseledger.domain.terms import Terms
from tests.domain.orders import CASE, DAY, DONE, ON_SITE, call_back, complete, dispatch, end, receive, request
from tests.domain.story import W08, at, do, given, happened


class TestDetails:
    def test_supplier_needs_a_signed_agreement_on_file(self) -> None:
        given(request()).when(dispatch(to_kind="supplier", to="supplier:lift")).then_refused(
            rule="SO-4", kind=MissingDetail, where="agreement"
        )
        given(request()).when(dispatch(to_kind="supplier", to="supplier:lift", agreement="file:2026-17")).then(
            happened(OrderDispatched, to_kind="supplier", agreement="file:2026-17")
        )

    @pytest.mark.parametrize("missing", ["tested", "signed"])
    def test_qualified_work_is_tested_and_signed(self, missing: str) -> None:
        given(*ON_SITE).when(complete(**{missing: False})).then_refused(rule="SO-8", kind=MissingDetail, where=missing)

    def test_work_that_is_not_qualified_may_stay_unsigned(self) -> None:
        given(*ON_SITE).when(complete(qualified=False, signed=False)).then(happened(OrderCompleted, qualified=False))

    def test_unqualified_work_does_not_simply_end(self) -> None:
        unqualified = (*ON_SITE, complete(qualified=False))
        given(*unqualified).when(end(not_sampled=True)).then_refused(rule="SO-10", kind=WrongState)
        given(*unqualified, call_back()).when(end()).then_refused(rule="SO-10", kind=WrongState)
        given(*unqualified, call_back()).when(end(explanation="另行返修")).then(
            happened(OrderEnded, ending="after_callback", explanation="另行返修")
        )

    def test_order_without_callback_sample_or_explanation_does_not_end(self) -> None:
        given(*DONE).when(end()).then_refused(rule="SO-11", says="not called back")
        given(*ON_SITE).when(end()).then_refused(rule="SO-8", says="not completed")
        given(*ON_SITE).when(end(not_sampled=True)).then_refused(rule="SO-11", where="not_sampled")
        given(*DONE, call_back()).when(end(not_sampled=True)).then_refused(rule="SO-11", where="not_sampled")

    def test_customer_signs_after_a_visit(self) -> None:
        given(*DONE).when(call_back(way="visit")).then_refused(rule="SO-11", where="customer_signed")
        given(*DONE).when(call_back(way="visit", customer_signed=True)).then(happened(OrderCalledBack, by_visit=True))

    def test_callback_needs_a_way(self) -> None:
        given(*DONE).when(call_back(way="none")).then_refused(rule="SO-11", kind=MissingDetail, where="way")

    @pytest.mark.parametrize(
        ("answers", "satisfied"),
        [
            ({}, None),
            ({"timely": True, "manners_satisfied": True}, None),
            ({"timely": True, "manners_satisfied": True, "quality_satisfied": True}, True),
            ({"quality_satisfied": False}, False),
            ({"timely": False, "satisfied": True}, True),
            ({"timely": True, "manners_satisfied": True, "quality_satisfied": True, "satisfied": False}, False),
        ],
    )
    def test_satisfaction_on_the_whole_is_as_asked_or_follows_from_the_answers(
        self, answers: dict[str, bool], *, satisfied: bool | None
    ) -> None:
        given(*DONE).when(call_back(**answers)).then(happened(OrderCalledBack, satisfied=satisfied))

    def test_words_must_be_on_the_policys_and_the_centers_lists(self) -> None:
        given().when(request(category="noise")).then_refused(rule="SO-1", kind=UnknownCode, where="category")
        given().when(request(estate="harbour")).then_refused(rule="SO-1", kind=UnknownCode, where="estate")
        given().when(request(estate="tower", area="north")).then_refused(rule="SO-1", kind=UnknownCode, where="area")
        given().when(request(area="north")).then(happened(OrderRequested, area="north"))

    def test_only_the_front_desk_dispatches_and_only_the_manager_ends(self) -> None:
        given(request()).when(
            do(DispatchOrder, f"{DAY} 10:00", by="technician", case=CASE, to="staff:wang")
        ).then_refused(rule="authority, policy w08", kind=NotAuthorised, where="actor.role")
        given(*DONE).when(do(EndOrder, f"{DAY} 11:00", by="technician", case=CASE, not_sampled=True)).then_refused(
            rule="authority, policy w08", kind=NotAuthorised
        )

    def test_order_is_requested_once_and_known_before_anything_else(self) -> None:
        given(request()).when(request()).then_refused(rule="ids", kind=AlreadyExists, where="case")
        given().when(receive()).then_refused(rule="ids", kind=UnknownCase, where="case")

    def test_number_and_id_come_from_outside(self) -> None:
        terms = Terms(now=at(f"{DAY} 09:00"), calendar=ChineseCalendar(), policy=W08)
        numbered = replace(terms, number="SZ01-XX-202603-0001")
        for command, outside in ((request().model_copy(update={"case": None}), numbered), (request(), terms)):
            with pytest.raises(MissingDetail, match="rule ids"):
                decide(command, None, outside)

    def test_command_about_something_else_is_a_fault_of_the_program(self) -> None:
        story = given(request())
        stray = do(CommentOnOpinion, f"{DAY} 10:00", case="opinion:1", comment="阅")
        with pytest.raises(TypeError, match="CommentOnOpinion"):
            decide(stray, story.state, Terms(now=at(f"{DAY} 10:00"), calendar=ChineseCalendar(), policy=W08))
