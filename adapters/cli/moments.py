"""Times and months on the command line: an offset is said, or a day is meant where its time zone is known."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from typing import Final, TypeAlias
from zoneinfo import ZoneInfo

import typer

from ...domain.clocks import end_of_day

_DAY: Final = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_MONTH: Final = re.compile(r"(\d{4})-(0[1-9]|1[0-2])", re.ASCII)
_RIGHT: Final = "give a time with its offset, such as 2026-03-01T09:30:00+08:00, or a day, such as 2026-03-01"
_MOST_MONTHS: Final = 600
_YEARS: Final = range(1900, 3000)
"""Those in which the domain takes events; a little beyond them counting days overflows."""

ZoneFinder: TypeAlias = Callable[[], ZoneInfo | None]
"""Looks up the time zone that days are counted in, where one can be known; asked only for a day."""


@dataclass(frozen=True, slots=True)
class When:
    """A moment (aware), or a whole day whose zone the command knows."""

    said: str
    value: datetime | date

    def up_to(self, zone: ZoneFinder) -> datetime:
        """The last moment meant: that of a day is its last microsecond."""
        return self._moment(zone, last=True)

    def since(self, zone: ZoneFinder) -> datetime:
        """The first moment meant: that of a day is its midnight."""
        return self._moment(zone, last=False)

    def _moment(self, zone: ZoneFinder, *, last: bool) -> datetime:
        if isinstance(self.value, datetime):
            return self.value
        found = zone()
        if found is None:
            raise typer.BadParameter(
                f"{self.said!r} is a day, and nothing says in which time zone; "
                "name the center with --center, or give a time with its offset, such as 2026-03-01T09:30:00+08:00"
            )
        if last:
            return end_of_day(self.value, found)
        return datetime.combine(self.value, time(), tzinfo=found).astimezone(UTC)


def when(said: str) -> When:
    """Read a time or a day from the command line."""
    try:
        value = date.fromisoformat(said) if _DAY.fullmatch(said) else datetime.fromisoformat(said)
    except ValueError:
        raise typer.BadParameter(f"{said!r} is no time; {_RIGHT}") from None
    if value.year not in _YEARS:
        raise typer.BadParameter(f"{said!r} lies outside the years {_YEARS[0]} to {_YEARS[-1]}")
    if not isinstance(value, datetime):
        return When(said, value)
    if value.utcoffset() is None:
        raise typer.BadParameter(f"{said!r} has no time zone; {_RIGHT}")
    return When(said, value.astimezone(UTC))


@dataclass(frozen=True, slots=True)
class Months:
    """One month, or several in a row, each as `YYYY-MM`."""

    each: tuple[str, ...]


def months(said: str) -> Months:
    """Read a month, or a range of months with both ends, from the command line."""
    first, _, last = said.partition("..")
    start, end = _month(first, said), _month(last if ".." in said else first, said)
    if end < start:
        raise typer.BadParameter(f"{said!r} ends before it begins; give the earlier month first")
    if end - start >= _MOST_MONTHS:
        raise typer.BadParameter(f"{said!r} is more than {_MOST_MONTHS} months; give a shorter range")
    return Months(tuple(f"{count // 12:04d}-{count % 12 + 1:02d}" for count in range(start, end + 1)))


def _month(text: str, said: str) -> int:
    """Months since the year 0."""
    found = _MONTH.fullmatch(text)
    if found is None or found[1] == "0000":
        raise typer.BadParameter(f"{said!r} is no month; give YYYY-MM, such as 2026-03, or a range, 2026-01..2026-03")
    return int(found[1]) * 12 + int(found[2]) - 1
