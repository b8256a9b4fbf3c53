"""What the processes do that the tests kill: append commands without end, or rebuild; and die at a chosen moment.

A process tells its parent through a pipe what it asks and what it was answered, each before it goes on: what lies in
the pipe outlives it.
"""

from __future__ import annotations

import os
import re
import signal
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from multiprocessing.connection import Connection
from random import Random
from typing import Any

from eventsourcing.persistence import PersistenceError, StoredEvent
from sqlalchemy import event
from sqlalchemy.engine.interfaces import DBAPICursor

from caseledger.adapters.facts import keeper, reach, rebuilding
from caseledger.adapters.store.recorder import SqlApplicationRecorder
from caseledger.domain.refusal import Refused
from tests.differential.histories import Histories
from tests.differential.house import House
from tests.differential.moments import START

APPEND_MOMENTS = (
    "nothing is written",
    "the events are written, no facts",
    "some facts are written",
    "all is written, not committed",
    "committed, not acknowledged",
)
STATEMENTS = {
    "the table beside is made": r"CREATE TABLE fact_opinions_rebuilt",
    "the table is emptied": r"DELETE FROM fact_opinions$",
    "the table is filled": r"INSERT INTO fact_opinions .*FROM fact_opinions_rebuilt",
}
"""Moments of the rebuild of `fact_opinions`: right after this statement."""
GATHERING = "gathering"
COMMITTING = "right before the commit"
COMMITTED = "right after the commit"
REBUILD_MOMENTS = (*STATEMENTS, *[GATHERING] * 6, COMMITTING, COMMITTED)
SMALL_CHUNK = 3
"""Cases that a rebuild reads at a time here, so that a short history is gathered in many steps."""


def last_recorded(house: House) -> datetime:
    """The last moment at which something was recorded, as far as it was read."""
    return max((history.events[-1].recorded_at for history in house.histories if history.events), default=START)


def cases(house: House) -> list[str]:
    """The cases that were read."""
    return [one.stream for one in house.histories if one.stream.startswith(("opinion:", "order:", "survey:"))]


def die() -> None:
    """Die as by a power cut: nothing is closed, nothing rolled back by this process."""
    os.kill(os.getpid(), signal.SIGKILL)


@dataclass
class Countdown:
    """Dies at the n-th time that the moment comes."""

    left: int

    def __call__(self) -> None:
        self.left -= 1
        if self.left == 0:
            die()


def append(pipe: Connection, url: str, mark: str, moment: str | None = None, times: int = 1) -> None:
    """Append commands to a ledger that has its centers, until killed, or until the moment has come so many times."""
    random = Random(mark)
    house = House(url, lasting=True)
    house.reread()
    histories = Histories(house.read, mark, last_recorded(house), cases(house))
    if moment is not None:
        _die_in_an_append(house, moment, Countdown(times))
    while True:
        told = histories.step(random)
        house.clock.now = told.at
        command = told.command
        pipe.send(("asked", told.at, command.name, command.model_dump(mode="json", exclude_none=True)))
        while True:
            try:
                outcome = house.ledger.do(command)
            except Refused:
                pipe.send(("refused", command.command_id))
            except PersistenceError:
                continue  # another process held the ledger too long, or took the version: the same command again
            else:
                pipe.send(("done" if outcome.events else "idle", command.command_id))
                house.touched(record.stream for record in outcome.events)
                histories.happened(outcome.case)
            break


def rebuild(pipe: Connection, url: str, moment: str | None = None, times: int = 1, pause_at: str | None = None) -> None:
    """Rebuild all facts, dying at a moment; or pausing at another, or at each step, until the parent says to go on."""
    _in_small_steps()
    house = House(url, lasting=True)
    countdown = Countdown(times)

    def pause() -> None:
        pipe.send("paused")
        pipe.recv()

    def progress(name: str, _done: int, _in_all: int) -> None:
        if moment == GATHERING and name == "fact_opinions":
            countdown()
        if pause_at == GATHERING:
            pause()

    _at(house, moment, countdown)
    _at(house, pause_at, pause)
    house.ledger.rebuild(None if pause_at == GATHERING else ["fact_opinions"], progress=progress)
    pipe.send("rebuilt")


def _in_small_steps() -> None:
    """Gather a few cases at a time, and catch up in several rounds with what is appended meanwhile."""
    for module, name, value in (
        (reach, "CASES_A_CHUNK", SMALL_CHUNK),
        (keeper, "SIZES", (1, 2)),
        (rebuilding, "SIZES", (1, 2)),
    ):
        assert hasattr(module, name), f"{name} moved; the steps here would not be small"
        setattr(module, name, value)


def _die_in_an_append(house: House, moment: str, countdown: Countdown) -> None:
    recorder = house.ledger._app.recorder
    assert isinstance(recorder, SqlApplicationRecorder)
    refresh, insert = recorder.on_append, recorder.insert_on
    assert refresh is not None

    def inserting(cursor: DBAPICursor, events: Any, **given: object) -> list[int]:  # noqa: ANN401 - as the recorder's
        if moment == "nothing is written":
            countdown()
        return insert(cursor, events, **given)

    def refreshing(cursor: DBAPICursor, events: Any) -> None:  # noqa: ANN401 - as above
        assert all(isinstance(one, StoredEvent) for one in events)
        if moment == "the events are written, no facts":
            countdown()
        refresh(cursor, events)
        if moment == "all is written, not committed":
            countdown()
        if moment == "committed, not acknowledged":
            _around_commit(house, countdown)

    recorder.insert_on = inserting  # type: ignore[method-assign, assignment]  # to die on its doorstep
    recorder.on_append = refreshing
    if moment == "some facts are written":
        _after_a_fact(countdown)


def _after_a_fact(act: Callable[[], None]) -> None:
    """Act right after each statement that writes facts with an append, which are the driver's own."""
    run = keeper.Statement.run

    def running(statement: keeper.Statement, on: Any, values: dict[str, Any]) -> Any:  # noqa: ANN401 - as the statement's
        found = run(statement, on, values)
        if statement.text.startswith("INSERT INTO fact_"):
            act()
        return found

    keeper.Statement.run = running  # type: ignore[method-assign, assignment]  # to die on its doorstep


def _after(house: House, pattern: str, act: Callable[[], None]) -> None:
    """Act right after each statement that looks so."""

    @event.listens_for(house.engine, "after_cursor_execute")
    def executed(*given: Any) -> None:
        if re.match(pattern, " ".join(given[2].split())):
            act()


def _at(house: House, moment: str | None, act: Callable[[], None]) -> None:
    """Act at a moment of the rebuild of `fact_opinions`."""
    if moment in STATEMENTS:
        _after(house, STATEMENTS[moment], act)
    if moment in {COMMITTING, COMMITTED}:
        filled = STATEMENTS["the table is filled"]
        _after(house, filled, lambda: _around_commit(house, act, before=moment == COMMITTING))


def _around_commit(house: House, act: Callable[[], None], *, before: bool = False) -> None:
    """Act right before or right after the next commit."""
    dialect: Any = house.engine.dialect
    commit = dialect.do_commit

    def committing(connection: object) -> None:
        dialect.do_commit = commit
        if before:
            act()
        commit(connection)
        if not before:
            act()

    dialect.do_commit = committing
