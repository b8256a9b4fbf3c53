"""Opinions and complaints handled, called back and ended: W08-01 of the manual, rules OP-5 to OP-14."""

import pytest

from caseledger.domain.command import Command
from caseledger.domain.opinion.commands import ApprovePlan, CallBackOpinion, CommentOnOpinion, EndOpinion
from caseledger.domain.opinion.events import (
    CalledBack,
    FollowedUp,
    HandlingFinished,
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
from caseledger.domain.refusal import NotAuthorised, WrongState
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
from tests.domain.story import at, do, given, happened

SECOND_TURN = (*UNSATISFIED, propose("2026-03-05 09:00"), approve("2026-03-05 10:00"), finish("2026-03-06 10:00"))


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
