"""A ledger knows itself; a database that is not one is refused and left as it was."""

import multiprocessing
import os
import shutil
import sqlite3
import stat
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from eventsourcing.persistence import PersistenceError
from sqlalchemy import Engine, inspect, text

from caseledger.adapters.store import SqlFactory
from caseledger.adapters.store.engine import connect
from caseledger.adapters.store.errors import (
    ConnectionLostError,
    LedgerFormatError,
    LedgerMissingError,
    LedgerUnwritableError,
    NotALedgerError,
    UnsupportedDatabaseError,
)
from caseledger.adapters.store.meta import create_ledger, open_ledger
from caseledger.adapters.store.migrations import format_on
from caseledger.adapters.store.tables import ledger_meta

LEDGER_ID = "0190c5a0-0000-7000-8000-000000000001"
CREATED_AT = "2026-03-01T08:00:00.000000Z"

Connect = Callable[[str], Engine]


@pytest.fixture
def engine_of() -> Iterator[Connect]:
    engines: list[Engine] = []

    def opened(url: str) -> Engine:
        engines.append(connect(url))
        return engines[-1]

    yield opened
    for engine in engines:
        engine.dispose()


@contextmanager
def _as_nobody() -> Iterator[None]:
    """Root may write everywhere: take another user's rights for a while."""
    if os.geteuid() != 0:
        yield
        return
    os.seteuid(65534)
    try:
        yield
    finally:
        os.seteuid(0)


def test_a_ledger_says_what_it_is_whenever_it_is_opened(engine_of: Connect, database_url: str) -> None:
    made_by = engine_of(database_url)
    made = create_ledger(made_by, ledger_id=LEDGER_ID, created_at=CREATED_AT)
    assert (made.format, made.ledger_id, made.created_at) == (format_on(made_by.dialect), LEDGER_ID, CREATED_AT)
    assert open_ledger(engine_of(database_url)) == made
    assert create_ledger(engine_of(database_url), ledger_id="another") == made


def test_a_sqlite_ledger_is_known_by_its_header(engine_of: Connect, sqlite_url: str) -> None:
    engine = engine_of(sqlite_url)
    create_ledger(engine)
    engine.dispose()
    header = Path(sqlite_url.removeprefix("sqlite:///")).read_bytes()[:100]
    # Of SQLite's file format: the user version at byte 60, the application id at byte 68.
    assert int.from_bytes(header[60:64], "big") == 1
    assert header[68:72] == b"CLDG"


def test_opening_does_not_create(engine_of: Connect, database_url: str) -> None:
    with pytest.raises(LedgerMissingError, match="create one"):
        open_ledger(engine_of(database_url))
    if database_url.startswith("sqlite"):
        assert not Path(database_url.removeprefix("sqlite:///")).exists()
    else:
        assert inspect(engine_of(database_url)).get_table_names() == []


def test_a_later_format_is_refused(engine_of: Connect, database_url: str) -> None:
    engine = engine_of(database_url)
    known = create_ledger(engine).format
    with engine.begin() as connection:
        connection.execute(ledger_meta.update().where(ledger_meta.c.key == "format").values(value=str(known + 1)))
    for opening in (open_ledger, create_ledger):
        with pytest.raises(LedgerFormatError, match=rf"format {known + 1}.*reads format {known}"):
            opening(engine_of(database_url))


def test_a_service_own_tables_on_a_server_are_no_obstacle(engine_of: Connect, request: pytest.FixtureRequest) -> None:
    for fixture in ("postgresql_url", "mariadb_url"):
        engine = engine_of(request.getfixturevalue(fixture))
        with engine.begin() as connection:
            connection.execute(text("CREATE TABLE tenants (id INTEGER)"))
        assert create_ledger(engine, ledger_id=LEDGER_ID).ledger_id == LEDGER_ID


@pytest.mark.parametrize(
    "foreign",
    [
        "CREATE TABLE ledger_events (id INTEGER, amount INTEGER)",
        "CREATE TABLE ledger_meta (id INTEGER, note VARCHAR(10))",
    ],
)
def test_a_foreign_table_of_our_name_is_refused(
    engine_of: Connect, request: pytest.FixtureRequest, foreign: str
) -> None:
    for fixture in ("postgresql_url", "mariadb_url"):
        engine = engine_of(request.getfixturevalue(fixture))
        with engine.begin() as connection:
            connection.execute(text(foreign))
        before = inspect(engine).get_table_names()
        with pytest.raises(NotALedgerError, match="something else"):
            create_ledger(engine)
        assert inspect(engine).get_table_names() == before
        engine.dispose()
        with engine.begin() as connection:
            connection.execute(text(f"DROP TABLE {before[0]}"))


def test_a_half_made_ledger_on_mariadb_is_completed(engine_of: Connect, mariadb_url: str) -> None:
    engine = engine_of(mariadb_url)
    create_ledger(engine)
    with engine.begin() as connection:
        connection.execute(text("DELETE FROM ledger_meta"))
        connection.execute(text("DROP TRIGGER ledger_events_no_delete"))
        connection.execute(text("DROP TABLE ledger_tracking"))
    assert create_ledger(engine, ledger_id=LEDGER_ID).ledger_id == LEDGER_ID
    assert SqlFactory({"CASELEDGER_URL": mariadb_url}).open().ledger_id == LEDGER_ID


def _foreign_sqlite(path: Path) -> None:
    other = sqlite3.connect(path)
    other.execute("CREATE TABLE invoices (id INTEGER)")
    other.commit()
    other.close()


def _foreign_application(path: Path) -> None:
    other = sqlite3.connect(path)
    other.execute("PRAGMA application_id = 1196444487")
    other.execute("PRAGMA user_version = 3")
    other.close()


def _no_sqlite(path: Path) -> None:
    path.write_bytes("客户,电话\n王,13800000000\n".encode() * 100)


@pytest.mark.parametrize("made", [_foreign_sqlite, _foreign_application, _no_sqlite])
def test_a_file_of_something_else_is_refused_and_not_touched(
    engine_of: Connect, tmp_path: Path, made: Callable[[Path], None]
) -> None:
    path = tmp_path / "other.db"
    made(path)
    before = path.read_bytes()
    for opening in (create_ledger, open_ledger):
        with pytest.raises(NotALedgerError, match=r"other\.db.*give the path"):
            opening(engine_of(f"sqlite:///{path}"))
    assert path.read_bytes() == before
    assert [file.name for file in tmp_path.iterdir()] == ["other.db"]


def test_a_folder_that_is_missing_or_cannot_be_written_is_named(engine_of: Connect, tmp_path: Path) -> None:
    with pytest.raises(LedgerUnwritableError, match=r"no folder .*none"):
        create_ledger(engine_of(f"sqlite:///{tmp_path}/none/ledger.db"))
    with pytest.raises(NotALedgerError, match="is a folder"):
        create_ledger(engine_of(f"sqlite:///{tmp_path}"))


def test_a_read_only_file_or_folder_is_refused(engine_of: Connect, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = Path(tempfile.mkdtemp())  # not tmp_path, which only its owner may enter
    try:
        path = folder / "ledger.db"
        create_ledger(engine_of(f"sqlite:///{path}"))
        folder.chmod(0o555)
        path.chmod(0o444)
        with _as_nobody():
            for opening in (create_ledger, open_ledger):
                with pytest.raises(LedgerUnwritableError, match="cannot be written"):
                    opening(engine_of(f"sqlite:///{path}"))
                with pytest.raises(LedgerUnwritableError, match="cannot be written"):
                    create_ledger(engine_of(f"sqlite:///{folder}/new.db"))
            # What the check beforehand may miss, SQLite itself finds.
            monkeypatch.setattr("caseledger.adapters.store.reaching.os.access", lambda *_, **__: True)
            with pytest.raises(LedgerUnwritableError):
                create_ledger(engine_of(f"sqlite:///{folder}/new.db"))
    finally:
        folder.chmod(stat.S_IRWXU)
        shutil.rmtree(folder)


@pytest.mark.parametrize(
    "url",
    [
        "ledger.db",
        "",
        "mssql://sa:secret@host/db",
        "oracle://host/secret",
        "sqlite:///file:ledger.db?mode=ro&uri=true",
        "mariadb://root:secret@host",
        "postgresql+asyncpg://u:secret@host/db",
        "postgresql://u:p@secret@host/db",
    ],
)
def test_a_url_that_the_store_does_not_speak_is_refused_without_its_password(url: str) -> None:
    with pytest.raises(UnsupportedDatabaseError) as caught:
        connect(url)
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize("backend", ["postgresql", "mariadb"])
def test_a_server_that_does_not_answer_is_reported_without_the_password(backend: str) -> None:
    with pytest.raises(PersistenceError) as caught:
        open_ledger(connect(f"{backend}://someone:s3cret@127.0.0.1:1/none"))
    assert "s3cret" not in str(caught.value)
    assert isinstance(caught.value, ConnectionLostError)
    assert caught.value.retry


def _create(url: str, ids: "multiprocessing.Queue[str]") -> None:
    engine = connect(url)
    ids.put(create_ledger(engine).ledger_id)
    engine.dispose()


def test_processes_that_create_the_same_ledger_at_once_get_one(database_url: str) -> None:
    context = multiprocessing.get_context("spawn")
    ids = context.Queue()
    processes = [context.Process(target=_create, args=(database_url, ids)) for _ in range(3)]
    for process in processes:
        process.start()
    found = [ids.get(timeout=60) for _ in processes]
    for process in processes:
        process.join()
    ids.close()
    assert len(set(found)) == 1


def test_every_sqlite_connection_is_durable_and_says_so(engine_of: Connect, sqlite_url: str) -> None:
    engine = engine_of(sqlite_url)
    create_ledger(engine)
    with engine.connect() as one, engine.connect() as other:
        for connection in (one, other):
            found = {
                name: connection.exec_driver_sql(f"PRAGMA {name}").scalar_one()
                for name in ("journal_mode", "synchronous", "foreign_keys", "busy_timeout")
            }
            # SQLite: synchronous 2 is FULL.
            assert found == {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1, "busy_timeout": 5000}


def test_the_store_has_exactly_one_factory_for_the_library_to_find() -> None:
    from eventsourcing.persistence import InfrastructureFactory  # noqa: PLC0415  # the subject of this test only

    settings = {"PERSISTENCE_MODULE": "caseledger.adapters.store", "CASELEDGER_URL": "sqlite://"}
    factory: object = InfrastructureFactory.construct(settings)
    assert type(factory) is SqlFactory
    factory.close()


@pytest.mark.parametrize(
    ("setting", "value"),
    [
        ("CASELEDGER_URL", ""),
        ("CASELEDGER_LOCK_TIMEOUT", "soon"),
        ("CASELEDGER_LOCK_TIMEOUT", "-1"),
        ("CASELEDGER_LOCK_TIMEOUT", "nan"),
        ("ORIGINATOR_ID_TYPE", "number"),
    ],
)
def test_an_unusable_setting_is_named(setting: str, value: str) -> None:
    with pytest.raises(OSError, match=setting):
        SqlFactory({"CASELEDGER_URL": "sqlite://", setting: value})
