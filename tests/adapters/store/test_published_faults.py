"""Faults of the published persistence modules, reproduced there, that this one does not have.

Two of them are tested elsewhere: workers that race for a position (`test_append.py`, and for facts kept elsewhere
`tests/adapters/following`), and a position that is handed out again (`test_append.py`). Events whose class was renamed
are found by their stored names: `tests/golden`.
"""

import asyncio
from collections.abc import Callable
from threading import Thread
from time import perf_counter

import pytest
from eventsourcing.persistence import StoredEvent, Tracking

from caseledger.adapters.store import SqlFactory
from caseledger.adapters.store.recorder import SqlApplicationRecorder
from caseledger.adapters.store.tracking import LONGEST_LOOK, SHORTEST_LOOK, SqlTrackingRecorder
from caseledger.domain.catalogue import EVENTS

Made = Callable[..., StoredEvent]
Open = Callable[[str], SqlFactory]


def test_what_one_application_writes_inside_anothers_transaction_goes_to_its_own_database(
    open_store: Open, database_url: str, tmp_path_factory: pytest.TempPathFactory, event: Made
) -> None:
    """A context variable of the module would write both into whichever transaction was open."""
    one = open_store(database_url).application_recorder()
    two = open_store(f"sqlite:///{tmp_path_factory.mktemp('two')}/two.db").application_recorder()
    with one.transaction() as connection:
        one.insert_within(connection, [event("opinion:1", 1)])
        two.insert_events([event("opinion:2", 1)])
    assert [n.originator_id for n in one.iterate()] == ["opinion:1"]
    assert [n.originator_id for n in two.iterate()] == ["opinion:2"]


def test_what_a_child_task_was_told_is_recorded_stays_when_its_parent_rolls_back(
    postgresql_url: str, open_store: Open, event: Made
) -> None:
    """A context variable is inherited by child tasks: theirs was acknowledged and rolled back with the parent's."""
    recorder = open_store(postgresql_url).application_recorder()

    async def parent() -> None:
        with recorder.transaction() as connection:
            recorder.insert_within(connection, [event("opinion:parent", 1)])
            child = asyncio.create_task(asyncio.to_thread(recorder.insert_events, [event("opinion:child", 1)]))
            assert await child
            raise RuntimeError

    with pytest.raises(RuntimeError):
        asyncio.run(parent())
    assert [n.originator_id for n in recorder.iterate()] == ["opinion:child"]


def test_a_schema_holds_for_every_recorder(postgresql_url: str, open_store: Open, event: Made) -> None:
    """There is no setting for it that a recorder could overlook: the connection itself is in the schema."""
    plain = open_store(postgresql_url)
    plain.open()
    with plain.database.engine.begin() as connection:
        connection.exec_driver_sql("CREATE SCHEMA other")
    store = open_store(f"{postgresql_url}?options=-csearch_path%3Dother")
    recorder, process, snapshots = (
        store.application_recorder(),
        store.process_recorder(),
        store.aggregate_recorder("snapshots"),
    )
    recorder.insert_events([event("opinion:1", 1)])
    process.insert_events([event("opinion:2", 1)], tracking=Tracking("upstream", 1))
    snapshots.insert_events([event("opinion:1", 1)])
    assert store.tracking_recorder().max_tracking_id("upstream") == 1
    assert plain.tracking_recorder().max_tracking_id("upstream") is None
    assert list(plain.application_recorder().iterate()) == []
    assert [n.id for n in recorder.iterate()] == [1, 2]
    there = "SELECT table_schema FROM information_schema.tables WHERE table_name = 'ledger_snapshots'"
    assert plain.database.read(there, ()) == [("other",)]


def test_an_append_in_one_schema_holds_no_reader_of_another_back(
    postgresql_url: str, open_store: Open, event: Made
) -> None:
    plain = open_store(postgresql_url)
    plain.open()
    with plain.database.engine.begin() as connection:
        connection.exec_driver_sql("CREATE SCHEMA other")
    other = open_store(f"{postgresql_url}?options=-csearch_path%3Dother").application_recorder()
    recorder = plain.application_recorder()
    with other.transaction() as connection:
        other.insert_within(connection, [event("opinion:1", 1)])
        recorder.insert_events([event("opinion:2", 1)])
        assert [n.originator_id for n in recorder.iterate()] == ["opinion:2"]


def test_an_event_is_stored_by_a_name_that_is_no_python_path() -> None:
    assert EVENTS
    assert all(name.rpartition(".")[2].startswith("v") and "caseledger" not in name for name in EVENTS)


def test_waiting_for_a_projection_looks_again_within_milliseconds(open_store: Open, sqlite_url: str) -> None:
    """The library looks every 100 ms; here the first looks are 1, 2, 4 … ms apart."""
    tracking = open_store(sqlite_url).tracking_recorder()
    looked: list[float] = []

    class Looking(SqlTrackingRecorder):
        def has_tracking_id(self, application_name: str, notification_id: int | None) -> bool:
            looked.append(perf_counter())
            return len(looked) > 5 and super().has_tracking_id(application_name, notification_id)

    follower = Looking(tracking.database)
    follower.insert_tracking(Tracking("upstream", 1))
    follower.wait("upstream", 1, timeout=60)
    assert len(looked) == 6
    assert SHORTEST_LOOK <= 0.001
    assert LONGEST_LOOK < 0.1


def test_a_command_sent_by_two_processes_at_once_has_one_effect(
    open_store: Open, database_url: str, event: Made
) -> None:
    """Of the same event from two stores at once one is recorded; the other is told that it is there."""
    stores = [open_store(database_url).application_recorder() for _ in range(2)]
    done: list[str] = []

    def send(recorder: SqlApplicationRecorder) -> None:
        for version in range(1, 11):
            try:
                recorder.insert_events([event("opinion:1", version)])
            except Exception as error:  # noqa: BLE001 - whatever it is, it is compared below
                done.append(type(error).__name__)
            else:
                done.append("recorded")

    threads = [Thread(target=send, args=(recorder,)) for recorder in stores]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(done) == ["IntegrityError"] * 10 + ["recorded"] * 10
    assert stores[0].stream_versions(["opinion:1"]) == {"opinion:1": 10}
