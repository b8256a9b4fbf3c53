"""Between duty staff, center and company: hand-over, what the company hands down, at which level a plan is approved."""

import pytest

from caseledger.adapters.testing import (
    accept,
    approve,
    assess,
    call_back,
    dispatch,
    end,
    finish,
    given,
    hand_over,
    happened,
    propose,
    refer_plan,
    report_back,
    report_major,
    tell_duty_staff,
)
from caseledger.domain.opinion.approval import PlanReferred
from caseledger.domain.opinion.company import ReportedBack
from caseledger.domain.opinion.corrective import CorrectiveActionCalled
from caseledger.domain.opinion.duty import DutyStaffTold, HandedOver, MajorReported
from caseledger.domain.opinion.events import OpinionAccepted, OpinionDispatched, OpinionEnded, PlanApproved
from caseledger.domain.refusal import MissingDetail, NotAuthorised, WrongState
from tests.domain.complaints import COMPLAINT, HANDLED, JUDGED, MONDAY, PLANNED
from tests.domain.story import CENTER, at

MAJOR_CALLS = happened(CorrectiveActionCalled, reason="severity", severity="major")
"""OP-15: a major matter calls for corrective action at once."""


class TestDutyStaff:
    """OP-3, OP-19, OP-20: 下班时间为值班人员登记,并于每日上班后交各部门受理人员 (4.2.1.2)."""

    NIGHT = accept(f"{MONDAY} 23:30", by="duty_staff", severity="major")

    def test_what_is_taken_in_at_night_is_handed_over_next_morning_with_its_slip(self) -> None:
        """多层小区由值班巡查护管员统计在《服务需求联络单》上 (4.2.3.2)."""
        given().when(self.NIGHT).then(happened(OpinionAccepted, on_duty=True), MAJOR_CALLS)
        given(self.NIGHT).when(hand_over("2026-03-03 08:00", slip="slip:17")).then(
            happened(HandedOver, to="staff:acceptor", slip="slip:17")
        ).then_known(handed_over_at=at("2026-03-03 08:00"))

    def test_it_is_handed_over_once_and_only_what_duty_staff_took_in(self) -> None:
        given(self.NIGHT, hand_over("2026-03-03 08:00")).when(hand_over("2026-03-03 09:00")).then_refused(rule="OP-3")
        given().when(COMPLAINT).then(happened(OpinionAccepted, on_duty=None))
        given(COMPLAINT).when(hand_over("2026-03-03 08:00")).then_refused(rule="OP-20")

    def test_an_entry_25_hours_after_the_night_needs_its_reason(self) -> None:
        """WL-5: taken down on a slip and entered 25 hours later."""
        given().when(self.NIGHT, now="2026-03-04 00:30").then_refused(rule="WL-5", where="late_reason")
        late = self.NIGHT.model_copy(update={"late_reason": "night_slip"})
        given().when(late, now="2026-03-04 00:30").then(
            happened(OpinionAccepted, occurred_at=at(f"{MONDAY} 23:30")), MAJOR_CALLS
        )

    def test_a_major_matter_is_reported_at_once_to_as_many_as_are_to_know(self) -> None:
        """如遇主要投诉须及时报告有关责任人 (4.2.1.4)."""
        first = report_major(f"{MONDAY} 23:35")
        given(self.NIGHT).when(first).then(happened(MajorReported, to="staff:manager"))
        given(self.NIGHT, first).when(report_major("2026-03-03 00:10", to="department:qa")).then(
            happened(MajorReported, to="department:qa")
        ).then_known(major_reported_at=at(f"{MONDAY} 23:35"))

    def test_what_is_not_major_is_not_reported_so(self) -> None:
        given(COMPLAINT).when(report_major(f"{MONDAY} 09:10")).then_refused(rule="OP-19", says="assess_opinion")

    def test_the_duty_staff_are_told_the_outcome_also_after_the_end(self) -> None:
        """部门意见受理人应将意见处理情况反馈给值班人员 (4.4.1.2)."""
        ended = (accept(f"{MONDAY} 23:30", by="duty_staff"), end("2026-03-03 09:00", explanation="误报"))
        given(*ended).when(tell_duty_staff("2026-03-03 10:00")).then(happened(DutyStaffTold, outcome="已处理"))
        given(COMPLAINT).when(tell_duty_staff("2026-03-03 10:00")).then_refused(rule="OP-20")

    def test_a_major_matter_is_assigned_by_the_responsible_person(self) -> None:
        """对重大的投诉问题,第一责任人或主要责任人需亲自处理 (4.3.1.3)."""
        given(self.NIGHT).when(dispatch("2026-03-03 08:10", by="acceptor")).then_refused(
            rule="authority, policy w08", kind=NotAuthorised, says="of a case that is major"
        )
        given(self.NIGHT).when(dispatch("2026-03-03 08:10", by="manager")).then(happened(OpinionDispatched))
        given(COMPLAINT).when(dispatch(f"{MONDAY} 09:10", by="acceptor")).then(happened(OpinionDispatched))


class TestFromTheCompanyAndBack:
    """OP-8, W08-04 二: 职能部门受理人-中心品质专人-有关岗位人员-处理-回访-经理-职能部门受理人-结束流程."""

    SENT = (
        accept(f"{MONDAY} 09:00", by="qa", level="company", channel="government"),
        assess(f"{MONDAY} 09:30", by="qa"),
        dispatch(f"{MONDAY} 09:40", by="qa", to_kind="center", to=CENTER),
        dispatch(f"{MONDAY} 10:00", by="qa_officer"),
    )
    DONE = (*SENT, propose(f"{MONDAY} 11:00"), approve(f"{MONDAY} 12:00"), finish(f"{MONDAY} 16:00"))

    def test_the_whole_way_ends_at_the_company(self) -> None:
        back = (*self.DONE, call_back("2026-03-03 10:00"), report_back("2026-03-03 11:00"))
        given(*back).when(end("2026-03-03 12:00", by="qa")).then(happened(OpinionEnded, ending="after_callback"))
        given(*back).when(end("2026-03-03 12:00", by="manager")).then_refused(
            rule="authority, policy w08", kind=NotAuthorised, says="handed down by the company"
        )

    def test_it_does_not_end_before_the_center_has_reported_back(self) -> None:
        given(*self.DONE, call_back("2026-03-03 10:00")).when(end("2026-03-03 12:00", by="qa")).then_refused(
            rule="OP-8", says="report_back by the manager first"
        )
        given(*self.SENT).when(end("2026-03-03 12:00", by="qa", explanation="外单位")).then_refused(rule="OP-8")

    def test_the_manager_reports_the_outcome(self) -> None:
        given(*self.DONE, call_back("2026-03-03 10:00")).when(report_back("2026-03-03 11:00")).then(
            happened(ReportedBack, turn=1, outcome="已处理并回访", without_callback=None)
        )

    def test_a_report_without_callback_says_why(self) -> None:
        given(*self.DONE).when(report_back("2026-03-03 11:00")).then_refused(
            rule="OP-8", kind=MissingDetail, where="without_callback"
        )
        told = report_back("2026-03-03 11:00", without_callback="没回访途径")
        given(*self.DONE).when(told).then(happened(ReportedBack, without_callback="没回访途径"))
        given(*self.DONE, told).when(end("2026-03-03 12:00", by="qa", explanation="没回访途径")).then(
            happened(OpinionEnded, ending="with_explanation")
        )

    def test_another_turn_needs_another_report(self) -> None:
        told = report_back("2026-03-03 11:00")
        again = (*self.DONE, call_back("2026-03-03 10:00"), told)
        given(*again).when(report_back("2026-03-03 12:00")).then_refused(rule="OP-8", says="already")
        wrong = (
            *self.DONE,
            report_back(f"{MONDAY} 17:00", without_callback="稍后"),
            call_back(outcome_satisfied=False),
        )
        given(*wrong).when(end("2026-03-05 12:00", by="qa", explanation="无法处理")).then_refused(rule="OP-8")

    def test_only_the_companys_own_goes_down_and_to_the_center_it_is_about(self) -> None:
        down = dispatch(f"{MONDAY} 09:40", by="qa", to_kind="center", to=CENTER)
        given(*JUDGED).when(down).then_refused(rule="OP-8", where="to_kind")
        other = dispatch(f"{MONDAY} 09:40", by="qa", to_kind="center", to="center:sz09")
        given(*self.SENT[:2]).when(other).then_refused(rule="OP-8", where="to")

    def test_what_the_company_did_not_hand_down_is_not_reported_back(self) -> None:
        given(*HANDLED).when(report_back(f"{MONDAY} 17:00")).then_refused(rule="OP-8", kind=WrongState)


class TestApproval:
    """OP-7: 4.3.1.5 处理措施需经责任人审定; 4.3.1.6 超出权限的; 3.4 分管副总, 3.5 总经理."""

    @pytest.mark.parametrize(
        ("severity", "may", "may_not"),
        [
            (None, ["manager", "qa", "deputy_general_manager", "general_manager"], []),
            ("general", ["manager", "qa", "deputy_general_manager", "general_manager"], []),
            ("common", ["deputy_general_manager", "general_manager"], ["manager", "qa"]),
            ("major", ["general_manager"], ["manager", "qa", "deputy_general_manager"]),
        ],
    )
    def test_the_level_follows_the_severity(self, severity: str | None, may: list[str], may_not: list[str]) -> None:
        steps = (COMPLAINT, assess(f"{MONDAY} 09:30", severity=severity), propose(f"{MONDAY} 11:00"))
        for role in may:
            given(*steps).when(approve(f"{MONDAY} 12:00", by=role)).then(happened(PlanApproved))
        for role in may_not:
            given(*steps).when(approve(f"{MONDAY} 12:00", by=role)).then_refused(
                rule="OP-7", kind=NotAuthorised, where="actor.role", says=may[0]
            )

    def test_what_the_center_cannot_solve_goes_up(self) -> None:
        """本部门处理不了时,经责任人确定交受理人转《办理表》报企业品质工程部处理 (4.3.1.6)."""
        up = refer_plan(f"{MONDAY} 11:30", by="manager")
        given(*PLANNED).when(up).then(happened(PlanReferred, turn=1, plan=1, to_level="qa", reason="超出权限"))
        given(*PLANNED, up).when(approve(f"{MONDAY} 12:00")).then_refused(rule="OP-7", says="because it was referred")
        given(*PLANNED, up).when(approve(f"{MONDAY} 12:00", by="qa")).then(happened(PlanApproved))
        given(*PLANNED, up).when(refer_plan(f"{MONDAY} 12:00", to_level="general_manager")).then(happened(PlanReferred))

    @pytest.mark.parametrize("level", ["manager", "acceptor"])
    def test_it_goes_up_only_to_a_higher_level(self, level: str) -> None:
        given(*PLANNED).when(refer_plan(f"{MONDAY} 11:30", to_level=level)).then_refused(
            rule="OP-7", where="to_level", says="one of qa, deputy_general_manager, general_manager"
        )

    def test_there_is_nobody_above_the_general_manager(self) -> None:
        top = refer_plan(f"{MONDAY} 11:30", to_level="general_manager")
        given(*PLANNED, top).when(refer_plan(f"{MONDAY} 12:00", to_level="general_manager")).then_refused(
            rule="OP-7", says="no higher level"
        )

    def test_a_plan_of_larger_effect_is_not_referred_below_its_level(self) -> None:
        steps = (COMPLAINT, assess(f"{MONDAY} 09:30", severity="common"), propose(f"{MONDAY} 11:00"))
        given(*steps).when(refer_plan(f"{MONDAY} 11:30", to_level="qa")).then_refused(rule="OP-7", where="to_level")

    def test_only_a_waiting_plan_is_referred(self) -> None:
        given(*JUDGED).when(refer_plan(f"{MONDAY} 11:30")).then_refused(rule="OP-7", says="propose_plan first")
