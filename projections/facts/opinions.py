"""fact_opinions: one row a customer's opinion, as far as it has come (OP-1 to OP-14, DA-1, DA-5)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from sqlalchemy import ColumnElement, Integer, String, and_, case, func, literal_column

from ...domain.opinion.corrections import AssessmentCorrected, CallbackCorrected, OpinionCorrected
from ...domain.opinion.duty import HandedOver
from ...domain.opinion.events import (
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
from ...domain.opinion.merging import OpinionMerged, SecondComplaintMade
from ...domain.opinion.not_ours import NotOursReviewed
from ...domain.opinion.suggestions import SuggestionDecided
from ..columntypes import BOOLEAN, CODE, DAY, ID, INTEGER, LABEL, MONTH, TIME, word
from ..vocabulary import Compare, Facts, compared, count, first, last, last_given, unseen
from .opinion_paths import PATHS

DETAILS: Final = (OpinionAccepted, OpinionCorrected)
"""What was said of the opinion: as it was taken in, or as it was corrected last."""
CORRECTIONS: Final = (OpinionCorrected, AssessmentCorrected, CallbackCorrected)
JUDGED: Final = (OpinionAssessed, AssessmentCorrected)

Row = Mapping[str, ColumnElement[Any]]


def _status(row: Row) -> ColumnElement[str]:
    """The word of `OpinionState.status`; the current turn is finished if the last signed result is of that turn."""
    nothing, first_turn = literal_column("0", Integer()), literal_column("1", Integer())
    return case(
        (row["ended_at"].is_not(None), word("ended")),
        (and_(row["finished_turn"] == row["turns"], _asked_about(row)), word("called_back")),
        (row["finished_turn"] == row["turns"], word("handled")),
        (row["turns"] > first_turn, word("rehandling")),
        (row["plans"] > nothing, word("planned")),
        (row["dispatches"] > nothing, word("dispatched")),
        (row["validity"].is_not(None), word("assessed")),
        else_=word("accepted"),
    )


def _asked_about(row: Row) -> ColumnElement[bool]:
    """The last callback was about the current turn, and made after it was handled (OP-10)."""
    return and_(row["called_back_turn"] == row["turns"], row["control_end_at"] >= row["finished_at"])


def _at_end(name: str) -> Compare:
    """What the last end said, of a case that has not been taken up again since: it ended in its current turn."""
    return lambda row: case((row["ended_turn"] == row["turns"], row[name]))


_END: Final = tuple(
    unseen(column)
    for column in (
        last("ended_turn", INTEGER, OpinionEnded, field="turn", zh="结束轮次", en="turn of last end", rule="OP-12"),
        last("at_end", TIME, OpinionEnded, field="occurred_at", zh="最近结束", en="last end", rule="OP-14"),
        last("month_at_end", MONTH, OpinionEnded, field="local_date", zh="月份", en="its month", rule="DA-5"),
        last("way_of_end", CODE, OpinionEnded, field="ending", zh="方式", en="its way", rule="OP-14"),
        last("status_at_end", CODE, OpinionEnded, field="source_status", zh="状态", en="its status", rule="OP-18"),
    )
)
"""The last end as it was recorded; a case that is taken up again afterwards has none (OP-12)."""
_LAST_END: Final = ("at_end", "ended_turn", "turns")


def _handled_at(row: Row) -> ColumnElement[str]:
    return func.coalesce(row["first_finished_at"], row["ended_at"], type_=String())


OPINIONS: Final = Facts(
    name="fact_opinions",
    zh="顾客意见",
    en="customers' opinions, one row each",
    key=("case",),
    opened_by=(OpinionAccepted,),
    indices=(
        ("number",),
        ("unit",),
        ("customer",),
        ("month", "center"),
        ("ended_month", "center"),
        ("accepted_at",),
        ("center", "accepted_at"),
        ("status", "accepted_at"),
    ),
    columns=(
        first("center", ID, OpinionAccepted, zh="管理服务中心", en="management service center", rule="DA-1"),
        first("number", ID, OpinionAccepted, zh="表单编号", en="number on the form", rule="OP-3"),
        first("kind", CODE, OpinionAccepted, zh="意见类别", en="kind of opinion", rule="OP-1"),
        last("channel", CODE, DETAILS, zh="受理渠道", en="how it came in", rule="OP-3"),
        first("level", CODE, OpinionAccepted, zh="受理层级", en="accepted by center or company", rule="OP-6"),
        last("category", CODE, DETAILS, zh="投诉分类", en="category", rule="OP-4"),
        last_given("severity", CODE, (OpinionAccepted, *JUDGED), zh="影响程度", en="severity", rule="OP-19"),
        last("estate", CODE, DETAILS, zh="小区", en="estate", rule="OP-3"),
        last("area", CODE, DETAILS, zh="区域", en="area of the estate", rule="OP-3"),
        last("unit", ID, DETAILS, zh="房产", en="dwelling or office", rule="OP-12"),
        last("customer", ID, DETAILS, zh="顾客编号", en="customer's id", rule="OP-3"),
        last("department", CODE, DETAILS, zh="责任部门", en="department in charge", rule="OP-8"),
        first("source", CODE, OpinionAccepted, zh="来源系统", en="system it was imported from", rule="OP-18"),
        first("source_case", ID, OpinionAccepted, zh="来源编号", en="that system's own id", rule="OP-18"),
        first("linked_to", ID, OpinionAccepted, zh="关联案件", en="earlier case it opens anew", rule="OP-14"),
        first(
            "accepted_on",
            DAY,
            OpinionAccepted,
            field="local_date",
            zh="受理日",
            en="local day of acceptance",
            rule="DA-5",
        ),
        first(
            "month",
            MONTH,
            OpinionAccepted,
            field="local_date",
            zh="受理月份",
            en="local month of acceptance",
            rule="DA-5",
        ),
        first(
            "accepted_at",
            TIME,
            OpinionAccepted,
            field="occurred_at",
            zh="受理时间",
            en="acceptance",
            rule="OP-3",
        ),
        first("response_due_at", TIME, OpinionAccepted, zh="首次回复期限", en="first response due", rule="OP-5"),
        first(
            "response_agreed", BOOLEAN, OpinionAccepted, zh="回复时间为约定", en="response time was agreed", rule="OP-5"
        ),
        first("plan_due_at", TIME, OpinionAccepted, zh="方案期限", en="plan due", rule="OP-6"),
        first(
            "plan_due_provisional",
            BOOLEAN,
            OpinionAccepted,
            zh="方案期限为暂定",
            en="plan due by an unpublished calendar",
            rule="OP-6",
        ),
        first("handling_due_at", TIME, OpinionAccepted, zh="约定处理期限", en="agreed handling due", rule="OP-5"),
        first(
            "handling_due_early",
            BOOLEAN,
            OpinionAccepted,
            zh="约定期限早于受理",
            en="agreed before acceptance, kept as recorded",
            rule="OP-5",
        ),
        first("start_due_at", TIME, OpinionAccepted, zh="启动工作期限", en="start of work due", rule="GP-1"),
        first("contact_due_at", TIME, OpinionAccepted, zh="联系客户期限", en="contact due", rule="GP-1"),
        first("reply_due_at", TIME, OpinionAccepted, zh="回复业主期限", en="reply to the owner due", rule="OP-17"),
        first(
            "reply_due_provisional",
            BOOLEAN,
            OpinionAccepted,
            zh="回复期限为暂定",
            en="reply due by an unpublished calendar",
            rule="OP-17",
        ),
        first("calendar", LABEL, OpinionAccepted, zh="日历版本", en="edition of the official calendar", rule="OP-6"),
        first("policy_name", CODE, OpinionAccepted, zh="政策", en="governing policy", rule="policy"),
        first("policy_version", LABEL, OpinionAccepted, zh="政策版本", en="its version", rule="policy"),
        first("policy_digest", ID, OpinionAccepted, zh="政策摘要", en="SHA-256 of its values", rule="policy"),
        last("validity", CODE, JUDGED, zh="有效性", en="validity", rule="OP-2"),
        last("flow", BOOLEAN, JUDGED, zh="进入处理流程", en="runs through handling", rule="OP-2"),
        last("assessed_at", TIME, OpinionAssessed, field="occurred_at", zh="判定时间", en="judged", rule="OP-2"),
        last("assessed_by", ID, JUDGED, zh="判定人", en="assessor's id", rule="OP-2"),
        count(
            "dispatches",
            (OpinionDispatched, OpinionTransferred),
            zh="派单次数",
            en="dispatches, transfers",
            rule="OP-8",
        ),
        last(
            "handler", ID, (OpinionDispatched, OpinionTransferred), field="to", zh="处理人", en="handler", rule="OP-8"
        ),
        last(
            "responded_at",
            TIME,
            OpinionResponded,
            field="occurred_at",
            zh="首次回复时间",
            en="first response",
            rule="OP-5",
        ),
        count("plans", (PlanProposed, PlanApproved, PlanReturned), zh="方案步骤数", en="steps of plans", rule="OP-7"),
        first(
            "plan_proposed_at",
            TIME,
            PlanProposed,
            field="occurred_at",
            where={"turn": "1"},
            zh="首次方案时间",
            en="first plan of turn 1",
            rule="OP-6",
        ),
        last(
            "turns",
            INTEGER,
            (OpinionAccepted, RehandlingStarted),
            field="turn",
            zh="处理轮次",
            en="turns",
            rule="OP-11",
        ),
        first(
            "rehandled_at",
            TIME,
            RehandlingStarted,
            field="occurred_at",
            zh="再处理时间",
            en="first re-handling",
            rule="OP-11",
        ),
        first(
            "first_finished_at",
            TIME,
            HandlingFinished,
            field="occurred_at",
            zh="首轮处理完成",
            en="handling first finished",
            rule="OP-7",
        ),
        last(
            "finished_at",
            TIME,
            HandlingFinished,
            field="occurred_at",
            zh="最近处理完成",
            en="handling last finished",
            rule="OP-7",
        ),
        last(
            "finished_turn",
            INTEGER,
            HandlingFinished,
            field="turn",
            zh="完成轮次",
            en="turn last finished",
            rule="OP-11",
        ),
        count("callbacks", CalledBack, zh="回访次数", en="callbacks", rule="OP-10"),
        first(
            "called_back_at", TIME, CalledBack, field="occurred_at", zh="首次回访", en="first callback", rule="OP-10"
        ),
        last(
            "called_back_turn",
            INTEGER,
            CalledBack,
            field="turn",
            zh="回访轮次",
            en="turn last called back",
            rule="OP-11",
        ),
        last(
            "control_end_at",
            TIME,
            CalledBack,
            field="occurred_at",
            zh="控制时间终点",
            en="last callback, end of control time",
            rule="OP-13",
        ),
        count("follow_ups", FollowedUp, zh="跟踪次数", en="follow-ups", rule="OP-9"),
        last(
            "follow_up_due_at",
            TIME,
            (OpinionAssessed, FollowedUp),
            zh="下次跟踪期限",
            en="next follow-up due",
            rule="OP-9",
        ),
        count("comments", OpinionCommented, zh="经理批示数", en="manager's comments", rule="OP-1"),
        first("on_duty", BOOLEAN, OpinionAccepted, zh="值班受理", en="duty staff took it in", rule="OP-20"),
        first("category_said", CODE, OpinionAccepted, zh="原分类", en="category of another list", rule="OP-4"),
        last("handed_over_at", TIME, HandedOver, field="occurred_at", zh="值班交接", en="handed over", rule="OP-3"),
        last("adopted", BOOLEAN, SuggestionDecided, zh="建议采纳", en="suggestion adopted", rule="GP-3"),
        last("decided_at", TIME, SuggestionDecided, field="occurred_at", zh="采纳决定", en="decided", rule="GP-3"),
        last("not_ours_upheld", BOOLEAN, NotOursReviewed, field="upheld", zh="非责任成立", en="not ours", rule="GP-4"),
        count("corrections", CORRECTIONS, zh="更正次数", en="corrections", rule="correction"),
        last("merged_into", ID, OpinionMerged, field="into", zh="并入案件", en="case it was merged into", rule="GP-5"),
        count("second_complaints", SecondComplaintMade, zh="二次投诉数", en="second complaints merged", rule="GP-5"),
        *PATHS,
        *_END,
        compared("ended_at", TIME, _at_end("at_end"), of=_LAST_END, zh="结束时间", en="end", rule="OP-14"),
        compared(
            "ended_month",
            MONTH,
            _at_end("month_at_end"),
            of=("month_at_end", "ended_turn", "turns"),
            zh="归档月份",
            en="archive month",
            rule="DA-5",
        ),
        compared(
            "ending",
            CODE,
            _at_end("way_of_end"),
            of=("way_of_end", "ended_turn", "turns"),
            zh="结束方式",
            en="how it ended",
            rule="OP-14",
        ),
        compared(
            "source_status",
            CODE,
            _at_end("status_at_end"),
            of=("status_at_end", "ended_turn", "turns"),
            zh="来源状态",
            en="source's word for the end",
            rule="OP-18",
        ),
        compared(
            "handled_at",
            TIME,
            _handled_at,
            of=("first_finished_at", "ended_at"),
            zh="处理完成",
            en="handling first finished, else the end",
            rule="OP-5",
        ),
        compared(
            "status",
            CODE,
            _status,
            of=(
                "ended_at",
                "finished_turn",
                "finished_at",
                "turns",
                "called_back_turn",
                "control_end_at",
                "plans",
                "dispatches",
                "validity",
            ),
            zh="状态",
            en="where it stands",
            rule="OP-21",
        ),
    ),
)
