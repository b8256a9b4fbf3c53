"""Lists for a spreadsheet."""

import csv
import io

import pytest

from caseledger.adapters.cli.options import Form
from caseledger.adapters.cli.rendering import print_rows
from tests.adapters.cli.conftest import NUMBER, Run


@pytest.mark.usefixtures("case")
@pytest.mark.parametrize(
    ("asked", "column", "cell"),
    [
        (["report", "monthly", "--month", "2024-03"], "投诉 complaints", "1"),
        (["report", "timeliness", "--month", "2024-03", "--cases"], "单号 number", NUMBER),
        (["find"], "开始 opened", "2024-03-04 09:30:00 +08:00"),
        (["due"], "单号 number", NUMBER),
        (["trail", NUMBER], "事件 event", "意见已受理 opinion accepted"),
    ],
)
def test_a_list_is_written_for_a_spreadsheet(caseledger: Run, asked: list[str], column: str, cell: str) -> None:
    said = caseledger(*asked, "--format", "csv")
    assert said.exit_code == 0
    assert said.out.startswith("\ufeff"), "without the mark Excel takes UTF-8 for the system's own encoding"
    assert said.out.endswith("\r\n")
    rows = list(csv.DictReader(io.StringIO(said.out.removeprefix("\ufeff"), newline="")))
    assert rows[0][column] == cell
    assert "–" not in said.out


@pytest.mark.usefixtures("ledger")
def test_nothing_to_list_is_an_empty_file(caseledger: Run) -> None:
    assert caseledger("find", "--format", "csv").out == "\ufeff"


def test_words_that_a_spreadsheet_would_take_for_a_formula_are_text(capsysbinary: pytest.CaptureFixture[bytes]) -> None:
    print_rows([{"what": "=1+1", "at": None, "points": -1}], Form.CSV)
    assert capsysbinary.readouterr().out.decode("utf-8-sig").splitlines()[1] == "'=1+1,,-1"


@pytest.mark.usefixtures("case")
@pytest.mark.parametrize(
    ("asked", "known"),
    [(["find"], "table, json, csv"), (["replay", NUMBER], "table, json"), (["check"], "table, json")],
)
def test_a_format_that_there_is_not_is_told_in_plain_words(caseledger: Run, asked: list[str], known: str) -> None:
    said = caseledger(*asked, "--format", "xml")
    said.refused("--format", f"'xml' is not one of {known}", exit_code=2)
    assert "pydantic" not in said.err
    assert "enum" not in said.err.lower()
