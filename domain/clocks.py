"""Deadlines: from a start, a limit and the official calendar to a moment. Computed once, recorded for ever.

How the manuals' times are counted (rulebook, head): minutes and hours run round the clock; days and working days count
the start's local day as day 0 and end with the local day.
"""

from __future__ import annotations

from calendar import monthrange
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING, Protocol

from .policy import Limit, Unit

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo


class Calendar(Protocol):
    """The official calendar of working days, make-up days (调休) included."""

    @property
    def edition(self) -> str:
        """Which publication this is, recorded beside every deadline computed from it."""
        ...

    def is_working_day(self, day: date) -> bool:
        """Whether people work on that day."""
        ...

    def is_published(self, year: int) -> bool:
        """Whether the year's official schedule is out; a deadline that needs a later year is provisional."""
        ...


@dataclass(frozen=True, slots=True)
class Deadline:
    """The last moment that is still in time (UTC), and whether an unpublished calendar year went into it."""

    at: datetime
    provisional: bool = False


def local_day(moment: datetime, zone: ZoneInfo) -> date:
    """The day of a moment where the center is (DA-5)."""
    return moment.astimezone(zone).date()


def end_of_day(day: date, zone: ZoneInfo) -> datetime:
    """The last microsecond of a local day, in UTC."""
    midnight = datetime.combine(day + timedelta(days=1), time(), tzinfo=zone)
    return midnight.astimezone(UTC) - timedelta(microseconds=1)


def months_after(day: date, months: int) -> date:
    """The same day so many months later, or the last of that month where it has none such."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def deadline(start: datetime, limit: Limit, calendar: Calendar, zone: ZoneInfo) -> Deadline:
    """Count a limit from a start.

    Args:
        start: aware moment from which the limit runs.
        limit: how long, in which unit.
        calendar: working days; asked only for limits in working days.
        zone: the center's own time zone.

    """
    if limit.unit is Unit.MINUTES:
        return Deadline(start + timedelta(minutes=limit.amount))
    if limit.unit is Unit.HOURS:
        return Deadline(start + timedelta(hours=limit.amount))
    day = local_day(start, zone)
    if limit.unit is Unit.DAYS:
        return Deadline(end_of_day(day + timedelta(days=limit.amount), zone))
    if limit.unit is Unit.MONTHS:
        return Deadline(end_of_day(months_after(day, limit.amount), zone))
    counted = 0
    provisional = False
    while counted < limit.amount:
        day += timedelta(days=1)
        provisional = provisional or not calendar.is_published(day.year)
        counted += calendar.is_working_day(day)
    return Deadline(end_of_day(day, zone), provisional)
