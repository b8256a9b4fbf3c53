"""A time on the command line says its offset, or is a day where a time zone is known."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
import typer

from caseledger.adapters.cli.moments import months, when

SHANGHAI = ZoneInfo("Asia/Shanghai")


def nowhere() -> None:
    return None


def test_a_time_with_an_offset_needs_no_zone() -> None:
    assert when("2026-03-01T09:30:00+08:00").up_to(nowhere) == datetime(2026, 3, 1, 1, 30, tzinfo=UTC)


def test_a_day_ends_with_its_last_microsecond_where_the_center_is() -> None:
    assert when("2026-03-01").up_to(lambda: SHANGHAI) == datetime(2026, 3, 1, 15, 59, 59, 999999, tzinfo=UTC)


def test_a_day_begins_at_its_midnight_where_the_center_is() -> None:
    assert when("2026-03-01").since(lambda: SHANGHAI) == datetime(2026, 2, 28, 16, tzinfo=UTC)


def test_a_day_without_a_zone_is_refused() -> None:
    with pytest.raises(typer.BadParameter, match="in which time zone"):
        when("2026-03-01").up_to(nowhere)


@pytest.mark.parametrize(
    "said",
    [
        "",
        "yesterday",
        "2026-03-01T09:30:00",
        "2026-02-30",
        "2026-13-01T00:00:00Z",
        "1772328600",
        "0001-01-01T00:00:00+08:00",
        "9999-12-31T23:59:59-01:00",
        "9999-12-31",
        "0001-01-01",
        "２０２６-０３-０１T09:30:00",
    ],
)
def test_what_is_no_time_is_refused(said: str) -> None:
    with pytest.raises(typer.BadParameter):
        when(said)


def test_a_month_and_a_range_of_months_are_read() -> None:
    assert months("2011-12").each == ("2011-12",)
    assert months("2011-11..2012-01").each == ("2011-11", "2011-12", "2012-01")
    assert months("2011-07..2011-07").each == ("2011-07",)


@pytest.mark.parametrize(
    "said",
    [
        "",
        "2011",
        "2011-13",
        "2011-00",
        "0000-01",
        "2011-7",
        "2011-07..",
        "..2011-07",
        "2011-08..2011-07",
        "1000-01..9999-12",
    ],
)
def test_what_is_no_month_is_refused(said: str) -> None:
    with pytest.raises(typer.BadParameter):
        months(said)
