"""report_audit_trail: who did what, when it happened and when it was recorded, and which clause it is evidence for.

A view on the events themselves, one row an event, edition and clause (rulebook 8, WL-5). It shows no field of the
event, so nothing personal.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import Row, Select, and_, bindparam, func, or_, select, union_all

from ..clauses import ledger_clauses
from ..columntypes import word
from ..events import ledger_events
from ..facts.opinions import OPINIONS
from ..facts.orders import ORDERS
from ..facts.surveys import SURVEYS
from ..jsonkeys import json_text
from .sources import CENTER, MOST, parameter, stored

if TYPE_CHECKING:
    from sqlalchemy import ColumnElement

ENVELOPE: Final = (
    "occurred_at",
    "recorded_at",
    "local_date",
    "late_reason",
    "actor_id",
    "actor_role",
    "actor_center",
    "command_id",
    "cause",
    "policy_name",
    "policy_version",
)


@dataclass(frozen=True, slots=True)
class TrailEntry:
    """One event of the audit trail; `clauses` are those it is evidence for, each with its edition.

    `evidence_zh` and `evidence_en` say of what it is evidence. `number` is the one on the case's form. A look at
    personal words (`access.revealed`) has a stream of its own, `access:` and the case that was looked at.
    """

    position: int
    case: str
    number: str | None
    version: int
    event: str
    occurred_at: datetime
    recorded_at: datetime
    late_reason: str | None
    actor: str
    role: str
    center: str | None
    command_id: str
    cause: str | None
    policy: str | None
    clauses: tuple[str, ...]
    evidence_zh: str | None
    evidence_en: str | None


@dataclass(frozen=True, slots=True)
class Proof:
    """For which clauses an event is evidence, and of what."""

    clauses: tuple[str, ...] = ()
    zh: tuple[str, ...] = ()
    en: tuple[str, ...] = ()


LOOKS: Final = "access:"
"""What the stream of looks at a case begins with (`domain/access.py`)."""
_C: Final = ledger_clauses.c
CLAUSES: Final = select(_C.event_name, _C.edition, _C.clause, _C.evidence_zh, _C.evidence_en).order_by(
    _C.event_name, _C.edition, _C.clause
)
"""The clauses that each event is evidence for, and of what."""
LISTS: Final = frozenset({"streams", "events"})
"""What is given as a list of which one must hold."""


def trail() -> Select[*tuple[Any, ...]]:
    """One row an event and clause: the select of the view; an event without a clause has one row without."""
    c = ledger_clauses.c
    joined = ledger_events.outerjoin(ledger_clauses, c.event_name == ledger_events.c.name)
    return select(*_columns(), c.edition, c.clause, c.evidence_zh, c.evidence_en).select_from(joined)


@cache
def entries(given: frozenset[str]) -> Select[*tuple[Any, ...]]:
    """One row an event, in the order of the ledger, without the clauses; put together once.

    Parameters: `after`, a position, `most`, and what is `given`: `streams`, names of `events`, the `actor`, his `role`,
    the `center` of the case, the moments `since` and `until` when it was recorded at the earliest and at the latest;
    `late`, recorded late, names no parameter.
    """
    e = ledger_events.c
    after = bindparam("after", type_=e.position.type)
    return select(*_columns()).where(e.position > after, *_only(given)).order_by(e.position).limit(MOST)


@cache
def size(given: frozenset[str]) -> Select[*tuple[Any, ...]]:
    """How many entries there are of what is `given`, as in `entries`."""
    return select(func.count()).select_from(ledger_events).where(*_only(given))


def _only(given: frozenset[str]) -> list[ColumnElement[bool]]:
    e = ledger_events.c
    recorded = json_text(e.state, "recorded_at")
    kept = {
        **{
            name: column.in_(bindparam(name, expanding=True))
            for name, column in (("streams", e.stream), ("events", e.name))
        },
        "actor": json_text(e.state, "actor_id") == parameter("actor"),
        "role": json_text(e.state, "actor_role") == parameter("role"),
        "center": _of_center(),
        "late": json_text(e.state, "late_reason").is_not(None),
        "since": recorded >= parameter("since"),
        "until": recorded <= parameter("until"),
    }
    return [condition for name, condition in kept.items() if name in given]


def _of_center() -> ColumnElement[bool]:
    """What is of a center: itself, its cases and the looks at them, its registers of numbers."""
    e = ledger_events.c
    tables = [stored(facts) for facts in (OPINIONS, ORDERS, SURVEYS)]
    mine = union_all(*(select(table.c.case_id).where(table.c.center == CENTER) for table in tables)).subquery("mine")
    looks = select(word(LOOKS) + mine.c.case_id)
    # Of a center, a kind and a month: `register:sz01:op:202403`.
    registers = and_(e.stream >= parameter("registers"), e.stream < parameter("registers_end"))
    return or_(e.stream == CENTER, registers, e.stream.in_(select(mine.c.case_id)), e.stream.in_(looks))


def row(found: Row[Any], number: str | None, proof: Proof) -> TrailEntry:
    """Make the entry of one event, with what it proves."""
    policy = " ".join(part for part in (found.policy_name, found.policy_version) if part) or None
    return TrailEntry(
        position=found.position,
        case=found.case_id,
        number=number,
        version=found.version,
        event=found.event_name,
        occurred_at=datetime.fromisoformat(found.occurred_at),
        recorded_at=datetime.fromisoformat(found.recorded_at),
        late_reason=found.late_reason,
        actor=found.actor_id,
        role=found.actor_role,
        center=found.actor_center,
        command_id=found.command_id,
        cause=found.cause,
        policy=policy,
        clauses=proof.clauses,
        evidence_zh="; ".join(proof.zh) or None,
        evidence_en="; ".join(proof.en) or None,
    )


def _columns() -> list[ColumnElement[Any]]:
    e = ledger_events.c
    envelope = [json_text(e.state, key).label(key) for key in ENVELOPE]
    return [e.position, e.stream.label("case_id"), e.version, e.name.label("event_name"), *envelope]
