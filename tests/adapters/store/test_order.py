"""The order of the ledger on PostgreSQL, where appends go on beside each other: a reader never skips an event.

Writers and readers are stepped through every order of their steps on a real server. What other databases do is in
`test_append.py`: there appends take turns.
"""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from itertools import permutations
from time import sleep

import pytest
from eventsourcing.persistence import IntegrityError, OperationalError, StoredEvent
from sqlalchemy import create_engine, text

from caseledger.adapters.facts.reach import last_position
from caseledger.adapters.store import SqlFactory
from caseledger.adapters.store.postgresql_order import BLOCK, DRAW, KEEP_OUT, InFlight, in_flight
from caseledger.adapters.store.recorder import SqlApplicationRecorder

Event = Callable[..., StoredEvent]
Open = Callable[[str], SqlFactory]


@pytest.fixture
def ledger(open_store: Open, postgresql_url: str) -> SqlApplicationRecorder:
    """An empty ledger on PostgreSQL."""
    return open_store(postgresql_url).application_recorder()


class Writer:
    """Appends in two steps: the append itself, and the end of the transaction."""

    def __init__(self, recorder: SqlApplicationRecorder, events: list[StoredEvent]) -> None:
        self._recorder = recorder
        self._events = events
        self._connection = recorder.database.engine.connect()
        self._transaction = self._connection.begin()
        self.positions: list[int] = []

    def append(self) -> None:
        self.positions = self._recorder.insert_within(self._connection, self._events)

    def commit(self) -> None:
        self._transaction.commit()
        self._connection.close()

    def roll_back(self) -> None:
        self._transaction.rollback()
        self._connection.close()


class Reader:
    """Follows the order in two steps: how far may I go, and the rows up to there."""

    def __init__(self, recorder: SqlApplicationRecorder) -> None:
        self._recorder = recorder
        self._settled = 0
        self.seen: list[int] = []

    def ask(self) -> None:
        self._settled = self._recorder.database.settled() or 0

    def read(self) -> None:
        after = self.seen[-1] if self.seen else 0
        query = "SELECT position FROM ledger_events WHERE position > %s AND position <= %s ORDER BY position"
        self.seen += [position for (position,) in self._recorder.database.read(query, (after, self._settled))]


def test_a_reader_skips_nothing_in_any_order_of_two_writers_steps_and_his_own(
    ledger: SqlApplicationRecorder, event: Event
) -> None:
    reader = Reader(ledger)
    expected: list[int] = []
    orders = sorted(set(permutations("AABBRR")))
    assert len(orders) == 90
    for number, order in enumerate(orders):
        one = Writer(ledger, [event(f"one:{number}", 1)])
        two = Writer(ledger, [event(f"two:{number}", version) for version in (1, 2, 3)])
        steps = {
            "A": iter((one.append, one.commit)),
            "B": iter((two.append, two.commit)),
            "R": iter((reader.ask, reader.read)),
        }
        for actor in order:
            next(steps[actor])()
        expected += sorted(one.positions + two.positions)
    reader.ask()
    reader.read()
    assert reader.seen == expected


def test_readers_stop_short_of_an_append_in_flight_and_see_it_first_when_it_is_committed(
    ledger: SqlApplicationRecorder, event: Event
) -> None:
    ledger.insert_events([event("opinion:0", 1)])
    with ledger.transaction() as connection:
        (slow,) = ledger.insert_within(connection, [event("opinion:slow", 1)])
        (quick,) = ledger.insert_events([event("opinion:quick", 1)])
        assert slow < quick
        assert [n.originator_id for n in ledger.iterate()] == ["opinion:0"]
        assert ledger.max_notification_id() == 1
        # By its stream it can be read: only the order of all waits.
        assert ledger.stream_versions(["opinion:quick"]) == {"opinion:quick": 1}
    assert [n.originator_id for n in ledger.iterate()] == ["opinion:0", "opinion:slow", "opinion:quick"]
    assert ledger.max_notification_id() == quick


def test_what_said_that_it_would_append_holds_readers_back_before_it_has_a_position(
    ledger: SqlApplicationRecorder, event: Event
) -> None:
    draw_key = f"({DRAW}::bigint << 32) | 'ledger_events'::regclass::oid::bigint"
    with ThreadPoolExecutor(1) as pool:
        with ledger.transaction() as connection:
            connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({draw_key})")  # whoever draws a block waits
            waiting = pool.submit(ledger.insert_events, [event("opinion:slow", 1), event("opinion:slow", 2)])
            while not _transactions_in_flight(ledger):
                sleep(0.005)
            ledger.insert_events([event("opinion:quick", 1)])
            assert list(ledger.iterate()) == []
        assert waiting.result() == [2, 3]
    assert [n.id for n in ledger.iterate()] == [1, 2, 3]


def test_an_append_that_is_undone_holds_nobody_back_and_leaves_a_gap(
    ledger: SqlApplicationRecorder, event: Event
) -> None:
    undone = Writer(ledger, [event("opinion:1", 1)])
    undone.append()
    undone.roll_back()
    with ledger.transaction() as connection:
        with connection.begin_nested() as savepoint:
            ledger.insert_within(connection, [event("opinion:1", 1)])
            savepoint.rollback()
        ledger.insert_events([event("opinion:2", 1)])
        assert [n.id for n in ledger.iterate()] == [3]  # the transaction goes on, but has nothing in flight
        ledger.insert_within(connection, [event("opinion:1", 1)])
        ledger.insert_events([event("opinion:3", 1)])
        assert [n.id for n in ledger.iterate()] == [3]
    assert [n.id for n in ledger.iterate()] == [3, 4, 5]


def test_a_transaction_that_appends_often_is_in_flight_once(ledger: SqlApplicationRecorder, event: Event) -> None:
    with ledger.transaction() as connection:
        for version in range(1, 101):
            ledger.insert_within(connection, [event("opinion:1", version)])
        locks = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND pid = pg_backend_pid()"
        assert connection.execute(text(locks)).scalar_one() == 2  # the gate, and in flight


@pytest.mark.parametrize("last", [2**31 - 3, 2**32 - 3, 2**33 + 2**31 - 3])
def test_positions_go_on_past_what_a_lock_can_name(ledger: SqlApplicationRecorder, event: Event, last: int) -> None:
    ledger.database.read("SELECT setval('ledger_events_position_seq', %s)", (last,))
    with ledger.transaction() as connection:
        ledger.insert_within(connection, [event("opinion:slow", 1)])
        for number in range(1, 9):
            ledger.insert_events([event("opinion:quick", number)])
            assert list(ledger.iterate(after=last)) == []
            assert [each.beyond for each in _transactions_in_flight(ledger)] == [last]
    assert [n.id for n in ledger.iterate(after=last)] == list(range(last + 1, last + 10))


def test_an_old_transaction_elsewhere_stalls_no_reader(
    ledger: SqlApplicationRecorder, postgresql_url: str, event: Event
) -> None:
    elsewhere = create_engine(postgresql_url)
    with elsewhere.connect() as connection:
        connection.execute(text("CREATE TABLE elsewhere (number INTEGER)"))
        connection.execute(text("INSERT INTO elsewhere VALUES (1)"))
        connection.execute(text("SELECT pg_advisory_xact_lock(1, 2)"))
        ledger.insert_events([event("opinion:1", 1)])
        assert [n.originator_id for n in ledger.iterate()] == ["opinion:1"]
        connection.rollback()
    elsewhere.dispose()


def test_positions_of_one_append_have_none_of_anothers_between_them(
    ledger: SqlApplicationRecorder, event: Event
) -> None:
    def blocks(writer: int) -> list[tuple[str, list[int]]]:
        done = []
        for number in range(10):
            stream = f"block:{writer}-{number}"
            done.append((stream, list(ledger.insert_events([event(stream, v) for v in range(1, 41)]))))
        return done

    def singles(writer: int) -> list[tuple[str, list[int]]]:
        streams = [f"single:{writer}-{number}" for number in range(60)]
        return [(stream, list(ledger.insert_events([event(stream, 1)]))) for stream in streams]

    with ThreadPoolExecutor(6) as pool:
        given = [pool.submit(work, writer) for writer in range(3) for work in (blocks, singles)]
        told = dict(pair for future in given for pair in future.result())
    stored: dict[str, list[int]] = {}
    for notification in ledger.iterate():
        stored.setdefault(str(notification.originator_id), []).append(notification.id)
    assert stored == told
    assert all(positions == list(range(positions[0], positions[0] + len(positions))) for positions in stored.values())


def test_an_append_of_very_many_events_keeps_the_others_out(
    postgresql_url: str, ledger: SqlApplicationRecorder, event: Event
) -> None:
    hasty = SqlFactory({"CASELEDGER_URL": postgresql_url, "CASELEDGER_LOCK_TIMEOUT": "0.2"})
    try:
        other = hasty.application_recorder()
        with ledger.transaction() as connection:
            many = [event("opinion:many", version) for version in range(1, BLOCK + 2)]
            assert ledger.insert_within(connection, many) == list(range(1, BLOCK + 2))
            with pytest.raises(OperationalError, match="55P03"):
                other.insert_events([event("opinion:other", 1)])
            assert list(other.iterate()) == []
        other.insert_events([event("opinion:other", 1)])
        assert len(list(other.iterate())) == BLOCK + 2
    finally:
        hasty.close()


def test_two_that_meet_in_several_streams_never_wait_for_each_other(
    ledger: SqlApplicationRecorder, event: Event
) -> None:
    together = threading.Barrier(2)

    def write(*, turned: bool) -> int:
        won = 0
        for number in range(25):
            events = [event(f"case:{number}-{stream}", 1) for stream in range(20)]
            together.wait()
            try:
                ledger.insert_events(events[::-1] if turned else events)
            except IntegrityError:  # a deadlock would be an OperationalError
                continue
            won += 1
        return won

    with ThreadPoolExecutor(2) as pool:
        wins = [pool.submit(write, turned=turned) for turned in (False, True)]
        assert sum(win.result() for win in wins) == 25


def test_beside_writers_of_the_first_release_nothing_is_skipped(ledger: SqlApplicationRecorder, event: Event) -> None:
    """Release 0.1.0 appended under the exclusive lock, and said nothing of being in flight."""
    insert = "INSERT INTO ledger_events (stream, version, name, state) VALUES ('old:1', 1, 'n', '') RETURNING position"
    with ledger.transaction() as flying, ThreadPoolExecutor(1) as pool:
        ledger.insert_within(flying, [event("opinion:1", 1)])
        with ledger.database.engine.begin() as old:
            entering = pool.submit(old.exec_driver_sql, KEEP_OUT)
            sleep(0.05)
            assert not entering.done()
            flying.commit()
            entering.result()
            assert old.exec_driver_sql(insert).scalar_one() == 2
            assert [n.id for n in ledger.iterate()] == [1]
        assert [n.id for n in ledger.iterate()] == [1, 2]


def test_who_has_the_ledger_to_himself_sees_all_of_it(ledger: SqlApplicationRecorder, event: Event) -> None:
    ledger.insert_events([event("opinion:1", 1), event("opinion:1", 2)])
    with ledger.transaction() as connection:
        ledger.database.side.lock_for_append(connection.connection.cursor())
        assert last_position(connection) == 2


def test_it_is_said_whom_readers_wait_for(ledger: SqlApplicationRecorder, event: Event) -> None:
    ledger.insert_events([event("opinion:0", 1)])
    assert _transactions_in_flight(ledger) == []
    with ledger.transaction() as connection:
        ledger.insert_within(connection, [event("opinion:1", 1)])
        (waiting,) = _transactions_in_flight(ledger)
        assert waiting.process == connection.execute(text("SELECT pg_backend_pid()")).scalar_one()
        assert waiting.since == connection.execute(text("SELECT now()")).scalar_one()
        assert (waiting.state, waiting.beyond) == ("idle in transaction", 1)
    assert _transactions_in_flight(ledger) == []


def _transactions_in_flight(recorder: SqlApplicationRecorder) -> list[InFlight]:
    with recorder.transaction(write=False) as connection:
        return list(in_flight(connection))
