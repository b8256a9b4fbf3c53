"""Facts in another database, from the command line."""

import os
import signal
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path
from time import monotonic, sleep

import pytest

from tests.adapters.cli.conftest import Run


def rows(path: Path) -> list[tuple[str, ...]]:
    with closing(sqlite3.connect(path)) as target:
        return target.execute("SELECT case_id, status FROM fact_opinions").fetchall()


@pytest.mark.usefixtures("case")
def test_facts_follow_once_and_their_lag_is_told(caseledger: Run, tmp_path: Path) -> None:
    caseledger("lag", "--to", "facts.db").refused("there are no facts at facts.db", "caseledger follow")
    assert not (tmp_path / "facts.db").exists()
    said = caseledger("follow", "--to", "facts.db", "--once")
    assert (said.exit_code, said.out) == (0, "the facts hold every event up to position 4\n")
    assert rows(tmp_path / "facts.db") == [("opinion:1", "accepted")]
    told = caseledger("lag", "--to", "facts.db", "--format", "json")
    assert told.exit_code == 0
    assert (told.json["current"], told.json["position"], told.json["events"]) == (True, 4, 0)


@pytest.mark.usefixtures("case")
def test_the_target_may_be_named_by_the_environment(
    caseledger: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CASELEDGER_FACTS", "facts.db")
    assert caseledger("follow", "--once").exit_code == 0
    assert caseledger("follow", "--once", "--rebuild", "--retry").exit_code == 0
    assert len(rows(tmp_path / "facts.db")) == 1


@pytest.mark.usefixtures("case")
def test_paused_facts_stay_behind_and_resumed_ones_follow(caseledger: Run, ledger: Path) -> None:
    caseledger("follow", "--to", "facts.db", "--once")
    assert "stand still" in caseledger("follow", "--to", "facts.db", "--pause").out
    given = (
        '{"actor": {"id": "staff:li", "role": "acceptor"}, "case": "opinion:1", "way": "phone", '
        '"occurred_at": "2024-03-04T09:50:00+08:00", "late_reason": "paper_record"}'
    )
    assert caseledger("do", "respond_to_opinion", "--json", given, "--db", str(ledger)).exit_code == 0
    said = caseledger("follow", "--to", "facts.db", "--once")
    assert said.exit_code == 0
    assert "the facts lack 1 events of 5" in said.out
    assert "paused since" in said.out
    assert caseledger("lag", "--to", "facts.db").exit_code == 1
    assert "follow again" in caseledger("follow", "--to", "facts.db", "--resume").out
    assert caseledger("follow", "--to", "facts.db", "--once").out == "the facts hold every event up to position 5\n"


def test_a_case_that_is_set_aside_is_named(caseledger: Run, ledger: Path) -> None:
    half = "INSERT INTO ledger_events (stream, version, name, state) VALUES (?, 1, 'opinion.accepted.v1', x'7b')"
    with closing(sqlite3.connect(ledger)) as database, database:
        database.execute(half, ("opinion:x",))
    said = caseledger("follow", "--to", "facts.db", "--once")
    assert said.exit_code == 0
    assert "1 cases were set aside" in said.out
    assert "opinion:x" in said.out
    assert caseledger("lag", "--to", "facts.db").exit_code == 1


@pytest.mark.usefixtures("case")
def test_what_cannot_be_followed_is_said_in_one_line(caseledger: Run) -> None:
    itself = caseledger("follow", "--to", "caseledger.db", "--once")
    assert itself.exit_code == 1
    assert "is a ledger itself" in itself.err
    nowhere = caseledger("follow", "--from", "nowhere.db", "--to", "facts.db", "--once")
    assert nowhere.exit_code == 1
    assert "there is no ledger at nowhere.db; name one with --from" in nowhere.err
    Path("folder").mkdir()
    for closed in ("nowhere/facts.db", "folder"):
        told = caseledger("follow", "--to", closed, "--once")
        assert (told.exit_code, told.out) == (1, "")
        assert told.err.startswith("caseledger: ")
        assert f"{closed}: the database refused" in told.err
    for wrong in (["--to", ""], ["--to", "sqlite://"], ["--to", "facts.db", "--pause", "--resume"], []):
        assert caseledger("follow", *wrong).exit_code == 2


@pytest.mark.usefixtures("case")
@pytest.mark.parametrize("end", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_it_between_two_batches(ledger: Path, tmp_path: Path, end: signal.Signals) -> None:
    program = "from caseledger.adapters.cli import main; raise SystemExit(main())"
    arguments = [sys.executable, "-c", program, "--db", str(ledger), "follow", "--to", str(tmp_path / "facts.db")]
    environment = {**os.environ, "PYTHONUNBUFFERED": "1"}
    with subprocess.Popen(arguments, stdout=subprocess.PIPE, text=True, env=environment) as running:
        assert running.stdout is not None
        assert running.stdout.readline().startswith("following")
        until = monotonic() + 30
        while not (tmp_path / "facts.db").exists() or not rows(tmp_path / "facts.db"):
            assert monotonic() < until
            sleep(0.02)
        running.send_signal(end)
        said = running.stdout.read()
    assert running.returncode == 0
    assert said == "the facts hold every event up to position 4\n"
