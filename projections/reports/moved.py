"""Deadlines as they stand: the one that was first set, or what it was moved to (OP-5)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import String, and_, func, select

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
    last, later, every = (source(DEADLINES).alias() for _ in range(3))
    same = and_(
        last.c.case_id == facts.c.case_id,
        last.c.clock == word(clock),
        last.c.turn == turn,
        last.c.number == number,
        ~select(ONE).where(_of_one_clock(later, last), later.c.move > last.c.move).correlate(last).exists(),
    )
    due = func.coalesce(last.c.due_at, first, type_=String())
    late = select(func.min(every.c.was)).where(_of_one_clock(every, last), every.c.was_late).correlate(last)
    return Standing(
        (facts if read is None else read).outerjoin(last, same),
        due,
        func.coalesce(late.scalar_subquery(), due, type_=String()),
    )


def _of_one_clock(one: FromClause, other: FromClause) -> ColumnElement[bool]:
    """Moves of the same deadline; looked up by case, so that a ledger of years asks no more than a young one."""
    return and_(*(one.c[name] == other.c[name] for name in ("case_id", "clock", "turn", "number")))
