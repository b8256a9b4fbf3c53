"""An older ledger comes to the present format by numbered steps, or says what to run; a newer one is refused."""

import shutil
import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from eventsourcing.persistence import PersistenceError, StoredEvent
from sqlalchemy import Connection, Engine, text

from caseledger.adapters.store import SqlFactory, migrations
from caseledger.adapters.store.engine import connect
from caseledger.adapters.store.errors import LedgerFormatError, LedgerMissingError, LedgerOutdatedError
from caseledger.adapters.store.meta import create_ledger, open_ledger
from caseledger.adapters.store.migrations import Step, Work, format_on, statements, steps_for
from caseledger.adapters.store.upgrading import upgrade
from tests.adapters.store.schema import schema_of
from tests.fixtures.write import HERE

Open = Callable[[str], SqlFactory]
Steps = Callable[..., None]

NOTE = "CREATE TABLE IF NOT EXISTS ledger_note (id INTEGER)"
OTHER = "CREATE TABLE IF NOT EXISTS ledger_other (id INTEGER)"


def on_all(work: Work) -> dict[str, Work]:
    return dict.fromkeys(("sqlite", "postgresql", "mariadb"), work)


def step(number: int, work: Work, *, automatic: bool = True, release: str = "7.0") -> Step:
    return Step(number, release, "a table for notes", on_all(work), automatic=automatic)


@pytest.fixture
def engine(database_url: str, open_store: Open) -> Engine:
    """A ledger of the present format with one event."""
    store = open_store(database_url)
    store.application_recorder().insert_events([StoredEvent("opinion:1", 1, "opinion.accepted.v1", b"{}")])
    return store.database.engine


@pytest.fixture
def further(monkeypatch: pytest.MonkeyPatch) -> Steps:
    """Adds steps, as a later release would."""

    def added(*steps: Step) -> None:
        monkeypatch.setattr(migrations, "STEPS", (*migrations.STEPS, *steps))

    return added


def tables(engine: Engine) -> set[str]:
    return {name for name in schema_of(engine)["columns"] if name in {"ledger_note", "ledger_other"}}


def test_a_quick_step_is_taken_when_the_ledger_is_opened(engine: Engine, further: Steps) -> None:
    further(step(90, statements(NOTE)), step(91, statements(OTHER)))
    assert open_ledger(engine).format == create_ledger(engine).format == 91
    assert tables(engine) == {"ledger_note", "ledger_other"}


def test_a_step_that_opening_may_not_take_is_named_with_what_to_run(engine: Engine, further: Steps) -> None:
    before = open_ledger(engine).format
    further(step(90, statements(NOTE)), step(91, statements(OTHER), automatic=False))
    for opening in (open_ledger, create_ledger):
        with pytest.raises(LedgerOutdatedError, match=r"format 91 \(a table for notes; .*`caseledger upgrade`, once"):
            opening(engine)
    assert tables(engine) == set()
    done = upgrade(engine)
    assert ([one.number for one in done.steps], done.meta.format) == ([90, 91], 91)
    assert upgrade(engine).steps == ()
    assert open_ledger(engine).ledger_id == done.meta.ledger_id
    assert before < 90


def test_steps_of_other_databases_leave_a_ledger_alone(engine: Engine, further: Steps) -> None:
    before = open_ledger(engine)
    other = "postgresql" if engine.dialect.name == "sqlite" else "sqlite"
    further(Step(90, "7.0", "nothing here", {other: statements(NOTE)}))
    assert open_ledger(engine) == before


def test_a_later_format_is_refused_and_says_which_release_reads_it(
    engine: Engine, further: Steps, monkeypatch: pytest.MonkeyPatch
) -> None:
    further(step(90, statements(NOTE), release="7.1"))
    upgrade(engine)
    monkeypatch.undo()
    for opening in (open_ledger, create_ledger, upgrade):
        with pytest.raises(LedgerFormatError, match=r"has format 90; .*Right would be caseledger 7\.1 or later"):
            opening(engine)


def test_a_step_that_breaks_off_leaves_the_format_before_and_is_done_again(engine: Engine, further: Steps) -> None:
    before = open_ledger(engine).format
    breaks = True

    def work(connection: Connection) -> None:
        statements(NOTE)(connection)
        if breaks:
            connection.exec_driver_sql("SELECT nothing FROM nowhere")
        statements(OTHER)(connection)

    further(step(90, work, automatic=False))
    with pytest.raises(PersistenceError):
        upgrade(engine)
    with engine.connect() as connection:
        marked = connection.execute(text("SELECT value FROM ledger_meta WHERE value = '90'")).all()
    # MariaDB commits each CREATE by itself; the others take all of it back.
    left = {"ledger_note"} if migrations.family(engine.dialect) == "mariadb" else set()
    assert (marked, tables(engine)) == ([], left)
    breaks = False
    assert upgrade(engine).meta.format == 90
    assert tables(engine) == {"ledger_note", "ledger_other"}
    assert before < 90


def test_two_that_upgrade_at_once_take_each_step_once(database_url: str, open_store: Open, further: Steps) -> None:
    create_ledger(open_store(database_url).database.engine)
    taken: list[int] = []

    def taking(number: int) -> Work:
        return lambda _connection: taken.append(number)

    further(*(step(number, taking(number)) for number in (90, 91, 92)))
    stores = [open_store(database_url) for _ in range(2)]
    threads = [threading.Thread(target=store.open) for store in stores]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert taken == [90, 91, 92]
    assert [store.open().format for store in stores] == [92, 92]


def test_an_append_waits_for_a_step_and_is_not_lost(database_url: str, open_store: Open, further: Steps) -> None:
    store, other = open_store(database_url), open_store(database_url)
    recorder, engine = store.application_recorder(), other.database.engine
    waiting = threading.Thread(
        target=recorder.insert_events, args=([StoredEvent("opinion:9", 1, "opinion.accepted.v1", b"{}")],)
    )
    seen: list[int] = []

    def work(connection: Connection) -> None:
        waiting.start()
        waiting.join(0.2)
        seen.append(connection.execute(text("SELECT COUNT(*) FROM ledger_events")).scalar_one())

    further(step(90, work))
    upgrade(engine)
    waiting.join()
    assert seen == [0]
    assert recorder.stream_versions(["opinion:9"]) == {"opinion:9": 1}


def test_where_there_is_no_ledger_nothing_is_upgraded(database_url: str) -> None:
    engine = connect(database_url)
    with pytest.raises(LedgerMissingError):
        upgrade(engine)
    engine.dispose()


def first_format(url: str, tmp_path: Path) -> str:
    """A ledger as the first release made it; on SQLite the one that it wrote itself."""
    if url.startswith("sqlite"):
        shutil.copy(HERE / "ledger-0.1.0.db", tmp_path / "first.db")
        return f"sqlite:///{tmp_path / 'first.db'}"
    name = "postgresql" if url.startswith("postgresql") else "mariadb"
    engine = connect(url)
    with engine.begin() as connection:
        for statement in (HERE / f"format-1.{name}.sql").read_text(encoding="utf-8").split("\n;;\n"):
            connection.exec_driver_sql(statement, execution_options={"no_parameters": True})
    engine.dispose()
    return url


def test_a_ledger_of_the_first_format_comes_to_what_a_new_one_has(
    database_url: str, tmp_path: Path, request: pytest.FixtureRequest, open_store: Open
) -> None:
    old = connect(first_format(database_url, tmp_path))
    with old.connect() as connection:
        before = connection.execute(text("SELECT * FROM ledger_events ORDER BY position")).all()
    done = upgrade(old)
    assert [one.number for one in done.steps] == [one.number for one in steps_for(old.dialect)]
    assert open_ledger(old).format == format_on(old.dialect)
    with old.connect() as connection:
        assert connection.execute(text("SELECT * FROM ledger_events ORDER BY position")).all() == before
    upgraded = schema_of(old)
    old.dispose()
    if old.dialect.name != "sqlite":
        # The test's only database: the new ledger takes the old one's place.
        _dropped(database_url)
    new = open_store(database_url)
    new.open()
    assert upgraded == schema_of(new.database.engine)
    del request


def _dropped(url: str) -> None:
    engine = connect(url)
    with engine.begin() as connection:
        for table in ("ledger_events", "ledger_meta", "ledger_tracking"):
            connection.exec_driver_sql(f"DROP TABLE {table}")
        if engine.dialect.name == "postgresql":
            for (name,) in connection.execute(
                text("SELECT oid::regprocedure::text FROM pg_proc WHERE proname LIKE 'ledger%'")
            ).all():
                connection.exec_driver_sql(f"DROP FUNCTION {name}")
    engine.dispose()


def test_steps_ascend_and_each_is_for_some_database() -> None:
    numbers = [one.number for one in migrations.STEPS]
    assert numbers == sorted(set(numbers))
    assert all(number > migrations.FIRST_FORMAT for number in numbers)
    assert all(one.on and set(one.on) <= {"sqlite", "postgresql", "mariadb"} for one in migrations.STEPS)
