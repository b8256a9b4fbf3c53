"""An Excel sheet is a table like any other: real dates, whole ids, and no cell that quietly counts as blank."""

import re
import zipfile
from collections.abc import Callable
from datetime import UTC, date, datetime
from io import BytesIO
from pathlib import Path

import pytest
from openpyxl import Workbook

from caseledger.adapters.importing import InvalidMapping, Mapping, UnreadableFile, import_table, parse_mapping
from caseledger.adapters.importing.excel import ExcelRows
from caseledger.adapters.importing.mapping import ExcelSheet
from caseledger.adapters.importing.rows import Row, Unusable
from caseledger.adapters.importing.times import LocalTime
from caseledger.adapters.ledger import Ledger
from tests.adapters.importing.conftest import HEADER, MAPPING

Sheet = Callable[..., Path]
OPENED = datetime(2011, 7, 1, 9)  # noqa: DTZ001 - Excel knows no zones
TARGET = datetime(2011, 7, 5, 17)  # noqa: DTZ001 - as above
CLOSED = datetime(2011, 7, 3, 10)  # noqa: DTZ001 - as above
ROW = [101_000_295_613, OPENED, TARGET, None, "Open", "Phone", "Noise", "Front Desk", "the pump hums all night"]
ENDED = ["2", OPENED, None, CLOSED, "Closed", "Web", "Lifts", "TECH", "lift is stuck"]


@pytest.fixture
def sheet(tmp_path: Path) -> Sheet:
    """Writes rows below the header into the only sheet of a workbook."""

    def write(*rows: list[object], before: int = 0, title: str = "Cases", more: tuple[str, ...] = ()) -> Path:
        book = Workbook()
        cells = book.active
        assert cells is not None
        cells.title = title
        for _ in range(before):
            cells.append(["complaints of Pine Court"])
        cells.append(HEADER.split(","))
        for row in rows:
            cells.append(row)
        for name in more:
            book.create_sheet(name)
        path = tmp_path / "table.xlsx"
        book.save(path)
        return path

    return write


def mapped(*more: str) -> Mapping:
    return parse_mapping(MAPPING.replace('[csv]\nkey = "id"', "\n".join(["[excel]", 'key = "id"', *more])))


def read(path: Path, **form: object) -> list[Row]:
    with path.open("rb") as file:
        rows = ExcelRows(file, ExcelSheet.model_validate(form))
        found = list(rows)
        rows.release()
    assert all(isinstance(row, Row) for row in found)
    return [row for row in found if isinstance(row, Row)]


def test_a_sheet_is_imported_by_the_same_mapping_as_a_csv_file(ledger: Ledger, sheet: Sheet) -> None:
    file = sheet(ROW, ENDED)
    report = import_table(ledger, file, mapped())
    assert (report.rows, report.imported, report.rejected) == (2, 2, 0)
    accepted = ledger.replay("opinion:oldsys-101000295613").state.accepted
    assert accepted.occurred_at == datetime(2011, 7, 1, 13, tzinfo=UTC)
    assert accepted.handling_due_at == datetime(2011, 7, 5, 21, tzinfo=UTC)
    assert len(ledger.replay("opinion:oldsys-2").events) == 2
    again = import_table(ledger, file, mapped())
    assert (again.imported, again.unchanged) == (0, 2)


def test_an_open_file_is_read_too_and_stays_open(ledger: Ledger, sheet: Sheet) -> None:
    file = BytesIO(sheet(ROW).read_bytes())
    assert import_table(ledger, file, mapped()).imported == 1
    assert not file.closed


def test_a_text_that_is_a_time_is_read_by_the_format_beside_real_dates(ledger: Ledger, sheet: Sheet) -> None:
    report = import_table(ledger, sheet([*ROW[:1], "2011-07-01 09:00:00", *ROW[2:]]), mapped())
    assert report.imported == 1


def test_a_date_without_a_time_of_day_is_its_midnight(ledger: Ledger, sheet: Sheet) -> None:
    import_table(ledger, sheet([*ROW[:1], date(2011, 7, 1), *ROW[2:]]), mapped())
    accepted = ledger.replay("opinion:oldsys-101000295613").state.accepted
    assert accepted.occurred_at == datetime(2011, 7, 1, 4, tzinfo=UTC)


def test_a_number_where_a_time_is_needed_is_rejected_and_not_guessed_at(ledger: Ledger, sheet: Sheet) -> None:
    report = import_table(ledger, sheet([*ROW[:1], 40725.375, *ROW[2:]]), mapped())
    (fault,) = report.first_rejects
    assert (fault.line, fault.column, fault.value) == (2, "opened", "40725.375")


@pytest.mark.parametrize(
    ("cell", "text"),
    [
        (101_000_295_613, "101000295613"),
        (1.01e11, "101000000000"),
        (17.0, "17"),
        (0.1 + 0.2, "0.3"),
        (0.00001, "0.00001"),
        (True, "TRUE"),
        (" x ", " x "),
        (None, ""),
        ("#N/A is what he said", "#N/A is what he said"),
    ],
)
def test_a_cell_says_what_excel_shows_in_full(sheet: Sheet, cell: object, text: str) -> None:
    assert read(sheet([1, cell]))[0].cells[1] == text


def test_an_id_that_is_a_number_in_a_format_of_zeros_keeps_its_zeros(tmp_path: Path) -> None:
    book = Workbook()
    cells = book.active
    assert cells is not None
    cells["A1"], cells["A2"] = "id", 17
    cells["A2"].number_format = "00000"
    book.save(tmp_path / "zeros.xlsx")
    assert read(tmp_path / "zeros.xlsx")[0].cells == ["00017"]


def test_a_number_that_excel_has_cut_to_fifteen_digits_is_rejected_with_its_cell(ledger: Ledger, sheet: Sheet) -> None:
    report = import_table(ledger, sheet([440_100_199_001_011_234, *ROW[1:]]), mapped())
    (fault,) = report.first_rejects
    assert (fault.line, fault.column) == (2, "id")
    assert "more than fifteen digits in A2" in fault.reason


@pytest.mark.parametrize("error", ["#REF!", "#N/A", "#VALUE!", "#DIV/0!", "#NAME?"])
def test_an_error_of_excel_is_rejected_with_its_cell_and_never_taken_for_blank(
    ledger: Ledger, sheet: Sheet, error: str
) -> None:
    report = import_table(ledger, sheet(ENDED, [*ROW[:6], error, *ROW[7:]]), mapped())
    assert (report.imported, report.rejected) == (1, 1)
    (fault,) = report.first_rejects
    assert (fault.line, fault.column, fault.value) == (3, "about", error)
    assert f"holds the error {error} of Excel in G3" in fault.reason


def test_an_error_in_a_column_that_is_not_mapped_is_no_matter(ledger: Ledger, sheet: Sheet) -> None:
    text = MAPPING.replace('[csv]\nkey = "id"', '[excel]\nkey = "id"').replace(
        'department = { column = "dept", code = true }\n', ""
    )
    assert import_table(ledger, sheet([*ROW[:7], "#REF!", *ROW[8:]]), parse_mapping(text)).imported == 1


def test_a_formula_that_was_never_calculated_is_refused_and_not_taken_for_blank(ledger: Ledger, sheet: Sheet) -> None:
    file = sheet(ENDED, [*ROW[:7], '="Front"&" Desk"', *ROW[8:]])
    with pytest.raises(UnreadableFile, match="H3 holds a formula that was never calculated"):
        import_table(ledger, file, mapped())


def test_a_formula_whose_result_is_an_empty_text_is_a_blank_cell(tmp_path: Path, sheet: Sheet) -> None:
    with_formula = b'<c r="H3" t="str"><f>""</f><v></v></c>'
    with zipfile.ZipFile(sheet(ENDED, [*ROW[:7], "FORMULA", *ROW[8:]])) as before:
        parts = {name: before.read(name) for name in before.namelist()}
    name = "xl/worksheets/sheet1.xml"
    parts[name], changed = re.subn(rb'<c r="H3".*?</c>', with_formula, parts[name])
    assert changed == 1
    with zipfile.ZipFile(tmp_path / "after.xlsx", "w") as after:
        for part, content in parts.items():
            after.writestr(part, content)
    assert read(tmp_path / "after.xlsx")[1].cells[7] == ""


def test_rows_keep_the_numbers_that_excel_shows_and_blank_ones_are_no_rows(sheet: Sheet) -> None:
    rows = read(sheet(["1"], [], [None, "x"]))
    assert [(row.line, row.cells[:2]) for row in rows] == [(2, ["1", ""]), (4, ["", "x"])]


def test_dates_are_kept_as_times(sheet: Sheet) -> None:
    cell = read(sheet(["1", OPENED]))[0].cells[1]
    assert isinstance(cell, LocalTime)
    assert (cell, cell.local) == ("2011-07-01 09:00:00", OPENED)


def test_what_stands_beside_the_table_is_no_part_of_it(sheet: Sheet) -> None:
    (row,) = read(sheet([*ROW, "a note of the clerk's"]))
    assert len(row.cells) == len(HEADER.split(","))


def test_a_header_further_down_is_found_by_its_row(ledger: Ledger, sheet: Sheet) -> None:
    report = import_table(ledger, sheet(ROW, before=3), mapped("header_row = 4"))
    assert report.imported == 1


def test_a_sheet_is_chosen_by_its_name(ledger: Ledger, sheet: Sheet) -> None:
    file = sheet(ROW, title="台账", more=("Notes",))
    assert import_table(ledger, file, mapped('sheet = "台账"')).imported == 1
    with pytest.raises(UnreadableFile, match=r"has 2 sheets.*'台账', 'Notes'"):
        import_table(ledger, file, mapped())
    with pytest.raises(UnreadableFile, match="no sheet 'Cases'"):
        import_table(ledger, file, mapped('sheet = "Cases"'))


def test_a_missing_column_is_named(ledger: Ledger, sheet: Sheet) -> None:
    with pytest.raises(InvalidMapping, match="the file has no column 'opened'"):
        import_table(ledger, sheet(ROW, before=1), mapped())


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "no workbook that can be read"),
        (b"id,opened\n1,2\n", "no workbook that can be read"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "an old .xls file or a locked one"),
    ],
)
def test_what_is_no_workbook_is_refused(ledger: Ledger, content: bytes, says: str) -> None:
    with pytest.raises(UnreadableFile, match=says):
        import_table(ledger, BytesIO(content), mapped())


def test_another_zip_file_is_refused(ledger: Ledger) -> None:
    file = BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("letter.txt", "no sheet")
    with pytest.raises(UnreadableFile, match="no workbook"):
        import_table(ledger, file, mapped())


def test_a_sheet_whose_header_is_blank_is_refused(sheet: Sheet) -> None:
    with sheet(ROW).open("rb") as file, pytest.raises(UnreadableFile, match="row 7 of the sheet 'Cases' is blank"):
        ExcelRows(file, ExcelSheet(header_row=7))


def test_words_about_people_are_masked_as_from_csv(ledger: Ledger, sheet: Sheet) -> None:
    report = import_table(ledger, sheet([*ROW[:8], "#REF!"]), mapped())
    assert report.first_rejects[0].value == "•••"


def test_a_cell_without_a_value_says_why() -> None:
    cell = Unusable.because("#REF!", "holds an error")
    assert (cell, cell.reason) == ("#REF!", "holds an error")


def test_a_mapping_describes_a_table_in_one_way() -> None:
    both = MAPPING.replace('key = "id"', 'key = "id"\n[excel]\nkey = "id"')
    for text in (both, MAPPING.replace('[csv]\nkey = "id"', "")):
        with pytest.raises(InvalidMapping, match=r"one of \[csv\] and \[excel\]"):
            parse_mapping(text)
    with pytest.raises(InvalidMapping, match=r"excel\.key: is needed"):
        parse_mapping(MAPPING.replace('[csv]\nkey = "id"', "[excel]"))


def test_progress_reaches_the_end(ledger: Ledger, sheet: Sheet) -> None:
    told: list[tuple[str, int, int]] = []
    file = sheet(ROW, ENDED)
    import_table(ledger, file, mapped(), progress=lambda *what: told.append(what), batch=1)
    size = file.stat().st_size
    assert [done <= size for _, done, _ in told] == [True, True]
