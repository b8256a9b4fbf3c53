"""What the watch looks at: cases that may call for an alert, shares of households, cases that may have come again.

Coarse by design: each select finds at least all that count, through indices; the decider judges every one exactly.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import Select, and_, func, or_, select, union

from ...domain.opinion.timing import Clock
from ...domain.opinion.words import Ending, Kind
from ..columntypes import word
from ..facts.alerts import ALERTS
from ..facts.deadlines import DEADLINES
from ..facts.opinions import OPINIONS
from ..facts.platform import PLATFORM
from .sources import stored

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from sqlalchemy import ColumnElement, CompoundSelect


def _open() -> ColumnElement[bool]:
    return stored(OPINIONS).c.ended_month.is_(None)


def may_call_for_alert(moment: str, policies: Collection[str]) -> CompoundSelect[*tuple[Any, ...]]:
    """Open cases under these policies (digests) that are past a time limit or have a second complaint (GP-5)."""
    o, p = stored(OPINIONS), stored(PLATFORM)
    governed = o.c.policy_digest.in_(policies)
    past = func.coalesce(p.c.completion_at, p.c.solution_due_at) < moment
    late = select(o.c.case_id).join(p, p.c.case_id == o.c.case_id).where(_open(), governed, past)
    twice = select(o.c.case_id).where(_open(), governed, o.c.second_complaints > 0)
    return union(late, twice)


def provisional(moment: str) -> CompoundSelect[*tuple[Any, ...]]:
    """Open cases of which a deadline is provisional, accepted by a moment (OP-6)."""
    o, d = stored(OPINIONS), stored(DEADLINES)
    known = o.c.accepted_at <= moment
    clocks = (Clock.PLAN, Clock.REPLY, Clock.HAND_OVER, Clock.NOTIFY)
    flags = or_(*(o.c[f"{clock}_due_provisional"].is_(True) for clock in clocks))
    first = select(o.c.case_id).where(_open(), known, flags)
    moved = select(o.c.case_id).join(d, d.c.case_id == o.c.case_id).where(_open(), known, d.c.provisional.is_(True))
    return union(first, moved)


def households(since: str, until: str, policies: Collection[str]) -> Select[*tuple[Any, ...]]:
    """Each household that complained of a category in a while, with its first case: what shares are counted of (GP-5).

    A household is a unit; complaints judged invalid do not count (*ours*).
    """
    o = stored(OPINIONS)
    kept = (
        o.c.accepted_at > since,
        o.c.accepted_at <= until,
        o.c.kind == word(Kind.COMPLAINT),
        func.coalesce(o.c.validity, word("")) != word("invalid"),
        o.c.policy_digest.in_(policies),
        o.c.category.is_not(None),
        o.c.unit.is_not(None),
    )
    return select(o.c.case_id, o.c.center, o.c.estate, o.c.category, o.c.unit, o.c.accepted_at).where(*kept)


def shares_raised(since: str) -> Select[*tuple[Any, ...]]:
    """The categories and scopes of which a share was raised since a moment; it is not raised twice in its months."""
    o, a = stored(OPINIONS), stored(ALERTS)
    both = a.join(o, o.c.case_id == a.c.case_id)
    return select(o.c.category, a.c.scope).select_from(both).where(a.c.reason == word("share"), a.c.raised_at > since)


def may_repeat(
    since_month: str, until: str, policies: Collection[str], alike: Sequence[Sequence[str]]
) -> Select[*tuple[Any, ...]]:
    """Pairs of an ended case without a callback and a later one that is alike in some list of fields (OP-12)."""
    earlier, later = stored(OPINIONS).alias("earlier"), stored(OPINIONS).alias("later")
    same = or_(*(and_(*(earlier.c[name] == later.c[name] for name in fields)) for fields in alike))
    chosen = select(earlier.c.case_id, later.c.case_id.label("by_case")).where(
        earlier.c.ended_month >= since_month,
        earlier.c.ending == word(Ending.WITH_EXPLANATION),
        earlier.c.flow.is_(True),
        earlier.c.finished_turn == earlier.c.turns,
        earlier.c.policy_digest.in_(policies),
        later.c.center == earlier.c.center,
        later.c.accepted_at > earlier.c.finished_at,
        later.c.accepted_at <= until,
        later.c.case_id != earlier.c.case_id,
        same,
    )
    return chosen.order_by(earlier.c.case_id, later.c.accepted_at, later.c.case_id)
