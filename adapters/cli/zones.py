"""The time zone that the days of a center or a case are counted in."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from functools import cache
from typing import Final, TypeVar
from zoneinfo import ZoneInfo

from ...domain.refusal import UnknownCase
from ..ledger import Ledger
from .moments import ZoneFinder

Row = TypeVar("Row")

_REGISTER: Final = "register:"
_LOOKS: Final = "access:"


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


def zones_of_centers(ledger: Ledger, center_of: Callable[[Row], str]) -> Callable[[Row], ZoneInfo]:
    """Look up the zone of a row's center, once a center."""
    zone = cache(lambda center: zone_of_center(ledger, center))
    return lambda row: zone(center_of(row))


def zones_of_cases(ledger: Ledger) -> Callable[[str], ZoneInfo | None]:
    """Look up the zone of a case's center, once a case and once a center."""
    zone = cache(lambda center: zone_of_center(ledger, center))

    def find(case: str) -> ZoneInfo | None:
        case = case.removeprefix(_LOOKS)
        if case.startswith(_REGISTER):
            # Of a center, a kind and a month: `register:sz01:op:202403`.
            return zone(f"center:{case.removeprefix(_REGISTER).rsplit(':', 2)[0]}")
        with suppress(UnknownCase):
            # Of which center it is, its first event says.
            state = ledger.replay(case, version=1).state
            found = state.zone if isinstance(getattr(state, "zone", None), ZoneInfo) else zone(state.center)
            return found if isinstance(found, ZoneInfo) else None
        return None

    return cache(find)


def finder(ledger: Ledger, *, center: str | None = None, case: str | None = None) -> ZoneFinder:
    """Look the zone up when a day is to be counted, and not before."""

    def find() -> ZoneInfo | None:
        if case is not None:
            return zone_of_case(ledger, case)
        return zone_of_center(ledger, center) if center is not None else None

    return find
