"""How far facts kept elsewhere are behind their ledger."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import func, select

from ...projections.events import ledger_events

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from .aside import SetAside
    from .place import Place


@dataclass(frozen=True, slots=True)
class Lag:
    """Where a follower stands; times are UTC, fixed width."""

    position: int | None
    """The facts hold every event up to it; none: they were not gathered yet."""
    last: int
    """The ledger's last position."""
    events: int
    """Events that the facts lack."""
    since: str | None
    """When the first of those was recorded; none where nothing is lacking."""
    at: str
    """When a runner last looked at the ledger."""
    paused_at: str | None
    gathered_at: str | None
    """When a gathering that is under way last wrote."""
    stale: tuple[str, ...]
    """Facts that do not follow their present declaration and wait to be gathered."""
    set_aside: tuple[SetAside, ...]
    """Cases that could not be carried over."""

    @property
    def is_current(self) -> bool:
        """Whether the facts say what the ledger says now."""
        return self.position is not None and not (self.events or self.stale or self.set_aside)


def measured(
    source: Connection, last: int, place: Place, *, stale: tuple[str, ...], set_aside: tuple[SetAside, ...]
) -> Lag:
    """Measure it against the ledger, whose last position is given."""
    after, events = place.position or 0, ledger_events.c
    behind = (events.position > after) & (events.position <= last)
    missing = source.execute(select(func.count()).select_from(ledger_events).where(behind)).scalar_one()
    first = source.execute(select(events.state).where(behind).order_by(events.position).limit(1)).scalar_one_or_none()
    since = None if first is None else json.loads(first)["recorded_at"]
    return Lag(
        place.position, last, missing, since, place.at, place.paused_at, place.gathered_at, stale, set_aside
    )  # fmt: skip
