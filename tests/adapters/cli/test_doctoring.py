"""What the doctor finds is said in a line each, and ends with exit code 1."""

import sqlite3
from contextlib import closing
from pathlib import Path

from tests.adapters.cli.conftest import Run


def test_a_finding_is_a_line_with_its_place_and_its_remedy(case: str, ledger: Path, caseledger: Run) -> None:
    assert case
    said = caseledger("doctor", "--full")
    assert (said.exit_code, said.out) == (0, "nothing is wrong with caseledger.db\n")
    with closing(sqlite3.connect(ledger)) as database, database:
        database.execute("UPDATE fact_opinions SET status = 'ended'")
    said = caseledger("doctor")
    assert (said.exit_code, said.err, len(said.out.splitlines())) == (1, "", 1)
    assert said.out.startswith("fault facts: fact_opinions opinion:1: ")
    assert "Right would be: first keep a copy of the database" in said.out
    (found,) = caseledger("doctor", "--json").json["findings"]
    assert (found["severity"], found["check"]) == ("fault", "facts")
