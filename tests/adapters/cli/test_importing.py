"""Another system's history from the command line: every row is imported or accounted for."""

import csv
import json
from pathlib import Path

import pytest
from openpyxl import Workbook

from tests.adapters.cli.conftest import Run

MAPPING = """
source = "oldsys"
[csv]
key = "id"
[center]
id = "center:old"
label = "旧系统"
time_zone = "Asia/Shanghai"
estates = [{ id = "old", label = "旧区" }]
[policy]
name = "imported"
in_force_from = 2011-01-01
[time]
format = "%Y-%m-%d %H:%M:%S"
zone = "Asia/Shanghai"
[accept]
occurred_at = { column = "opened" }
kind = { value = "complaint" }
channel = { column = "way", map = { "tel" = "phone" } }
content = { column = "words" }
"""
HEADER = "id,opened,way,words\n"
GOOD = "1,2011-07-01 08:00:00,tel,漏水\n"
BAD = "2,2011-07-01 08:00:00,pigeon,噪音\n"


@pytest.fixture
def files(tmp_path: Path) -> Path:
    (tmp_path / "mapping.toml").write_text(MAPPING, encoding="utf-8")
    (tmp_path / "good.csv").write_text(HEADER + GOOD, encoding="utf-8")
    (tmp_path / "mixed.csv").write_text(HEADER + GOOD + BAD, encoding="utf-8")
    return tmp_path


pytestmark = pytest.mark.usefixtures("ledger", "files")


def test_all_rows_imported_is_done(caseledger: Run) -> None:
    said = caseledger("import", "good.csv", "--mapping", "mapping.toml", "--format", "json")
    assert (said.exit_code, said.err) == (0, "")
    assert {name: said.json[name] for name in ("rows", "imported", "rejected", "dry_run")} == {
        "rows": 1,
        "imported": 1,
        "rejected": 0,
        "dry_run": False,
    }


def test_the_same_import_again_changes_nothing(caseledger: Run) -> None:
    arguments = ["import", "good.csv", "--mapping", "mapping.toml", "--format", "json"]
    caseledger(*arguments)
    again = caseledger(*arguments)
    assert again.exit_code == 0
    assert (again.json["imported"], again.json["unchanged"]) == (0, 1)


def test_a_rejected_row_is_listed_with_its_line_and_column_and_ends_with_1(caseledger: Run, files: Path) -> None:
    said = caseledger("import", "mixed.csv", "--mapping", "mapping.toml", "--rejects", "rejects.csv")
    assert said.exit_code == 1
    assert "rejects.csv" in said.out
    with (files / "rejects.csv").open(encoding="utf-8", newline="") as file:
        (row,) = csv.DictReader(file)
    assert (row["line"], row["kind"], row["column"], row["value"]) == ("3", "rejected", "way", "pigeon")
    assert row["reason"]


def test_a_dry_run_says_what_would_come_of_it_and_records_nothing(caseledger: Run) -> None:
    said = caseledger("import", "good.csv", "--mapping", "mapping.toml", "--dry-run")
    assert said.exit_code == 0
    assert "nothing was recorded" in said.out
    caseledger("replay", "center:old").refused("center:old")


def test_a_row_that_the_ledger_holds_otherwise_says_what_differs_and_ends_with_1(caseledger: Run, files: Path) -> None:
    caseledger("import", "good.csv", "--mapping", "mapping.toml")
    (files / "mapping.toml").write_text(MAPPING.replace('"phone"', '"web"'), encoding="utf-8")
    said = caseledger("import", "good.csv", "--mapping", "mapping.toml", "--format", "json")
    assert said.exit_code == 1
    (difference,) = said.json["differences"]
    assert (difference["recorded"], difference["new"]) == ("phone", "web")
    assert "channel" in difference["field"]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["missing.csv", "--mapping", "mapping.toml"], "missing.csv"),
        (["good.csv", "--mapping", "nosuch"], "boston311"),
        (["good.csv", "--mapping", "boston311"], "case_enquiry_id"),
        (["good.csv", "--mapping", "good.csv"], "TOML"),
        (["good.csv", "--mapping", "mapping.toml", "--rejects", "no/folder/rejects.csv"], "rejects.csv"),
        (["good.csv", "--mapping", "mapping.toml", "--rejects", "good.csv"], "rejects file"),
        ([".", "--mapping", "mapping.toml"], "."),
    ],
)
def test_what_cannot_be_imported_is_refused_and_nothing_recorded(
    caseledger: Run, files: Path, arguments: list[str], said: str
) -> None:
    caseledger("import", *arguments).refused(said)
    caseledger("replay", "center:old").refused("center:old")
    assert (files / "good.csv").read_text(encoding="utf-8") == HEADER + GOOD


def test_an_excel_sheet_is_imported_by_its_mapping(caseledger: Run, files: Path) -> None:
    book = Workbook()
    for row in (HEADER, GOOD):
        book.active.append(row.strip().split(","))  # type: ignore[union-attr]  # a new workbook's sheet is a worksheet
    book.save(files / "good.xlsx")
    (files / "excel.toml").write_text(MAPPING.replace("[csv]", "[excel]"), encoding="utf-8")
    said = caseledger("import", "good.xlsx", "--mapping", "excel.toml", "--format", "json")
    assert (said.exit_code, said.json["imported"]) == (0, 1)


def test_an_event_log_is_imported_by_its_mapping_and_says_what_was_left_out(caseledger: Run, files: Path) -> None:
    steps = """
[log]
case = "id"
activity = "way"
time = "opened"
ignore = ["pigeon"]
[steps.tel]
do = "accept_opinion"
kind = { value = "complaint" }
channel = { value = "phone" }
"""
    head = MAPPING[: MAPPING.index("[accept]")].replace('[csv]\nkey = "id"\n', "")
    (files / "log.toml").write_text(head + steps, encoding="utf-8")
    said = caseledger("import", "mixed.csv", "--mapping", "log.toml")
    assert said.exit_code == 0
    assert "ignored" in said.out


def test_no_report_repeats_what_a_person_said(caseledger: Run) -> None:
    said = caseledger("import", "mixed.csv", "--mapping", "mapping.toml", "--format", "json")
    assert "噪音" not in json.dumps(said.json, ensure_ascii=False)
