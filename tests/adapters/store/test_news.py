"""Whoever waits for the ledger is woken by other processes' commits; no test here waits for the looks in between."""

import logging
from collections.abc import Callable, Iterator
from threading import Event

import pytest
from eventsourcing.persistence import IntegrityError, StoredEvent

from caseledger.adapters.store import SqlFactory, news
from caseledger.adapters.store.recorder import SqlApplicationRecorder
from caseledger.adapters.store.subscription import SqlSubscription

Made = Callable[..., StoredEvent]
Open = Callable[[str], SqlFactory]

SOON = 20.0
"""Seconds after which waiting has failed; it takes milliseconds."""


@pytest.fixture
def reader(open_store: Open, database_url: str, monkeypatch: pytest.MonkeyPatch) -> SqlApplicationRecorder:
    """A ledger whose subscriptions look by themselves once an hour."""
    monkeypatch.setattr(SqlSubscription, "seconds_between_looks", 3600)
    return open_store(database_url).application_recorder()


@pytest.fixture
def rung(reader: SqlApplicationRecorder) -> Iterator[Event]:
    """Set when the bell rings; what the first look rings for is over."""
    heard = Event()
    reader.database.bell.listen(heard)
    heard.wait(SOON)
    heard.clear()
    yield heard
    reader.database.bell.unlisten(heard)


def test_a_subscription_is_woken_by_each_commit_of_another(
    reader: SqlApplicationRecorder, open_store: Open, database_url: str, event: Made
) -> None:
    writer = open_store(database_url).application_recorder()
    with reader.subscribe(gt=0) as subscription:
        for version in range(1, 6):
            writer.insert_events([event("opinion:1", version)])
            assert next(subscription).originator_version == version


def test_the_last_commit_before_the_end_is_told(rung: Event, database_url: str, event: Made) -> None:
    store = SqlFactory({"CASELEDGER_URL": database_url})
    store.application_recorder().insert_events([event("opinion:1", 1)])
    store.close()
    assert rung.wait(SOON)


@pytest.mark.usefixtures("reader")
def test_a_lost_connection_is_made_again(
    open_store: Open,
    postgresql_url: str,
    event: Made,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.DEBUG, "caseledger.store")
    monkeypatch.setattr(news, "AFTER_A_LOSS", 0.01)
    listening, writer = (open_store(postgresql_url).application_recorder() for _ in range(2))
    heard = Event()
    listening.database.bell.listen(heard)
    assert heard.wait(SOON)
    heard.clear()
    ended = writer.database.read(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE %s", ("LISTEN caseledger_%",)
    )
    assert ended == [(True,)]
    assert heard.wait(SOON)  # it listens again, and looks at what it may have missed
    (lost,) = [one for one in caplog.records if one.threadName == "caseledger-news-watch"]
    assert lost.getMessage().startswith("news: watching was interrupted")
    assert lost.exc_info is not None
    heard.clear()
    writer.insert_events([event("opinion:1", 1)])
    assert heard.wait(SOON)


def test_what_is_not_committed_rings_for_nobody(reader: SqlApplicationRecorder, event: Made) -> None:
    reader.insert_events([event("opinion:1", 1)])
    heard = Event()
    reader.database.bell._listeners.add(heard)  # by itself: without the news of other processes
    with pytest.raises(IntegrityError):
        reader.insert_events([event("opinion:1", 1)])
    assert not heard.is_set()
    reader.insert_events([event("opinion:1", 2)])
    assert heard.is_set()
