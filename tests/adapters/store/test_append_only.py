"""Stored events are never changed or removed, whoever asks the database to."""

from collections.abc import Callable

import pytest
from eventsourcing.persistence import IntegrityError, PersistenceError, StoredEvent
from sqlalchemy import text

from caseledger.adapters.store import SqlFactory
from caseledger.adapters.store.errors import AppendOnlyError
from caseledger.adapters.store.recorder import SqlApplicationRecorder

Event = Callable[..., StoredEvent]
Open = Callable[[str], SqlFactory]


def _kept(recorder: SqlApplicationRecorder) -> list[tuple[int, int, bytes]]:
    return [(n.id, n.originator_version, n.state) for n in recorder.select_notifications(1, 100)]


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE ledger_events SET version = version + 10",
        "UPDATE ledger_events SET state = 'x' WHERE position = 1",
        "DELETE FROM ledger_events",
        "DELETE FROM ledger_events WHERE position = 2",
    ],
)
def test_change_and_removal_are_refused_with_the_reason(
    recorder: SqlApplicationRecorder, event: Event, statement: str
) -> None:
    recorder.insert_events([event("opinion:1", 1), event("opinion:1", 2)])
    before = _kept(recorder)
    with (
        pytest.raises(AppendOnlyError, match=r"append-only.*append a correction"),
        recorder.transaction() as connection,
    ):
        connection.execute(text(statement))
    assert _kept(recorder) == before


def test_replace_into_cannot_put_another_event_in_the_place_of_one(
    open_store: Open, request: pytest.FixtureRequest, event: Event
) -> None:
    for fixture in ("sqlite_url", "mariadb_url"):
        url = request.getfixturevalue(fixture)
        recorder = open_store(url).application_recorder()
        recorder.insert_events([event("opinion:1", 1), event("opinion:1", 2)])
        before = _kept(recorder)
        for position, version in ((1, 9), (7, 1)):
            with pytest.raises((IntegrityError, AppendOnlyError)), recorder.transaction() as connection:
                connection.execute(
                    text("REPLACE INTO ledger_events VALUES (:p, 'opinion:1', :v, 'other', 'other')"),
                    {"p": position, "v": version},
                )
        assert _kept(recorder) == before


def test_sqlite_takes_no_position_below_the_last(open_store: Open, sqlite_url: str, event: Event) -> None:
    recorder = open_store(sqlite_url).application_recorder()
    recorder.insert_events([event("opinion:1", 1)])
    insert = "INSERT INTO ledger_events VALUES (:p, 'opinion:2', :p, 'given', 'x')"
    with recorder.transaction() as connection:
        connection.execute(text(insert), {"p": 5})
    with pytest.raises(IntegrityError), recorder.transaction() as connection:
        connection.execute(text(insert), {"p": 3})
    assert [n.id for n in recorder.select_notifications(1, 10)] == [1, 5]


def test_truncate_is_refused_on_postgresql(open_store: Open, postgresql_url: str, event: Event) -> None:
    recorder = open_store(postgresql_url).application_recorder()
    recorder.insert_events([event("opinion:1", 1)])
    with pytest.raises(AppendOnlyError), recorder.transaction() as connection:
        connection.execute(text("TRUNCATE ledger_events"))
    assert recorder.max_notification_id() == 1


def test_a_refusal_tells_nothing_of_the_row(recorder: SqlApplicationRecorder, event: Event) -> None:
    secret = b'{"phone":"13800000000"}'
    recorder.insert_events([event("opinion:1", 1, secret)])
    failures: list[PersistenceError] = []
    for statement in (
        "INSERT INTO ledger_events (stream, version, name, state) VALUES ('opinion:1', 1, 'n', '13800000000')",
        "INSERT INTO ledger_events (stream, version, name, state) VALUES ('13800000000', 1, NULL, '13800000000')",
        "INSERT INTO ledger_events (stream, version, name, state) VALUES (:given, 'x13800000000', 'n', 'x', 1)",
    ):
        with pytest.raises(PersistenceError) as caught, recorder.transaction() as connection:
            connection.execute(text(statement), {"given": "13800000000"})
        failures.append(caught.value)
    for failure in failures:
        assert "13800000000" not in str(failure)
        assert failure.__cause__ is None
        assert failure.__suppress_context__
