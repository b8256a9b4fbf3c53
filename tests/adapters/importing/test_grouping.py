"""Events in any order come back case by case: first met, first; by time; ties as in the file."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from caseledger.adapters.importing.grouping import LogRow, grouping
from caseledger.adapters.importing.rows import Unusable
from caseledger.adapters.importing.times import LocalTime

START = datetime(2011, 7, 1, tzinfo=UTC)
EVENTS = st.lists(st.tuples(st.sampled_from("abc"), st.none() | st.integers(-5, 5)), max_size=30)


@given(EVENTS)
def test_the_order_is_that_of_a_stable_sort(events: list[tuple[str, int | None]]) -> None:
    rows = [
        (case, LogRow(line, [case], None if hour is None else START + timedelta(hours=hour)))
        for line, (case, hour) in enumerate(events, start=2)
    ]
    with grouping() as grouped:
        for case, row in rows:
            grouped.add(case, row)
        found = list(grouped.cases())
    cases = list(dict.fromkeys(case for case, _ in events))
    before_all = START - timedelta(days=9)
    assert found == [
        sorted((row for of, row in rows if of == case), key=lambda row: row.at or before_all) for case in cases
    ]


def test_cells_come_back_as_they_were() -> None:
    local = datetime(2011, 7, 1, 9, 30)  # noqa: DTZ001 - Excel knows no zones
    row = LogRow(2, ["x", LocalTime.of(local), Unusable.because("#REF!", "is an error")], START, (None, "is wrong"))
    with grouping() as grouped:
        grouped.add("a", row)
        ((back,),) = grouped.cases()
    assert back == row
    _, time, unusable = back.cells
    assert isinstance(time, LocalTime)
    assert isinstance(unusable, Unusable)
    assert (time.local, unusable.reason) == (local, "is an error")
