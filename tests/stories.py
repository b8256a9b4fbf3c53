"""A story in which everything that can be recorded is recorded at least once; golden file and fixtures come from it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from caseledger.adapters.policies import load
from caseledger.domain.catalogue import command_from
from caseledger.domain.command import Command
from tests.policies import GROUP

CENTER = "center:sz01"
COMPLAINT = "opinion:story-1"
ORDER = "order:story-1"
SURVEY = "survey:story-1"
START = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)  # 09:00 in Shenzhen, a Monday


def actor(role: str, center: str = CENTER) -> dict[str, str]:
    """The one who acts in a role."""
    return {"id": f"staff:{role.replace('_', '-')}", "role": role, "center": center}


@dataclass(frozen=True)
class Told:
    """A command of a story and the moment it is entered."""

    at: datetime
    command: Command


Step = tuple[str, str, dict[str, Any]]
"""A command's name, the role that gives it, and its fields."""


def everything() -> list[Told]:
    """Every command there is, in an order that the domain allows; together they lead to every event there is."""
    return told(
        [
            *first_release(load("w08").values),
            _group_platform(),
            *clocks_and_platform(),
            *paths(),
            *alerts_and_duties(),
        ]
    )


def one_of_each() -> list[Told]:
    """The same story as far as the first release could tell it: one opinion, one order, two surveys."""
    return told(first_release(load("w08").values))


def told(steps: list[Step]) -> list[Told]:
    """The steps as commands, three minutes apart. Their ids are their places: add steps at the end only."""
    return [
        Told(
            START + timedelta(minutes=3 * number),
            command_from(
                name,
                {
                    "command_id": f"cmd:story-{number}",
                    "actor": actor(role),
                    "occurred_at": START + timedelta(minutes=3 * number, seconds=-30),
                    **values,
                },
            ),
        )
        for number, (name, role, values) in enumerate(steps, start=1)
    ]


def _group_platform() -> Step:
    """From here on cases go by the group's policy, which has every path that w08 has, and its own."""
    return ("adopt_policy", "qa", {"center": CENTER, "policy": load("group400").values, "in_force_from": "2026-03-02"})


def clocks_and_platform() -> list[Step]:
    """A complaint by way of the group platform, with a time agreed anew (GP-1, GP-2, OP-5)."""
    case = {"case": "opinion:story-2"}
    opinion = {"kind": "complaint", "channel": "group_desk", "level": "company", "category": "cleaning"}
    return [
        ("accept_opinion", "qa", {"center": CENTER, **case, **opinion}),
        ("start_work", "acceptor", case),
        ("make_contact", "acceptor", {**case, "way": "phone", "department": "cleaning"}),
        ("submit_solution", "manager", {**case, "text": "加派人手", "completion_at": "2026-03-05T18:00:00+08:00"}),
        ("issue_solution", "group_desk", {**case, "text": "同意"}),
        (
            "agree_time",
            "acceptor",
            {**case, "clock": "response", "until": "2026-03-04T18:00:00+08:00", "reason": "出差"},
        ),
        ("confirm_deadlines", "acceptor", case),
    ]


def paths() -> list[Step]:
    """The paths of opinions beside the flow itself."""
    return [*_merged(), *_at_night(), *_handed_down(), *_suggested(), *_not_ours()]


def _at_night() -> list[Step]:
    """A major matter of a third party, taken in by duty staff, and corrected afterwards (OP-2, OP-19, OP-20)."""
    case = {"case": "opinion:story-p3"}
    party = {**case, "party": "party:site"}
    opinion = {"center": CENTER, "kind": "complaint", "channel": "phone", "category": "cleaning", "severity": "major"}
    return [
        ("accept_opinion", "duty_staff", {**case, **opinion}),
        ("report_major", "duty_staff", {**case, "to": "staff:manager", "note": "工地夜间施工"}),
        ("hand_over_opinion", "duty_staff", {**case, "to": "staff:acceptor", "slip": "slip:17", "note": "详见联络单"}),
        ("assess_opinion", "manager", {**case, "validity": "third_party", "reason": "工地噪音", "severity": "major"}),
        ("investigate_opinion", "manager", {**case, "on_site": True, "findings": "夜间施工", "shortcoming": False}),
        ("inform_party", "assistant", {**party, "way": "visit", "note": "已递交函件"}),
        ("track_party", "assistant", {**party, "stands": "已答应停工"}),
        ("report_progress", "handler", {**case, "stands": "等候答复", "spent_minutes": 90, "needed_minutes": 60}),
        ("propose_plan", "handler", {**case, "text": "联系城管"}),
        ("approve_plan", "general_manager", case),
        ("finish_handling", "general_manager", {**case, "result": "已停工"}),
        ("call_back_opinion", "acceptor", {**case, "way": "phone", "outcome_satisfied": True}),
        ("correct_callback", "manager", {**case, "callback": 1, "attitude_satisfied": True, "reason": "答案记错"}),
        ("correct_assessment", "manager", {**case, "validity": "valid", "reason": "应为有效投诉", "severity": "major"}),
        ("correct_opinion", "manager", {**case, "category": "noise", "place": "北门工地", "reason": "分类有误"}),
        ("tell_duty_staff", "acceptor", {**case, "outcome": "已停工"}),
        ("attach_to_opinion", "acceptor", {**case, "reference": "archive:7", "sha256": "a" * 64, "form": "letter"}),
        ("record_corrective_action", "manager", {**case, "measure": "施工许可加注夜间停工", "record": "ca:2026-1"}),
    ]


def _handed_down() -> list[Step]:
    """A company's case by way of a center and back (OP-8)."""
    case = {"case": "opinion:story-p4"}
    opinion = {"center": CENTER, "kind": "praise", "channel": "letter", "level": "company"}
    return [
        ("accept_opinion", "qa", {**case, **opinion}),
        ("dispatch_opinion", "qa", {**case, "to_kind": "center", "to": CENTER}),
        ("report_back", "manager", {**case, "outcome": "已转告当值人员", "without_callback": "表扬"}),
        ("end_opinion", "qa", case),
    ]


def _suggested() -> list[Step]:
    """A suggestion that is not adopted (GP-3)."""
    case = {"case": "opinion:story-p5"}
    return [
        ("accept_opinion", "acceptor", {**case, "center": CENTER, "kind": "suggestion", "channel": "app"}),
        ("decide_suggestion", "manager", {**case, "adopted": False, "reason": "场地不足"}),
    ]


def _not_ours() -> list[Step]:
    """A complaint under the group's policy that is not the company's responsibility (GP-4)."""
    case = {"case": "opinion:story-p6"}
    opinion = {"center": CENTER, "kind": "complaint", "channel": "group_desk", "category": "noise"}
    return [
        ("accept_opinion", "acceptor", {**case, **opinion}),
        ("explain_not_ours", "project_manager", {**case, "explanation": "属市政道路"}),
        ("review_not_ours", "group_desk", {**case, "upheld": True, "reason": "核实无误"}),
    ]


def _merged() -> list[Step]:
    """A complaint that is the second one on the same matter (GP-5)."""
    first, second = {"case": "opinion:story-p1"}, {"case": "opinion:story-p2"}
    opinion = {"center": CENTER, "kind": "complaint", "channel": "phone", "category": "cleaning"}
    return [
        ("accept_opinion", "acceptor", {**first, **opinion}),
        ("accept_opinion", "acceptor", {**second, **opinion}),
        ("merge_opinion", "acceptor", {**second, "into": "opinion:story-p1", "reason": "同一事项"}),
        ("assess_opinion", "manager", {**first, "validity": "valid", "reason": "未清扫"}),
        ("propose_plan", "handler", {**first, "text": "每日两扫"}),
        ("refer_plan", "manager", {**first, "to_level": "qa", "reason": "涉及供方合同"}),
    ]


def alerts_and_duties() -> list[Step]:
    """A center under a policy with alerts and recurring duties: what the watch and the group desk do (GP-5 to GP-8)."""
    center, case = "center:gz01", "opinion:story-alert"
    estates = [{"id": "yunshan", "label": "云山"}, {"id": "dongshan", "label": "东山"}]
    opinion = {"kind": "complaint", "channel": "group_desk", "level": "company", "category": "cleaning"}
    silent = {"case": "opinion:story-silent"}
    again = {"kind": "complaint", "channel": "phone", "category": "noise", "unit": "unit:1-101"}
    red = {"case": case, "level": "red"}
    steps: list[Step] = [
        ("register_center", "manager", {"center": center, "label": "广州", "estates": estates, "total_households": 99}),
        ("adopt_policy", "manager", {"center": center, "policy": GROUP.values}),
        ("report_estate_households", "manager", {"center": center, "estate": "yunshan", "households": 20}),
        ("accept_opinion", "qa", {"center": center, "case": case, **opinion}),
        ("declare_escalation_risk", "qa", {"case": case, "reason": "业主称将联系媒体"}),
        ("confirm_alert", "group_supervisor", red),
        ("forward_alert", "group_supervisor", red),
        ("submit_alert_plan", "manager", {**red, "text": "今日整改", "completion_at": "2026-03-09T18:00:00+08:00"}),
        ("accept_opinion", "qa", {"center": center, "case": "opinion:story-dismissed", **opinion}),
        ("declare_escalation_risk", "qa", {"case": "opinion:story-dismissed", "reason": "网上有帖"}),
        ("dismiss_alert", "group_supervisor", {**red, "case": "opinion:story-dismissed", "reason": "帖已撤"}),
        ("accept_opinion", "acceptor", {"center": center, "case": "opinion:story-share", **opinion, "unit": "unit:9"}),
        (
            "raise_alert",
            "watch",
            {
                "case": "opinion:story-share",
                "level": "red",
                "reason": "share",
                "counted": 1,
                "households": 20,
                "scope": "center:gz01:yunshan",
            },
        ),
        ("accept_opinion", "acceptor", {"center": center, **silent, **again}),
        ("assess_opinion", "manager", {**silent, "validity": "valid", "reason": "属实"}),
        ("propose_plan", "handler", {**silent, "text": "劝阻"}),
        ("approve_plan", "manager", silent),
        ("finish_handling", "manager", {**silent, "result": "已劝阻"}),
        ("end_opinion", "manager", {**silent, "explanation": "未留联系方式"}),
        ("accept_opinion", "acceptor", {"center": center, "case": "opinion:story-again", **again}),
        ("treat_as_unsatisfied", "watch", {**silent, "by_case": "opinion:story-again"}),
        ("review_opinions", "manager", {"center": center}),
        (
            "sign_group_summary",
            "manager",
            {"center": center, "project_manager": "staff:chen", "branch_head": "staff:wu"},
        ),
    ]
    return [(name, role, {"actor": actor(role, center), **values}) for name, role, values in steps]


def first_release(policy: dict[str, Any]) -> list[Step]:
    """The story as release 0.1.0 told it, under w08 with the values that it had; `tests/fixtures` holds its ledger."""
    return [
        (
            "register_center",
            "manager",
            {
                "center": CENTER,
                "label": "锦绣花园服务中心",
                "estates": [{"id": "jinxiu", "label": "锦绣花园", "areas": ["east", "west"]}],
                "total_households": 200,
                "resident_households": 180,
            },
        ),
        ("adopt_policy", "manager", {"center": CENTER, "policy": policy}),
        ("report_households", "manager", {"center": CENTER, "total_households": 210, "resident_households": 190}),
        (
            "accept_opinion",
            "acceptor",
            {
                "center": CENTER,
                "case": COMPLAINT,
                "kind": "complaint",
                "channel": "phone",
                "category": "noise",
                "estate": "jinxiu",
                "area": "east",
                "unit": "unit:3-1201",
                "customer": "customer:7",
                "contact": "王女士 138****0000",
                "place": "3栋1201",
                "content": '楼上装修噪音 🔨 "太吵"',
                "wanted_way": "phone",
                "wanted_at": "2026-03-02T18:00:00+08:00",
                "agreed_handling_at": "2026-03-20T18:00:00+08:00",
            },
        ),
        ("respond_to_opinion", "acceptor", {"case": COMPLAINT, "way": "phone", "note": "已致电"}),
        (
            "assess_opinion",
            "manager",
            {"case": COMPLAINT, "validity": "valid", "reason": "违规施工", "severity": "general"},
        ),
        ("dispatch_opinion", "acceptor", {"case": COMPLAINT, "to": "staff:handler"}),
        (
            "transfer_opinion",
            "acceptor",
            {"case": COMPLAINT, "to": "department:order", "reason": "涉及秩序部", "explained": True},
        ),
        ("propose_plan", "handler", {"case": COMPLAINT, "text": "上门劝阻"}),
        ("return_plan", "manager", {"case": COMPLAINT, "reason": "请写明时间"}),
        ("propose_plan", "handler", {"case": COMPLAINT, "text": "今晚上门劝阻并张贴提示"}),
        ("approve_plan", "manager", {"case": COMPLAINT}),
        ("follow_up_opinion", "acceptor", {"case": COMPLAINT, "way": "phone"}),
        ("finish_handling", "manager", {"case": COMPLAINT, "result": "已停工"}),
        (
            "call_back_opinion",
            "acceptor",
            {"case": COMPLAINT, "way": "phone", "handled_in_time": True, "outcome_satisfied": False},
        ),
        ("propose_plan", "handler", {"case": COMPLAINT, "text": "约见双方"}),
        ("approve_plan", "manager", {"case": COMPLAINT}),
        ("finish_handling", "manager", {"case": COMPLAINT, "result": "双方和解"}),
        ("comment_on_opinion", "manager", {"case": COMPLAINT, "comment": "注意后续"}),
        (
            "call_back_opinion",
            "acceptor",
            {
                "case": COMPLAINT,
                "way": "visit",
                "handled_in_time": True,
                "outcome_satisfied": True,
                "attitude_satisfied": True,
                "further_needs": "望多巡查",
            },
        ),
        ("end_opinion", "manager", {"case": COMPLAINT}),
        (
            "request_order",
            "acceptor",
            {
                "center": CENTER,
                "case": ORDER,
                "channel": "phone",
                "category": "water",
                "priority": "urgent",
                "unit": "unit:3-1201",
                "customer": "customer:7",
                "content": "水龙头漏水",
            },
        ),
        ("agree_price", "acceptor", {"case": ORDER, "basis": "posted", "amount": "35.00"}),
        ("dispatch_order", "acceptor", {"case": ORDER, "to": "staff:technician"}),
        ("receive_order", "technician", {"case": ORDER}),
        ("arrive_for_order", "technician", {"case": ORDER}),
        (
            "complete_order",
            "technician",
            {"case": ORDER, "tested": True, "signed": True, "qualified": True, "rating": "satisfied", "fee": "35.00"},
        ),
        (
            "call_back_order",
            "assistant",
            {
                "case": ORDER,
                "way": "visit",
                "customer_signed": True,
                "timely": True,
                "manners_satisfied": True,
                "quality_satisfied": True,
            },
        ),
        ("end_order", "assistant", {"case": ORDER}),
        *_survey(SURVEY, counts=True),
        *_survey("survey:story-2", counts=False),
    ]


def _survey(case: str, *, counts: bool) -> list[tuple[str, str, dict[str, Any]]]:
    items = [
        {"item": "cleaning", "label": {"zh": "保洁工作", "en": "cleaning"}},
        {"item": "security", "label": {"zh": "治安", "en": "security"}},
    ]
    answers: list[tuple[str, str, dict[str, Any]]]
    if counts:
        one = {"satisfied": 5, "basically_satisfied": 2, "unsatisfied": 1}
        answers = [
            (
                "record_survey_counts",
                "assistant",
                {"case": case, "returned": 8, "counts": {"cleaning": one, "security": one}},
            )
        ]
    else:
        given = {"cleaning": "satisfied", "security": "unsatisfied"}
        answers = [("return_survey_form", "steward", {"case": case, "answers": given})]
    return [
        ("approve_survey_form", "qa", {"center": CENTER, "case": case, "title": "年度顾客意见调查", "items": items}),
        ("distribute_survey", "steward", {"case": case, "forms": 10}),
        *answers,
        ("close_survey", "manager", {"case": case}),
    ]
