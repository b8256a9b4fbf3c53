"""report_audit_trail: who did what, when it happened and when it was recorded, and which clause it is evidence for.

A view on the events themselves, one row an event, edition and clause (rulebook 8, WL-5). It shows no field of the
event, so nothing personal.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import Row, Select, bindparam, func, select

from ..clauses import ledger_clauses
from ..events import ledger_events
from ..jsonkeys import json_text
from .sources import MOST, parameter

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
    """One event of the audit trail; `clauses` are those it is evidence for, each with its edition."""

    position: int
    case: str
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


_C: Final = ledger_clauses.c
CLAUSES: Final = select(_C.event_name, _C.edition, _C.clause).distinct().order_by(_C.event_name, _C.edition, _C.clause)
"""The clauses that each event is evidence for."""


def trail() -> Select[*tuple[Any, ...]]:
    """One row an event and clause: the select of the view; an event without a clause has one row without."""
    c = ledger_clauses.c
    joined = ledger_events.outerjoin(ledger_clauses, c.event_name == ledger_events.c.name)
    return select(*_columns(), c.edition, c.clause, c.evidence_zh, c.evidence_en).select_from(joined)


@cache
def entries(given: frozenset[str]) -> Select[*tuple[Any, ...]]:
    """One row an event, in the order of the ledger, without the clauses; put together once.

    Parameters: `after`, a position, `most`, and what is `given`: the `stream`, and the moments `since` and `until` when
    it was recorded at the earliest and at the latest.
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
        "stream": e.stream == parameter("stream"),
        "since": recorded >= parameter("since"),
        "until": recorded <= parameter("until"),
    }
    return [condition for name, condition in kept.items() if name in given]


def row(found: Row[Any], clauses: Mapping[str, tuple[str, ...]]) -> TrailEntry:
    """Make the entry of one event, with the clauses of its name."""
    policy = " ".join(part for part in (found.policy_name, found.policy_version) if part) or None
    return TrailEntry(
        position=found.position,
        case=found.case_id,
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
        clauses=clauses.get(found.event_name, ()),
    )


def _columns() -> list[ColumnElement[Any]]:
    e = ledger_events.c
    envelope = [json_text(e.state, key).label(key) for key in ENVELOPE]
    return [e.position, e.stream.label("case_id"), e.version, e.name.label("event_name"), *envelope]
