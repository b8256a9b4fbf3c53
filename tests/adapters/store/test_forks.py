"""A process that forks after it has opened a ledger, as servers do that load a service before they fork off workers."""

from __future__ import annotations

import os
from collections.abc import Callable

import pytest

from caseledger import Ledger
from caseledger.adapters.store.engine import connect
from caseledger.adapters.store.errors import ForkedError
from tests.stories import one_of_each

# Python warns of any fork beside threads, and a ledger has some.
pytestmark = pytest.mark.filterwarnings("ignore:.*fork:DeprecationWarning")


def in_a_fork(work: Callable[[], object]) -> str:
    """The name of what the work raises in a forked process, or that it is done."""
    ours, theirs = os.pipe()
    child = os.fork()
    if child == 0:
        said = "done"
        try:
            work()
        except BaseException as error:  # noqa: BLE001 - the parent judges it
            said = type(error).__name__
        os.write(theirs, said.encode())
        os._exit(0)
    os.close(theirs)
    with os.fdopen(ours) as pipe:
        said = pipe.read()
    os.waitpid(child, 0)
    return said


def ways_to_use(ledger: Ledger) -> list[Callable[[], object]]:
    first = next(iter(one_of_each())).command
    return [
        lambda: ledger.do(first),
        lambda: ledger.replay("center:sz01"),
        ledger.find,
        ledger.due,
        ledger.watch,
        ledger.check,
        ledger.rebuild,
        ledger.doctor,
    ]


def test_a_ledger_that_was_used_before_the_fork_says_so_in_the_fork(database_url: str) -> None:
    told = list(one_of_each())
    with Ledger(database_url) as ledger:
        ledger.do(told[0].command)
        assert {in_a_fork(way) for way in ways_to_use(ledger)} == {ForkedError.__name__}
        assert ledger.do(told[0].command).repeated


def test_a_ledger_that_was_only_opened_before_the_fork_says_so_too(database_url: str) -> None:
    told = list(one_of_each())
    with Ledger(database_url) as ledger:  # as by a server that loads the service and then forks its workers
        assert {in_a_fork(way) for way in ways_to_use(ledger)} == {ForkedError.__name__}
        assert not ledger.do(told[0].command).repeated


def test_what_a_fork_closes_stays_open_for_the_process_that_opened_it(database_url: str) -> None:
    told = list(one_of_each())
    with Ledger(database_url) as ledger:
        first = ledger.do(told[0].command)
        assert in_a_fork(ledger.close) == "done"
        assert ledger.do(told[0].command).events == first.events
        assert ledger.check().is_clean


def test_a_fork_opens_the_ledger_by_itself(database_url: str) -> None:
    told = list(one_of_each())
    with Ledger(database_url) as ledger:
        ledger.do(told[0].command)

        def open_own() -> None:
            with Ledger(database_url) as own:
                assert own.do(told[0].command).repeated

        assert in_a_fork(open_own) == "done"
        assert ledger.do(told[0].command).repeated


def test_a_connection_is_not_taken_in_a_fork_whoever_uses_the_engine(database_url: str) -> None:
    engine = connect(database_url)
    own = "SELECT 1" if engine.dialect.name == "sqlite" else "SELECT pg_backend_pid()"
    own = "SELECT CONNECTION_ID()" if engine.dialect.name in {"mysql", "mariadb"} else own

    def asked() -> object:
        with engine.connect() as connection:
            return connection.exec_driver_sql(own).scalar_one()

    session = asked()
    assert in_a_fork(asked) == ForkedError.__name__
    assert asked() == session  # the fork did not end it
    engine.dispose()


def test_after_a_ledger_gave_its_connections_back_to_their_pool_a_fork_is_still_told(database_url: str) -> None:
    told = list(one_of_each())
    with Ledger(database_url) as ledger:
        ledger.do(told[0].command)
        assert ledger.replay("center:sz01").events
        ledger._database.release()
        assert in_a_fork(lambda: ledger.replay("center:sz01")) == ForkedError.__name__
        assert ledger.check().is_clean
