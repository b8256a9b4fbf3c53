"""Facts that were tampered with are found, and read anew."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from tests.adapters.cli.conftest import Run


@pytest.fixture
def broken(case: str, ledger: Path) -> str:
    with closing(sqlite3.connect(ledger)) as database, database:
        database.execute("UPDATE fact_opinions SET status = 'ended'")
    return case


@pytest.mark.usefixtures("broken")
@pytest.mark.parametrize("command", ["check", "doctor"])
def test_evidence_is_kept_before_the_facts_are_made_to_agree_again(caseledger: Run, command: str) -> None:
    """Whether the facts or the events were changed, a rebuild would leave nobody able to tell."""
    told = caseledger(command).out
    assert "find out which side was changed" in told
    assert told.index("first keep a copy") < told.index("caseledger rebuild")


@pytest.mark.usefixtures("broken")
def test_a_fact_that_is_not_what_the_events_say_is_named_and_ends_with_1(caseledger: Run) -> None:
    said = caseledger("check", "--format", "json")
    assert (said.exit_code, said.err, said.json["clean"]) == (1, "", False)
    (difference,) = said.json["differences"]
    assert (difference["facts"], difference["case"], difference["columns"]) == (
        "fact_opinions",
        "opinion:1",
        ["status"],
    )
    told = caseledger("check")
    assert told.exit_code == 1
    assert "fact_opinions" in told.out
    assert "caseledger rebuild" in told.out


@pytest.mark.usefixtures("broken")
def test_a_rebuild_reads_the_facts_anew(caseledger: Run) -> None:
    said = caseledger("rebuild", "fact_opinions")
    assert (said.exit_code, said.out) == (0, "rebuilt fact_opinions\n")
    assert caseledger("check").exit_code == 0


@pytest.mark.usefixtures("broken")
def test_a_rebuild_without_names_is_one_of_all_facts(caseledger: Run) -> None:
    rebuilt = caseledger("rebuild", "--format", "json").json["rebuilt"]
    assert set(rebuilt) == set(caseledger("check", "--format", "json").json["rows"])
