"""Working-day deadlines of every day of 2020 to 2026, beside another library's calendar and another way to count."""

from bisect import bisect_right
from datetime import UTC, date, datetime, time, timedelta

import chinese_calendar  # type: ignore[import-untyped]  # it says nothing about its types
import pytest

from caseledger.adapters.calendar import ChineseCalendar
from caseledger.domain.clocks import deadline
from caseledger.domain.policy import Limit, Unit
from tests.domain.story import SHANGHAI

FIRST, LAST = date(2020, 1, 1), date(2026, 12, 31)
WORKED = [day for day in chinese_calendar.get_dates(FIRST, LAST) if chinese_calendar.is_workday(day)]
"""Every working day of these years by `chinesecalendar`, which carries the State Council's notices on its own."""


@pytest.mark.parametrize("days", [2, 3, 7])
def test_deadline_in_working_days_is_the_same_by_the_other_calendar_on_every_day_from_2020_to_2026(days: int) -> None:
    # OP-6: 3 and 7 working days; OP-17: 2. Expected: the list's working day so many places after the day of acceptance.
    calendar = ChineseCalendar()
    limit = Limit(amount=days, unit=Unit.WORKING_DAYS, rule="OP-6", clause="W08-01 4.6")
    compared = 0
    for number in range((LAST - FIRST).days + 1):
        day = FIRST + timedelta(days=number)
        place = bisect_right(WORKED, day) + days - 1
        moments = [datetime.combine(day, at, tzinfo=SHANGHAI).astimezone(UTC) for at in (time.min, time.max)]
        due = {deadline(moment, limit, calendar, SHANGHAI) for moment in moments}
        if place >= len(WORKED):
            assert all(one.provisional for one in due)  # it needs a day of 2027
            continue
        last_moment = datetime.combine(WORKED[place], time.max, tzinfo=SHANGHAI)
        assert [(one.at, one.provisional) for one in due] == [(last_moment, False)], day
        compared += 1
    assert compared >= (LAST - FIRST).days - 12


def test_the_two_calendars_agree_on_every_day() -> None:
    calendar = ChineseCalendar()
    everyday = [FIRST + timedelta(days=number) for number in range((LAST - FIRST).days + 1)]
    assert [day for day in everyday if calendar.is_working_day(day)] == WORKED
