"""The Chinese official calendar with its make-up working days (调休), from the `holidays` package."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from holidays import version as holidays_version

if TYPE_CHECKING:
    from datetime import date

    from holidays.countries.china import China


class ChineseCalendar:
    """Working days in China. The edition names the package's version, whose data it is."""

    edition: str = f"cn-holidays-{holidays_version.__version__}"

    def is_working_day(self, day: date) -> bool:
        """Whether people work on that day; for unpublished years a guess from weekends and fixed festivals."""
        return bool(_year(day.year).is_working_day(day))

    def is_published(self, year: int) -> bool:
        """Whether the year's official schedule is known."""
        return year in _published()


# The package brings the calendars of all countries, a tenth of a second that who only reads a ledger need not wait.
@cache
def _published() -> frozenset[int]:
    """Years whose schedule the State Council has published and the package carries; past them it silently guesses."""
    from holidays.countries.china import ChinaStaticHolidays  # noqa: PLC0415 - see above

    return frozenset(ChinaStaticHolidays.special_public_holidays)


@cache
def _year(year: int) -> China:
    from holidays.countries.china import China  # noqa: PLC0415 - see above

    return China(years=year)  # type: ignore[no-untyped-call]  # the package types its attributes, not this constructor
