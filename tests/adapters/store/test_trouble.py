"""Connections lost, locks not had, no room, no writes allowed: typed, and nothing acknowledged that is not there."""

import sqlite3
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from subprocess import run
from typing import Any

import psycopg
import pytest
from eventsourcing.persistence import OperationalError, PersistenceError, StoredEvent
from sqlalchemy import make_url, text
from sqlalchemy.engine.interfaces import DBAPICursor

from caseledger import AcceptOpinion, Ledger
from caseledger.adapters.store import SqlFactory
from caseledger.adapters.store.codes import unanswered_kind
from caseledger.adapters.store.engine import connect
from caseledger.adapters.store.errors import (
    AccessRefusedError,
    ClosedError,
    ConnectionLostError,
    DamagedError,
    DeadlockError,
    DiskFullError,
    DriverMissingError,
    ForbiddenRowError,
    LockTimeoutError,
    NotAllowedError,
    ReadOnlyError,
    StoreError,
    TroubleError,
)
from caseledger.adapters.store.migrations import family
from caseledger.adapters.store.recorder import SqlApplicationRecorder
from caseledger.adapters.store.translating import translate
from tests.stories import START, everything
from tests.telling import SetClock

Open = Callable[[str], SqlFactory]

# As the manuals list them: SQLite "Result and Error Codes", PostgreSQL "Appendix A", MariaDB "Error Codes".
CODES: list[tuple[str, int | str, type[StoreError], bool]] = [
    ("sqlite", sqlite3.SQLITE_BUSY, LockTimeoutError, True),
    ("sqlite", 261, LockTimeoutError, True),  # SQLITE_BUSY_RECOVERY
    ("sqlite", sqlite3.SQLITE_FULL, DiskFullError, False),
    ("sqlite", 1032, ReadOnlyError, False),  # SQLITE_READONLY_DBMOVED
    ("sqlite", 778, TroubleError, False),  # SQLITE_IOERR_WRITE
    ("sqlite", sqlite3.SQLITE_CORRUPT, DamagedError, False),
    ("postgresql", "08006", ConnectionLostError, True),
    ("postgresql", "25006", ReadOnlyError, False),
    ("postgresql", "28P01", AccessRefusedError, False),
    ("postgresql", "3D000", AccessRefusedError, False),
    ("postgresql", "40001", DeadlockError, True),
    ("postgresql", "40P01", DeadlockError, True),
    ("postgresql", "42501", NotAllowedError, False),
    ("postgresql", "53100", DiskFullError, False),
    ("postgresql", "53200", TroubleError, False),
    ("postgresql", "53300", ConnectionLostError, True),
    ("postgresql", "55P03", LockTimeoutError, True),
    ("postgresql", "57P01", ConnectionLostError, True),
    ("postgresql", "57P03", ConnectionLostError, True),
    ("postgresql", "58030", TroubleError, False),
    ("postgresql", "XX001", DamagedError, False),
    ("mariadb", 1021, DiskFullError, False),
    ("mariadb", 1045, AccessRefusedError, False),
    ("mariadb", 1049, AccessRefusedError, False),
    ("mariadb", 1114, DiskFullError, False),
    ("mariadb", 1040, ConnectionLostError, True),
    ("mariadb", 1142, NotAllowedError, False),
    ("mariadb", 1205, LockTimeoutError, True),
    ("mariadb", 1419, NotAllowedError, False),
    ("mariadb", 1213, DeadlockError, True),
    ("mariadb", 1290, ReadOnlyError, False),
    ("mariadb", 2006, ConnectionLostError, True),
    ("mariadb", 2013, ConnectionLostError, True),
    ("mariadb", 4031, ConnectionLostError, True),
]
URLS = {"sqlite": "sqlite://", "postgresql": "postgresql://u@h/d", "mariadb": "mariadb://u@h/d"}


def raised(database: str, code: int | str) -> Exception:
    """The driver's own error for a code."""
    dialect = connect(URLS[database]).dialect
    error: Any
    if database == "sqlite":
        error = sqlite3.OperationalError("words of the database")
        error.sqlite_errorcode, error.sqlite_errorname = code, "SQLITE_WORD"
    elif database == "postgresql":
        error = psycopg.errors.lookup(str(code))("words of the database")
    else:
        error = dialect.loaded_dbapi.OperationalError(code, "words of the database")
    made: Exception = error
    return made


@pytest.mark.parametrize(("database", "code", "kind", "retry"), CODES)
def test_what_a_database_says_becomes_an_error_that_tells_whether_to_try_again(
    database: str, code: int | str, kind: type[StoreError], *, retry: bool
) -> None:
    told = translate(raised(database, code), connect(URLS[database]).dialect)
    assert type(told) is kind
    assert kind.retry is retry


def test_trouble_is_an_operational_error_of_the_library_as_well() -> None:
    assert issubclass(TroubleError, StoreError)
    assert issubclass(TroubleError, OperationalError)


def test_a_file_that_mariadb_could_not_write_for_want_of_room_is_a_full_disk() -> None:
    dialect = connect(URLS["mariadb"]).dialect
    refused = dialect.loaded_dbapi.OperationalError
    no_room = 'Error writing file "./x" (Errcode: 28 "No space left on device")'
    broken = 'Error writing file "./x" (Errcode: 5 "Input/output error")'
    assert type(translate(refused(1026, no_room), dialect)) is DiskFullError
    assert type(translate(refused(1026, broken), dialect)) is TroubleError


def events(case: int, size: int = 2000) -> list[StoredEvent]:
    return [StoredEvent(f"opinion:{case}", n, "opinion.accepted.v1", b"x" * size) for n in (1, 2, 3)]


def fill(recorder: SqlApplicationRecorder) -> list[int]:
    """Append until no room is left; the cases that were acknowledged."""
    taken: list[int] = []
    try:
        for case in range(10_000):
            recorder.insert_events(events(case))
            taken.append(case)
    except DiskFullError:
        return taken
    pytest.fail("the disk did not fill")


def test_a_full_sqlite_file_takes_nothing_by_halves_and_goes_on_when_there_is_room(
    open_store: Open, sqlite_url: str
) -> None:
    recorder = open_store(sqlite_url).application_recorder()
    with recorder.transaction() as connection:  # the one connection of this process that writes
        connection.exec_driver_sql("PRAGMA max_page_count = 60")
    taken = fill(recorder)
    assert len(taken) > 5
    _kept_whole(sqlite_url, open_store, taken)
    with recorder.transaction() as connection:
        connection.exec_driver_sql("PRAGMA max_page_count = 6000")
    recorder.insert_events(events(len(taken)))
    _kept_whole(sqlite_url, open_store, [*taken, len(taken)])


def _kept_whole(url: str, open_store: Open, cases: list[int]) -> None:
    recorder = open_store(url).application_recorder()
    versions = recorder.stream_versions([f"opinion:{case}" for case in [*cases, len(cases)]])
    assert versions == {f"opinion:{case}": 3 for case in cases} | {f"opinion:{len(cases)}": 0}
    with recorder.transaction(write=False) as connection:
        if connection.dialect.name == "sqlite":
            assert connection.execute(text("PRAGMA integrity_check")).scalar_one() == "ok"


@contextmanager
def small_disk(folder: Path, mebibytes: int = 1) -> Iterator[Path]:
    """A disk of so many mebibytes, where this user may mount one."""
    folder.mkdir()
    if run(
        ["mount", "-t", "tmpfs", "-o", f"size={mebibytes}m", "none", folder], capture_output=True, check=False
    ).returncode:
        pytest.skip("this user may not mount a small disk")
    try:
        yield folder
    finally:
        run(["umount", folder], check=True)


def test_a_really_full_disk_takes_nothing_by_halves_and_goes_on_when_there_is_room(
    open_store: Open, tmp_path: Path
) -> None:
    with small_disk(tmp_path / "disk") as disk:
        ballast = disk / "ballast"
        ballast.write_bytes(b"x" * 300_000)
        store = open_store(f"sqlite:///{disk / 'ledger.db'}")
        recorder = store.application_recorder()
        taken = fill(recorder)
        assert len(taken) > 5
        ballast.unlink()
        recorder.insert_events(events(len(taken), size=10))
        versions = recorder.stream_versions([f"opinion:{case}" for case in [*taken, len(taken), len(taken) + 1]])
        assert list(versions.values()) == [3] * (len(taken) + 1) + [0]
        with recorder.transaction(write=False) as connection:
            assert connection.execute(text("PRAGMA integrity_check")).scalar_one() == "ok"
        store.close()


def test_a_writer_that_does_not_get_its_turn_is_told_so_and_may_try_again(open_store: Open, database_url: str) -> None:
    open_store(database_url).open()
    first, second = (SqlFactory({"CASELEDGER_URL": database_url, "CASELEDGER_LOCK_TIMEOUT": "1"}) for _ in range(2))
    try:
        one, other = first.application_recorder(), second.application_recorder()
        with one.transaction() as connection:
            one.insert_within(connection, events(1))
            with pytest.raises(LockTimeoutError):
                other.insert_events(events(1))
            with pytest.raises(LockTimeoutError), other.transaction() as waiting:
                other.insert_within(waiting, events(1))
        assert other.insert_events(events(2))
        assert other.stream_versions(["opinion:1", "opinion:2"]) == {"opinion:1": 3, "opinion:2": 3}
    finally:
        first.close()
        second.close()


@pytest.mark.parametrize("server", ["postgresql_url", "mariadb_url"])
def test_a_connection_that_ends_before_the_commit_leaves_nothing_and_the_same_again_goes_well(
    open_store: Open, request: pytest.FixtureRequest, server: str
) -> None:
    url = request.getfixturevalue(server)
    recorder, killer = open_store(url).application_recorder(), open_store(url).database
    own = "SELECT pg_backend_pid()" if server == "postgresql_url" else "SELECT CONNECTION_ID()"
    end = "SELECT pg_terminate_backend({})" if server == "postgresql_url" else "KILL CONNECTION {}"

    def killed(cursor: DBAPICursor, stored: object) -> None:
        del stored
        cursor.execute(own)
        (session,) = cursor.fetchall()[0]
        with killer.engine.connect() as other:
            other.exec_driver_sql(end.format(session))

    recorder.on_append = killed
    with pytest.raises(ConnectionLostError, match="the same command again"):
        recorder.insert_events(events(1))
    recorder.on_append = None
    assert len(recorder.insert_events(events(1))) == 3
    with pytest.raises(PersistenceError, match="record conflict"):
        recorder.insert_events(events(1))


def test_a_server_that_takes_no_writes_says_so(open_store: Open, postgresql_url: str) -> None:
    store = open_store(postgresql_url)
    recorder = store.application_recorder()
    with store.database.engine.begin() as connection:
        name = store.database.engine.url.database
        connection.exec_driver_sql(f"ALTER DATABASE {name} SET default_transaction_read_only = on")
    store.database.engine.dispose()
    with pytest.raises(ReadOnlyError):
        recorder.insert_events(events(1))
    assert recorder.stream_versions(["opinion:1"]) == {"opinion:1": 0}


@pytest.mark.parametrize(("found", "kept"), [("off", "on"), ("on", "on"), ("remote_apply", "remote_apply")])
def test_what_postgresql_acknowledges_is_on_disk_however_the_server_is_set(
    open_store: Open, postgresql_url: str, found: str, kept: str
) -> None:
    owner = connect(postgresql_url)
    with owner.begin() as connection:
        connection.exec_driver_sql(f"ALTER DATABASE {owner.url.database} SET synchronous_commit = {found}")
    owner.dispose()
    database = open_store(postgresql_url).database
    assert database.read("SHOW synchronous_commit", ()) == [(kept,)]
    with database.transaction() as connection:
        assert connection.execute(text("SHOW synchronous_commit")).scalar_one() == kept


FORBID = {
    "sqlite": "CREATE TRIGGER own BEFORE INSERT ON fact_opinions BEGIN SELECT RAISE(ABORT, 'not today'); END",
    "postgresql": "ALTER TABLE fact_opinions ADD CHECK (case_id = 'nobody')",
    "mariadb": "ALTER TABLE fact_opinions ADD CHECK (case_id = 'nobody')",
}


def test_what_a_site_forbids_in_the_ledgers_tables_is_no_conflict_and_no_case_for_a_retry(database_url: str) -> None:
    steps = everything()
    first = next(step for step in steps if isinstance(step.command, AcceptOpinion))
    clock = SetClock(START)
    with Ledger(database_url, clock=clock) as ledger:
        for step in steps[: steps.index(first)]:
            clock.now = step.at
            ledger.do(step.command)
        clock.now = first.at
        engine = connect(database_url)
        with engine.begin() as connection:
            connection.exec_driver_sql(FORBID[family(engine.dialect)])
        engine.dispose()
        with pytest.raises(ForbiddenRowError, match="nothing was recorded") as refused:
            ledger.do(first.command)
        assert refused.value.retry is False
        assert ledger.find() == []


@pytest.mark.parametrize("server_url", ["postgresql_url", "mariadb_url"])
@pytest.mark.parametrize("changed", [{"database": "caseledger_no_such"}, {"username": "nobody_here", "password": "x"}])
def test_a_database_or_account_that_there_is_not_is_no_case_for_a_retry(
    request: pytest.FixtureRequest, server_url: str, changed: dict[str, str]
) -> None:
    url = make_url(request.getfixturevalue(server_url))
    wrong = url.set(**changed).render_as_string(hide_password=False)  # type: ignore[arg-type]  # names of its parts
    with pytest.raises(AccessRefusedError) as refused:
        Ledger(wrong)
    assert not refused.value.retry


@pytest.mark.parametrize(
    "words",
    [
        'connection failed: FATAL:  database "cases" does not exist',
        'connection failed: FATAL:  password authentication failed for user "cases"',
        'connection failed: FATAL:  no pg_hba.conf entry for host "10.0.0.7", user "cases", database "cases"',
        'connection failed: 致命错误:  数据库 "cases" 不存在',
        'connection failed: 致命错误:  用户 "cases" Password 认证失败',
    ],
)
def test_what_postgresql_refuses_at_the_door_is_told_apart_from_a_lost_connection(words: str) -> None:
    assert unanswered_kind(words) is AccessRefusedError


@pytest.mark.parametrize(
    "words",
    [
        'connection to server at "127.0.0.1", port 1 failed: Connection refused',
        "connection failed: FATAL:  the database system is starting up",
        "connection failed: FATAL:  sorry, too many clients already",
        "server closed the connection unexpectedly",
    ],
)
def test_a_server_that_is_not_ready_may_be_asked_again(words: str) -> None:
    assert unanswered_kind(words) is ConnectionLostError


def test_a_ledger_that_was_closed_says_so_in_an_error_of_the_stores(database_url: str) -> None:
    ledger = Ledger(database_url)
    ledger.close()
    with pytest.raises(ClosedError, match="open it anew"):
        ledger.do(everything()[0].command)


@pytest.mark.parametrize(("driver", "extra"), [("psycopg", "postgresql"), ("pymysql", "mariadb")])
def test_a_driver_that_is_not_installed_is_named_with_what_installs_it(
    monkeypatch: pytest.MonkeyPatch, driver: str, extra: str
) -> None:
    monkeypatch.setitem(sys.modules, driver, None)
    with pytest.raises(DriverMissingError, match=rf"{driver}.*pip install 'caseledger\[{extra}\]'"):
        connect(f"{extra}://nobody@127.0.0.1/cases")
