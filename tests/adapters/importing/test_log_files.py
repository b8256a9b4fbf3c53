"""A log comes as CSV, as XES or on an Excel sheet."""

from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path

import pytest
from openpyxl import Workbook

from caseledger.adapters.importing import (
    InvalidMapping,
    LogMapping,
    UnreadableFile,
    import_file,
    import_log,
    parse_log_mapping,
)
from caseledger.adapters.ledger import Ledger
from tests.adapters.importing.conftest import Table
from tests.adapters.importing.log_reports import counts
from tests.adapters.importing.logs import ASSIGN, CASE, HEADER, MAPPING, TAKE

# Files


def test_a_missing_column_is_named_before_anything_is_recorded(ledger: Ledger, plan: LogMapping, log: Table) -> None:
    with pytest.raises(InvalidMapping, match=r"log\.time: the file has no column 'time:timestamp'; did you mean"):
        import_log(ledger, log(ASSIGN, header=HEADER.replace("time:timestamp", "time:stamp")), plan)
    assert ledger.histories(["center:desk"])["center:desk"] == ()


XES = """<log><trace><string key="concept:name" value="A1"/>
<event><string key="concept:name" value="Assign"/><date key="time:timestamp" value="2010-01-13T08:40:25.000Z"/>
<string key="via" value="Phone"/><string key="words" value="the till is stuck"/></event>
<event><string key="concept:name" value="Take in charge"/><string key="org:resource" value="Value 5"/>
<date key="time:timestamp" value="2010-01-29T09:52:27.000+01:00"/></event></trace></log>"""


def test_an_xes_log_is_imported_by_the_mapping_of_its_csv_export(ledger: Ledger, plan: LogMapping, log: Table) -> None:
    import_log(ledger, log(ASSIGN, TAKE), plan)
    xes = parse_log_mapping(MAPPING.replace("[log]", "[xes]\n[log]").replace('format = "iso8601"\n', ""))
    assert counts(import_log(ledger, BytesIO(XES.encode()), xes)) == (0, 2, 0, 0, 0)


@pytest.mark.parametrize(
    ("content", "error", "says"),
    [
        (XES[:200], UnreadableFile, "not well-formed"),
        (f"<!DOCTYPE log>{XES}", UnreadableFile, "document type declaration"),
        (XES.replace("time:timestamp", "time"), InvalidMapping, "no column 'time:timestamp'"),
        ("<log/>", InvalidMapping, "no column 'case:concept:name'"),
    ],
)
def test_an_xes_log_that_cannot_be_read_records_nothing(
    ledger: Ledger, content: str, error: type[Exception], says: str
) -> None:
    xes = parse_log_mapping(MAPPING.replace("[log]", "[xes]\n[log]"))
    with pytest.raises(error, match=says):
        import_log(ledger, BytesIO(content.encode()), xes)
    assert ledger.histories(["center:desk"])["center:desk"] == ()


def test_a_log_on_an_excel_sheet_is_imported(ledger: Ledger, tmp_path: Path) -> None:
    book = Workbook()
    for row in (HEADER, ASSIGN, TAKE):
        cells: list[object] = list(row.split(","))
        if row != HEADER:
            cells[2] = datetime.fromisoformat(str(cells[2])).replace(tzinfo=None)
        book.active.append(cells)  # type: ignore[union-attr]  # a new workbook's sheet is a worksheet
    book.save(tmp_path / "log.xlsx")
    report = import_log(ledger, tmp_path / "log.xlsx", parse_log_mapping(MAPPING.replace("[log]", "[excel]\n[log]")))
    assert counts(report) == (2, 0, 0, 0, 0)
    # Excel knows no zones: the local time of the mapping's, an hour ahead of UTC in January.
    assert ledger.replay(CASE).events[0].event.occurred_at == datetime(2010, 1, 13, 7, 40, 25, tzinfo=UTC)


def test_one_door_takes_tables_and_logs(ledger: Ledger, log: Table, tmp_path: Path) -> None:
    (tmp_path / "desk.toml").write_text(MAPPING, encoding="utf-8")
    assert counts(import_file(ledger, log(ASSIGN), tmp_path / "desk.toml")) == (1, 0, 0, 0, 0)
    assert counts(import_file(ledger, log(ASSIGN), parse_log_mapping(MAPPING))) == (0, 1, 0, 0, 0)
