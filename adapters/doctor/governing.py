"""Whether each case is of a center that was registered, and goes by a policy that was adopted."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import select

from ...domain.center_events import PolicyAdopted
from ...projections.events import ledger_events
from ..codec import EnvelopeMapper
from ..store.errors import LedgerFormatError
from ..store.reaching import looking
from .finding import Finding, fault

if TYPE_CHECKING:
    from collections.abc import Iterator

    from eventsourcing.persistence import StoredEvent
    from sqlalchemy import Engine

_REMEDY: Final = "compare the center's events with a backup; a case cannot go on without the policy that it began under"


class Governing:
    """What centers have recorded, held against the first event of each case.

    Args:
        engine: of the ledger.
        stored: makes an event of a row.
    """

    def __init__(self, engine: Engine, stored: Any) -> None:  # noqa: ANN401 - from a row of any select
        c = ledger_events.c
        query = select(c.stream, c.version, c.name, c.state).where(c.stream.like("center:%"))
        with looking(engine) as connection:
            rows = [stored(row) for row in connection.execute(query)]
        self._centers = {str(row.originator_id) for row in rows}
        self._digests = set(_digests(rows))

    def judged(self, record: Any) -> Iterator[Finding]:  # noqa: ANN401 - what the mapper gives
        """Judge one recorded event; what comes later in a case goes by its first."""
        if record.version != 1 or record.policy is None:
            return
        center = getattr(record.event, "center", None)
        if center is not None and center not in self._centers:
            yield fault("policies", f"its center, {center}, was never registered", record.stream, _REMEDY)
        elif record.policy.digest not in self._digests:
            named = f"{record.policy.name} {record.policy.version}"
            yield fault("policies", f"no center has adopted its policy, {named}", record.stream, _REMEDY)


def _digests(rows: list[StoredEvent]) -> Iterator[str]:
    decode: Any = EnvelopeMapper().to_domain_event
    for row in rows:
        if row.topic == PolicyAdopted.name:
            try:
                yield decode(row).event.digest
            except LedgerFormatError:
                continue  # said where all events are read
