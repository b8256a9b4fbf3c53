"""Local times of the source are read in its zone, at the edges of summer time too."""

from datetime import UTC, datetime

import pytest
from pydantic import ValidationError

from caseledger.adapters.importing.times import TimeForm

BOSTON = TimeForm(zone="America/New_York")


@pytest.mark.parametrize(
    ("written", "moment"),
    [
        ("2011-07-01 01:32:33", datetime(2011, 7, 1, 5, 32, 33, tzinfo=UTC)),  # EDT is four hours behind
        ("2011-12-31 23:11:06", datetime(2012, 1, 1, 4, 11, 6, tzinfo=UTC)),  # EST is five
        ("2011-11-06 00:59:59", datetime(2011, 11, 6, 4, 59, 59, tzinfo=UTC)),
        ("2011-11-06 01:09:48", datetime(2011, 11, 6, 5, 9, 48, tzinfo=UTC)),  # twice that night: the first time
        ("2011-11-06 02:00:00", datetime(2011, 11, 6, 7, 0, 0, tzinfo=UTC)),
        ("2011-7-1 1:2:3", datetime(2011, 7, 1, 5, 2, 3, tzinfo=UTC)),
    ],
)
def test_a_local_time_is_read_into_utc(written: str, moment: datetime) -> None:
    assert BOSTON.read(written) == moment


def test_a_time_that_the_clocks_skipped_is_refused() -> None:
    with pytest.raises(ValueError, match="did not exist in America/New_York"):
        BOSTON.read("2011-03-13 02:30:00")


@pytest.mark.parametrize(
    "written", ["2011-02-30 00:00:00", "2011-W27-5 01:32:33", "01/07/2011", "yesterday", "2011-07-01"]
)
def test_what_is_no_time_of_the_format_is_refused(written: str) -> None:
    with pytest.raises(ValueError, match="is not a time of the form"):
        BOSTON.read(written)


def test_an_offset_in_the_cell_goes_before_the_zone() -> None:
    form = TimeForm(zone="America/New_York", format="%Y-%m-%dT%H:%M:%S%z")
    assert form.read("2011-07-01T08:00:00+08:00") == datetime(2011, 7, 1, tzinfo=UTC)


def test_a_column_may_have_its_own_format() -> None:
    assert BOSTON.read("31/12/2011", "%d/%m/%Y") == datetime(2011, 12, 31, 5, tzinfo=UTC)


def test_a_format_without_the_day_is_refused() -> None:
    with pytest.raises(ValidationError, match="year, month and day"):
        TimeForm(zone="UTC", format="%Y-%m")
