"""A signal's handler that raises while the store is at work, as a time limit of a service's: nothing stays locked."""

from __future__ import annotations

import ctypes
import os
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any

import pytest
from eventsourcing.persistence import StoredEvent
from sqlalchemy import Connection, event

from caseledger.adapters.store import SqlFactory
from caseledger.adapters.store.errors import LockTimeoutError
from caseledger.adapters.store.recorder import SqlApplicationRecorder

Open = Callable[[str], SqlFactory]


class TimeIsUpError(Exception):
    """What a service's time limit raises."""


@contextmanager
def time_up_after_the_first_statement(driver: Any) -> Iterator[None]:  # noqa: ANN401 - the driver's connection
    """The signal comes while the statement runs, inside C: its handler raises as soon as the statement is done."""

    def raise_it(*_: object) -> None:
        driver.set_trace_callback(None)
        raise TimeIsUpError

    before = signal.signal(signal.SIGUSR1, raise_it)
    # No step of Python's lies between the signal and the statement's end, where the handler could come early.
    driver.set_trace_callback(partial(ctypes.CDLL(None).kill, os.getpid(), int(signal.SIGUSR1)))
    try:
        yield
    finally:
        signal.signal(signal.SIGUSR1, before)


def writer_of(recorder: SqlApplicationRecorder) -> Any:  # noqa: ANN401 - the driver's connection
    with recorder.transaction() as connection:
        return connection.connection.dbapi_connection


def appended(recorder: SqlApplicationRecorder, stream: str) -> None:
    recorder.insert_events([StoredEvent(stream, 1, "opinion.accepted.v1", b"{}")])


def opened_for_writing(recorder: SqlApplicationRecorder, stream: str) -> None:
    with recorder.transaction() as connection:
        recorder.insert_within(connection, [StoredEvent(stream, 1, "opinion.accepted.v1", b"{}")])


@pytest.mark.parametrize("write", [appended, opened_for_writing])
def test_an_interruption_as_a_transaction_begins_keeps_nobody_from_writing(
    open_store: Open, sqlite_url: str, write: Callable[[SqlApplicationRecorder, str], None]
) -> None:
    recorder = open_store(sqlite_url).application_recorder()
    other = SqlFactory({"CASELEDGER_URL": sqlite_url, "CASELEDGER_LOCK_TIMEOUT": "0.2"})
    with time_up_after_the_first_statement(writer_of(recorder)), pytest.raises(TimeIsUpError):
        write(recorder, "opinion:1")
    try:
        write(other.application_recorder(), "opinion:2")
    finally:
        other.close()
    write(recorder, "opinion:1")
    assert recorder.stream_versions(["opinion:1", "opinion:2"]) == {"opinion:1": 1, "opinion:2": 1}


def test_an_interruption_while_the_first_connection_is_made_keeps_nobody_waiting(
    open_store: Open, sqlite_url: str
) -> None:
    store = open_store(sqlite_url)
    recorder = store.application_recorder()
    engine = store.database.engine
    engine.dispose()

    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    event.listen(engine, "checkout", interrupted)
    with pytest.raises(KeyboardInterrupt):
        appended(recorder, "opinion:1")
    event.remove(engine, "checkout", interrupted)
    appended(recorder, "opinion:1")
    assert recorder.stream_versions(["opinion:1"]) == {"opinion:1": 1}


def test_a_thread_that_writes_already_is_told_so(open_store: Open, sqlite_url: str) -> None:
    recorder = open_store(sqlite_url).application_recorder()

    def again(connection: Connection) -> None:
        assert connection.in_transaction()
        appended(recorder, "opinion:2")

    with recorder.transaction() as connection:
        recorder.insert_within(connection, [StoredEvent("opinion:1", 1, "opinion.accepted.v1", b"{}")])
        with pytest.raises(LockTimeoutError, match="writes to the ledger already"):
            again(connection)
    assert recorder.stream_versions(["opinion:1", "opinion:2"]) == {"opinion:1": 1, "opinion:2": 0}


def ask_without_waiting(cursor: Any) -> None:  # noqa: ANN401 - the driver's cursor
    """Send a question whose answer nobody fetches."""
    if hasattr(cursor.connection, "pgconn"):
        cursor.connection.pgconn.send_query(b"SELECT 'of another question'")
    else:
        cursor.connection._execute_command(3, "SELECT 'of another question'")  # COM_QUERY


def interrupted_within_a_transaction(recorder: SqlApplicationRecorder) -> None:
    with recorder.transaction() as connection:
        ask_without_waiting(connection.connection.cursor())
        raise KeyboardInterrupt


@pytest.mark.parametrize("server", ["postgresql_url", "mariadb_url"])
@pytest.mark.parametrize("raised", [KeyboardInterrupt, TimeIsUpError])
def test_an_interruption_between_question_and_answer_puts_nobody_else_out_of_step(
    open_store: Open, request: pytest.FixtureRequest, server: str, raised: type[BaseException]
) -> None:
    recorder = open_store(request.getfixturevalue(server)).application_recorder()

    def interrupted(cursor: Any, _: object) -> None:  # noqa: ANN401 - the driver's cursor
        ask_without_waiting(cursor)
        raise raised

    recorder.on_append = interrupted
    with pytest.raises(raised):
        appended(recorder, "opinion:1")
    recorder.on_append = None
    assert recorder.stream_versions(["opinion:1"]) == {"opinion:1": 0}
    with pytest.raises(KeyboardInterrupt):
        interrupted_within_a_transaction(recorder)
    for number in range(6):  # more than are kept at hand
        opened_for_writing(recorder, f"opinion:{number}")
    assert set(recorder.stream_versions([f"opinion:{number}" for number in range(6)]).values()) == {1}


def test_an_interruption_leaves_a_ledger_in_memory_where_it_is(open_store: Open) -> None:
    recorder = open_store("sqlite://").application_recorder()
    appended(recorder, "opinion:1")

    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    recorder.on_append = interrupted
    for write in (appended, opened_for_writing):
        with pytest.raises(KeyboardInterrupt):
            write(recorder, "opinion:2")
    assert recorder.stream_versions(["opinion:1", "opinion:2"]) == {"opinion:1": 1, "opinion:2": 0}
