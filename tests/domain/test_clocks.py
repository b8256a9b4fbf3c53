"""Deadlines, counted by hand from the State Council's notices on the holidays of 2025 and 2026."""

import time
from collections.abc import Iterator
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from caseledger.adapters.calendar import ChineseCalendar
from caseledger.domain.clocks import Calendar, Deadline, deadline, end_of_day, local_day, months_after
from caseledger.domain.policy import Limit, Unit
from tests.domain.story import SHANGHAI, at

NEW_YORK = ZoneInfo("America/New_York")


class Printed:
    """The days of the two notices (国办发明电) that differ from the weekend, written down by hand."""

    edition = "by hand"
    off = frozenset(
        date(2025, 10, day)
        for day in range(1, 9)  # National Day and Mid-Autumn
    ) | frozenset(
        [date(2026, 1, day) for day in (1, 2, 3)]  # New Year
        + [date(2026, 2, day) for day in range(15, 24)]  # Spring Festival
    )
    made_up = frozenset(
        [
            date(2025, 9, 28),
            date(2025, 10, 11),
            date(2026, 1, 4),
            date(2026, 2, 14),
            date(2026, 2, 28),
        ]
    )

    def is_working_day(self, day: date) -> bool:
        return day in self.made_up or (day.isoweekday() < 6 and day not in self.off)

    def is_published(self, year: int) -> bool:
        return year <= 2026


@pytest.fixture(params=[Printed(), ChineseCalendar()], ids=["by hand", "holidays"])
def calendar(request: pytest.FixtureRequest) -> Calendar:
    found: Calendar = request.param
    return found


def limit(amount: int, unit: Unit) -> Limit:
    return Limit(amount=amount, unit=unit, rule="OP-6", clause="W08-01 4.6.1")


@pytest.mark.parametrize(
    ("accepted", "days", "last"),
    [
        # Fri 26 Sep: Sat off, Sun 28 is worked, Mon 29, Tue 30
        ("2025-09-26 16:00", 3, "2025-09-30"),
        # ... then 1 to 8 Oct off, Thu 9, Fri 10, Sat 11 is worked, Sun off, Mon 13
        ("2025-09-26 16:00", 7, "2025-10-13"),
        # on a day off: Thu 9, Fri 10, Sat 11
        ("2025-10-04 02:00", 3, "2025-10-11"),
        # Wed 31 Dec: 1 to 3 Jan off, Sun 4 is worked, Mon 5, Tue 6
        ("2025-12-31 23:59", 3, "2026-01-06"),
        # Fri 13 Feb: Sat 14 is worked, 15 to 23 off, Tue 24, Wed 25
        ("2026-02-13 09:00", 3, "2026-02-25"),
        # ... Thu 26, Fri 27, Sat 28 is worked, Sun off, Mon 2 Mar
        ("2026-02-13 09:00", 7, "2026-03-02"),
        # no day in between: the day of acceptance is day 0 and ends it
        ("2026-03-02 09:00", 0, "2026-03-02"),
    ],
)
def test_working_days_follow_the_official_calendar_with_its_make_up_days(
    calendar: Calendar, accepted: str, days: int, last: str
) -> None:
    due = deadline(at(accepted), limit(days, Unit.WORKING_DAYS), calendar, SHANGHAI)
    assert due == Deadline(at(f"{last} 23:59:59.999999"), provisional=False)


def test_deadline_that_needs_an_unpublished_year_is_provisional() -> None:
    # Tue 29 Dec 2026: Wed, Thu, then a day of 2027
    assert deadline(at("2026-12-29 09:00"), limit(3, Unit.WORKING_DAYS), Printed(), SHANGHAI).provisional
    assert not deadline(at("2026-12-29 09:00"), limit(2, Unit.WORKING_DAYS), Printed(), SHANGHAI).provisional


@pytest.mark.parametrize(
    ("amount", "unit", "due"),
    [
        (30, Unit.MINUTES, "2025-10-02 00:15"),
        (1, Unit.HOURS, "2025-10-02 00:45"),
        (24, Unit.HOURS, "2025-10-02 23:45"),
        (2, Unit.DAYS, "2025-10-03 23:59:59.999999"),
        (0, Unit.DAYS, "2025-10-01 23:59:59.999999"),
    ],
)
def test_minutes_and_hours_run_round_the_clock_and_days_through_holidays(amount: int, unit: Unit, due: str) -> None:
    assert deadline(at("2025-10-01 23:45"), limit(amount, unit), Printed(), SHANGHAI) == Deadline(at(due))


def test_day_is_the_one_where_the_center_is() -> None:
    moment = datetime(2026, 3, 1, 17, 0, tzinfo=UTC)
    assert local_day(moment, SHANGHAI) == date(2026, 3, 2)
    assert local_day(moment, NEW_YORK) == date(2026, 3, 1)
    assert deadline(moment, limit(2, Unit.DAYS), Printed(), SHANGHAI).at == at("2026-03-04 23:59:59.999999")


@pytest.fixture
def machine_in_new_york(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A machine whose own time zone is neither the center's nor UTC."""
    monkeypatch.setenv("TZ", "America/New_York")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


@pytest.mark.usefixtures("machine_in_new_york")
def test_where_the_machine_stands_is_nothing_to_it() -> None:
    """DA-5: days are the center's; deadlines are told in UTC."""
    due = deadline(at("2026-03-02 00:30"), limit(2, Unit.DAYS), Printed(), SHANGHAI).at
    assert (due, due.tzinfo) == (at("2026-03-04 23:59:59.999999"), UTC)
    assert local_day(at("2026-03-02 00:30"), SHANGHAI) == date(2026, 3, 2)


def test_day_on_which_the_clocks_change_ends_at_its_own_midnight() -> None:
    # New York goes to summer time on 8 March 2026: that day ends at 04:00 UTC, the day before at 05:00
    assert end_of_day(date(2026, 3, 7), NEW_YORK) == datetime(2026, 3, 8, 4, 59, 59, 999999, tzinfo=UTC)
    assert end_of_day(date(2026, 3, 8), NEW_YORK) == datetime(2026, 3, 9, 3, 59, 59, 999999, tzinfo=UTC)


def test_hours_are_hours_across_a_change_of_the_clocks() -> None:
    start = datetime(2026, 3, 8, 6, 30, tzinfo=UTC)  # 01:30 in New York; 02:30 does not exist there
    assert deadline(start, limit(1, Unit.HOURS), Printed(), NEW_YORK).at == datetime(2026, 3, 8, 7, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("day", "months", "later"),
    [
        ("2026-03-15", 1, "2026-04-15"),
        ("2026-03-31", 1, "2026-04-30"),  # April has no 31st
        ("2026-01-31", 1, "2026-02-28"),
        ("2028-01-31", 1, "2028-02-29"),  # a leap year
        ("2026-12-31", 1, "2027-01-31"),
        ("2026-12-01", 12, "2027-12-01"),
        ("2026-11-30", 2, "2027-01-30"),
        ("2026-03-31", -1, "2026-02-28"),
        ("2026-01-15", -12, "2025-01-15"),
        ("2026-01-15", 0, "2026-01-15"),
    ],
)
def test_months_lead_to_the_same_day_or_the_last_of_the_month(day: str, months: int, later: str) -> None:
    """OP-12: one month after handling; GP-5: the last twelve months."""
    assert months_after(date.fromisoformat(day), months) == date.fromisoformat(later)


def test_a_limit_in_months_ends_with_the_last_day_where_the_center_is() -> None:
    night = at("2026-01-31 23:30")
    assert deadline(night, limit(1, Unit.MONTHS), Printed(), SHANGHAI) == Deadline(at("2026-02-28 23:59:59.999999"))
    early = at("2026-02-01 00:30")  # still the 31st of January in UTC
    assert deadline(early, limit(1, Unit.MONTHS), Printed(), SHANGHAI) == Deadline(at("2026-03-01 23:59:59.999999"))
