"""Who may do what about an opinion under each policy: every cell of docs/authority.md, from the manuals.

One letter a role: A acceptor, N duty staff, H handler, T technician, S steward, B manager's assistant, M manager, O QA
officer, Q QA department, R management representative, D deputy general manager, G general manager, K group desk, V its
supervisor, F branch head, P project manager, C cashier, U supplier, X auditor, I importer.
"""

from typing import Any

import pytest

from caseledger.adapters import testing
from caseledger.adapters.policies import load
from caseledger.adapters.testing import Builder, accept, given
from caseledger.domain.catalogue import DECIDERS
from caseledger.domain.refusal import NotAuthorised, Refused
from caseledger.domain.values import Role
from tests.domain.story import at

LETTERS = {
    "A": Role.ACCEPTOR,
    "N": Role.DUTY_STAFF,
    "H": Role.HANDLER,
    "T": Role.TECHNICIAN,
    "S": Role.STEWARD,
    "B": Role.ASSISTANT,
    "M": Role.MANAGER,
    "O": Role.QA_OFFICER,
    "Q": Role.QA,
    "R": Role.MANAGEMENT_REPRESENTATIVE,
    "D": Role.DEPUTY_GENERAL_MANAGER,
    "G": Role.GENERAL_MANAGER,
    "K": Role.GROUP_DESK,
    "V": Role.GROUP_SUPERVISOR,
    "F": Role.BRANCH_HEAD,
    "P": Role.PROJECT_MANAGER,
    "C": Role.CASHIER,
    "U": Role.SUPPLIER,
    "X": Role.AUDITOR,
    "I": Role.IMPORTER,
    "W": Role.WATCH,
}
W08 = {
    "accept_opinion": "ANSBMOQ",  # 4.2.1.2 上班时间为专人受理,下班时间为值班人员; W08-04 六.1 录入人员; 3.2 品质工程部
    "hand_over_opinion": "NA",  # 4.2.3.2 次日上班均需交管理服务中心前台或意见受理责任人
    "report_major": "NASBMOQ",  # 4.2.1.4 如遇主要投诉须及时报告有关责任人
    "tell_duty_staff": "ABO",  # 4.4.1.2 部门意见受理人应将意见处理情况反馈给值班人员
    "respond_to_opinion": "ANSBMOQ",  # 4.6.1 部门受理的,应在1小时内予以响应
    "agree_time": "ANBMOQ",  # 4.2.3.5 受理人及时向顾客确定回复时间
    "confirm_deadlines": "ABMOQW",
    "treat_as_unsatisfied": "WABMOQ",  # 4.4.2.5 仍然出现同类意见的需按回访不满意进行处理
    "assess_opinion": "ABMOQ",  # 4.2.3.3 意见受理人对有关意见进行辨认
    "dispatch_opinion": "ANBMOQDG",  # 4.3.1.3 由受理人员直接安排; 4.3.1.7 值班人员需直接转; 3.4, 3.5
    "transfer_opinion": "ANBMOQ",  # 4.3.1.4 交受理人填写《办理表》转有关部门
    "investigate_opinion": "HTSNABMOQ",  # 4.3.1.4 各处理人员负责及时核实; 4.3.1.8 当值人员
    "inform_party": "ASBMOQ",  # W08-04 二.4 事务助理(大厦助理、管家)-调查-传递信息给有关方
    "track_party": "ASBMOQ",
    "report_progress": "HTSNUBO",  # 4.4.1.1 意见处理人员需及时把处理情况…反馈
    "propose_plan": "HTSBMOQ",  # 4.3.1.5 拟定处理措施报责任人
    "refer_plan": "ABMQD",  # 4.3.1.6 经责任人确定交受理人转
    "approve_plan": "MQDG",  # 4.3.1.5 经责任人审定; 3.4, 3.5
    "return_plan": "MQDG",
    "finish_handling": "MQDG",  # 4.3.1.3 部门责任人负责…核实与签字
    "follow_up_opinion": "ANSBMOQ",  # 4.4.1.2 受理人…及时反馈给顾客
    "call_back_opinion": "ABMOQ",  # 4.4.2.2 各意见的回访由受理人员进行
    "comment_on_opinion": "M",  # W08-04 二.5 由经理阅取(可批注意见)
    "decide_suggestion": "MQ",
    "report_back": "M",  # W08-04 二 回访-经理-职能部门受理人
    "end_opinion": "MBQ",  # W08-04 二.4 经理(经理助理)-结束流程
    "merge_opinion": "ABMOQ",
    "note_second_complaint": "",
    "attach_to_opinion": "ANHTSBMOQ",
    "record_corrective_action": "MOQDG",  # 4.3.1.2 责任人应及时采用纠正和预防措施; 4.5.1 经理指定专人…归纳…纠正措施
    "correct_opinion": "MOQ",  # 4.8.4.1 品质专人…监督录入的情况
    "correct_assessment": "MQ",
    "correct_callback": "MOQ",
    "start_work": "",
    "make_contact": "",
    "submit_solution": "",
    "issue_solution": "",
    "declare_escalation_risk": "",
    "raise_alert": "",
    "confirm_alert": "",
    "dismiss_alert": "",
    "forward_alert": "",
    "submit_alert_plan": "",
    "explain_not_ours": "",
    "review_not_ours": "",
}
GROUP400 = W08 | {
    "declare_escalation_risk": "QMPFKV",  # 十一 (四)
    "raise_alert": "W",  # 十一 系统将自动出现
    "confirm_alert": "VQ",  # 十一 客服中心主管核实判定; 红色: 品质管理部负责人
    "dismiss_alert": "VQ",
    "forward_alert": "VQ",
    "submit_alert_plan": "PFMQ",  # 十一 分公司负责人、项目经理,限期上报解决方案及完成时间
    "start_work": "ABMP",  # 十 (一)3(1) 各单位对接人员…10分钟之内启动工作流程
    "make_contact": "ABMP",
    "submit_solution": "MPF",
    "issue_solution": "KV",  # 十 (二)3 根据集团公司下达的解决方案
    "decide_suggestion": "ABMPQ",  # 十 (二)3 各单位对接人员…2日内确定是否采纳建议
    "explain_not_ours": "MPF",  # 十 4 各单位负责人2日内…提交非责任说明
    "review_not_ours": "KV",  # 十 4 经集团公司客服中心审核
    "finish_handling": "MPQDG",  # 九 (二)2 各项目经理为…主要责任人
    "comment_on_opinion": "MP",
    "record_corrective_action": "MPFOQDG",  # 4.3.1.2 责任人; 九 (二)2 项目经理为…主要责任人, (三) 分公司负责人
}
EXPECTED = {"w08": W08, "group400": GROUP400, "handbook": W08}
BUILDERS = {each.kind.name: each for name in testing.__all__ if isinstance(each := getattr(testing, name), Builder)}
ROWS = [(policy, command) for policy, table in EXPECTED.items() for command in table]
FURTHER: dict[str, dict[str, Any]] = {
    "agree_time": {"until": at("2026-03-05 18:00")},
    "submit_solution": {"completion_at": at("2026-03-05 18:00")},
    "submit_alert_plan": {"completion_at": at("2026-03-05 18:00")},
    "accept_opinion": {"case": "opinion:2"},
}
STATES = {name: given(accept("2026-03-02 09:00"), under=load(name)) for name in EXPECTED}


def test_every_role_has_its_letter_and_every_command_its_row() -> None:
    assert sorted(LETTERS.values()) == sorted(Role)
    for table in EXPECTED.values():
        assert set(table) == {command.name for command in DECIDERS["opinion"].commands}


def may(policy: str, command: str, role: Role) -> bool:
    """Whether the decider lets the role; whatever else it refuses is not about the role."""
    story = given(under=load(policy)) if command == "accept_opinion" else STATES[policy]
    asked = BUILDERS[command]("2026-03-02 10:00", by=role.value, **FURTHER.get(command, {}))
    try:
        story.decide(asked)
    except NotAuthorised as refused:
        if refused.rule == f"authority, policy {policy}":
            return role.en not in refused.what  # a refusal that does not name the role counts as none
    except Refused:
        pass
    return True


@pytest.mark.parametrize(("policy", "command"), ROWS)
def test_each_role_may_or_may_not_under_a_policy(policy: str, command: str) -> None:
    """OP-7: which role may do which command is policy data; the refusal names role and rule. A row, cell by cell."""
    cells = {role: may(policy, command, role) for role in Role}
    assert cells == {role: role in {LETTERS[letter] for letter in EXPECTED[policy][command]} for role in Role}
