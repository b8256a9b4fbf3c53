"""What is made from declarations and was changed behind the store is found on each database, and `rebuild` mends it."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Connection, text

from caseledger import Ledger
from caseledger.adapters.cli import main
from caseledger.adapters.doctor import examine
from caseledger.adapters.store.engine import connect
from tests.databases import Server, empty_database, kind_of, server
from tests.stories import COMPLAINT, START, everything
from tests.telling import SetClock

BESIDE = {"sqlite": set[str](), "postgresql": set[str](), "mariadb": {"settings"}}
"""Of MariaDB's own settings the test says nothing."""


@pytest.fixture(scope="module", params=["sqlite", "postgresql", "mariadb"])
def ledger(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A ledger on each database, which each test damages and mends."""
    if request.param == "sqlite":
        yield told(f"sqlite:///{tmp_path_factory.mktemp('mended') / 'ledger.db'}")
        return
    found = server(request.param)
    if not isinstance(found, Server):
        pytest.skip(found.reason)
    with empty_database(found) as url:
        yield told(url)


def told(url: str) -> str:
    clock = SetClock(START)
    with Ledger(url, clock=clock) as ledger:
        for step in everything()[:8]:
            clock.now = step.at
            ledger.do(step.command)
    return url


def change(url: str, *texts: str) -> None:
    engine = connect(url)
    with engine.begin() as connection:
        for one in texts:
            connection.exec_driver_sql(one, execution_options={"no_parameters": True})
    engine.dispose()


def found(url: str) -> dict[str, tuple[str, str]]:
    """By place: what the doctor says, and its remedy."""
    findings = examine(url, full=True).findings
    return {one.where: (one.what, one.remedy) for one in findings if one.check not in BESIDE[kind_of(url)]}


def mended(url: str, *names: str) -> None:
    assert main(["rebuild", *names, "--db", url]) == 0
    assert found(url) == {}
    with Ledger(url) as ledger:
        assert [row.case for row in ledger.find(limit=9)] != []
        assert ledger.check().is_clean


def test_a_view_that_somebody_replaced(ledger: str) -> None:
    change(
        ledger,
        "DROP VIEW report_timeliness",
        "CREATE VIEW report_timeliness AS SELECT case_id, accepted_at AS started_at FROM fact_opinions",
    )
    what, remedy = found(ledger)["report_timeliness"]
    assert ("replaced" in what, "caseledger rebuild" in remedy) == (True, True)
    mended(ledger)


def test_a_view_that_is_gone_is_there_again(ledger: str) -> None:
    change(ledger, "DROP VIEW report_timeliness")
    assert "missing" in found(ledger)["report_timeliness"][0]
    mended(ledger, "fact_surveys")


@pytest.mark.parametrize(
    "damage",
    [
        "UPDATE ledger_clauses SET clause = '9.9' WHERE clause = '8.7' AND edition = '9001:2015'",
        "UPDATE ledger_clauses SET evidence_en = 'nothing'",
        "DELETE FROM ledger_clauses",
        "ALTER TABLE ledger_clauses ADD COLUMN note INTEGER",
        "DROP TABLE ledger_clauses",
    ],
)
def test_a_map_of_clauses_that_somebody_changed(ledger: str, damage: str) -> None:
    views = ["DROP VIEW report_audit_trail"] if damage.startswith("DROP") else []
    change(ledger, *views, damage)
    assert "caseledger rebuild" in found(ledger)["ledger_clauses"][1]
    mended(ledger)


def test_an_index_of_facts_that_is_gone_or_another(ledger: str) -> None:
    name, on = "fact_opinions_month_center", " ON fact_opinions" if kind_of(ledger) == "mariadb" else ""
    change(ledger, f"DROP INDEX {name}{on}")
    assert found(ledger)["fact_opinions"][0] == f"its index {name} is missing"
    change(ledger, f"CREATE INDEX {name} ON fact_opinions (month)")
    assert found(ledger)["fact_opinions"][0] == f"its index {name} is not as it was made"
    mended(ledger, "fact_opinions")


def test_an_index_that_a_site_added_is_the_sites_own(ledger: str) -> None:
    on = " ON fact_opinions" if kind_of(ledger) == "mariadb" else ""
    change(ledger, "CREATE INDEX own_status ON fact_opinions (status)")
    assert found(ledger) == {}
    change(ledger, f"DROP INDEX own_status{on}")


def test_a_table_of_facts_that_is_gone_or_has_another_key(ledger: str) -> None:
    key = {
        "sqlite": "ALTER TABLE fact_follow_ups ADD COLUMN note INTEGER",
        "postgresql": "ALTER TABLE fact_follow_ups DROP CONSTRAINT fact_follow_ups_pkey",
        "mariadb": "ALTER TABLE fact_follow_ups DROP PRIMARY KEY",
    }
    change(ledger, key[kind_of(ledger)])
    assert "caseledger rebuild" in found(ledger)["fact_follow_ups"][1]
    mended(ledger, "fact_follow_ups")


def test_what_must_be_given_and_need_not_any_more(ledger: str) -> None:
    free = {
        "postgresql": "ALTER TABLE ledger_facts ALTER COLUMN shape DROP NOT NULL",
        "mariadb": "ALTER TABLE ledger_facts MODIFY shape VARCHAR(255) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NULL",
    }
    if kind_of(ledger) == "sqlite":
        loosened(ledger, "ledger_facts", "shape")
    else:
        change(ledger, free[kind_of(ledger)])
    assert found(ledger)["ledger_facts"][0] == "shape need not be given (NOT NULL)"
    mended(ledger)


@pytest.mark.parametrize("ledger", ["postgresql", "mariadb"], indirect=True)
def test_an_event_s_bytes_that_need_not_be_given_any_more_are_said_with_what_mends_it(ledger: str) -> None:
    free = {
        "postgresql": "ALTER TABLE ledger_events ALTER COLUMN state DROP NOT NULL",
        "mariadb": "ALTER TABLE ledger_events MODIFY state LONGBLOB",
    }
    change(ledger, free[kind_of(ledger)])
    what, remedy = found(ledger)["ledger_events"]
    assert what == "state need not be given (NOT NULL)"
    change(ledger, remedy)
    assert found(ledger) == {}


def test_a_file_whose_events_need_not_have_bytes_any_more_is_copied(tmp_path: Path) -> None:
    url = told(f"sqlite:///{tmp_path / 'ledger.db'}")
    loosened(url, "ledger_events", "state")
    what, remedy = found(url)["ledger_events"]
    assert (what, "caseledger copy" in remedy) == ("state need not be given (NOT NULL)", True)
    copy = f"sqlite:///{tmp_path / 'copy.db'}"
    assert main(["copy", "--from", url, "--to", copy]) == 0
    assert found(copy) == {}
    with Ledger(copy) as ledger:
        assert ledger.replay(COMPLAINT).state is not None


def loosened(url: str, table: str, column: str) -> None:
    """SQLite has no statement for it: whoever does it writes into the schema."""
    engine = connect(url)
    with engine.connect() as connection:
        _rewrite(connection, table, column)
    engine.dispose()


def _rewrite(connection: Connection, table: str, column: str) -> None:
    made = connection.execute(text("SELECT sql FROM sqlite_master WHERE name = :name"), {"name": table}).scalar_one()
    line = next(line for line in made.splitlines() if line.strip().startswith(f"{column} "))
    cursor = connection.connection.cursor()
    cursor.execute("PRAGMA writable_schema = ON")
    cursor.execute(
        "UPDATE sqlite_master SET sql = ? WHERE name = ?", (made.replace(line, line.replace(" NOT NULL", "")), table)
    )
    cursor.execute("PRAGMA writable_schema = RESET")
    connection.connection.commit()


def test_a_ledger_copied_as_files_is_well(tmp_path: Path) -> None:
    url = told(f"sqlite:///{tmp_path / 'ledger.db'}")
    for end in ("", ".keys"):
        shutil.copy(tmp_path / f"ledger.db{end}", tmp_path / f"other.db{end}")
    assert found(url) == found(f"sqlite:///{tmp_path / 'other.db'}") == {}
