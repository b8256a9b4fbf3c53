"""Events larger than what MariaDB takes in one statement: many go in several, and one too large is said so."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from eventsourcing.persistence import StoredEvent
from sqlalchemy import create_engine

from caseledger.adapters.doctor import examine
from caseledger.adapters.store import SqlFactory
from caseledger.adapters.store.errors import EventTooLargeError
from tests.databases import Server, empty_database
from tests.own_server import NoServerError
from tests.servers import own_server

Open = Callable[[str], SqlFactory]
MIB = 1024 * 1024


@pytest.fixture(scope="module")
def own_mariadb() -> Iterator[Server]:
    """A server of these tests' own, for its settings are changed."""
    try:
        with own_server("mariadb") as server:
            yield Server(server.url, "mariadb", "of the tests' own")
    except NoServerError as missing:
        pytest.skip(f"no MariaDB of the tests' own: {missing}")


@pytest.fixture
def mariadb_url(own_mariadb: Server) -> Iterator[str]:
    """An empty database there."""
    with empty_database(own_mariadb) as url:
        yield url


def take_no_more(url: str, size: int) -> None:
    """Let the server take no more in one statement, for connections made from now on."""
    engine = create_engine(url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.exec_driver_sql(f"SET GLOBAL max_allowed_packet = {size}")
    engine.dispose()


def event(stream: str, size: int) -> StoredEvent:
    return StoredEvent(stream, 1, "opinion.accepted.v1", b'"' * size)  # each byte is escaped


def test_a_batch_larger_than_one_statement_may_be_is_recorded(open_store: Open, mariadb_url: str) -> None:
    take_no_more(mariadb_url, MIB)
    recorder = open_store(mariadb_url).application_recorder()
    positions = recorder.insert_events([event(f"opinion:{number}", 60_000) for number in range(125)])
    assert list(positions) == list(range(1, 126))
    assert len(recorder.select_events("opinion:124")[0].state) == 60_000


def test_one_event_that_the_server_cannot_take_is_no_case_for_a_retry(open_store: Open, mariadb_url: str) -> None:
    take_no_more(mariadb_url, MIB)
    recorder = open_store(mariadb_url).application_recorder()
    with pytest.raises(EventTooLargeError, match="max_allowed_packet") as told:
        recorder.insert_events([event("opinion:1", 10), event("opinion:2", MIB)])
    assert not told.value.retry
    assert recorder.stream_versions(["opinion:1", "opinion:2"]) == {"opinion:1": 0, "opinion:2": 0}


def test_a_server_that_takes_too_little_in_one_statement_is_found(open_store: Open, mariadb_url: str) -> None:
    open_store(mariadb_url).open()
    take_no_more(mariadb_url, MIB // 2)
    found = [one for one in examine(mariadb_url).findings if one.where == "max_allowed_packet"]
    assert [str(MIB // 2) in one.what for one in found] == [True]
