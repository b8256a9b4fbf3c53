"""Deadlines as they stand: the one that was first set, or what it was moved to (OP-5)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import String, and_, case, func, select

from ..columntypes import word
from ..facts.deadlines import DEADLINES
from .sources import ONE, Source

if TYPE_CHECKING:
    from sqlalchemy import ColumnElement, FromClause

    from ...domain.opinion.timing import Clock


@dataclass(frozen=True, slots=True)
class Standing:
    """A clock's deadline in a select: what to read from, the deadline that stands, and the one it is judged by.

    They differ where the first had run out before another was agreed: the lateness stays.
    """

    source: FromClause
    due_at: ColumnElement[Any]
    judged_by: ColumnElement[Any]


def standing(  # noqa: PLR0913 - what tells one clock of a case from the others
    source: Source,
    facts: FromClause,
    clock: Clock,
    first: ColumnElement[Any],
    *,
    turn: ColumnElement[int] = ONE,
    number: ColumnElement[int] = ONE,
    read: FromClause | None = None,
) -> Standing:
    """Join the moves of a clock to the facts of its cases.

    Args:
        source: stored facts, or those known at a moment.
        facts: whose `case_id` it is.
        clock: which clock.
        first: the deadline that was first set.
        turn: which turn of handling.
        number: which follow-up.
        read: what the facts are read from, where that is a join already.

    """
    moves = _latest(source, clock)
    same = and_(moves.c.case_id == facts.c.case_id, moves.c.turn == turn, moves.c.number == number)
    due = func.coalesce(moves.c.due_at, first, type_=String())
    return Standing(
        (facts if read is None else read).outerjoin(moves, same),
        due,
        func.coalesce(moves.c.late_since, due, type_=String()),
    )


def _latest(source: Source, clock: Clock) -> FromClause:
    """Of each turn's clock the last move, and the earliest deadline that had run out when it was moved."""
    every, last = source(DEADLINES).alias(), source(DEADLINES).alias()
    grouped = (
        select(
            every.c.case_id,
            every.c.turn,
            every.c.number,
            func.max(every.c.move).label("move"),
            func.min(case((every.c.was_late, every.c.was))).label("late_since"),
        )
        .where(every.c.clock == word(clock))
        .group_by(every.c.case_id, every.c.turn, every.c.number)
        .subquery()
    )
    found = and_(last.c.case_id == grouped.c.case_id, last.c.move == grouped.c.move)
    columns = (grouped.c.case_id, grouped.c.turn, grouped.c.number, grouped.c.late_since, last.c.due_at)
    return select(*columns).select_from(grouped.join(last, found)).subquery()
