"""A transaction of the service's own that the database ends before its time: the ledger does not go on in the next."""

from __future__ import annotations

from collections.abc import Iterator
from threading import Thread
from typing import Literal

import pytest
from sqlalchemy import Connection, Engine, create_engine, event, text
from sqlalchemy.exc import DBAPIError

from caseledger import Ledger, Refused, load_policy
from caseledger.adapters.store.errors import NoTransactionError, StaleTransactionError, TransactionBrokenError
from caseledger.adapters.testing import OPINION, accept, adopt, assess, register

TICKETS = "CREATE TABLE tickets (id INTEGER PRIMARY KEY, opinion VARCHAR(64))"


@pytest.fixture
def ledger(database_url: str) -> Iterator[Ledger]:
    """A ledger with a center, on each database."""
    with Ledger(database_url) as opened:
        opened.do_batch([[register(), adopt()]])
        yield opened


@pytest.fixture
def service(ledger: Ledger, database_url: str) -> Iterator[Engine]:
    """The service's own engine, and a table of its own."""
    assert ledger.check().is_clean
    engine = create_engine(database_url)
    with engine.begin() as connection:
        connection.execute(text(TICKETS))
    yield engine
    engine.dispose()


def note(connection: Connection, number: int) -> None:
    connection.execute(text("INSERT INTO tickets VALUES (:n, 'opinion')"), {"n": number})


@pytest.mark.parametrize("ending", ["COMMIT", "ROLLBACK"])
def test_in_a_transaction_that_a_statement_ended_nothing_more_is_recorded(
    ledger: Ledger, service: Engine, ending: str
) -> None:
    with service.connect() as connection:
        begun = connection.begin()
        inside = ledger.within(connection)
        inside.do(accept())
        connection.exec_driver_sql(ending)
        note(connection, 1)  # the driver begins another transaction, without a word
        for _ in range(2):
            with pytest.raises(TransactionBrokenError, match="begin again"):
                inside.do(assess())
        begun.rollback()
    assert len(ledger.histories([OPINION])[OPINION]) == (ending == "COMMIT")
    assert ledger.check().is_clean


def test_a_table_made_inside_ends_the_transaction_on_mariadb_alone(ledger: Ledger, service: Engine) -> None:
    with service.connect() as connection:
        begun = connection.begin()
        inside = ledger.within(connection)
        inside.do(accept())
        connection.execute(text("CREATE TABLE notes (id INTEGER PRIMARY KEY)"))
        note(connection, 1)
        if service.dialect.name in {"mysql", "mariadb"}:
            with pytest.raises(TransactionBrokenError, match="makes or changes a table"):
                inside.do(assess())
        else:
            inside.do(assess())
        begun.rollback()
    told = 1 if service.dialect.name in {"mysql", "mariadb"} else 0
    assert len(ledger.histories([OPINION])[OPINION]) == told


def test_after_a_deadlock_that_the_service_passes_over_nothing_more_is_recorded(mariadb_url: str) -> None:
    engine = create_engine(mariadb_url)
    with Ledger(mariadb_url) as ledger, engine.connect() as connection, engine.connect() as other:
        ledger.do_batch([[register(), adopt()]])
        with engine.begin() as first:
            first.execute(text(TICKETS))
            for number in range(100):
                note(first, number)
        begun = connection.begin()
        inside = ledger.within(connection)
        inside.do(accept())
        connection.execute(text("UPDATE tickets SET opinion = 'mine' WHERE id = 99"))
        # InnoDB ends the one that has changed fewer rows.
        others = other.begin()
        other.execute(text("UPDATE tickets SET opinion = 'theirs' WHERE id < 90"))
        waits = Thread(target=other.execute, args=(text("UPDATE tickets SET opinion = 'theirs' WHERE id = 99"),))
        waits.start()
        with pytest.raises(DBAPIError, match="1213"):
            connection.execute(text("UPDATE tickets SET opinion = 'mine' WHERE id = 1"))
        waits.join()
        others.rollback()
        note(connection, 778)
        with pytest.raises(TransactionBrokenError, match="deadlock"):
            inside.do(accept(case="opinion:2"))
        begun.rollback()
        assert (ledger.do(accept()).number or "").endswith("0001")
    engine.dispose()


def test_what_postgresql_takes_no_more_of_is_said_so(postgresql_url: str) -> None:
    engine = create_engine(postgresql_url)
    with Ledger(postgresql_url) as ledger, engine.connect() as connection:
        ledger.do_batch([[register(), adopt()]])
        begun = connection.begin()
        inside = ledger.within(connection)
        with pytest.raises(DBAPIError):
            connection.execute(text("SELECT 1 / 0"))
        with pytest.raises(TransactionBrokenError, match="takes no more"):
            inside.do(accept())
        begun.rollback()
    engine.dispose()


def test_a_savepoint_of_the_services_that_is_undone_leaves_the_transaction_whole(
    ledger: Ledger, service: Engine
) -> None:
    with service.begin() as connection:
        inside = ledger.within(connection)
        savepoint = connection.begin_nested()
        inside.do(accept())
        note(connection, 1)
        with pytest.raises(DBAPIError):
            note(connection, 1)
        savepoint.rollback()
        assert (inside.do(accept(case="opinion:2")).number or "").endswith("0001")
    assert [len(told) for told in ledger.histories([OPINION, "opinion:2"]).values()] == [0, 1]
    assert ledger.check().is_clean


def test_what_a_savepoint_undid_of_a_center_is_not_remembered(ledger: Ledger, service: Engine) -> None:
    later = load_policy("w08").model_copy(update={"version": "99"})
    with service.begin() as connection:
        inside = ledger.within(connection)
        savepoint = connection.begin_nested()
        inside.do_batch([[register(center="center:new"), adopt(center="center:new"), adopt(policy=later)]])
        inside.do_batch([[accept(center="center:new")], [accept(case="opinion:2")]])
        savepoint.rollback()
        with pytest.raises(Refused, match="center:new is not registered"):
            inside.do(accept(center="center:new"))
        inside.do(accept(case="opinion:3"))
    (first,) = ledger.histories(["opinion:3"])["opinion:3"]
    assert first.policy == load_policy("w08").ref
    assert [one for one in ledger.doctor(full=True).findings if one.check == "policies"] == []


def test_on_sqlite_a_savepoint_outside_a_transaction_is_refused(sqlite_url: str) -> None:
    engine = create_engine(sqlite_url)
    with Ledger(sqlite_url) as ledger:
        ledger.do_batch([[register(), adopt()]])
        with (
            engine.begin() as connection,
            connection.begin_nested(),
            pytest.raises(NoTransactionError, match="before `begin_nested`"),
        ):
            ledger.within(connection)
        with engine.connect() as connection:
            begun = connection.begin()
            inside = ledger.within(connection)
            with connection.begin_nested():
                inside.do(accept())
            begun.rollback()
        assert ledger.histories([OPINION])[OPINION] == ()
    engine.dispose()


def test_on_sqlite_a_savepoint_of_an_engine_that_begins_its_transactions_is_taken(sqlite_url: str) -> None:
    engine = create_engine(sqlite_url)
    event.listen(engine, "connect", lambda driver, _: setattr(driver, "isolation_level", None))
    event.listen(engine, "begin", lambda connection: connection.exec_driver_sql("BEGIN"))
    with Ledger(sqlite_url) as ledger:
        ledger.do_batch([[register(), adopt()]])
        with engine.connect() as connection:
            begun = connection.begin()
            with connection.begin_nested():
                ledger.within(connection).do(accept())
            begun.rollback()
        assert ledger.histories([OPINION])[OPINION] == ()
    engine.dispose()


@pytest.mark.parametrize("server", ["postgresql_url", "mariadb_url"])
@pytest.mark.parametrize("level", ["REPEATABLE READ", "SERIALIZABLE"])
def test_where_others_writes_are_not_seen_a_conflict_is_said_at_once(
    request: pytest.FixtureRequest, server: str, level: Literal["REPEATABLE READ", "SERIALIZABLE"]
) -> None:
    if (server, level) == ("mariadb_url", "SERIALIZABLE"):
        return  # there others wait for whoever has read
    url = request.getfixturevalue(server)
    engine = create_engine(url, isolation_level=level)
    with Ledger(url) as ledger, engine.connect() as connection:
        ledger.do_batch([[register(), adopt()]])
        begun = connection.begin()
        assert connection.execute(text("SELECT count(*) FROM ledger_events")).scalar_one() > 0
        first = ledger.do(accept(command_id="cmd:1"))
        for case in ("opinion:other", OPINION):
            with pytest.raises(StaleTransactionError, match="READ COMMITTED") as told:
                ledger.within(connection).do(accept(case=case, command_id="cmd:1" if case == OPINION else "cmd:2"))
            assert told.value.retry
        begun.rollback()
        with connection.begin():
            inside = ledger.within(connection)
            again = inside.do(accept(command_id="cmd:1"))
            assert (again.repeated, again.number) == (True, first.number)
            assert (inside.do(accept(case="opinion:other", command_id="cmd:2")).number or "").endswith("0002")
    engine.dispose()
