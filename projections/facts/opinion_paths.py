"""Columns of fact_opinions for the paths beside the flow: duty staff, major matters, third parties, ways back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import Integer, and_, case, func, literal_column, or_

from ...domain.opinion.company import ReportedBack
from ...domain.opinion.corrections import AssessmentCorrected
from ...domain.opinion.duty import DutyStaffTold, MajorReported
from ...domain.opinion.events import OpinionAccepted, OpinionAssessed, OpinionDispatched, OpinionTransferred
from ...domain.opinion.not_ours import NotOursExplained
from ...domain.opinion.parties import PartyInformed
from ...domain.opinion.words import Receiver, Severity
from ..columntypes import BOOLEAN, CODE, INTEGER, TIME, word
from ..vocabulary import Column, Where, compared, first, last, unseen, whether

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sqlalchemy import ColumnElement

_HANDED_ON: Final = (OpinionDispatched, OpinionTransferred)
_TO_CENTER: Final[Where] = {"to_kind": Receiver.CENTER.value}
_FOUND_SO: Final = (OpinionAccepted, OpinionAssessed, AssessmentCorrected)
_MAJOR: Final[Where] = {"severity": Severity.MAJOR.value}


def _report_owed(row: Mapping[str, ColumnElement[Any]]) -> ColumnElement[int]:
    """What the company handed down is reported back after that, and again of every later turn."""
    nothing = literal_column("0", Integer())
    not_since = func.coalesce(row["back"], nothing) < row["down"]
    not_of_this = func.coalesce(row["back_of"], nothing) != row["turns"]
    return case((and_(row["down"].is_not(None), or_(not_since, not_of_this)), row["turns"]))


def _duty_untold(row: Mapping[str, ColumnElement[Any]]) -> ColumnElement[str]:
    """Yes or unknown, so that an index finds the few among all that have ended."""
    return case((and_(row["on_duty"].is_(True), row["duty_told_at"].is_(None)), word("yes")))


PATHS: Final[tuple[Column, ...]] = (
    first("decision_due_at", TIME, OpinionAccepted, zh="采纳决定期限", en="decision due", rule="GP-3"),
    first("explanation_due_at", TIME, OpinionAccepted, zh="非责任说明期限", en="explanation due", rule="GP-4"),
    last("explained_at", TIME, NotOursExplained, field="occurred_at", zh="非责任说明", en="explained", rule="GP-4"),
    first("hand_over_due_at", TIME, OpinionAccepted, zh="值班交接期限", en="hand-over due", rule="OP-3"),
    first(
        "hand_over_due_provisional",
        BOOLEAN,
        OpinionAccepted,
        zh="交接期限为暂定",
        en="hand-over due by an unpublished calendar",
        rule="OP-3",
    ),
    last("duty_told_at", TIME, DutyStaffTold, field="occurred_at", zh="告知值班人员", en="duty told", rule="OP-20"),
    compared(
        "duty_untold",
        CODE,
        _duty_untold,
        of=("on_duty", "duty_told_at"),
        zh="待告知值班人员",
        en="yes: duty staff wait to hear what came of it",
        rule="OP-20",
    ),
    first(
        "major_at", TIME, _FOUND_SO, field="occurred_at", where=_MAJOR, zh="认定重大", en="found major", rule="OP-19"
    ),
    first("notify_due_at", TIME, _FOUND_SO, where=_MAJOR, zh="重大事件通报期限", en="notice due", rule="OP-17"),
    first(
        "notify_due_provisional",
        BOOLEAN,
        _FOUND_SO,
        where=_MAJOR,
        zh="通报期限为暂定",
        en="notice due by an unpublished calendar",
        rule="OP-17",
    ),
    first(
        "major_reported_at",
        TIME,
        MajorReported,
        field="occurred_at",
        zh="重大事件通报",
        en="major matter first reported",
        rule="OP-19",
    ),
    whether("party_informed", PartyInformed, zh="已告知有关方", en="third party informed", rule="OP-2"),
    *(
        unseen(column)
        for column in (
            last("down", INTEGER, _HANDED_ON, field="version", where=_TO_CENTER, zh="下派", en="down", rule="OP-8"),
            last("back", INTEGER, ReportedBack, field="version", zh="反馈", en="back", rule="OP-8"),
            last("back_of", INTEGER, ReportedBack, field="turn", zh="反馈轮次", en="turn", rule="OP-8"),
        )
    ),
    compared(
        "report_owed",
        INTEGER,
        _report_owed,
        of=("down", "back", "back_of", "turns"),
        zh="待反馈轮次",
        en="turn of which the center has to report to the company",
        rule="OP-8",
    ),
)
"""Beside those of the flow; what waits on these paths is read off them (`reports/due_course.py`)."""
