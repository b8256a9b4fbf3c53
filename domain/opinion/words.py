"""The words of an opinion: kinds, validity, severity, receivers, endings, levels of alerts."""

from __future__ import annotations

from ..values import Coded


class Kind(Coded):
    """The four kinds of a customer's opinion (OP-1; W08-01 4.2.2.1)."""

    INQUIRY = "inquiry", "征询"
    SUGGESTION = "suggestion", "建议"
    COMPLAINT = "complaint", "投诉"
    PRAISE = "praise", "表扬"


class Level(Coded):
    """Who took the opinion in; plan time depends on it (OP-6; W08-01 4.6.1, 4.6.2)."""

    CENTER = "center", "部门受理", "accepted by the center"
    COMPANY = "company", "企业受理", "accepted by the company"


class Validity(Coded):
    """What a complaint was judged to be (OP-2; W08-01 4.2.2.2-4.2.2.4)."""

    VALID = "valid", "有效投诉", "valid complaint"
    INVALID = "invalid", "无效投诉", "invalid complaint"
    THIRD_PARTY = "third_party", "外单位问题", "third party's matter with a duty to coordinate"


class Severity(Coded):
    """How far an opinion reaches (OP-19)."""

    GENERAL = "general", "一般"
    COMMON = "common", "共性或较大影响", "common or of larger effect"
    MAJOR = "major", "重大"


class Receiver(Coded):
    """Whom a case is handed to (rulebook 1, dispatch)."""

    HANDLER = "handler", "处理人"
    DEPARTMENT = "department", "部门"
    SUPPLIER = "supplier", "供方"
    COMPANY = "company", "品质工程部", "QA department of the company"
    CENTER = "center", "管理服务中心", "center that the company hands it to"


class PlanStatus(Coded):
    """Where the plan of a handling turn stands (OP-7)."""

    NONE = "none", "未提出", "none yet"
    PROPOSED = "proposed", "待审定"
    APPROVED = "approved", "已审定"
    RETURNED = "returned", "已退回"


class Ending(Coded):
    """How a case came to its end (OP-1, OP-14)."""

    AFTER_CALLBACK = "after_callback", "回访后结束"
    WITH_EXPLANATION = "with_explanation", "结束说明", "with a closing explanation"
    ANSWERED = "answered", "已答复"
    READ = "read", "经理阅", "read by the manager"
    MERGED = "merged", "并入前案", "merged into an earlier case"


class CorrectiveReason(Coded):
    """Why an opinion calls for corrective action: it reaches far, or the same came again (OP-15)."""

    SEVERITY = "severity", "影响较大", "of larger effect"
    SHARE = "share", "相同问题达到总住户比例", "the same issue in so many of all households"
    ESCALATION_RISK = "escalation_risk", "升级隐患", "it may reach the media or a group petition"
    CAME_AGAIN = "came_again", "同类意见再次出现", "the same came again after handling"
    SECOND_COMPLAINT = "second_complaint", "二次投诉", "a second complaint on the same matter"
    OPENED_ANEW = "opened_anew", "结束后重新建立", "an ended case opened anew"


class ActionKind(Coded):
    """Which action was taken: against the cause of what happened, or so that it does not happen (OP-15)."""

    CORRECTIVE = "corrective", "纠正措施", "corrective action"
    PREVENTIVE = "preventive", "预防措施", "preventive action"


class AlertLevel(Coded):
    """How urgent an alert is, each above the one before (M4 art. 11)."""

    BLUE = "blue", "蓝色预警"
    YELLOW = "yellow", "黄色预警"
    RED = "red", "红色预警"
