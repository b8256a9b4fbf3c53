"""Rows that cannot be taken in, and files that cannot be read, say where and why."""

import csv
from io import BytesIO, StringIO
from pathlib import Path

import pytest

from caseledger.adapters.importing import InvalidMapping, Mapping, UnreadableFile, import_table, parse_mapping
from caseledger.adapters.ledger import Ledger
from tests.adapters.importing.conftest import CLOSED, HEADER, MAPPING, OPEN, Table
from tests.adapters.importing.reports import counts, only_reject, size

# Rows that cannot be taken in


@pytest.mark.parametrize(
    ("change", "cell", "says"),
    [
        (("Phone", "Pigeon"), ("via", "Pigeon"), "is not in the map of channel"),
        (("Phone", ""), ("via", ""), "channel is needed"),
        (("Open", "Reopened"), ("status", "Reopened"), "neither closed nor open"),
        (("2011-07-01 09:00:00", ""), ("opened", ""), "is blank"),
        (("2011-07-01 09:00:00", "July"), ("opened", "July"), "is not a time of the form"),
        (("2011-07-01 09:00:00", "2011-03-13 02:30:00"), ("opened", "2011-03-13 02:30:00"), "did not exist"),
        (("2011-07-01 09:00:00", "2031-07-01 09:00:00"), ("opened", "2031-07-01 09:00:00"), "lies in the future"),
        (("2011-07-01 09:00:00", "2001-07-01 09:00:00"), (None, None), "no policy in force on 2001-07-01"),
        ((",,Open", ",,Closed"), ("closed", ""), "is blank"),
        ((",,Open", ",2011-06-30 10:00:00,Closed"), ("closed", "2011-06-30 10:00:00"), "before the opening"),
        ((",,Open", ",2031-06-30 10:00:00,Closed"), ("closed", "2031-06-30 10:00:00"), "lies in the future"),
        (("1,2011", ",2011"), ("id", ""), "key of the row"),
        (("1,2011", "x" * 60 + ",2011"), ("id", "x" * 60), "too long for an id"),
        (("Front Desk", "前台"), ("dept", "前台"), "name its words in a map"),
        (("Front Desk", "d" * 49), ("dept", "d" * 49), "is no code: lower case letters"),
        (("the pump", "\x00the pump"), ("words", "•••"), "U+0000"),
        (("the pump", "\udce9the pump"), ("words", "•••"), r"the byte \xe9, which is not valid utf-8"),
        (("the pump", "p" * 20_001), ("words", "•••"), "longer than the 20000 characters"),
    ],
)
def test_a_row_that_cannot_be_taken_in_says_line_column_value_and_reason(
    ledger: Ledger, table: Table, change: tuple[str, str], cell: tuple[str | None, str | None], says: str
) -> None:
    report = import_table(ledger, table(CLOSED, OPEN.replace(*change, 1)), parse_mapping(MAPPING))
    assert counts(report) == (1, 0, 0, 1)
    fault = only_reject(report)
    assert says in fault.reason
    assert (fault.line, fault.column, fault.value) == (3, *cell)
    assert size(ledger, "opinion:oldsys-1") == 0


def test_all_faults_of_a_row_are_said(ledger: Ledger, mapping: Mapping, table: Table) -> None:
    report = import_table(ledger, table(OPEN.replace("Phone", "Pigeon").replace("Open", "Lost")), mapping)
    fault = only_reject(report)
    assert fault.column == "via"
    assert "also status: says neither closed nor open" in fault.reason


def test_half_a_row_is_rejected_and_its_neighbours_are_not(ledger: Ledger, mapping: Mapping, table: Table) -> None:
    report = import_table(ledger, table(OPEN[:40], CLOSED), mapping)
    assert counts(report) == (1, 0, 0, 1)
    assert only_reject(report).line == 2


def test_a_key_that_comes_twice_with_the_same_content_changes_nothing(
    ledger: Ledger, mapping: Mapping, table: Table
) -> None:
    assert counts(import_table(ledger, table(OPEN, OPEN), mapping)) == (1, 1, 0, 0)


def test_of_two_rows_with_one_key_the_first_counts(ledger: Ledger, mapping: Mapping, table: Table) -> None:
    report = import_table(ledger, table(OPEN, CLOSED, OPEN.replace("Noise", "Trash")), mapping, batch=1)
    assert counts(report) == (2, 0, 0, 1)
    fault = only_reject(report)
    assert (fault.line, fault.column, fault.value) == (4, "id", "1")
    assert "key of line 2" in fault.reason


def test_the_rejects_file_has_every_rejected_row(
    ledger: Ledger, mapping: Mapping, table: Table, tmp_path: Path
) -> None:
    bad = [OPEN.replace("Phone", f"Pigeon {number}") for number in range(30)]
    rejects = tmp_path / "rejects.csv"
    report = import_table(ledger, table(CLOSED, *bad), mapping, rejects=rejects, batch=7)
    assert counts(report) == (1, 0, 0, 30)
    assert len(report.first_rejects) == 20
    assert report.rejected_columns == {"via": 30}
    with rejects.open(encoding="utf-8", newline="") as file:
        header, *rows = csv.reader(file)
    assert header == ["line", "kind", "column", "value", "reason"]
    assert [row[:4] for row in rows] == [[str(n + 3), "rejected", "via", f"Pigeon {n}"] for n in range(30)]


def test_personal_words_do_not_reach_the_rejects_file(ledger: Ledger, mapping: Mapping, table: Table) -> None:
    rejects = StringIO()
    import_table(ledger, table(OPEN.replace("the pump", "\x00Mr Ray")), mapping, rejects=rejects)
    assert "Ray" not in rejects.getvalue()


# Files that cannot be read at all


@pytest.mark.parametrize("content", [b"", b"\n", b"1,2011-07-01\n", HEADER.replace(",", ";").encode(), b"\xff\xfe\x00"])
def test_a_file_without_the_columns_is_refused_before_anything_is_recorded(
    ledger: Ledger, mapping: Mapping, content: bytes, tmp_path: Path
) -> None:
    rejects = tmp_path / "rejects.csv"
    with pytest.raises((UnreadableFile, InvalidMapping)):
        import_table(ledger, BytesIO(content), mapping, rejects=rejects)
    assert size(ledger, "center:pine") == 0
    assert not rejects.exists()


def test_a_file_with_nothing_that_can_be_taken_in_records_nothing(
    ledger: Ledger, mapping: Mapping, table: Table
) -> None:
    report = import_table(ledger, table(OPEN.replace("Phone", "Pigeon")), mapping)
    assert counts(report) == (0, 0, 0, 1)
    assert size(ledger, "center:pine") == 0


def test_a_header_without_rows_is_an_import_of_nothing(ledger: Ledger, mapping: Mapping, table: Table) -> None:
    assert counts(import_table(ledger, table(), mapping)) == (0, 0, 0, 0)


def test_the_rejects_may_not_overwrite_the_file(ledger: Ledger, mapping: Mapping, table: Table) -> None:
    file = table(OPEN)
    with pytest.raises(UnreadableFile, match="the rejects file is the file"):
        import_table(ledger, file, mapping, rejects=file)
    assert OPEN in file.read_text()


def test_a_rejects_file_that_cannot_be_written_stops_the_import_first(
    ledger: Ledger, mapping: Mapping, table: Table, tmp_path: Path
) -> None:
    with pytest.raises(UnreadableFile, match="rejects file"):
        import_table(ledger, table(OPEN), mapping, rejects=tmp_path / "no" / "folder.csv")
    assert size(ledger, "opinion:oldsys-1") == 0
