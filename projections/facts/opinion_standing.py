"""Columns of fact_opinions for where a case stands: its status, when it was handled, and its end until it goes on."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from sqlalchemy import ColumnElement, Integer, String, and_, case, func, literal_column

from ...domain.opinion.corrections import AssessmentCorrected
from ...domain.opinion.events import FollowedUp, OpinionAssessed, OpinionEnded
from ..columntypes import CODE, INTEGER, MONTH, TIME, word
from ..vocabulary import Column, Compare, compared, last, last_given, unseen

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


def _next_follow_up(row: Row) -> ColumnElement[str]:
    """What the judgement or the last follow-up said; else what a correction said, while none was made after it."""
    is_next = row["corrected_follow_up"] == row["follow_ups"] + literal_column("1", Integer())
    return case((row["told_follow_up_due"].is_not(None), row["told_follow_up_due"]), (is_next, row["corrected_due"]))


_DUE: Final = "follow_up_due_at"
NEXT_FOLLOW_UP: Final[tuple[Column, ...]] = (
    *(
        unseen(column)
        for column in (
            last(
                "told_follow_up_due", TIME, (OpinionAssessed, FollowedUp), field=_DUE, zh="期限", en="due", rule="OP-9"
            ),
            last_given("corrected_due", TIME, AssessmentCorrected, field=_DUE, zh="更正期限", en="due", rule="OP-9"),
            last_given(
                "corrected_follow_up",
                INTEGER,
                AssessmentCorrected,
                field="follow_up",
                zh="序号",
                en="number",
                rule="OP-9",
            ),
        )
    ),
    compared(
        "follow_up_due_at",
        TIME,
        _next_follow_up,
        of=("told_follow_up_due", "corrected_due", "corrected_follow_up", "follow_ups"),
        zh="下次跟踪期限",
        en="next follow-up due",
        rule="OP-9",
    ),
)
"""Until when the next follow-up is owed; after a complaint was found valid by a correction, from that on (OP-9)."""

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


STANDING: Final[tuple[Column, ...]] = (
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
)
