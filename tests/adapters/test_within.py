"""A transaction of the embedding service's own: its rows and our events are committed together, or not at all."""

from collections.abc import Iterator
from pathlib import Path
from threading import Event, Thread

import pytest
from sqlalchemy import Connection, Engine, create_engine, text

from caseledger import Ledger, Refused, UnknownCase
from caseledger.adapters.store.database import Database
from caseledger.adapters.store.errors import (
    ForeignConnectionError,
    LedgerSettingsError,
    LockTimeoutError,
    NoTransactionError,
    StaleTransactionError,
    TransactionBrokenError,
)
from caseledger.adapters.testing import OPINION, accept, adopt, assess, register, respond


@pytest.fixture
def ledger(database_url: str) -> Iterator[Ledger]:
    """A ledger with a center, on each database."""
    with Ledger(database_url) as opened:
        opened.do_batch([[register(), adopt()]])
        yield opened


@pytest.fixture
def service(ledger: Ledger, database_url: str) -> Iterator[Engine]:
    """The service's own engine, as anybody would make it, and a table of its own."""
    assert ledger.check().is_clean
    engine = create_engine(database_url, connect_args={"timeout": 0.2} if "sqlite" in database_url else {})
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE tickets (opinion VARCHAR(64))"))
    yield engine
    engine.dispose()


def tickets(engine: Engine) -> list[str]:
    with engine.connect() as connection:
        return list(connection.execute(text("SELECT opinion FROM tickets ORDER BY opinion")).scalars())


def note(connection: Connection, opinion: str) -> None:
    connection.execute(text("INSERT INTO tickets VALUES (:o)"), {"o": opinion})


def known(ledger: Ledger, *cases: str) -> list[int]:
    return [len(events) for events in ledger.histories(cases).values()]


def test_the_history_of_what_can_be_no_id_is_refused_and_the_transaction_goes_on(
    ledger: Ledger, service: Engine
) -> None:
    with service.begin() as connection:
        inside = ledger.within(connection)
        note(connection, OPINION)
        with pytest.raises(UnknownCase, match="no case has such an id"):
            inside.histories([OPINION, "opinion:\x00"])
    assert tickets(service) == [OPINION]


def test_rows_events_and_facts_are_committed_together(ledger: Ledger, service: Engine) -> None:
    with service.begin() as connection:
        inside = ledger.within(connection)
        note(connection, OPINION)
        number = inside.do(accept(command_id="cmd:1")).number
        assert known(ledger, OPINION) == [0]
        assert ledger.find(number=number) == []
    assert tickets(service) == [OPINION]
    assert [found.case for found in ledger.find(number=number)] == [OPINION]
    assert ledger.check().is_clean


def test_a_rollback_leaves_neither_and_wakes_nobody(ledger: Ledger, service: Engine) -> None:
    heard = Event()
    database: Database = ledger._database
    database.bell._listeners.add(heard)
    with service.connect() as connection:
        begun = connection.begin()
        note(connection, OPINION)
        assert ledger.within(connection).do(accept()).events
        begun.rollback()
    assert not heard.is_set()
    assert tickets(service) == []
    assert known(ledger, OPINION) == [0]
    assert ledger.check().is_clean
    # The number that was given back is given to the next.
    assert (ledger.do(accept()).number or "").endswith("0001")
    assert heard.is_set()


def test_commands_see_the_earlier_ones_of_the_transaction_and_a_retry_of_theirs(
    ledger: Ledger, service: Engine
) -> None:
    with service.begin() as connection:
        inside = ledger.within(connection)
        first = inside.do(accept(command_id="cmd:1"))
        inside.do(assess(command_id="cmd:2"))
        again = inside.do(accept(command_id="cmd:1"))
        assert (again.repeated, again.number) == (True, first.number)
        second = inside.do(accept(case="opinion:2"))
        assert [len(inside.histories([case])[case]) for case in (OPINION, "opinion:2")] == [2, 1]
    assert ledger.do(assess(command_id="cmd:2")).repeated
    third = ledger.do(accept(case="opinion:3"))
    assert [(one.number or "")[-4:] for one in (first, second, third)] == ["0001", "0002", "0003"]


def test_a_center_that_was_changed_in_a_transaction_undone_is_not_remembered(ledger: Ledger, service: Engine) -> None:
    with service.connect() as connection:
        begun = connection.begin()
        inside = ledger.within(connection)
        inside.do_batch([[register(center="center:new"), adopt(center="center:new")]])
        inside.do(accept(center="center:new"))
        begun.rollback()
    with pytest.raises(Refused, match="center:new is not registered"):
        ledger.do(accept(center="center:new"))


def test_a_refusal_leaves_the_transaction_whole(ledger: Ledger, service: Engine) -> None:
    with service.begin() as connection:
        inside = ledger.within(connection)
        inside.do(accept())
        with pytest.raises(Refused):
            inside.do(respond(case="opinion:unknown"))
        note(connection, OPINION)
    assert tickets(service) == [OPINION]
    assert known(ledger, OPINION) == [1]


@pytest.mark.parametrize("kind", ["postgresql_url"])
def test_a_conflict_is_decided_anew_and_leaves_the_transaction_whole(kind: str, request: pytest.FixtureRequest) -> None:
    """Where others may append meanwhile: on SQLite and MariaDB they wait for the transaction to end."""
    url = request.getfixturevalue(kind)
    engine = create_engine(url)
    with Ledger(url) as ledger, engine.begin() as connection:
        ledger.do_batch([[register(), adopt()]])
        inside = ledger.within(connection)
        append = inside._executor.streams.recorder.insert_events
        rivals = iter([accept(case="opinion:rival")])

        def after_a_rival(events: object, **given: object) -> object:
            for rival in rivals:
                ledger.do(rival)  # takes the number that the command inside was given
            return append(events, **given)  # type: ignore[arg-type]  # as given

        inside._executor.streams.recorder.insert_events = after_a_rival  # type: ignore[method-assign, assignment]  # to come between
        assert (inside.do(accept()).number or "").endswith("0002")
        assert (
            connection.execute(text("SELECT count(*) FROM ledger_events WHERE stream = 'opinion:rival'")).scalar() == 1
        )
    engine.dispose()


def test_a_connection_without_a_transaction_is_refused(ledger: Ledger, service: Engine) -> None:
    with service.connect() as connection:
        with pytest.raises(NoTransactionError, match=r"in no transaction.*engine\.begin"):
            ledger.within(connection)
        with connection.begin():
            inside = ledger.within(connection)
            inside.do(accept())
        with pytest.raises(NoTransactionError, match="has ended"):
            inside.do(assess())
        with connection.begin(), pytest.raises(NoTransactionError, match="has ended"):
            inside.do(assess())
    with pytest.raises(NoTransactionError, match="closed"):
        ledger.within(connection)
    assert known(ledger, OPINION) == [1]


def test_a_connection_that_commits_each_statement_is_refused(ledger: Ledger, service: Engine) -> None:
    if service.dialect.name == "sqlite":
        return  # there a transaction is begun all the same
    with (
        service.connect().execution_options(isolation_level="AUTOCOMMIT") as connection,
        connection.begin(),
        pytest.raises(NoTransactionError, match="AUTOCOMMIT"),
    ):
        ledger.within(connection)


@pytest.mark.parametrize("other", ["file", "memory", "server"])
def test_a_connection_to_another_database_is_refused(
    sqlite_url: str, other: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    url = {"file": f"sqlite:///{tmp_path}/other.db", "memory": "sqlite://"}.get(other)
    engine = create_engine(url or request.getfixturevalue("postgresql_url"))
    with (
        Ledger(sqlite_url) as ledger,
        engine.begin() as connection,
        pytest.raises(ForeignConnectionError, match="ledger"),
    ):
        ledger.within(connection)
    engine.dispose()


def test_a_connection_that_may_lose_commits_is_refused(ledger: Ledger, service: Engine) -> None:
    setting = {"sqlite": "PRAGMA synchronous = OFF", "postgresql": "SET synchronous_commit = off"}.get(
        service.dialect.name, "SET auto_increment_increment = 2"
    )
    with service.connect() as connection:
        connection.exec_driver_sql(setting)
        connection.commit()
        with connection.begin(), pytest.raises(LedgerSettingsError, match="right would be"):
            ledger.within(connection)
        connection.invalidate()


def test_on_sqlite_a_transaction_that_read_before_others_wrote_is_refused(sqlite_url: str) -> None:
    engine = create_engine(sqlite_url)
    with Ledger(sqlite_url) as ledger, engine.begin() as connection:
        connection.exec_driver_sql("BEGIN")
        connection.execute(text("SELECT count(*) FROM ledger_events")).scalar_one()
        ledger.do_batch([[register(), adopt()]])
        with pytest.raises(StaleTransactionError, match="BEGIN IMMEDIATE"):
            ledger.within(connection)
    engine.dispose()


def test_on_sqlite_another_writer_is_waited_for_and_then_reported(ledger: Ledger, service: Engine) -> None:
    if service.dialect.name != "sqlite":
        return
    with service.begin() as writing:
        note(writing, "opinion:writing")
        with service.begin() as connection, pytest.raises(LockTimeoutError):
            ledger.within(connection)


def test_what_the_database_undoes_as_a_whole_is_said(mariadb_url: str) -> None:
    engine = create_engine(mariadb_url)
    with Ledger(mariadb_url) as ledger:
        ledger.do_batch([[register(), adopt()]])
        with engine.connect() as connection:
            begun = connection.begin()
            inside = ledger.within(connection)

            def undone(cursor: object, events: object) -> None:
                del cursor, events
                connection.connection.cursor().execute("ROLLBACK")
                raise RuntimeError

            inside._executor.streams.recorder.on_append = undone  # type: ignore[attr-defined]  # the ledger's own recorder
            with pytest.raises(TransactionBrokenError, match="begin again"):
                inside.do(accept())
            begun.rollback()
        assert known(ledger, OPINION) == [0]
    engine.dispose()


def test_two_services_that_accept_at_once_get_numbers_without_gaps(ledger: Ledger, service: Engine) -> None:
    def work(service_number: int) -> None:
        engine = create_engine(service.url)
        for number in range(5):
            with engine.begin() as connection:
                ledger.within(connection).do(accept(case=f"opinion:{service_number}-{number}"))
        engine.dispose()

    threads = [Thread(target=work, args=(number,)) for number in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    cases = [f"opinion:{one}-{number}" for one in range(2) for number in range(5)]
    numbers = sorted(str(ledger.replay(case).number)[-4:] for case in cases)
    assert numbers == [f"{serial:04}" for serial in range(1, 11)]
    assert ledger.check().is_clean
