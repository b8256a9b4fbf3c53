"""Targets of the policies in force, to be shown beside what was reached."""

from __future__ import annotations

import json
from calendar import monthrange
from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING

from sqlalchemy import literal_column, select

from ..domain.values import utc_text
from ..projections.columntypes import word
from ..projections.compile import recorded_by
from ..projections.events import ledger_events

if TYPE_CHECKING:
    from sqlalchemy import Connection


class Targets:
    """Targets of the policies in force in a month, by center; where centers differ there is none in common.

    Those adopted by the moment of knowledge, where one is given, like the cases beside them.
    """

    def __init__(self, connection: Connection, month: str, known_at: datetime | None) -> None:
        """Read them, as adopted by the end of a local month."""
        year, number = map(int, month.split("-"))
        last_day = date(year, number, monthrange(year, number)[1]).isoformat()
        events = ledger_events.c
        query = select(events.stream, events.state).where(
            events.stream >= literal_column("'center:'"),
            events.stream < literal_column("'center;'"),
            events.name == word("center.policy_adopted.v1"),
        )
        if known_at is not None:
            query = query.where(recorded_by(utc_text(known_at)))
        adopted: dict[str, tuple[str, dict[str, Decimal]]] = {}
        for stream, state in connection.execute(query.order_by(events.stream, events.version)):
            told = json.loads(state)
            start = told["in_force_from"]
            if start <= last_day and (stream not in adopted or start >= adopted[stream][0]):
                targets = told["policy"].get("targets", {})
                adopted[stream] = (start, {name: Decimal(one["percent"]) for name, one in targets.items()})
        self._adopted = {stream: targets for stream, (_, targets) in adopted.items()}

    def of(self, center: str | None) -> dict[str, Decimal]:
        """The targets of a center, or those that all centers share."""
        if center is not None:
            return self._adopted.get(center, {})
        every = list(self._adopted.values())
        return {name: one for name, one in every[0].items() if all(t.get(name) == one for t in every)} if every else {}
