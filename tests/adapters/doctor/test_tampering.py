"""What somebody did to a ledger from outside: rows that are not what was recorded; keys, sequences, tables weakened."""

from __future__ import annotations

import pytest

from caseledger.adapters.doctor import Finding, Severity, examine
from tests.adapters.doctor.test_doctor import CHANGE, damage, freed, told
from tests.databases import kind_of
from tests.stories import COMPLAINT

TEXT = "CAST(state AS TEXT)"
TAKES_THE_OTHER_CATEGORY = f"""CAST('{{"category":"pets",' || substr({TEXT}, 2) AS BLOB)"""

REWRITTEN = [
    pytest.param(f"state = CAST('{{ ' || substr({TEXT}, 2) AS BLOB)", id="another layout"),
    pytest.param(f"state = {TAKES_THE_OTHER_CATEGORY}", id="a key twice, of which databases and Python take another"),
    pytest.param(f"state = {TEXT}", id="text instead of bytes"),
]


def found_in(url: str, check: str) -> list[Finding]:
    return [one for one in examine(url, full=True).findings if one.check == check]


@pytest.mark.parametrize("change", REWRITTEN)
def test_bytes_that_read_alike_and_are_not_those_that_were_recorded_are_found(sqlite_url: str, change: str) -> None:
    told(sqlite_url)
    freed(sqlite_url, f"{CHANGE} {change} WHERE stream = '{COMPLAINT}' AND version = 1")
    (found,) = found_in(sqlite_url, "events")
    assert (found.where, found.severity) == (f"{COMPLAINT}:1", Severity.FAULT)
    assert "not those that were recorded" in found.what


def test_a_case_that_was_renamed_in_its_rows_is_found_event_by_event(sqlite_url: str) -> None:
    told(sqlite_url)
    freed(sqlite_url, f"{CHANGE} stream = 'opinion:another' WHERE stream = '{COMPLAINT}'")
    found = found_in(sqlite_url, "events")
    assert {one.where.rpartition(":")[0] for one in found} == {"opinion:another"}
    assert [one.where for one in found][:2] == ["opinion:another:1", "opinion:another:2"]


def test_the_key_of_positions_is_missed(database_url: str) -> None:
    told(database_url, steps=2)
    if database_url.startswith("sqlite"):
        freed(
            database_url,
            "CREATE TABLE kept AS SELECT * FROM ledger_events",
            "DROP TABLE ledger_events",
            "CREATE TABLE ledger_events (position INTEGER NOT NULL, stream VARCHAR(64) NOT NULL, "
            "version INTEGER NOT NULL, name VARCHAR(64) NOT NULL, state BLOB NOT NULL, UNIQUE (stream, version))",
            "INSERT INTO ledger_events SELECT * FROM kept",
            "DROP TABLE kept",
        )
    elif database_url.startswith("postgresql"):
        damage(database_url, "ALTER TABLE ledger_events DROP CONSTRAINT ledger_events_pkey")
    else:
        damage(database_url, "ALTER TABLE ledger_events ADD KEY other (position), DROP PRIMARY KEY")
    (found,) = found_in(database_url, "tables")
    assert (found.where, found.what) == ("ledger_events", "its primary key is (), not (position)")


FOREIGN = {
    "sqlite": ["CREATE TRIGGER foreign_one AFTER INSERT ON ledger_events BEGIN SELECT 1; END"],
    "postgresql": ["CREATE RULE foreign_one AS ON UPDATE TO ledger_events DO INSTEAD NOTHING"],
    "mariadb": [
        "CREATE TRIGGER foreign_one BEFORE INSERT ON ledger_events FOR EACH ROW SET NEW.name = NEW.name",
    ],
}


def test_a_trigger_or_a_rule_on_the_events_that_is_not_the_stores_is_told(database_url: str) -> None:
    told(database_url, steps=2)
    damage(database_url, *FOREIGN[kind_of(database_url)])
    (found,) = found_in(database_url, "triggers")
    assert (found.where, found.severity) == ("foreign_one", Severity.WARNING)
    assert "the store did not make it" in found.what


def test_a_service_may_have_triggers_on_its_own_tables_beside(sqlite_url: str) -> None:
    told(sqlite_url, steps=2)
    damage(
        sqlite_url,
        "CREATE TABLE tickets (id INTEGER)",
        "CREATE TRIGGER own AFTER INSERT ON tickets BEGIN SELECT 1; END",
    )
    assert found_in(sqlite_url, "triggers") == []


def test_a_unique_index_over_some_rows_only_does_not_keep_versions_apart(postgresql_url: str) -> None:
    told(postgresql_url, steps=2)
    damage(
        postgresql_url,
        "ALTER TABLE ledger_events DROP CONSTRAINT ledger_events_stream_version",
        "CREATE UNIQUE INDEX for_some ON ledger_events (stream, version) WHERE position < 0",
    )
    (found,) = found_in(postgresql_url, "tables")
    assert "one version of a stream" in found.what


SEQUENCE = "ALTER SEQUENCE ledger_events_position_seq"


@pytest.mark.parametrize("change", ["CACHE 50", "INCREMENT 2", "CYCLE"])
def test_a_sequence_that_gives_positions_out_of_order_is_found_and_mended_by_its_remedy(
    postgresql_url: str, change: str
) -> None:
    told(postgresql_url, steps=2)
    damage(postgresql_url, f"{SEQUENCE} {change}")
    (found,) = found_in(postgresql_url, "positions")
    assert (found.severity, change in found.what) == (Severity.FAULT, True)
    damage(postgresql_url, found.remedy.partition("tables' owner: ")[2])
    assert examine(postgresql_url).is_well


@pytest.mark.parametrize(
    ("change", "what"), [("SET UNLOGGED", "a crash of the server empties it"), ("ENABLE ROW LEVEL SECURITY", "hidden")]
)
def test_a_table_that_postgresql_would_empty_or_hides_is_found_and_mended_by_its_remedy(
    postgresql_url: str, change: str, what: str
) -> None:
    told(postgresql_url, steps=2)
    damage(postgresql_url, f"ALTER TABLE ledger_events {change}")
    (found,) = found_in(postgresql_url, "settings")
    assert (found.where, what in found.what) == ("ledger_events", True)
    damage(postgresql_url, found.remedy)
    assert examine(postgresql_url).is_well


def test_facts_in_tables_without_transactions_are_found(mariadb_url: str) -> None:
    told(mariadb_url, steps=2)
    damage(mariadb_url, "ALTER TABLE fact_opinions ENGINE = MyISAM")
    found = {one.where: one.what for one in found_in(mariadb_url, "settings")}
    assert "MyISAM" in found["fact_opinions"]


@pytest.mark.parametrize(
    ("lost", "what"),
    [("name = 'center.policy_adopted.v1'", "no center has adopted its policy"), ("1 = 1", "was never registered")],
)
def test_a_case_whose_policy_or_center_is_not_in_the_ledger_is_found(sqlite_url: str, lost: str, what: str) -> None:
    told(sqlite_url)
    assert found_in(sqlite_url, "policies") == []
    freed(sqlite_url, f"DELETE FROM ledger_events WHERE stream LIKE 'center:%' AND {lost}")
    found = {one.where: one for one in found_in(sqlite_url, "policies")}
    assert what in found[COMPLAINT].what
    assert found[COMPLAINT].severity is Severity.FAULT
