"""The doctor finds each damage, says where it is and how to mend it, and lets a ledger that is well alone."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text

from caseledger import Ledger
from caseledger.adapters.doctor import Diagnosis, Finding, Severity, examine, settings
from caseledger.adapters.doctor.room import of as room_of
from caseledger.adapters.keystore import MemoryKeyStore
from caseledger.adapters.store import migrations
from caseledger.adapters.store.engine import connect
from caseledger.adapters.store.meta import make_ledger
from caseledger.adapters.store.migrations import Step, statements
from tests.databases import Server, empty_database, server
from tests.stories import COMPLAINT, START, everything
from tests.telling import SetClock


def told(url: str, steps: int = 8) -> None:
    clock = SetClock(START)
    with Ledger(url, clock=clock) as ledger:
        for step in everything()[:steps]:
            clock.now = step.at
            ledger.do(step.command)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("well") / "ledger.db"
    told(f"sqlite:///{path}")
    return path


@pytest.fixture
def ledger(made: Path, tmp_path: Path) -> str:
    """A ledger on SQLite with a few cases, which the test may damage."""
    for end in ("", ".keys"):
        shutil.copy(f"{made}{end}", tmp_path / f"ledger.db{end}")
    return f"sqlite:///{tmp_path / 'ledger.db'}"


@pytest.fixture(scope="module", params=["postgresql", "mariadb"])
def on_server(request: pytest.FixtureRequest) -> Iterator[str]:
    """A ledger on each server, which the tests of this module damage one after the other, each in its own place."""
    found = server(request.param)
    if not isinstance(found, Server):
        pytest.skip(found.reason)
    with empty_database(found) as url:
        told(url)
        yield url


def damage(url: str, *texts: str) -> None:
    engine = connect(url)
    with engine.begin() as connection:
        for one in texts:
            connection.exec_driver_sql(one, execution_options={"no_parameters": True})
    engine.dispose()


def only(diagnosis: Diagnosis) -> Finding:
    (found,) = diagnosis.findings
    return found


FREE = [f"DROP TRIGGER ledger_events_no_{what}" for what in ("update", "delete", "replace")]
SECOND = f"WHERE stream = '{COMPLAINT}' AND version = 2"
BACKDATED = """replace(CAST(state AS TEXT), '"recorded_at":"2026', '"recorded_at":"2025')"""


def test_a_ledger_that_is_well_has_nothing_to_mend(ledger: str) -> None:
    assert examine(ledger) == examine(ledger, full=True) == Diagnosis(())
    with Ledger(ledger) as opened:
        assert opened.doctor(full=True).is_well


def test_a_ledger_on_a_server_that_is_well_has_nothing_to_mend(on_server: str) -> None:
    if on_server.startswith("postgresql"):
        assert examine(on_server, full=True) == Diagnosis(())
    else:  # what the server's own settings are is not the test's to say
        assert [one for one in examine(on_server, full=True).findings if one.check != "settings"] == []


DAMAGED = [
    (["DROP TRIGGER ledger_events_no_update"], "triggers", "ledger_events_no_update", "CREATE TRIGGER"),
    (
        [
            "DROP TRIGGER ledger_events_no_delete",
            "CREATE TRIGGER ledger_events_no_delete BEFORE DELETE ON ledger_events WHEN 0 BEGIN SELECT 1; END",
        ],
        "triggers",
        "ledger_events_no_delete",
        "drop it",
    ),
    (["DROP TABLE ledger_tracking"], "tables", "ledger_tracking", "restore"),
    (["ALTER TABLE ledger_tracking ADD COLUMN note TEXT"], "tables", "ledger_tracking", "take the change back"),
    (["UPDATE sqlite_sequence SET seq = 1 WHERE name = 'ledger_events'"], "positions", "ledger_events", "SET seq ="),
    (["INSERT INTO ledger_tracking VALUES ('reports', 999)"], "followers", "reports", "restore the newest"),
    (["UPDATE fact_opinions SET status = 'ended'"], "facts", f"fact_opinions {COMPLAINT}", "rebuild fact_opinions"),
    (["DELETE FROM fact_opinions"], "facts", f"fact_opinions {COMPLAINT}", "rebuild fact_opinions"),
    (
        ["UPDATE ledger_facts SET fingerprint = '' WHERE name = 'fact_turns'"],
        "facts",
        "fact_turns",
        "rebuild fact_turns",
    ),
    (["CREATE TABLE fact_turns_rebuilt (id INTEGER)"], "facts", "fact_turns_rebuilt", "if none is under way"),
    (["DROP VIEW report_timeliness"], "facts", "report_timeliness", "rebuild"),
    (["UPDATE ledger_meta SET value = '77' WHERE key = 'format'"], "format", "ledger.db", "caseledger"),
]


@pytest.mark.parametrize(("texts", "check", "where", "remedy"), DAMAGED)
def test_each_damage_is_found_where_it_is_with_its_remedy(
    ledger: str, texts: list[str], check: str, where: str, remedy: str
) -> None:
    damage(ledger, *texts)
    for full in (False, True):
        diagnosis = examine(ledger, full=full)
        found = only(diagnosis)
        assert (found.check, where in found.where, remedy in found.remedy) == (check, True, True), found
        assert not diagnosis.is_well


def freed(url: str, *texts: str) -> None:
    """Damage events, and put the triggers back as whoever did it would."""
    engine = connect(url)
    with engine.connect() as connection:
        kept = connection.execute(text("SELECT sql FROM sqlite_master WHERE type = 'trigger'")).scalars().all()
    engine.dispose()
    damage(url, *FREE, *texts, *kept)


CHANGE = "UPDATE ledger_events SET"
EVENTS_DAMAGED = [
    ("DELETE FROM ledger_events", "versions", COMPLAINT, "there is a gap"),
    (f"{CHANGE} state = 'x'", "events", f"{COMPLAINT}:2", "no recorded event"),
    (f"{CHANGE} name = 'opinion.unheard_of.v9'", "events", f"{COMPLAINT}:2", "does not know"),
    (f"{CHANGE} position = -1", "positions", COMPLAINT, "below the"),
    (f"{CHANGE} state = CAST({BACKDATED} AS BLOB)", "times", f"{COMPLAINT}:2", "before the event in front of it"),
]


@pytest.mark.parametrize(("change", "check", "where", "what"), EVENTS_DAMAGED)
def test_events_that_were_changed_behind_the_triggers_are_found(
    ledger: str, change: str, check: str, where: str, what: str
) -> None:
    freed(ledger, f"{change} {SECOND}")
    found = examine(ledger, full=True).findings
    assert [one for one in found if one.check == check and one.where == where and what in one.what], found
    assert found[0].severity is Severity.FAULT


def test_two_events_of_one_version_and_the_lost_key_of_the_table_are_found(ledger: str) -> None:
    freed(
        ledger,
        "CREATE TABLE kept AS SELECT * FROM ledger_events",
        "DROP TABLE ledger_events",
        "CREATE TABLE ledger_events (position INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, stream VARCHAR(64) NOT NULL, "
        "version INTEGER NOT NULL, name VARCHAR(64) NOT NULL, state BLOB NOT NULL)",
        "INSERT INTO ledger_events SELECT * FROM kept",
        f"INSERT INTO ledger_events SELECT NULL, stream, version, name, state FROM kept {SECOND}",
        "DROP TABLE kept",
    )
    found = {(one.check, one.where) for one in examine(ledger).findings}
    assert {("tables", "ledger_events"), ("versions", COMPLAINT)} <= found


def test_a_missing_key_file_a_foreign_one_and_one_that_others_read_are_found(ledger: str) -> None:
    keys = Path(f"{ledger.removeprefix('sqlite:///')}.keys")
    keys.chmod(0o644)
    assert "chmod 600" in only(examine(ledger)).what
    keys.unlink()
    assert "is missing beside" in only(examine(ledger)).what
    with Ledger(f"sqlite:///{keys.parent / 'other.db'}"):
        shutil.copy(keys.parent / "other.db.keys", keys)
    found = only(examine(ledger))
    assert (found.check, "never had the key" in found.what) == ("keys", True)
    with Ledger(ledger, keys=MemoryKeyStore()) as opened:
        assert only(opened.doctor()).check == "keys"


def test_a_file_that_another_program_set_otherwise_is_found() -> None:
    right = {"encoding": "UTF-8", "journal_mode": "wal", "synchronous": "2", "quick_check": "ok"}
    assert list(settings.judged("sqlite", right)) == []
    wrong = {"encoding": "UTF-16le", "journal_mode": "delete", "synchronous": "1", "quick_check": "page 3: damaged"}
    assert [one.where for one in settings.judged("sqlite", wrong)] == list(wrong)


@pytest.mark.parametrize(
    ("kind", "name", "value", "severity"),
    [
        ("postgresql", "fsync", "off", Severity.FAULT),
        ("postgresql", "full_page_writes", "off", Severity.FAULT),
        ("postgresql", "synchronous_commit", "off", Severity.FAULT),
        ("postgresql", "server_encoding", "LATIN1", Severity.FAULT),
        ("mariadb", "innodb_flush_log_at_trx_commit", "2", Severity.FAULT),
        ("mariadb", "innodb_flush_log_at_trx_commit", "0", Severity.FAULT),
        ("mariadb", "innodb_doublewrite", "OFF", Severity.WARNING),
        ("mariadb", "sync_binlog", "0", Severity.WARNING),
        ("mariadb", "transaction_isolation", "READ-UNCOMMITTED", Severity.FAULT),
    ],
)
def test_a_server_that_may_lose_what_it_acknowledged_is_found(
    kind: str, name: str, value: str, severity: Severity
) -> None:
    (found,) = settings.judged(kind, {name: value})
    assert (found.severity, found.where, value in found.what) == (severity, name, True)


def test_a_damaged_file_is_found(ledger: str) -> None:
    path = Path(ledger.removeprefix("sqlite:///"))
    content = bytearray(path.read_bytes())
    content[3 * 4096 : 3 * 4096 + 400] = b"\xff" * 400
    path.write_bytes(content)
    assert not examine(ledger).is_well


def test_a_place_without_a_ledger_and_one_that_does_not_answer_are_told(tmp_path: Path) -> None:
    assert "no such file" in only(examine(f"sqlite:///{tmp_path / 'none.db'}")).what
    assert "could not be made" in only(examine("postgresql://u:secret@127.0.0.1:1/none")).what
    assert "secret" not in str(examine("postgresql://u:secret@127.0.0.1:1/none"))


def test_a_copy_under_way_and_an_older_format_are_told(
    tmp_path: Path, ledger: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    copy = connect(f"sqlite:///{tmp_path / 'copy.db'}")
    make_ledger(copy, copying=True)
    copy.dispose()
    found = only(examine(f"sqlite:///{tmp_path / 'copy.db'}"))
    assert (found.check, found.remedy) == ("copy", "the same `caseledger copy` again")
    step = Step(90, "7.0", "nothing", {"sqlite": statements()})
    monkeypatch.setattr(migrations, "STEPS", (*migrations.STEPS, step))
    found = only(examine(ledger))
    assert (found.check, found.severity, found.remedy) == ("format", Severity.WARNING, "`caseledger upgrade`")


def test_a_disk_that_is_nearly_full_is_told(ledger: str, monkeypatch: pytest.MonkeyPatch) -> None:
    usage = shutil.disk_usage("/")._replace(free=5 * 2**20)
    monkeypatch.setattr("caseledger.adapters.doctor.room.shutil.disk_usage", lambda _folder: usage)
    engine = connect(ledger)
    (found,) = room_of(engine)
    engine.dispose()
    assert (found.check, "5 MiB are free" in found.what) == ("room", True)


def on(url: str, postgresql: str, mariadb: str) -> str:
    return postgresql if url.startswith("postgresql") else mariadb


def checks(url: str) -> set[tuple[str, str]]:
    return {(one.check, one.where) for one in examine(url, full=True).findings}


def test_triggers_that_were_dropped_altered_or_disabled_on_a_server_are_found(on_server: str) -> None:
    name = on(on_server, "ledger_events_no_change", "ledger_events_no_delete")
    table = "ledger_events"
    dropped = on(on_server, f"DROP TRIGGER {name} ON {table}", f"DROP TRIGGER {name}")
    weaker = on(
        on_server,
        f"CREATE TRIGGER {name} BEFORE UPDATE ON {table} FOR EACH STATEMENT EXECUTE FUNCTION ledger_events_refuse()",
        f"CREATE TRIGGER {name} BEFORE DELETE ON {table} FOR EACH ROW SET @nothing = 1",
    )
    damage(on_server, dropped)
    (found,) = [one for one in examine(on_server).findings if one.check == "triggers"]
    assert (found.where, "missing" in found.what) == (name, True)
    damage(on_server, weaker)
    (found,) = [one for one in examine(on_server).findings if one.check == "triggers"]
    assert (found.where, "not as the store made it" in found.what) == (name, True)
    # The remedy is SQL that can be run as it stands.
    damage(on_server, dropped, found.remedy.partition("tables' owner: ")[2])
    assert ("triggers", name) not in checks(on_server)
    if on_server.startswith("postgresql"):
        damage(on_server, f"ALTER TABLE {table} DISABLE TRIGGER {name}")
        assert ("triggers", name) in checks(on_server)
        damage(on_server, f"ALTER TABLE {table} ENABLE TRIGGER {name}")
        idle = "RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END'"
        damage(on_server, f"CREATE OR REPLACE FUNCTION ledger_events_refuse() {idle}")
        assert ("triggers", "ledger_events_refuse") in checks(on_server)


def test_what_is_wrong_with_order_facts_and_keys_is_found_on_a_server_as_well(on_server: str) -> None:
    unlocked = on(
        on_server,
        "ALTER TABLE ledger_events DISABLE TRIGGER ALL",
        "DROP TRIGGER IF EXISTS ledger_events_no_delete",
    )
    damage(
        on_server,
        "UPDATE fact_opinions SET status = 'ended'",
        "INSERT INTO ledger_tracking (follower, position) VALUES ('reports', 999)",
        "DELETE FROM ledger_keys",
        unlocked,
        f"DELETE FROM ledger_events {SECOND}",
    )
    found = checks(on_server)
    assert {("facts", f"fact_opinions {COMPLAINT}"), ("followers", "reports"), ("versions", COMPLAINT)} <= found
    assert "keys" in {check for check, _ in found}


def test_the_next_position_is_what_it_is_now_and_not_what_it_was_when_someone_looked(mariadb_url: str) -> None:
    """MySQL keeps for a day what it told of a table to someone who is in no transaction."""
    told(mariadb_url, steps=1)
    engine = create_engine(mariadb_url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        name = "SELECT auto_increment FROM information_schema.tables WHERE table_name = 'ledger_events'"
        assert connection.exec_driver_sql(f"{name} AND table_schema = DATABASE()").scalar_one() > 1
    engine.dispose()
    told(mariadb_url, steps=4)
    assert [one for one in examine(mariadb_url).findings if one.check == "positions"] == []


def test_a_sequence_behind_its_table_and_a_long_append_are_found(postgresql_url: str) -> None:
    told(postgresql_url)
    damage(postgresql_url, "SELECT setval('ledger_events_position_seq', 1)")
    found = only(examine(postgresql_url))
    damage(postgresql_url, found.remedy.partition("tables' owner: ")[2])
    assert examine(postgresql_url).is_well
    engine = connect(postgresql_url)
    with engine.connect() as connection, connection.begin():
        connection.exec_driver_sql("SELECT ledger_append_one('opinion:x', 1, 'n', 'x')")
        waiting = only(examine(postgresql_url))
    engine.dispose()
    assert (waiting.check, waiting.severity) == ("waiting", Severity.NOTE)
    assert "followers stop at position" in waiting.what


def test_a_table_that_mariadb_keeps_otherwise_is_found(mariadb_url: str) -> None:
    told(mariadb_url, steps=1)
    damage(mariadb_url, "ALTER TABLE ledger_tracking ENGINE = MyISAM")
    found = {one.where: one.what for one in examine(mariadb_url).findings if one.check == "settings"}
    assert "MyISAM" in found["ledger_tracking"]
