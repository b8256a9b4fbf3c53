"""Opinions and complaints: W08-01 and W08-04 of the manual, rules OP-1 to OP-14."""

from dataclasses import replace

import pytest

from caseledger.adapters.calendar import ChineseCalendar
from caseledger.domain.command import Command
from caseledger.domain.opinion.commands import (
    AcceptOpinion,
    ApprovePlan,
    AssessOpinion,
    CallBackOpinion,
    CommentOnOpinion,
    DispatchOpinion,
    EndOpinion,
    FinishHandling,
    FollowUpOpinion,
    ProposePlan,
    RespondToOpinion,
    ReturnPlan,
    TransferOpinion,
)
from caseledger.domain.opinion.corrective import CorrectiveActionCalled
from caseledger.domain.opinion.decide import decide
from caseledger.domain.opinion.events import (
    CalledBack,
    FollowedUp,
    HandlingFinished,
    OpinionAccepted,
    OpinionAssessed,
    OpinionCommented,
    OpinionDispatched,
    OpinionEnded,
    OpinionResponded,
    OpinionTransferred,
    PlanApproved,
    PlanProposed,
    PlanReturned,
    RehandlingStarted,
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
from tests.domain.story import CENTER, W08, Anything, at, do, given, happened

CASE = "opinion:1"
DAY = "2026-03-02"  # a Monday in a week without holidays


def accept(when: str = f"{DAY} 09:00", /, *, kind: str = "complaint", **fields: Anything) -> AcceptOpinion:
    return do(AcceptOpinion, when, center=CENTER, case=CASE, kind=kind, channel="phone", **fields)


def assess(validity: str = "valid", when: str = f"{DAY} 09:10", /, **fields: Anything) -> AssessOpinion:
    return do(AssessOpinion, when, case=CASE, validity=validity, reason="照明不足属实", **fields)


def dispatch(when: str = f"{DAY} 09:15", to: str = "staff:wang", **fields: Anything) -> DispatchOpinion:
    return do(DispatchOpinion, when, case=CASE, to=to, **fields)


def transfer(when: str = f"{DAY} 09:20", /, **fields: Anything) -> TransferOpinion:
    told: dict[str, Anything] = {"to": "department:security", "reason": "属安防职责", "explained": True} | fields
    return do(TransferOpinion, when, case=CASE, **told)


def respond(when: str = f"{DAY} 09:30") -> RespondToOpinion:
    return do(RespondToOpinion, when, case=CASE, way="phone", note="已告知")


def propose(when: str = f"{DAY} 14:00") -> ProposePlan:
    return do(ProposePlan, when, case=CASE, text="更换灯具")


def approve(when: str = f"{DAY} 15:00") -> ApprovePlan:
    return do(ApprovePlan, when, case=CASE)


def send_back(when: str = f"{DAY} 15:00") -> ReturnPlan:
    return do(ReturnPlan, when, case=CASE, reason="缺少时间")


def finish(when: str = "2026-03-03 10:00") -> FinishHandling:
    return do(FinishHandling, when, case=CASE, result="已更换")


def follow_up(when: str = "2026-03-03 09:00") -> FollowUpOpinion:
    return do(FollowUpOpinion, when, case=CASE, way="phone")


def call_back(when: str = "2026-03-04 10:00", /, **fields: Anything) -> CallBackOpinion:
    return do(CallBackOpinion, when, case=CASE, **({"way": "phone"} | fields))


def comment(when: str = f"{DAY} 11:00") -> CommentOnOpinion:
    return do(CommentOnOpinion, when, case=CASE, comment="阅,请跟进")


def end(when: str = "2026-03-20 10:00", /, **fields: Anything) -> EndOpinion:
    return do(EndOpinion, when, case=CASE, **fields)


PLANNED = (accept(), assess(), propose())
APPROVED = (*PLANNED, approve())
HANDLED = (*APPROVED, finish())
UNSATISFIED = (*HANDLED, call_back(outcome_satisfied=False))
SECOND_TURN = (*UNSATISFIED, propose("2026-03-05 09:00"), approve("2026-03-05 10:00"), finish("2026-03-06 10:00"))


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


class TestDispatchAndTransfer:
    def test_dispatches_and_transfers_count_together(self) -> None:
        given(accept(), dispatch()).when(transfer()).then(
            happened(
                OpinionTransferred, dispatch=2, turn=1, to_kind="department", to="department:security", explained=True
            )
        ).then_known(status="dispatched", handler="department:security")
        given(accept(), dispatch(), transfer()).when(dispatch(f"{DAY} 10:00", reason="转回")).then(
            happened(OpinionDispatched, dispatch=3, to="staff:wang", reason="转回")
        )

    def test_finished_turn_is_handed_to_nobody(self) -> None:
        given(*HANDLED).when(dispatch("2026-03-03 11:00")).then_refused(rule="OP-10", kind=WrongState)
        given(*HANDLED).when(transfer("2026-03-03 11:00")).then_refused(rule="OP-10", kind=WrongState)


class TestResponseAndFollowUp:
    def test_first_response_is_recorded_once(self) -> None:
        given(accept()).when(respond()).then(happened(OpinionResponded, way="phone", note="已告知")).then_known(
            responded_at=at(f"{DAY} 09:30")
        )
        given(accept(), respond()).when(respond(f"{DAY} 10:00")).then_refused(rule="OP-5", kind=WrongState)

    def test_follow_ups_are_numbered(self) -> None:
        given(accept(), follow_up()).when(follow_up("2026-03-05 09:00")).then(
            happened(FollowedUp, follow_up=2, turn=1, way="phone")
        )

    def test_manager_comments(self) -> None:
        given(accept(kind="praise")).when(comment()).then(happened(OpinionCommented, comment="阅,请跟进")).then_known(
            comments=1
        )
        ask = do(CommentOnOpinion, f"{DAY} 11:00", by="handler", case=CASE, comment="阅")
        given(accept()).when(ask).then_refused(rule="authority, policy w08", kind=NotAuthorised)


class TestPlan:
    """OP-7: approved before it is carried out; the result is checked and signed."""

    def test_plan_is_proposed_and_approved(self) -> None:
        given(accept(), assess()).when(propose()).then(happened(PlanProposed, turn=1, plan=1, text="更换灯具"))
        given(*PLANNED).when(approve()).then(happened(PlanApproved, turn=1, plan=1)).then_known(
            status="planned", turn__plan_approved_at=at(f"{DAY} 15:00")
        )

    def test_returned_plan_is_proposed_anew_and_both_times_are_kept(self) -> None:
        given(*PLANNED).when(send_back()).then(happened(PlanReturned, turn=1, plan=1, reason="缺少时间"))
        given(*PLANNED, send_back()).when(propose(f"{DAY} 16:00")).then(
            happened(PlanProposed, turn=1, plan=2)
        ).then_known(
            turn__plan_first_proposed_at=at(f"{DAY} 14:00"),
            turn__plan_last_proposed_at=at(f"{DAY} 16:00"),
            turn__plans_returned=1,
        )

    @pytest.mark.parametrize("before", [PLANNED, APPROVED])
    def test_one_plan_at_a_time(self, before: tuple[Command, ...]) -> None:
        given(*before).when(propose(f"{DAY} 16:00")).then_refused(
            rule="OP-7", kind=WrongState, says="a plan of this turn"
        )

    @pytest.mark.parametrize("before", [(accept(), assess()), APPROVED, (*PLANNED, send_back())])
    @pytest.mark.parametrize("ask", [approve(f"{DAY} 16:00"), send_back(f"{DAY} 16:00")])
    def test_only_a_plan_that_waits_is_approved_or_returned(self, before: tuple[Command, ...], ask: Command) -> None:
        given(*before).when(ask).then_refused(rule="OP-7", kind=WrongState, says="no plan waits")

    def test_handler_does_not_approve_the_own_plan(self) -> None:
        given(*PLANNED).when(do(ApprovePlan, f"{DAY} 15:00", by="handler", case=CASE)).then_refused(
            rule="authority, policy w08", kind=NotAuthorised
        )

    def test_only_complaints_that_are_judged_and_not_invalid_are_planned(self) -> None:
        given(accept(kind="praise")).when(propose()).then_refused(rule="OP-1", kind=WrongState)
        given(accept()).when(propose()).then_refused(rule="OP-2", says="not judged")
        given(accept(), assess("invalid")).when(propose()).then_refused(rule="OP-2", says="invalid")

    def test_finished_turn_takes_no_plan(self) -> None:
        given(*HANDLED).when(propose("2026-03-03 11:00")).then_refused(rule="OP-10", kind=WrongState)


class TestHandling:
    def test_result_is_signed_and_the_callback_is_due_two_days_on(self) -> None:
        # Tuesday; Wednesday, Thursday
        given(*APPROVED).when(finish("2026-03-03 10:00")).then(
            happened(HandlingFinished, turn=1, result="已更换", callback_due_at=at("2026-03-05 23:59:59.999999"))
        ).then_known(status="handled", turn__finished_at=at("2026-03-03 10:00"))

    @pytest.mark.parametrize("before", [(accept(), assess()), PLANNED, (*PLANNED, send_back())])
    def test_nothing_is_carried_out_without_an_approved_plan(self, before: tuple[Command, ...]) -> None:
        given(*before).when(finish()).then_refused(rule="OP-7", kind=WrongState, says="not approved")

    def test_turn_is_finished_once(self) -> None:
        given(*HANDLED).when(finish("2026-03-03 11:00")).then_refused(rule="OP-10", kind=WrongState)


class TestCallback:
    """OP-10 and OP-11: every valid complaint is asked about; what is still wrong goes back to handling."""

    def test_satisfied_callback(self) -> None:
        given(*HANDLED).when(
            call_back(
                handled_in_time=False, outcome_satisfied=True, attitude_satisfied=True, further_needs="加装感应灯"
            )
        ).then(
            happened(
                CalledBack,
                callback=1,
                turn=1,
                handled_in_time=False,
                outcome_satisfied=True,
                satisfied=True,
                further_needs="加装感应灯",
            )
        ).then_known(status="called_back")

    @pytest.mark.parametrize(
        "wrong", [{"outcome_satisfied": False}, {"attitude_satisfied": False}, {"still_wrong": True}]
    )
    def test_whatever_is_still_wrong_starts_another_turn(self, wrong: dict[str, bool]) -> None:
        given(*HANDLED).when(call_back(**wrong)).then(
            happened(CalledBack, callback=1, turn=1, satisfied=False),
            happened(RehandlingStarted, turn=2, callback=1, occurred_at=at("2026-03-04 10:00")),
        ).then_known(status="rehandling", turn__number=2)

    def test_every_turn_keeps_its_own_plan_times_and_deadline(self) -> None:
        third = (
            *SECOND_TURN,
            call_back("2026-03-07 10:00", attitude_satisfied=False),
            propose("2026-03-09 09:00"),
            approve("2026-03-09 10:00"),
            finish("2026-03-10 10:00"),
        )
        story = given(*third).when(call_back("2026-03-11 10:00", outcome_satisfied=True))
        story.then(happened(CalledBack, callback=3, turn=3, satisfied=True))
        assert [
            (turn.number, turn.plans, turn.plan_approved_at, turn.finished_at, turn.callback_due_at)
            for turn in story.state.turns
        ] == [
            (1, 1, at("2026-03-02 15:00"), at("2026-03-03 10:00"), at("2026-03-05 23:59:59.999999")),
            (2, 1, at("2026-03-05 10:00"), at("2026-03-06 10:00"), at("2026-03-08 23:59:59.999999")),
            (3, 1, at("2026-03-09 10:00"), at("2026-03-10 10:00"), at("2026-03-12 23:59:59.999999")),
        ]
        assert [(made.turn, made.satisfied) for made in story.state.callbacks] == [(1, False), (2, False), (3, True)]

    def test_second_turn_runs_through_plan_approval_and_callback_again(self) -> None:
        given(*UNSATISFIED).when(finish("2026-03-05 10:00")).then_refused(rule="OP-7", says="not approved")
        given(*UNSATISFIED).when(call_back("2026-03-05 10:00")).then_refused(rule="OP-10", says="not finished")
        given(*SECOND_TURN).when(dispatch("2026-03-06 11:00")).then_refused(rule="OP-10")
        given(*UNSATISFIED).when(dispatch("2026-03-05 08:00")).then(happened(OpinionDispatched, dispatch=1, turn=2))

    def test_turn_is_called_back_once(self) -> None:
        given(*HANDLED, call_back()).when(call_back("2026-03-04 11:00")).then_refused(rule="OP-10", kind=WrongState)

    def test_complaint_is_judged_and_handled_before_its_callback(self) -> None:
        given(accept()).when(call_back()).then_refused(rule="OP-2", says="not judged")
        given(*APPROVED).when(call_back()).then_refused(rule="OP-10", says="not finished")

    @pytest.mark.parametrize("before", [(accept(kind="suggestion"),), (accept(), assess("invalid"))])
    def test_others_may_be_called_back_and_start_no_turn(self, before: tuple[Command, ...]) -> None:
        given(*before).when(call_back(outcome_satisfied=False)).then(happened(CalledBack, turn=1, satisfied=False))

    def test_where_there_is_no_way_there_is_no_callback(self) -> None:
        given(*HANDLED).when(call_back(way="none")).then_refused(rule="OP-12", kind=WrongState, where="way")

    def test_handler_does_not_call_back(self) -> None:
        ask = do(CallBackOpinion, "2026-03-04 10:00", by="handler", case=CASE, way="phone")
        given(*HANDLED).when(ask).then_refused(rule="authority, policy w08", kind=NotAuthorised)


class TestEnding:
    """OP-14: after the callback, or with a closing explanation."""

    def test_complaint_ends_after_a_satisfied_callback(self) -> None:
        given(*HANDLED, call_back(outcome_satisfied=True)).when(end()).then(
            happened(OpinionEnded, turn=1, ending="after_callback")
        ).then_known(status="ended", is_open=False, ended_at=at("2026-03-20 10:00"))

    def test_re_handled_complaint_ends_after_the_callback_of_its_last_turn(self) -> None:
        given(*SECOND_TURN).when(end()).then_refused(rule="OP-14", kind=WrongState)
        given(*SECOND_TURN, call_back("2026-03-07 10:00")).when(end()).then(
            happened(OpinionEnded, turn=2, ending="after_callback")
        )

    @pytest.mark.parametrize("before", [(accept(),), (accept(), assess()), APPROVED, HANDLED, UNSATISFIED])
    def test_without_a_callback_it_takes_an_explanation(self, before: tuple[Command, ...]) -> None:
        given(*before).when(end()).then_refused(rule="OP-14", kind=WrongState)
        given(*before).when(end(explanation="无回访途径", source="boston311", source_status="closed")).then(
            happened(
                OpinionEnded,
                ending="with_explanation",
                explanation="无回访途径",
                source="boston311",
                source_status="closed",
            )
        )

    def test_customer_of_an_invalid_complaint_is_owed_an_explanation(self) -> None:
        given(accept(), assess("invalid")).when(end()).then_refused(rule="OP-2", kind=WrongState)
        given(accept(), assess("invalid")).when(end(explanation="已说明")).then(
            happened(OpinionEnded, ending="with_explanation")
        )

    @pytest.mark.parametrize("kind", ["suggestion", "praise"])
    def test_suggestion_and_praise_end_when_the_manager_has_read_them(self, kind: str) -> None:
        given(accept(kind=kind)).when(end()).then(happened(OpinionEnded, ending="read"))

    def test_inquiry_ends_when_answered(self) -> None:
        given(accept(kind="inquiry")).when(end()).then_refused(rule="OP-1", kind=WrongState)
        given(accept(kind="inquiry"), respond()).when(end()).then(happened(OpinionEnded, ending="answered"))

    def test_nothing_follows_the_end(self) -> None:
        ended = (accept(kind="praise"), end(f"{DAY} 12:00"))
        for ask in (respond(f"{DAY} 13:00"), comment(f"{DAY} 13:00"), end(f"{DAY} 13:00")):
            given(*ended).when(ask).then_refused(rule="OP-14", kind=WrongState, where="case", says="linked_to")

    def test_handler_does_not_end(self) -> None:
        given(accept(kind="praise")).when(do(EndOpinion, f"{DAY} 12:00", by="handler", case=CASE)).then_refused(
            rule="authority, policy w08", kind=NotAuthorised
        )
