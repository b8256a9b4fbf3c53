"""Every kind and path of opinions in the manuals' own words: W08-01 4.2-4.8, W08-04 二, 五; M4 十."""

import pytest
from sqlalchemy import text

from caseledger.adapters.testing import (
    GROUP400,
    accept,
    approve,
    assess,
    attach,
    call_back,
    comment,
    decide_suggestion,
    dispatch,
    end,
    explain_not_ours,
    finish,
    follow_up,
    given,
    hand_over,
    happened,
    inform_party,
    investigate,
    issue_solution,
    ledger_in_memory,
    make_contact,
    propose,
    refer_plan,
    report_back,
    report_major,
    report_progress,
    respond,
    review_not_ours,
    submit_solution,
    tell_duty_staff,
    track_party,
    transfer,
)
from caseledger.domain.opinion import alerts, corrective, deadlines
from caseledger.domain.opinion.approval import PlanReferred
from caseledger.domain.opinion.attachments import OriginalAttached
from caseledger.domain.opinion.company import ReportedBack
from caseledger.domain.opinion.corrective import CorrectiveActionCalled
from caseledger.domain.opinion.duty import DutyStaffTold, HandedOver, MajorReported
from caseledger.domain.opinion.events import (
    CalledBack,
    HandlingFinished,
    OpinionAccepted,
    OpinionAssessed,
    OpinionDispatched,
    OpinionEnded,
    OpinionTransferred,
    PlanApproved,
    RehandlingStarted,
)
from caseledger.domain.opinion.investigation import OpinionInvestigated, ProgressReported
from caseledger.domain.opinion.not_ours import NotOursExplained, NotOursReviewed
from caseledger.domain.opinion.parties import PartyInformed, PartyTracked
from caseledger.domain.opinion.sections import SECTION_OF, section_of
from caseledger.domain.opinion.suggestions import SuggestionDecided
from caseledger.domain.opinion.themes import OPINION_EVENTS
from caseledger.domain.refusal import MissingDetail, NotAuthorised, WrongState
from tests.domain.story import CENTER, at

MONDAY = "2026-03-02"
COMPLAINT = accept(f"{MONDAY} 09:00")
JUDGED = (COMPLAINT, assess(f"{MONDAY} 09:30"))
PLANNED = (*JUDGED, propose(f"{MONDAY} 11:00"))
HANDLED = (*PLANNED, approve(f"{MONDAY} 12:00"), finish(f"{MONDAY} 16:00"))
THIRD_PARTY = (COMPLAINT, assess(f"{MONDAY} 09:30", validity="third_party"))


class TestFlowChart:
    """W08-01 4.8.2: each branch of 顾客意见办理工作流程图."""

    def test_from_acceptance_through_handling_and_callback_to_the_managers_end(self) -> None:
        """受理人接受顾客意见 - 传递有关责任人调查处理 - 回访顾客 - 报告经理(经理助理) - 经理(经理助理)结束流程."""
        steps = (*HANDLED, call_back("2026-03-03 10:00"))
        given(*steps).when(end("2026-03-03 11:00", by="assistant")).then(
            happened(OpinionEnded, ending="after_callback")
        )

    def test_still_wrong_goes_back_to_handling(self) -> None:
        """处理情况反馈 - 再处理: 如仍存在问题,需及时将情况反馈给处理人员或部门,进行再一次的循环操作 (4.4.2.4)."""
        given(*HANDLED).when(call_back("2026-03-03 10:00", outcome_satisfied=False)).then(
            happened(CalledBack, turn=1, satisfied=False), happened(RehandlingStarted, turn=2, callback=1)
        )

    def test_what_does_not_go_through_the_flow_stays_in_the_log(self) -> None:
        """无效投诉不转流程 (W08-04 二.4); 按提议处理 (4.2.2.3)."""
        invalid = (COMPLAINT, assess(f"{MONDAY} 09:30", validity="invalid"))
        given(*invalid).when(propose(f"{MONDAY} 10:00")).then_refused(rule="OP-2")
        given(*invalid).when(end(f"{MONDAY} 10:00")).then_refused(rule="OP-2", says="explanation")
        given(*invalid).when(end(f"{MONDAY} 10:00", explanation="已说明")).then(
            happened(OpinionEnded, ending="with_explanation")
        )

    def test_praise_ends_when_the_manager_has_read_it(self) -> None:
        """提议或表扬: 由经理阅取后(可批注意见)结束流程 (W08-04 二.5)."""
        praise = accept(f"{MONDAY} 09:00", kind="praise")
        given(praise, comment(f"{MONDAY} 10:00")).when(end(f"{MONDAY} 10:05")).then(
            happened(OpinionEnded, ending="read")
        )

    def test_an_inquiry_ends_when_answered(self) -> None:
        """征询: 统计在《工作日志》上 (4.2.3.1, 4.2.3.3)."""
        inquiry = accept(f"{MONDAY} 09:00", kind="inquiry")
        given(inquiry).when(end(f"{MONDAY} 10:00")).then_refused(rule="OP-1", says="not answered")
        given(inquiry, respond(f"{MONDAY} 09:30")).when(end(f"{MONDAY} 10:00")).then(
            happened(OpinionEnded, ending="answered")
        )

    def test_where_there_is_no_way_to_call_back_it_ends_with_an_explanation(self) -> None:
        """特殊情况无法回访的(没回访途径、超出本中心能力范围等),需在“结束说明”栏说明原因 (W08-04 五.7)."""
        given(*HANDLED).when(end(f"{MONDAY} 17:00")).then_refused(rule="OP-14")
        given(*HANDLED).when(end(f"{MONDAY} 17:00", explanation="没回访途径")).then(
            happened(OpinionEnded, ending="with_explanation", explanation="没回访途径")
        )


class TestThirdParty:
    """OP-2, W08-04 二.4: 事务助理 - 调查 - 传递信息给有关方 - 跟踪处理情况 - 回访 - 经理(经理助理) - 结束流程."""

    WHOLE = (
        *THIRD_PARTY,
        investigate(f"{MONDAY} 10:00", findings="临近工地超时施工", shortcoming=False),
        inform_party(f"{MONDAY} 10:30"),
        track_party("2026-03-03 10:00"),
        propose("2026-03-03 11:00"),
        approve("2026-03-03 12:00"),
        finish("2026-03-04 09:00"),
    )

    def test_it_runs_through_the_whole_flow_and_is_called_back(self) -> None:
        given(*self.WHOLE).when(end("2026-03-04 10:00")).then_refused(rule="OP-14")
        given(*self.WHOLE, call_back("2026-03-05 09:00")).when(end("2026-03-05 10:00")).then(
            happened(OpinionEnded, ending="after_callback")
        )

    def test_the_party_is_informed_and_tracked(self) -> None:
        given(*THIRD_PARTY).when(inform_party(f"{MONDAY} 10:30", note="超时施工")).then(
            happened(PartyInformed, turn=1, party="party:site", way="phone", note="超时施工")
        ).then_known(parties=("party:site",))
        given(*THIRD_PARTY, inform_party(f"{MONDAY} 10:30")).when(track_party("2026-03-03 10:00")).then(
            happened(PartyTracked, turn=1, party="party:site", stands="已答应夜间停工")
        )

    def test_a_party_that_was_not_informed_is_not_tracked(self) -> None:
        given(*THIRD_PARTY).when(track_party(f"{MONDAY} 10:30")).then_refused(rule="OP-2", where="party")

    def test_handling_is_not_finished_before_the_party_knows(self) -> None:
        """仍需尽协调或告知义务."""
        silent = (*THIRD_PARTY, propose(f"{MONDAY} 11:00"), approve(f"{MONDAY} 12:00"))
        given(*silent).when(finish(f"{MONDAY} 16:00")).then_refused(rule="OP-2", says="inform_party first")
        given(*silent, inform_party(f"{MONDAY} 13:00")).when(finish(f"{MONDAY} 16:00")).then(happened(HandlingFinished))

    def test_a_party_is_informed_in_some_way(self) -> None:
        given(*THIRD_PARTY).when(inform_party(f"{MONDAY} 10:30", way="none")).then_refused(rule="OP-2", where="way")

    def test_a_shortcoming_of_ours_makes_it_valid(self) -> None:
        """需从合作沟通角度进行问题审查,存在问题的属有效投诉 (4.2.2.4)."""
        again = assess(f"{MONDAY} 11:00", reason="未与工地沟通")
        found = investigate(f"{MONDAY} 10:00", shortcoming=True)
        given(*THIRD_PARTY, found).when(again).then(
            happened(OpinionAssessed, assessment=2, validity="valid", flow=True)
        )
        given(*THIRD_PARTY).when(again).then_refused(rule="OP-2", says="correct_assessment")
        without = investigate(f"{MONDAY} 10:00", shortcoming=False)
        given(*THIRD_PARTY, without).when(again).then_refused(rule="OP-2")
        given(*THIRD_PARTY, found).when(assess(f"{MONDAY} 11:00", validity="invalid")).then_refused(rule="OP-2")
        given(*JUDGED, found).when(again).then_refused(rule="OP-2")


class TestInvestigation:
    """4.3.1.4, 4.3.1.5, OP-21: 情况调查及现场核实栏."""

    def test_findings_are_recorded_in_order(self) -> None:
        first = investigate(f"{MONDAY} 10:00")
        given(*JUDGED, first).when(
            investigate(f"{MONDAY} 10:30", on_site=False, findings="查监控", shortcoming=True)
        ).then(
            happened(OpinionInvestigated, investigation=2, turn=1, on_site=False, findings="查监控", shortcoming=True)
        )

    def test_progress_is_told_with_time_spent_and_needed(self) -> None:
        """处理人员需及时把处理情况、程度和进度(含耗时及需时)反馈给该单意见的受理人 (OP-9, 4.4.1.1)."""
        given(*JUDGED).when(report_progress(f"{MONDAY} 15:00", needed_minutes=120)).then(
            happened(ProgressReported, progress=1, turn=1, stands="处理中", spent_minutes=60, needed_minutes=120)
        )

    def test_what_is_finished_is_not_looked_into(self) -> None:
        given(*HANDLED).when(investigate(f"{MONDAY} 17:00")).then_refused(rule="OP-10")
        given(*HANDLED).when(report_progress(f"{MONDAY} 17:00")).then_refused(rule="OP-10")
        given(*HANDLED).when(inform_party(f"{MONDAY} 17:00")).then_refused(rule="OP-10")


class TestSeveralDepartments:
    def test_another_department_works_on_the_same_form(self) -> None:
        """涉及有关部门的需及时交受理人填写《办理表》转有关部门共同进行跟踪 (OP-8, 4.3.1.4)."""
        given(*JUDGED, dispatch(f"{MONDAY} 10:00")).when(transfer(f"{MONDAY} 10:30", jointly=True)).then(
            happened(OpinionTransferred, dispatch=2, jointly=True)
        ).then_known(working=("staff:handler", "department:order"))

    def test_otherwise_it_leaves_those_who_had_it(self) -> None:
        given(*JUDGED, dispatch(f"{MONDAY} 10:00")).when(transfer(f"{MONDAY} 10:30")).then(
            happened(OpinionTransferred, jointly=None)
        ).then_known(working=("department:order",))


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


class TestSuggestions:
    """GP-3: 2日内确定是否采纳建议,客户建议采纳与否,均需回复业主,对于未采纳的建议,应向业主说明原因."""

    SAID = accept(f"{MONDAY} 09:00", kind="suggestion")
    ADOPTED = decide_suggestion(f"{MONDAY} 10:00")

    def test_it_is_adopted(self) -> None:
        given(self.SAID).when(self.ADOPTED).then(
            happened(SuggestionDecided, adopted=True, decided_by="staff:manager", reason=None)
        ).then_known(decided_at=at(f"{MONDAY} 10:00"))

    def test_why_it_is_not_adopted_is_said(self) -> None:
        no = decide_suggestion(f"{MONDAY} 10:00", adopted=False)
        given(self.SAID).when(no).then_refused(rule="GP-3", kind=MissingDetail, where="reason")
        given(self.SAID).when(decide_suggestion(f"{MONDAY} 10:00", adopted=False, reason="场地不足")).then(
            happened(SuggestionDecided, adopted=False, reason="场地不足")
        )

    def test_it_is_decided_once_and_only_suggestions_are(self) -> None:
        given(self.SAID, self.ADOPTED).when(decide_suggestion(f"{MONDAY} 11:00")).then_refused(rule="GP-3")
        given(COMPLAINT).when(self.ADOPTED).then_refused(rule="GP-3", says="suggestions only")

    def test_under_group400_it_ends_decided_and_answered(self) -> None:
        bye = end(f"{MONDAY} 12:00")
        given(self.SAID, under=GROUP400).when(bye).then_refused(rule="GP-3", says="decide_suggestion first")
        early = (self.SAID, respond(f"{MONDAY} 09:59:59"), self.ADOPTED)
        given(*early, under=GROUP400).when(bye).then_refused(rule="GP-3", says="was not told")
        for told in (respond(f"{MONDAY} 10:00"), follow_up(f"{MONDAY} 10:00"), call_back(f"{MONDAY} 10:00")):
            ending = "after_callback" if told.name == "call_back_opinion" else "read"
            given(self.SAID, self.ADOPTED, told, under=GROUP400).when(bye).then(happened(OpinionEnded, ending=ending))

    def test_under_w08_the_manager_may_end_it_as_read(self) -> None:
        given(self.SAID).when(end(f"{MONDAY} 12:00")).then(happened(OpinionEnded, ending="read"))


class TestNotOurs:
    """GP-4: 2日内向集团公司客服中心提交非责任说明,经集团公司客服中心审核无误后做无效投诉处理."""

    EXPLAINED = (COMPLAINT, explain_not_ours(f"{MONDAY} 10:00"))

    def test_the_units_head_explains(self) -> None:
        given(COMPLAINT, under=GROUP400).when(explain_not_ours(f"{MONDAY} 10:00", by="branch_head")).then(
            happened(NotOursExplained, explanation="属开发商保修")
        ).then_known(explained_at=at(f"{MONDAY} 10:00"))

    def test_upheld_it_counts_as_invalid_and_ends_with_an_explanation(self) -> None:
        upheld = review_not_ours(f"{MONDAY} 15:00")
        given(*self.EXPLAINED, under=GROUP400).when(upheld).then(
            happened(NotOursReviewed, upheld=True, reviewed_by="staff:group-desk", reason="核实无误"),
            happened(OpinionAssessed, assessment=1, validity="invalid", flow=False, assessed_by="staff:group-desk"),
        )
        given(*self.EXPLAINED, upheld, under=GROUP400).when(end(f"{MONDAY} 16:00", explanation="属开发商")).then(
            happened(OpinionEnded, ending="with_explanation")
        )

    def test_a_complaint_that_was_judged_valid_counts_as_invalid_too(self) -> None:
        given(*JUDGED, explain_not_ours(f"{MONDAY} 10:00"), under=GROUP400).when(
            review_not_ours(f"{MONDAY} 15:00")
        ).then(happened(NotOursReviewed), happened(OpinionAssessed, assessment=2, validity="invalid"))

    def test_not_upheld_it_goes_on(self) -> None:
        no = review_not_ours(f"{MONDAY} 15:00", upheld=False)
        given(*self.EXPLAINED, under=GROUP400).when(no).then(happened(NotOursReviewed, upheld=False))
        given(*self.EXPLAINED, no, under=GROUP400).when(assess(f"{MONDAY} 16:00")).then(happened(OpinionAssessed))
        given(*self.EXPLAINED, no, under=GROUP400).when(explain_not_ours(f"{MONDAY} 16:00")).then_refused(rule="GP-4")
        given(*self.EXPLAINED, no, under=GROUP400).when(review_not_ours(f"{MONDAY} 16:00")).then_refused(rule="GP-4")

    def test_what_cannot_be_explained_or_reviewed(self) -> None:
        praise = accept(f"{MONDAY} 09:00", kind="praise")
        given(praise, under=GROUP400).when(explain_not_ours(f"{MONDAY} 10:00")).then_refused(rule="GP-4")
        invalid = (COMPLAINT, assess(f"{MONDAY} 09:30", validity="invalid"))
        given(*invalid, under=GROUP400).when(explain_not_ours(f"{MONDAY} 10:00")).then_refused(rule="GP-4")
        given(COMPLAINT, under=GROUP400).when(review_not_ours(f"{MONDAY} 10:00")).then_refused(rule="GP-4")
        given(*HANDLED, under=GROUP400).when(explain_not_ours(f"{MONDAY} 17:00")).then_refused(rule="OP-10")

    def test_it_is_no_part_of_w08(self) -> None:
        given(COMPLAINT).when(explain_not_ours(f"{MONDAY} 10:00", by="manager")).then_refused(
            rule="authority, policy w08", says="nobody; it is no part of this policy"
        )


class TestGroupSolution:
    """GP-2: 根据集团公司下达的解决方案,严格落实."""

    ISSUED = (
        *JUDGED,
        make_contact(f"{MONDAY} 10:00"),
        submit_solution(f"{MONDAY} 12:00", completion_at=at("2026-03-05 18:00")),
        issue_solution(f"{MONDAY} 13:00"),
    )

    def test_the_issued_solution_stands_for_the_approved_plan(self) -> None:
        given(*self.ISSUED, under=GROUP400).when(finish(f"{MONDAY} 12:59:59")).then_refused(rule="time")
        given(*self.ISSUED, under=GROUP400).when(finish(f"{MONDAY} 16:00")).then(happened(HandlingFinished, turn=1))
        given(*self.ISSUED[:-1], under=GROUP400).when(finish(f"{MONDAY} 16:00")).then_refused(rule="OP-7")

    def test_the_next_turn_needs_a_plan_or_solution_of_its_own(self) -> None:
        again = (*self.ISSUED, finish(f"{MONDAY} 16:00"), call_back("2026-03-03 10:00", outcome_satisfied=False))
        given(*again, under=GROUP400).when(finish("2026-03-03 16:00")).then_refused(rule="OP-7")


class TestAttachments:
    def test_an_original_is_kept_by_reference_and_hash_also_after_the_end(self) -> None:
        """妥善保管顾客投诉、意见或服务需求的原件 (OP-18; M2 5.1.1)."""
        ended = (COMPLAINT, end(f"{MONDAY} 12:00", explanation="误报"))
        given(*ended, attach(f"{MONDAY} 12:10")).when(
            attach(f"{MONDAY} 12:20", reference="archive:2", form="photo")
        ).then(happened(OriginalAttached, attachment=2, reference="archive:2", sha256="0" * 64, form="photo"))

    @pytest.mark.parametrize("wrong", ["", "0" * 63, "G" * 64, "A" * 64])
    def test_what_is_no_hash_is_refused(self, wrong: str) -> None:
        with pytest.raises(ValueError, match="sha256"):
            attach(sha256=wrong)


class TestChannels:
    @pytest.mark.parametrize("channel", ["group_desk", "sms", "web"])
    def test_what_comes_by_the_group_platform_is_taken_in_whatever_is_known_of_it(self, channel: str) -> None:
        """GP-9: 400投诉、总经理短信平台和网上客服系统; 对于有效投诉必须无条件立即处理,不得推诉 (M4 二, 十 (一)3(3))."""
        bare = accept(f"{MONDAY} 09:00", channel=channel, category=None, customer=None, content=None)
        given(under=GROUP400).when(bare).then(
            happened(OpinionAccepted, channel=channel, start_due_at=at(f"{MONDAY} 09:10"))
        )

    @pytest.mark.parametrize("channel", ["visit", "phone", "letter", "forum", "home_visit", "inspection"])
    def test_every_way_of_the_register_is_a_channel(self, channel: str) -> None:
        """OP-18: 来访、来电、信函 (M2 5.1.1), 外单位检查 (5.1.4), 座谈会、家访 (5.1.5)."""
        given().when(accept(f"{MONDAY} 09:00", channel=channel)).then(happened(OpinionAccepted, channel=channel))


class TestSections:
    """OP-21: the sections of 顾客意见反映办理表 WR08-01-02, each filled by its events."""

    def test_each_step_fills_its_section(self) -> None:
        filled = [
            "acceptance",  # 受理
            "investigation",  # 判定
            "undertaking",  # 方案
            "undertaking",  # 审定
            "undertaking",  # 处理结果
            "callback",  # 回访情况
            "second_result",  # 再处理
            "second_result",
            "closing",  # 结束说明
        ]
        story = given()
        steps = (
            *HANDLED,
            call_back("2026-03-03 10:00", outcome_satisfied=False),
            propose("2026-03-03 11:00"),
            end("2026-03-03 12:00", explanation="无法处理"),
        )
        events = [event for step in steps for event in story.when(step).events]
        assert [section_of(event) for event in events] == filled

    def test_every_event_of_an_opinion_is_on_the_form_or_has_its_place_elsewhere(self) -> None:
        """The form knows no deadlines; alerts are the group platform's (M4 art. 11), corrective action P8.8-1's."""
        elsewhere = {*deadlines.THEME.events, *alerts.THEME.events, *corrective.THEME.events}
        assert set(OPINION_EVENTS) - elsewhere == set(SECTION_OF)


def test_the_control_time_runs_from_acceptance_to_the_last_callback() -> None:
    """OP-13, 4.6.4: 投诉受理控制时间为从受理之日至回访日所用的时间段."""
    again = (propose("2026-03-03 11:00"), approve("2026-03-03 12:00"), finish("2026-03-03 13:00"))
    with ledger_in_memory(f"{MONDAY} 08:00") as ledger:
        ledger.tell(
            *HANDLED, call_back("2026-03-03 10:00", outcome_satisfied=False), *again, call_back("2026-03-04 10:00")
        )
        with ledger._database.engine.connect() as connection:
            row = connection.execute(text("select accepted_at, control_end_at from fact_opinions")).one()
    assert tuple(row) == ("2026-03-02T01:00:00.000000Z", "2026-03-04T02:00:00.000000Z")
