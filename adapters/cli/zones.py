"""The time zone that the days of a center or a case are counted in."""

from __future__ import annotations

from contextlib import suppress
from zoneinfo import ZoneInfo

from ...domain.refusal import UnknownCase
from ..ledger import Ledger
from .moments import ZoneFinder


def zone_of_center(ledger: Ledger, center: str) -> ZoneInfo:
    """A center's own zone.

    Raises:
        UnknownCase: there is no such center.

    """
    zone: ZoneInfo = ledger.replay(center).state.zone
    return zone


def make_sure_of(ledger: Ledger, center: str | None) -> None:
    """Refuse an unknown center: an empty report would look like a month in which nothing happened.

    Raises:
        UnknownCase: there is no such center.

    """
    if center is not None:
        ledger.find(center=center, limit=0)


def zone_of_case(ledger: Ledger, case: str) -> ZoneInfo | None:
    """The zone of the center that a case belongs to; a center is its own; None for what belongs to none."""
    with suppress(UnknownCase):
        state = ledger.replay(case).state
        zone = getattr(state, "zone", None)
        if isinstance(zone, ZoneInfo):
            return zone
        center = getattr(state, "center", None)
        if isinstance(center, str):
            return zone_of_center(ledger, center)
    return None


def finder(ledger: Ledger, *, center: str | None = None, case: str | None = None) -> ZoneFinder:
    """Look the zone up when a day is to be counted, and not before."""

    def find() -> ZoneInfo | None:
        if case is not None:
            return zone_of_case(ledger, case)
        return zone_of_center(ledger, center) if center is not None else None

    return find
