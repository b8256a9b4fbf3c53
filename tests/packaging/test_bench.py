"""The bench runs and says what it found; how quick anything is, is not tested here."""

import json
import os
import re
import runpy
import subprocess
from pathlib import Path

import pytest
from sqlalchemy import MetaData

from caseledger.projections.compile import table_of
from caseledger.projections.facts import ALL
from tests.packaging.conftest import CHECKOUT

# What needs none of the peers' packages, which come from outside.
ROWS = "rebuild,check,queries,import,streaming,live"


@pytest.mark.slow
def test_the_bench_prints_its_table_and_writes_the_same_as_json(tmp_path: Path) -> None:
    found = tmp_path / "found.json"
    page = tmp_path / "found.md"
    arguments = ["--events", "2000", "--small", "500", "--rounds", "1", "--on", "disk", "--rows", ROWS]
    done = subprocess.run(
        [str(CHECKOUT / "scripts" / "bench"), *arguments, "--json", str(found), "--markdown", str(page)],
        cwd=tmp_path,
        check=False,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout + done.stderr

    report = json.loads(found.read_text(encoding="utf-8"))
    assert report["events"] == 2000
    assert report["fsync"].keys() == {"disk"}
    assert report["durability"]["caseledger"] == "journal_mode=wal, synchronous=2"
    assert report["skipped"].keys() == {"import of the Boston file"}
    names = {row["what"] for row in report["rows"]}
    assert {"rebuild fact_opinions", "check all facts", "monthly report, all centers", "replay of a case"} <= names
    assert {row["against"] for row in report["rows"] if row["what"] == "peak memory of reading all"} == {"500 events"}
    for row in report["rows"]:
        # What facts add is a difference of two short runs.
        assert row["ours"] > 0 or row["what"].endswith("what facts add")
        assert row["what"] in done.stdout
        assert row["what"] in page.read_text(encoding="utf-8")
        if row["goal"] is not None:
            judged = row["ours"] / row["theirs"] if row["theirs"] else row["ours"]
            assert row["met"] is (judged >= row["goal"] if row["at_least"] else judged <= row["goal"])
    for secret in (os.uname().nodename, str(CHECKOUT), str(tmp_path)):
        assert secret not in found.read_text(encoding="utf-8") + page.read_text(encoding="utf-8")


def test_rows_that_there_are_not_are_refused_by_name() -> None:
    done = subprocess.run(
        [str(CHECKOUT / "scripts" / "bench"), "--rows", "rebuild,speed"], check=False, capture_output=True, text=True
    )
    assert done.returncode == 2
    assert "no rows speed" in done.stderr


def test_the_stock_projection_keeps_all_facts_that_its_events_open_and_keeps_them_whole() -> None:
    stock = runpy.run_path(str(CHECKOUT / "scripts" / "benching" / "stock_facts.py"))
    ours = [one for one in ALL if {event.name for event in one.opened_by} & stock["CHANGES"].keys()]
    assert stock["KEPT"] == tuple(one.name for one in ours)
    for one, table in zip(ours, stock["TABLES"], strict=True):
        # Not those read off events alone that the synthetic ledger has none of.
        fed = (column for column in one.shown if column.of or set(column.event_names) & stock["CHANGES"].keys())
        kept = set(re.findall(r"([a-z_]+) (?:VARCHAR|INTEGER)", table))
        assert {*one.key_columns, *(column.name for column in fed)} <= kept, one.name
        assert kept <= {*one.key_columns, *(column.name for column in one.shown)}, one.name
        indices = [index for index in stock["INDICES"] if f" ON {one.name} " in index]
        assert [re.findall(r"\((.*)\)", index) for index in indices] == [[", ".join(names)] for names in one.indices]


def test_the_stock_projection_has_the_yes_and_no_and_the_numbers_of_ours_on_postgresql() -> None:
    stock = runpy.run_path(str(CHECKOUT / "scripts" / "benching" / "stock_facts.py"))
    ours = {one.name: table_of(one, MetaData()) for one in ALL}
    for name, table in zip(stock["KEPT"], stock["TABLES"], strict=True):
        words = stock["on_postgresql"](table)
        assert "VARCHAR" not in words
        for column, kind in re.findall(r"([a-z_]+) (TEXT|BOOLEAN|INTEGER)", words):
            assert ours[name].c[column].type.python_type is {"TEXT": str, "BOOLEAN": bool, "INTEGER": int}[kind], column
