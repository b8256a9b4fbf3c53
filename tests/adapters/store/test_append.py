"""Appending: all or none, one winner a version, positions in order and never handed out twice."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
from eventsourcing.persistence import (
    IntegrityError,
    InterfaceError,
    OperationalError,
    ProcessRecorder,
    StoredEvent,
    Tracking,
)
from sqlalchemy import text
from sqlalchemy.engine.interfaces import DBAPICursor

from caseledger.adapters.store import SqlFactory
from caseledger.adapters.store.recorder import SqlApplicationRecorder

Event = Callable[..., StoredEvent]
Open = Callable[[str], SqlFactory]


def test_several_streams_are_appended_together_and_numbered_in_their_order(
    recorder: SqlApplicationRecorder, event: Event
) -> None:
    several = [event("opinion:1", 1), event("register:1", 1), *(event("opinion:2", n) for n in range(1, 251))]
    positions = recorder.insert_events(several)
    assert positions == list(range(1, 253))
    logged = list(recorder.iterate(page=7))
    assert [(n.id, n.originator_id, n.originator_version) for n in logged] == [
        (position, e.originator_id, e.originator_version) for position, e in enumerate(several, 1)
    ]


def test_one_conflict_among_several_streams_leaves_none_of_them(recorder: SqlApplicationRecorder, event: Event) -> None:
    recorder.insert_events([event("opinion:1", 1)])
    with pytest.raises(IntegrityError, match="record conflict"):
        recorder.insert_events([event("opinion:2", 1), event("opinion:1", 1), event("opinion:3", 1)])
    assert recorder.stream_versions(["opinion:1", "opinion:2", "opinion:3"]) == {
        "opinion:1": 1,
        "opinion:2": 0,
        "opinion:3": 0,
    }


def test_state_comes_back_byte_for_byte(recorder: SqlApplicationRecorder, event: Event) -> None:
    states = [b"", bytes(range(256)), "意见：电梯困人 🛗 100% 'quoted' \\ %s :x".encode(), b"x" * 100_000]
    recorder.insert_events([event("opinion:1", n, state) for n, state in enumerate(states, 1)])
    assert [e.state for e in recorder.select_events("opinion:1")] == states


def test_streams_differ_by_case_and_by_every_byte(recorder: SqlApplicationRecorder, event: Event) -> None:
    names = ["opinion:a", "OPINION:A", "opinion:ä", "opinion:a.", "opinion:a-"]
    recorder.insert_events([event(name, 1) for name in names])
    found = recorder.select_streams([*names, "opinion:none"])
    assert {name: len(events) for name, events in found.items()} == dict.fromkeys(names, 1) | {"opinion:none": 0}


def test_many_streams_are_read_in_few_round_trips(recorder: SqlApplicationRecorder, event: Event) -> None:
    names = [f"opinion:{number}" for number in range(1100)]
    recorder.insert_events([event(name, version) for name in names for version in (1, 2)])
    found = recorder.select_streams(names)
    assert list(found) == names
    assert all([e.originator_version for e in events] == [1, 2] for events in found.values())
    assert recorder.stream_versions(names) == dict.fromkeys(names, 2)


def test_eight_writers_on_one_stream_have_one_winner_a_version(recorder: SqlApplicationRecorder, event: Event) -> None:
    together = threading.Barrier(8)

    def write(writer: int) -> list[int]:
        won = []
        together.wait()
        for version in range(1, 11):
            try:
                recorder.insert_events([event("opinion:hot", version, b"%d" % writer)])
            except IntegrityError:
                continue
            won.append(version)
        return won

    with ThreadPoolExecutor(8) as pool:
        wins = list(pool.map(write, range(8)))
    assert sorted(version for won in wins for version in won) == list(range(1, 11))
    stored = {e.originator_version: int(e.state) for e in recorder.select_events("opinion:hot")}
    assert stored == {version: writer for writer, won in enumerate(wins) for version in won}


def test_a_reader_never_skips_a_position_while_eight_write(recorder: SqlApplicationRecorder, event: Event) -> None:
    done = threading.Event()
    seen: list[int] = []

    def read() -> None:
        while True:
            last_round = done.is_set()
            seen.extend(n.id for n in recorder.iterate(after=seen[-1] if seen else 0, page=3))
            if last_round:
                return

    def write(writer: int) -> None:
        for number in range(1, 21):
            recorder.insert_events([event(f"opinion:{writer}", number), event(f"order:{writer}", number)])

    reader = threading.Thread(target=read)
    reader.start()
    try:
        with ThreadPoolExecutor(8) as pool:
            list(pool.map(write, range(8)))
    finally:
        done.set()
        reader.join()
    assert len(seen) == 8 * 20 * 2
    assert seen == sorted(set(seen))


def test_the_position_of_a_removed_event_is_not_handed_out_again(
    open_store: Open, sqlite_url: str, event: Event
) -> None:
    recorder = open_store(sqlite_url).application_recorder()
    assert recorder.insert_events([event("opinion:1", 1), event("opinion:1", 2)]) == [1, 2]
    with recorder.transaction() as connection:
        connection.execute(text("DROP TRIGGER ledger_events_no_delete"))
        connection.execute(text("DELETE FROM ledger_events WHERE position = 2"))
    assert recorder.insert_events([event("opinion:1", 2)]) == [3]


def test_what_the_hook_writes_is_committed_with_the_events_or_not_at_all(
    recorder: SqlApplicationRecorder, event: Event
) -> None:
    with recorder.transaction() as connection:
        connection.execute(text("CREATE TABLE noted (stream VARCHAR(64))"))

    def note(cursor: DBAPICursor, events: object) -> None:
        assert isinstance(events, list)
        for each in events:
            cursor.execute(f"SELECT count(*) FROM ledger_events WHERE stream = '{each.originator_id}'")
            assert list(cursor.fetchall()) == [(1,)]
            cursor.execute(f"INSERT INTO noted VALUES ('{each.originator_id}')")
            if each.originator_id == "opinion:bad":
                raise RuntimeError("the facts could not be written")

    recorder.on_append = note
    recorder.insert_events([event("opinion:1", 1)])
    with pytest.raises(RuntimeError, match="could not be written"):
        recorder.insert_events([event("opinion:2", 1), event("opinion:bad", 1)])
    recorder.on_append = None
    assert recorder.insert_events([event("opinion:3", 1)])
    with recorder.transaction(write=False) as connection:
        assert connection.execute(text("SELECT stream FROM noted")).scalars().all() == ["opinion:1"]
    assert recorder.stream_versions(["opinion:1", "opinion:2", "opinion:bad"]) == {
        "opinion:1": 1,
        "opinion:2": 0,
        "opinion:bad": 0,
    }


def test_a_reading_transaction_sees_one_moment(open_store: Open, database_url: str, event: Event) -> None:
    recorder = open_store(database_url).application_recorder()
    recorder.insert_events([event("opinion:1", 1)])
    count = text("SELECT count(*) FROM ledger_events")
    with recorder.transaction(write=False) as connection:
        assert connection.execute(count).scalar_one() == 1
        recorder.insert_events([event("opinion:1", 2)])
        assert connection.execute(count).scalar_one() == 1
    assert recorder.max_notification_id() == 2


def test_a_writer_that_waits_too_long_is_told_and_can_write_afterwards(
    open_store: Open, database_url: str, event: Event
) -> None:
    first = open_store(database_url).application_recorder()
    other = SqlFactory({"CASELEDGER_URL": database_url, "CASELEDGER_LOCK_TIMEOUT": "1"})
    try:
        second = other.application_recorder()
        with first.transaction() as connection:
            first.insert_within(connection, [event("opinion:1", 1)])
            first.database.side.lock_for_append(connection.connection.cursor())
            with pytest.raises(OperationalError):
                second.insert_events([event("opinion:2", 1)])
            with pytest.raises(OperationalError), second.transaction() as waiting:
                second.insert_within(waiting, [event("opinion:2", 1)])
        second.insert_events([event("opinion:2", 1)])
        assert [n.originator_id for n in second.select_notifications(1, 10)] == ["opinion:1", "opinion:2"]
    finally:
        other.close()


def test_two_ledgers_in_one_process_do_not_meet(open_store: Open, sqlite_url: str, event: Event) -> None:
    one, two = open_store(sqlite_url).application_recorder(), open_store("sqlite://").application_recorder()
    with one.transaction() as connection:
        two.insert_events([event("opinion:2", 1)])
        one.insert_within(connection, [event("opinion:1", 1)])
    assert [n.originator_id for n in one.iterate()] == ["opinion:1"]
    assert [n.originator_id for n in two.iterate()] == ["opinion:2"]


def test_of_workers_that_race_for_a_position_one_commits(open_store: Open, database_url: str, event: Event) -> None:
    store = open_store(database_url)
    recorder: ProcessRecorder = store.process_recorder()
    together = threading.Barrier(4)

    def follow(worker: int) -> int:
        won = 0
        together.wait()
        for position in range(1, 26):
            try:
                recorder.insert_events([event(f"fact:{worker}", position)], tracking=Tracking("ledger", position))
            except IntegrityError:
                continue
            except OperationalError:  # MariaDB may call two first inserts a deadlock; that too is one winner
                continue
            won += 1
        return won

    with ThreadPoolExecutor(4) as pool:
        commits = sum(pool.map(follow, range(4)))
    # Gaps in the positions are allowed: PostgreSQL does not take back the numbers of those who lost.
    assert commits == len(recorder.select_notifications(1, 1000)) == 25
    assert recorder.max_tracking_id("ledger") == 25


def test_a_closed_ledger_says_so(open_store: Open, database_url: str, event: Event) -> None:
    store = open_store(database_url)
    recorder = store.application_recorder()
    store.close()
    with pytest.raises(InterfaceError, match="closed"):
        recorder.insert_events([event("opinion:1", 1)])
    with pytest.raises(InterfaceError, match="closed"):
        recorder.max_notification_id()


def test_a_subscription_sees_what_another_process_appends(open_store: Open, database_url: str, event: Event) -> None:
    reader, writer = open_store(database_url), open_store(database_url)
    recorder = reader.application_recorder()
    with recorder.subscribe(gt=0) as subscription:
        writer.application_recorder().insert_events([event("opinion:1", 1)])
        assert next(subscription).originator_id == "opinion:1"
        recorder.insert_events([event("opinion:2", 1)])
        assert next(subscription).originator_id == "opinion:2"
