"""scripts/simulate: the same options give the same bytes, and it says how fast it was."""

from __future__ import annotations

import os
import re
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

from tests.packaging.conftest import CHECKOUT


def simulate(folder: Path, name: str, *options: str, hashes: str = "0") -> subprocess.CompletedProcess[str]:
    """Run it; `hashes` seeds Python's own hashing, on whose order nothing may hang."""
    command = [sys.executable, str(CHECKOUT / "scripts" / "simulate.py"), "--db", name, *options]
    environment = {**os.environ, "PYTHONHASHSEED": hashes, "COLUMNS": "200"}
    return subprocess.run(command, cwd=folder, env=environment, check=False, capture_output=True, text=True)


def rows(path: Path) -> dict[str, list[tuple[object, ...]]]:
    """All that lies in a database."""
    with closing(sqlite3.connect(path)) as connection:
        names = connection.execute("select name from sqlite_master where type = 'table' order by name").fetchall()
        # The name is the database's own.
        return {name: sorted(connection.execute(f'select * from "{name}"').fetchall(), key=repr) for (name,) in names}


SMALL = ("--centers", "2", "--households", "200", "--months", "2")


def test_the_same_seed_gives_the_same_bytes_and_another_seed_others(tmp_path: Path) -> None:
    runs = [("one.db", "7", "1", "5000"), ("two.db", "7", "2", "5000"), ("other.db", "8", "1", "5000")]
    for name, seed, hashes, batch in runs:
        done = simulate(tmp_path, name, *SMALL, "--seed", seed, "--batch", batch, hashes=hashes)
        assert done.returncode == 0, done.stderr
    one, two, other = (rows(tmp_path / name) for name, *_ in runs)
    assert len(one["ledger_events"]) > 500
    assert one["ledger_events"] == two["ledger_events"]
    assert {name for name in one if one[name] != two[name]} <= {"ledger_meta"}
    assert rows(tmp_path / "one.db.keys")["ledger_keys"] == rows(tmp_path / "two.db.keys")["ledger_keys"]
    assert one["ledger_events"] != other["ledger_events"]


def test_it_stops_near_the_events_that_were_asked_for_and_says_how_fast_it_was(tmp_path: Path) -> None:
    options = ("--centers", "3", "--events", "1500", "--batch", "200", "--no-facts")
    done = simulate(tmp_path, "some.db", *options)
    assert done.returncode == 0, done.stderr
    found = re.search(r"(\d+) commands, (\d+) events .* ([\d.]+) s, (\d+) commands/s, (\d+) events/s", done.stdout)
    assert found, done.stdout
    held = rows(tmp_path / "some.db")
    assert len(held["ledger_events"]) == int(found[2])
    assert 1500 <= int(found[2]) < 2000
    assert held["fact_opinions"] == []


def test_it_writes_into_no_ledger_that_is_there_already(tmp_path: Path) -> None:
    (tmp_path / "kept.db").write_bytes(b"something")
    done = simulate(tmp_path, "kept.db", *SMALL)
    assert done.returncode == 1
    assert "kept.db is there already" in done.stderr
    assert (tmp_path / "kept.db").read_bytes() == b"something"


def test_an_impossible_option_is_refused(tmp_path: Path) -> None:
    done = simulate(tmp_path, "none.db", "--centers", "0")
    assert done.returncode == 2
    assert "less than 1" in done.stderr
    assert not (tmp_path / "none.db").exists()
