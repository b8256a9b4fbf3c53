"""A ledger on each database, and events to put into it."""

from collections.abc import Callable, Iterator

import pytest
from eventsourcing.persistence import StoredEvent

from caseledger.adapters.store import SqlFactory
from caseledger.adapters.store.recorder import SqlApplicationRecorder

Open = Callable[[str], SqlFactory]


@pytest.fixture
def open_store() -> Iterator[Open]:
    """Opens stores by URL, and closes them after the test."""
    stores: list[SqlFactory] = []

    def opened(url: str) -> SqlFactory:
        stores.append(SqlFactory({"CASELEDGER_URL": url}))
        return stores[-1]

    yield opened
    for store in stores:
        store.close()


@pytest.fixture
def recorder(open_store: Open, database_url: str) -> SqlApplicationRecorder:
    """An empty ledger on each database in turn."""
    return open_store(database_url).application_recorder()


@pytest.fixture
def event() -> Callable[..., StoredEvent]:
    """Makes an event of a stream: `event("opinion:1", 2)`."""

    def made(stream: str, version: int, state: bytes = b'{"said":"the lift is stuck"}') -> StoredEvent:
        return StoredEvent(stream, version, "opinion.accepted.v1", state)

    return made
