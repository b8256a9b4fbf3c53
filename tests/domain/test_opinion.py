"""Opinions and complaints taken in and judged: W08-01 and W08-04 of the manual, rules OP-1 to OP-5."""

from dataclasses import replace

import pytest

from caseledger.adapters.calendar import ChineseCalendar
from caseledger.domain.command import Command
from caseledger.domain.opinion.commands import AssessOpinion, CommentOnOpinion
from caseledger.domain.opinion.corrective import CorrectiveActionCalled
from caseledger.domain.opinion.decide import decide
from caseledger.domain.opinion.events import (
    HandlingFinished,
    OpinionAccepted,
    OpinionAssessed,
    OpinionCommented,
    OpinionResponded,
)
from caseledger.domain.order.commands import ReceiveOrder
from caseledger.domain.refusal import (
    AlreadyExists,
    MissingDetail,
    NotAuthorised,
    UnknownCase,
    UnknownCode,
    WrongState,
    WrongTime,
)
from caseledger.domain.terms import Terms
from tests.domain.opinions import (
    APPROVED,
    CASE,
    DAY,
    HANDLED,
    PLANNED,
    UNSATISFIED,
    accept,
    approve,
    assess,
    call_back,
    comment,
    dispatch,
    end,
    finish,
    follow_up,
    propose,
    respond,
    send_back,
    transfer,
)
from tests.domain.story import CENTER, W08, Anything, at, do, given, happened


class TestAcceptance:
    def test_complaint_at_the_center_is_answered_in_an_hour_and_planned_in_three_working_days(self) -> None:
        given().when(accept(customer="customer:li", content="楼道灯不亮", category="public_facilities")).then(
            happened(
                OpinionAccepted,
                number="SZ01-OP-202603-0001",
                turn=1,
                content="楼道灯不亮",
                category="public_facilities",
                response_due_at=at(f"{DAY} 10:00"),
                response_agreed=False,
                plan_due_at=at("2026-03-05 23:59:59.999999"),
                plan_due_provisional=False,
                handling_due_at=None,
                calendar=ChineseCalendar.edition,
            )
        ).then_known(status="accepted", is_open=True, center=CENTER, accepted__content__subject="customer:li")

    def test_complaint_at_the_company_is_planned_in_seven_working_days(self) -> None:
        # Tue 3 to Fri 6, Mon 9, Tue 10, Wed 11
        given().when(accept(level="company")).then(
            happened(OpinionAccepted, plan_due_at=at("2026-03-11 23:59:59.999999"))
        )

    def test_working_days_leap_the_national_day(self) -> None:
        # Fri 26 Sep 2025 at 16:00: the Sunday after it is worked; 1 to 8 October are off, Saturday 11 is worked
        given().when(accept("2025-09-26 16:00")).then(
            happened(OpinionAccepted, plan_due_at=at("2025-09-30 23:59:59.999999"))
        )
        given().when(accept("2025-09-26 16:00", level="company")).then(
            happened(OpinionAccepted, plan_due_at=at("2025-10-13 23:59:59.999999"))
        )

    def test_agreed_times_take_the_place_of_the_limits(self) -> None:
        answer, handled = at(f"{DAY} 18:00"), at("2026-03-09 18:00")
        given().when(accept(agreed_response_at=answer, agreed_handling_at=handled)).then(
            happened(
                OpinionAccepted,
                response_due_at=answer,
                response_agreed=True,
                handling_due_at=handled,
                handling_due_early=False,
            )
        )

    @pytest.mark.parametrize("kind", ["inquiry", "suggestion", "praise"])
    def test_only_complaints_have_clocks(self, kind: str) -> None:
        given().when(accept(kind=kind)).then(
            happened(OpinionAccepted, response_due_at=None, plan_due_at=None, calendar=None)
        )

    @pytest.mark.parametrize("field", ["agreed_response_at", "agreed_handling_at"])
    def test_agreed_time_before_acceptance_is_refused(self, field: str) -> None:
        early: Anything = {field: at(f"{DAY} 08:59")}
        given().when(accept(**early)).then_refused(rule="OP-5", kind=WrongTime, where=field)

    def test_agreed_time_may_be_that_of_the_acceptance(self) -> None:
        given().when(accept(agreed_handling_at=at(f"{DAY} 09:00"))).then(
            happened(OpinionAccepted, handling_due_at=at(f"{DAY} 09:00"), handling_due_early=False)
        )

    def test_where_the_policy_keeps_such_a_time_it_is_flagged(self) -> None:
        lenient = W08.model_copy(update={"refuse_early_agreement": False})
        given(under=lenient).when(accept(agreed_handling_at=at(f"{DAY} 08:59"))).then(
            happened(OpinionAccepted, handling_due_at=at(f"{DAY} 08:59"), handling_due_early=True)
        )

    def test_policy_without_clocks_sets_no_deadline(self) -> None:
        free = W08.model_copy(update={"response": None, "plan_at_center": None, "callback": None})
        given(under=free).when(accept()).then(happened(OpinionAccepted, response_due_at=None, plan_due_at=None))
        given(*APPROVED, under=free).when(finish()).then(happened(HandlingFinished, callback_due_at=None))

    def test_words_must_be_on_the_policys_and_the_centers_lists(self) -> None:
        given().when(accept(category="lifts")).then_refused(rule="OP-4", kind=UnknownCode, where="category")
        given().when(accept(estate="harbour")).then_refused(rule="OP-3", kind=UnknownCode, where="estate")
        given().when(accept(area="east")).then_refused(rule="OP-3", kind=UnknownCode, where="area")
        given().when(accept(estate="tower", area="north")).then_refused(rule="OP-3", kind=UnknownCode, where="area")
        given().when(accept(estate="garden", area="north")).then(happened(OpinionAccepted, area="north"))
        given().when(accept(area="north")).then(happened(OpinionAccepted, estate=None, area="north"))

    def test_words_of_an_unknown_customer_are_sealed_under_the_case(self) -> None:
        given().when(accept(content="匿名来电")).then_known(accepted__content__subject=CASE)

    def test_opinion_is_accepted_once_and_known_before_anything_else(self) -> None:
        given(accept()).when(accept()).then_refused(rule="ids", kind=AlreadyExists, where="case")
        given().when(respond()).then_refused(rule="ids", kind=UnknownCase, where="case")

    def test_number_and_id_come_from_outside(self) -> None:
        terms = Terms(now=at(f"{DAY} 09:00"), calendar=ChineseCalendar(), policy=W08)
        numbered = replace(terms, number="SZ01-XX-202603-0001")
        for command, outside in ((accept().model_copy(update={"case": None}), numbered), (accept(), terms)):
            with pytest.raises(MissingDetail, match="rule ids"):
                decide(command, None, outside)

    def test_command_about_something_else_is_a_fault_of_the_program(self) -> None:
        stray = do(ReceiveOrder, f"{DAY} 10:00", case="order:1")
        with pytest.raises(TypeError, match="ReceiveOrder"):
            decide(stray, given(accept()).state, Terms(now=at(f"{DAY} 10:00"), calendar=ChineseCalendar()))


class TestTimes:
    def test_future_is_refused(self) -> None:
        given().when(accept(), now=f"{DAY} 08:59").then_refused(rule="time", kind=WrongTime, where="occurred_at")

    def test_more_than_a_day_late_needs_a_reason(self) -> None:
        given().when(accept(), now="2026-03-03 09:00").then(happened(OpinionAccepted))
        given().when(accept(), now="2026-03-03 09:01").then_refused(rule="WL-5", kind=WrongTime, where="late_reason")
        given().when(accept(late_reason="night_slip"), now="2026-03-03 09:01").then(
            happened(OpinionAccepted, occurred_at=at(f"{DAY} 09:00"))
        )

    def test_without_a_time_it_happens_as_it_is_recorded(self) -> None:
        ask = do(CommentOnOpinion, case=CASE, comment="阅")
        given(accept()).when(ask, now=f"{DAY} 12:00").then(happened(OpinionCommented, occurred_at=at(f"{DAY} 12:00")))

    def test_step_may_follow_at_once(self) -> None:
        given(accept()).when(respond(f"{DAY} 09:00")).then(happened(OpinionResponded, occurred_at=at(f"{DAY} 09:00")))

    def test_case_is_never_decided_without_its_policy_and_center(self) -> None:
        terms = Terms(now=at(f"{DAY} 09:00"), calendar=ChineseCalendar(), number="SZ01-OP-202603-0001")
        with pytest.raises(AssertionError, match="without a policy"):
            decide(accept(), None, terms)
        with pytest.raises(AssertionError, match="without a center"):
            decide(accept(), None, replace(terms, policy=W08))

    @pytest.mark.parametrize(
        ("before", "ask"),
        [
            ((accept(),), assess("valid", f"{DAY} 08:59")),
            ((accept(),), dispatch(f"{DAY} 08:59")),
            ((accept(),), transfer(f"{DAY} 08:59")),
            ((accept(),), respond(f"{DAY} 08:59")),
            ((accept(),), follow_up(f"{DAY} 08:59")),
            ((accept(),), comment(f"{DAY} 08:59")),
            ((accept(), assess()), propose(f"{DAY} 08:59")),
            (PLANNED, approve(f"{DAY} 13:59")),
            (PLANNED, send_back(f"{DAY} 13:59")),
            (APPROVED, finish(f"{DAY} 14:59")),
            (HANDLED, call_back("2026-03-03 09:59")),
            ((*HANDLED, call_back("2026-03-03 12:00")), end("2026-03-03 11:59")),
            (HANDLED, end("2026-03-03 09:59", explanation="无法回访")),
            ((*HANDLED, call_back("2026-03-03 12:00", still_wrong=True)), propose("2026-03-03 11:59")),
        ],
    )
    def test_no_step_lies_before_the_one_it_follows(self, before: tuple[Command, ...], ask: Command) -> None:
        now = "2026-03-03 13:00" if before[3:] else f"{DAY} 16:00"
        given(*before).when(ask, now=now).then_refused(rule="time", kind=WrongTime, where="occurred_at")


class TestAssessment:
    """OP-2: valid, invalid or a third party's; the decision names who decided and why."""

    @pytest.mark.parametrize(("validity", "flow"), [("valid", True), ("third_party", True), ("invalid", False)])
    def test_validity_decides_on_the_flow(self, validity: str, *, flow: bool) -> None:
        given(accept()).when(assess(validity, severity="common")).then(
            happened(
                OpinionAssessed,
                assessment=1,
                validity=validity,
                flow=flow,
                assessed_by="staff:acceptor",
                reason="照明不足属实",
                severity="common",
            ),
            happened(CorrectiveActionCalled, reason="severity"),  # OP-15: of larger effect
        ).then_known(status="assessed", flow=flow, severity="common", assessed_at=at(f"{DAY} 09:10"))

    def test_a_complaint_is_judged_once(self) -> None:
        # Or an invalid one, called back of free will, could become valid and end on that callback (OP-10).
        given(accept(), assess("invalid")).when(assess("valid", f"{DAY} 10:00")).then_refused(
            rule="OP-2", kind=WrongState, says="judged invalid already"
        )
        given(*APPROVED).when(assess("invalid", f"{DAY} 16:00")).then_refused(rule="OP-2", kind=WrongState)
        given(*UNSATISFIED).when(assess("invalid", "2026-03-04 11:00")).then_refused(rule="OP-2", kind=WrongState)

    @pytest.mark.parametrize("kind", ["inquiry", "suggestion", "praise"])
    def test_only_complaints_are_judged(self, kind: str) -> None:
        given(accept(kind=kind)).when(assess()).then_refused(rule="OP-2", kind=WrongState, says="only a complaint")

    def test_handler_does_not_judge(self) -> None:
        ask = do(AssessOpinion, f"{DAY} 10:00", by="handler", case=CASE, validity="invalid", reason="无")
        given(accept()).when(ask).then_refused(rule="authority, policy w08", kind=NotAuthorised, where="actor.role")
