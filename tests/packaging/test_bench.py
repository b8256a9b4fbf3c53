"""The bench runs and says what it found; how quick anything is, is not tested here."""

import json
import os
import subprocess
from pathlib import Path

import pytest

from tests.packaging.conftest import CHECKOUT

# What needs none of the peers' packages, which come from outside.
ROWS = "rebuild,check,queries,import"


@pytest.mark.slow
def test_the_bench_prints_its_table_and_writes_the_same_as_json(tmp_path: Path) -> None:
    found = tmp_path / "found.json"
    page = tmp_path / "found.md"
    arguments = ["--events", "2000", "--rounds", "1", "--on", "disk", "--rows", ROWS]
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
    for row in report["rows"]:
        assert row["ours"] > 0
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
