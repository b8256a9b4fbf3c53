"""Boston's service requests of 2011, imported; every figure equals a count by the standard library alone."""

import csv
import io
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from caseledger.adapters.importing import ImportReport, import_table
from caseledger.adapters.keystore import MemoryKeyStore
from caseledger.adapters.ledger import Ledger

ARCHIVE = Path(__file__).parents[3] / "shared" / "data" / "boston_311_2011.zip"
MONTHS = [f"2011-{month:02}" for month in range(7, 13)]

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not ARCHIVE.exists(), reason="the Boston file is data from outside and not part of the project"),
]


@dataclass
class Count:
    """What the CSV says of one month or department; local times, all of one form, compare as text."""

    cases: int = 0
    ended: int = 0
    with_target: int = 0
    in_time: int = 0
    closed_with_target: int = 0

    def add(self, row: dict[str, str]) -> None:
        """Count one row."""
        closed, target = row["closed_dt"], row["target_dt"]
        self.cases += 1
        self.ended += bool(closed)
        if target:
            self.with_target += 1
            self.closed_with_target += bool(closed)
            self.in_time += bool(closed) and closed <= target


@dataclass(frozen=True)
class Counted:
    """The CSV, counted in all, by month, and by month and department."""

    total: Count
    months: dict[str, Count]
    departments: dict[tuple[str, str], Count]


@pytest.fixture(scope="module")
def csv_bytes() -> bytes:
    with zipfile.ZipFile(ARCHIVE) as archive:
        (name,) = archive.namelist()
        return archive.read(name)


@pytest.fixture(scope="module")
def counted(csv_bytes: bytes) -> Counted:
    found = Counted(Count(), {}, {})
    for row in csv.DictReader(io.StringIO(csv_bytes.decode("utf-8"), newline="")):
        month = row["open_dt"][:7]
        code = row["department"].lower().replace(" ", "_").strip("_")
        for count in (
            found.total,
            found.months.setdefault(month, Count()),
            found.departments.setdefault((month, code), Count()),
        ):
            count.add(row)
    return found


@pytest.fixture(scope="module")
def boston(csv_bytes: bytes, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Ledger, ImportReport]]:
    url = f"sqlite:///{tmp_path_factory.mktemp('boston') / 'ledger.db'}"
    with Ledger(url, keys=MemoryKeyStore()) as ledger:
        yield ledger, import_table(ledger, io.BytesIO(csv_bytes), "boston311")


def test_the_csv_holds_what_is_known_of_it(counted: Counted) -> None:
    total = counted.total
    assert (total.cases, total.ended) == (58_251, 54_570)
    assert (total.in_time, total.closed_with_target, total.with_target) == (35_591, 43_821, 47_270)
    assert sorted(counted.months) == MONTHS


def test_every_row_is_accounted_for(boston: tuple[Ledger, ImportReport]) -> None:
    _, report = boston
    assert report.rows == 58_251
    assert report.imported + report.rejected == 58_251
    assert all(fault.reason for fault in report.first_rejects)
    assert report.rejected == 0, report.first_rejects


def test_opinions_of_each_month_equal_the_csv(boston: tuple[Ledger, ImportReport], counted: Counted) -> None:
    ledger, _ = boston
    for month in MONTHS:
        (row,) = ledger.figures.monthly(month, center="center:boston")
        assert (row.accepted, row.ended) == (counted.months[month].cases, counted.months[month].ended), month


def test_timeliness_of_each_month_equals_the_csv(boston: tuple[Ledger, ImportReport], counted: Counted) -> None:
    ledger, _ = boston
    for month in MONTHS:
        handling = next(
            row for row in ledger.figures.timeliness(month, center="center:boston") if row.clock == "handling"
        )
        count = counted.months[month]
        assert (handling.in_time, handling.done, handling.due) == (
            count.in_time,
            count.closed_with_target,
            count.with_target,
        ), month


def test_timeliness_of_each_department_equals_the_csv(boston: tuple[Ledger, ImportReport], counted: Counted) -> None:
    ledger, _ = boston
    for month in MONTHS:
        rows = ledger.figures.timeliness(month, center="center:boston", by="department")
        told = {row.group: (row.in_time, row.done, row.due) for row in rows if row.clock == "handling" and row.due}
        assert told == {
            department: (count.in_time, count.closed_with_target, count.with_target)
            for (of, department), count in counted.departments.items()
            if of == month and count.with_target
        }, month


def test_the_months_add_up_to_the_three_known_totals(boston: tuple[Ledger, ImportReport]) -> None:
    ledger, _ = boston
    rows = [
        row
        for month in MONTHS
        for row in ledger.figures.timeliness(month, center="center:boston")
        if row.clock == "handling"
    ]
    assert sum(row.in_time for row in rows) == 35_591
    assert sum(row.done for row in rows) == 43_821
    assert sum(row.due for row in rows) == 47_270
