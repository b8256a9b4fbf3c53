"""The Chinese official calendar with its make-up working days (调休), from the `holidays` package."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Final

from holidays import version as holidays_version
from holidays.countries.china import China, ChinaStaticHolidays

if TYPE_CHECKING:
    from datetime import date

_PUBLISHED: Final = frozenset(ChinaStaticHolidays.special_public_holidays)
"""Years whose schedule the State Council has published and the package carries; past them it silently guesses."""


class ChineseCalendar:
    """Working days in China. The edition names the package's version, whose data it is."""

    edition: str = f"cn-holidays-{holidays_version.__version__}"

    def is_working_day(self, day: date) -> bool:
        """Whether people work on that day; for unpublished years a guess from weekends and fixed festivals."""
        return bool(_year(day.year).is_working_day(day))

    def is_published(self, year: int) -> bool:
        """Whether the year's official schedule is known."""
        return year in _PUBLISHED


@cache
def _year(year: int) -> China:
    return China(years=year)  # type: ignore[no-untyped-call]  # the package types its attributes, not this constructor
