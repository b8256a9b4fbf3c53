"""Every kind and path of opinions in the manuals' own words: W08-01 4.2-4.8, W08-04 二, 五."""

import pytest
from sqlalchemy import text

from caseledger.adapters.testing import (
    GROUP400,
    accept,
    approve,
    assess,
    call_back,
    comment,
    dispatch,
    end,
    finish,
    given,
    happened,
    inform_party,
    investigate,
    ledger_in_memory,
    propose,
    report_progress,
    respond,
    track_party,
    transfer,
)
from caseledger.domain.opinion import alerts, corrective, deadlines
from caseledger.domain.opinion.events import (
    CalledBack,
    HandlingFinished,
    OpinionAccepted,
    OpinionAssessed,
    OpinionEnded,
    OpinionTransferred,
    RehandlingStarted,
)
from caseledger.domain.opinion.investigation import OpinionInvestigated, ProgressReported
from caseledger.domain.opinion.parties import PartyInformed, PartyTracked
from caseledger.domain.opinion.sections import SECTION_OF, section_of
from caseledger.domain.opinion.themes import OPINION_EVENTS
from tests.domain.complaints import COMPLAINT, HANDLED, JUDGED, MONDAY
from tests.domain.story import at

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
