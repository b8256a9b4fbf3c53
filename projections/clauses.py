"""Which clause of which edition an event is evidence for (rulebook 8). Data: a new edition is a new column of texts.

A clause number means nothing without its edition: 8.2.1 is customer satisfaction in ISO 9001:2008 and customer
communication in ISO 9001:2015.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from sqlalchemy import Column, MetaData, String, Table

from ..domain import access, center_events, register
from ..domain.opinion import (
    alert_events,
    approval,
    attachments,
    company,
    corrections,
    corrective,
    deadlines,
    duty,
    investigation,
    merging,
    not_ours,
    parties,
    platform,
    repetition,
    suggestions,
)
from ..domain.opinion import events as opinion
from ..domain.order import events as order
from ..domain.survey import events as survey
from .events import binary_text

if TYPE_CHECKING:
    from ..domain.event import Event

EDITIONS: Final = ("9001:2008", "9001:2015", "10002:2018")


@dataclass(frozen=True, slots=True)
class Evidence:
    """What some events prove, and the clauses that ask for it, by edition; an edition may ask for nothing."""

    zh: str
    en: str
    clauses: tuple[str, str, str]
    """In the order of `EDITIONS`; several clauses of one edition are separated by a comma; `-` is none."""
    events: tuple[type[Event], ...]


EVIDENCE: Final = (
    Evidence(
        "投诉受理:编号、顾客、渠道、时间、诉求、期限",
        "acceptance: unique id, complainant, channel, time, what is asked, due dates",
        ("7.2.3", "8.2.1", "7.2"),
        (
            opinion.OpinionAccepted,
            deadlines.DeadlineMoved,
            corrections.OpinionCorrected,
            attachments.OriginalAttached,
            *duty.THEME.events,
        ),
    ),
    Evidence(
        "从受理到决定的完整记录", "unbroken trail from acceptance to decision", ("4.2.4", "7.5.3", "7.3"),
        (
            opinion.FollowedUp,
            opinion.OpinionDispatched,
            opinion.OpinionTransferred,
            merging.OpinionMerged,
            merging.SecondComplaintMade,
            register.NumberIssued,
        ),
    ),
    Evidence(
        "首次回复", "first response", ("7.2.3", "8.2.1", "7.4"), (opinion.OpinionResponded, platform.ContactMade)
    ),
    Evidence(
        "有效性与影响程度判定,附理由与判定人",
        "validity and severity, with reason and assessor", ("7.2.3", "8.2.1", "7.5"),
        (opinion.OpinionAssessed, corrections.AssessmentCorrected, *not_ours.THEME.events),
    ),
    Evidence(
        "调查、处理方案、审定、处理、转交",
        "investigation, plan, approval, handling, transfer", ("8.3", "8.7", "7.6, 7.7"),
        (
            opinion.PlanProposed,
            opinion.PlanApproved,
            opinion.PlanReturned,
            opinion.HandlingFinished,
            opinion.OpinionTransferred,
            opinion.RehandlingStarted,
            *approval.THEME.events,
            *investigation.THEME.events,
            *parties.THEME.events,
            *suggestions.THEME.events,
            platform.WorkStarted,
            platform.SolutionSubmitted,
            platform.SolutionIssued,
        ),
    ),
    Evidence(
        "结果告知、回访、再处理、结束", "outcome told, callback, re-handling, ending with reason",
        ("7.2.3, 8.2.1", "9.1.2", "7.8, 7.9"),
        (
            opinion.CalledBack,
            opinion.RehandlingStarted,
            opinion.OpinionEnded,
            opinion.OpinionCommented,
            company.ReportedBack,
        ),
    ),
    Evidence(
        "对处理的满意度", "satisfaction with the handling", ("8.2.1", "9.1.2", "8.3"),
        (opinion.CalledBack, corrections.CallbackCorrected),
    ),
    Evidence(
        "委托服务:派单、完成、验证、回访", "service order, dispatch, completion, callback",
        ("7.5.1", "8.5.1, 8.6, 8.7", "-"), order.ORDER_EVENTS,
    ),
    Evidence(
        "顾客调查:样本、回收率、方法、结果", "survey: sample, return rate, method, results", ("8.2.1", "9.1.2", "-"),
        survey.SURVEY_EVENTS,
    ),
    Evidence(
        "按时限监测、预警与定期查阅",
        "performance against time limits: alerts, reviews, signed summaries",
        ("8.2.2, 5.6", "9.2, 9.3", "8.4"),
        (
            alert_events.AlertRaised,
            alert_events.EscalationRiskDeclared,
            alert_events.AlertConfirmed,
            alert_events.AlertDismissed,
            alert_events.AlertForwarded,
            alert_events.AlertPlanSubmitted,
            center_events.OpinionsReviewed,
            center_events.GroupSummarySigned,
        ),
    ),
    Evidence(
        "重复发生的投诉", "repeated causes", ("8.4", "9.1.3", "8.1, 8.2"), (repetition.TreatedAsUnsatisfied,)
    ),
    Evidence(
        "纠正和预防措施", "corrective and preventive action", ("8.5.2, 8.5.3", "10.2, 6.1", "8.7"),
        corrective.THEME.events,
    ),
    Evidence(
        "时限要求与职责的确定", "time limits and responsibilities laid down", ("5.6, 8.2.2", "9.2, 9.3", "8.4"),
        (center_events.PolicyAdopted,),
    ),
    Evidence(
        "服务范围与户数", "scope of service and numbers of households", ("8.4", "9.1.3", "8.1"),
        (center_events.CenterRegistered, center_events.HouseholdsReported, center_events.EstateHouseholdsReported),
    ),
    Evidence(
        "记录的保护与查阅", "records, protection from change and disclosure", ("4.2.4", "7.5.3", "8.5"),
        (access.PersonalDataRevealed, register.NumberIssued),
    ),
)  # fmt: skip

clauses_metadata: Final = MetaData()
ledger_clauses: Final = Table(
    "ledger_clauses",
    clauses_metadata,
    Column("event_name", binary_text(), primary_key=True),
    Column("edition", binary_text(16), primary_key=True),
    Column("clause", binary_text(16), primary_key=True),
    Column("evidence_zh", String(200), nullable=False),
    Column("evidence_en", String(200), nullable=False),
    mysql_charset="utf8mb4",
    mysql_collate="utf8mb4_bin",
    mariadb_charset="utf8mb4",
    mariadb_collate="utf8mb4_bin",
)


def clause_rows() -> list[dict[str, str]]:
    """The map as rows of its table; what proves two things for one clause stands there with both."""
    found: dict[tuple[str, str, str], list[Evidence]] = {}
    for evidence in EVIDENCE:
        for edition, clauses in zip(EDITIONS, evidence.clauses, strict=True):
            for clause in clauses.split(", "):
                for event in evidence.events if clause != "-" else ():
                    found.setdefault((event.name, edition, clause), []).append(evidence)
    return [
        {
            "event_name": name,
            "edition": edition,
            "clause": clause,
            "evidence_zh": "; ".join(evidence.zh for evidence in proofs),
            "evidence_en": "; ".join(evidence.en for evidence in proofs),
        }
        for (name, edition, clause), proofs in found.items()
    ]
