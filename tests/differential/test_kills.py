"""A process is killed at any moment of an append or a rebuild.

What was acknowledged is there, nothing is there by half, and the facts are what the states say.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime
from multiprocessing import get_context
from multiprocessing.connection import Connection
from random import Random
from threading import Thread
from time import sleep
from typing import Any

import pytest
from sqlalchemy import MetaData, update

from caseledger.domain.catalogue import command_from
from caseledger.domain.event import Recorded
from caseledger.domain.refusal import Refused
from caseledger.domain.survey.state import SurveyState
from caseledger.projections.compile import table_of
from caseledger.projections.facts import ALL
from caseledger.projections.facts.opinions import OPINIONS
from tests.differential import child
from tests.differential.histories import Histories
from tests.differential.house import House
from tests.stories import Told

pytestmark = pytest.mark.slow

PROCESSES = get_context("forkserver")  # a fork of this process would share its connections
PROCESSES.set_forkserver_preload(["tests.differential.child"])
TABLE = table_of(OPINIONS, MetaData())
LOOK_ALIKE = "tampered"
KILLED = -9


@dataclass
class Heard:
    """What processes that append said before they died."""

    asked: dict[str, Told] = field(default_factory=dict)
    done: set[str] = field(default_factory=set)
    refused: set[str] = field(default_factory=set)

    def take(self, said: tuple[Any, ...]) -> None:
        """Take one message in."""
        match said:
            case ("asked", datetime() as at, str() as name, dict() as values):
                self.asked[values["command_id"]] = Told(at, command_from(name, values))
            case ("done", str() as command_id):
                self.done.add(command_id)
            case ("refused", str() as command_id):
                self.refused.add(command_id)
            case _:
                raise AssertionError(f"nobody says {said!r}")

    def drain(self, pipe: Connection) -> None:
        """Take in what is left in the pipe of a dead process."""
        while True:
            try:
                self.take(pipe.recv())
            except (EOFError, OSError):  # the end, or half a message
                return

    @property
    def unanswered(self) -> list[Told]:
        """Commands that were asked, and never acknowledged or refused."""
        return [told for name, told in self.asked.items() if name not in self.done | self.refused]


@contextmanager
def process(target: Callable[..., None], *given: Any) -> Iterator[tuple[Any, Connection]]:  # noqa: ANN401 - any function's
    """A process of its own, and this end of the pipe to it; killed at the end, if it still lives."""
    ours, theirs = PROCESSES.Pipe()
    running = PROCESSES.Process(target=target, args=(theirs, *given))
    running.start()
    theirs.close()
    try:
        yield running, ours
    finally:
        running.kill()
        running.join()
        ours.close()


def by_command(house: House) -> dict[str, list[Recorded]]:
    """Everything recorded, by the command that led to it."""
    found: dict[str, list[Recorded]] = {}
    for history in house.histories:
        for record in history.events:
            found.setdefault(record.command_id, []).append(record)
    return found


def nothing_is_there_by_half(house: House) -> None:
    """Streams have no gap, every number has its case, and whatever one command led to is there with all its parts."""
    numbers: dict[str, str] = {}
    for history in house.histories:
        assert [record.version for record in history.events] == list(range(1, history.version + 1))
        if history.stream.startswith("register:"):
            numbers |= {record.event.case: record.event.number for record in history.events}  # type: ignore[attr-defined]  # a NumberIssued
    numbered = [h for h in house.histories if h.stream.startswith(("opinion:", "order:", "survey:"))]
    assert numbers == {history.stream: history.events[0].event.number for history in numbered}  # type: ignore[attr-defined]  # an event of acceptance
    for history in numbered:
        if isinstance(state := history.state, SurveyState):
            assert len(state.items) == state.approved.items
            answers = [record.event for record in history.events if record.name == "survey.answered.v1"]
            forms = [record.event for record in history.events if record.name == "survey.form_returned.v1"]
            assert len(answers) == sum(form.answered for form in forms)  # type: ignore[attr-defined]  # a FormReturned
            assert len(state.item_figures) == (state.figures.items if state.figures else 0)


def all_is_well(house: House) -> None:
    """The facts are what the states say."""
    house.reread()
    nothing_is_there_by_half(house)
    assert house.differences() == []


def settle(url: str, *, steps: int = 0) -> Heard:
    """Make a ledger with its centers, and let it live for some steps."""
    heard = Heard()
    with House(url, lasting=True) as house:
        histories = Histories(house.read)
        random = Random(7)
        for told in [*histories.opening(random), *[None] * steps]:
            asked = told or histories.step(random)
            house.clock.now = asked.at
            name = asked.command.command_id or ""
            heard.asked[name] = asked
            try:
                outcome = house.ledger.do(asked.command)
            except Refused:
                heard.refused.add(name)
                continue
            heard.done.add(name)
            house.touched(record.stream for record in outcome.events)
            histories.happened(outcome.case)
    return heard


def after_the_kill(url: str, heard: Heard) -> None:
    """What must hold when the ledger is opened again; and the unanswered command, sent again, happens once."""
    with House(url, lasting=True) as house:
        all_is_well(house)
        recorded = by_command(house)
        assert heard.done <= recorded.keys() <= heard.asked.keys() - heard.refused
        for told in heard.unanswered:
            name = told.command.command_id or ""
            house.clock.now = told.at
            try:
                first = house.ledger.do(told.command)
            except Refused:
                assert name not in recorded
                heard.refused.add(name)
                continue
            assert first.repeated == (name in recorded)
            assert house.ledger.do(told.command).repeated
            house.reread()
            once = by_command(house)[name]
            assert once == recorded.get(name, once)
            assert sorted((e.stream, e.version) for e in first.events) == sorted(
                (e.stream, e.version) for e in once if e.stream == first.case
            )
            heard.done.add(name)
        all_is_well(house)
        assert house.ledger.check().is_clean


def kill_appends(url: str, *, at_random: int, rounds: int) -> None:
    random, heard = Random(11), settle(url)
    moments = [(None, 0)] * at_random + [(moment, random.randint(1, 9)) for moment in child.APPEND_MOMENTS * rounds]
    for number, (moment, times) in enumerate(moments):
        with process(child.append, url, f"k{number}", moment, times) as (running, pipe):
            if moment is None:
                enough = len(heard.done) + random.randint(1, 12)
                while len(heard.done) < enough:
                    heard.take(pipe.recv())
                sleep(random.uniform(0, 0.02))
                running.kill()
            heard.drain(pipe)
            running.join()
            assert running.exitcode == KILLED
        after_the_kill(url, heard)


def test_a_process_killed_while_it_appends_on_sqlite_loses_nothing_acknowledged(sqlite_url: str) -> None:
    kill_appends(sqlite_url, at_random=10, rounds=2)


def test_a_process_killed_while_it_appends_on_postgresql_loses_nothing_acknowledged(postgresql_url: str) -> None:
    kill_appends(postgresql_url, at_random=2, rounds=1)


def test_a_process_killed_while_it_appends_on_mariadb_loses_nothing_acknowledged(mariadb_url: str) -> None:
    kill_appends(mariadb_url, at_random=2, rounds=1)


def kill_rebuilds(url: str, moments: Iterable[str]) -> None:
    random = Random(13)
    settle(url, steps=120)
    house = House(url, lasting=True)
    for moment in moments:
        house.reread()
        right = house.expected()["fact_opinions"]
        with house.engine.begin() as connection:
            connection.execute(update(TABLE).values(department=LOOK_ALIKE))  # tells the old rows from the new
        times = random.randint(1, len(right) // child.SMALL_CHUNK) if moment == child.GATHERING else 1
        with process(child.rebuild, url, moment, times) as (running, _):
            running.join()
            assert running.exitcode == KILLED
        house.close()
        house = House(url, lasting=True)
        old = {key: {**row, "department": LOOK_ALIKE} for key, row in right.items()}
        assert house.kept()["fact_opinions"] == (right if moment == child.COMMITTED else old)
        made = moment != "the table beside is made" or _keeps_ddl(house)
        assert (f"{TABLE.name}_rebuilt" in house.tables()) == made
        house.ledger.rebuild([TABLE.name])
        assert not any(name.endswith("_rebuilt") for name in house.tables())
        all_is_well(house)
        assert house.ledger.check().is_clean
    house.close()


def _keeps_ddl(house: House) -> bool:
    """MariaDB commits a new table at once."""
    return house.engine.dialect.name in {"mysql", "mariadb"}


def test_a_rebuild_killed_at_any_moment_on_sqlite_leaves_the_old_rows_or_the_new_and_is_done_again(
    sqlite_url: str,
) -> None:
    kill_rebuilds(sqlite_url, child.REBUILD_MOMENTS)


def test_a_rebuild_killed_on_postgresql_leaves_the_old_rows_or_the_new_and_is_done_again(postgresql_url: str) -> None:
    kill_rebuilds(postgresql_url, dict.fromkeys(child.REBUILD_MOMENTS))


def test_a_rebuild_killed_on_mariadb_leaves_the_old_rows_or_the_new_and_is_done_again(mariadb_url: str) -> None:
    kill_rebuilds(mariadb_url, dict.fromkeys(child.REBUILD_MOMENTS))


def test_what_others_append_while_facts_are_gathered_is_not_lost(database_url: str) -> None:
    settle(database_url, steps=60)
    with House(database_url, lasting=True) as house:
        house.reread()
        histories, random = going_on(house, "w"), Random(17)
        pauses = 0
        with process(child.rebuild, database_url, None, 0, child.GATHERING) as (_, pipe):
            while pipe.recv() == "paused":
                pauses += 1
                for _ in range(3):
                    go_a_step(house, histories, random)
                pipe.send("go on")
        assert pauses > len(ALL)
        all_is_well(house)
        assert house.ledger.check().is_clean


@pytest.mark.parametrize("moment", ["the table is emptied", child.COMMITTING])
def test_while_facts_are_replaced_readers_see_the_old_rows_and_an_append_waits_its_turn(
    database_url: str, moment: str
) -> None:
    settle(database_url, steps=60)
    with House(database_url, lasting=True) as house:
        house.reread()
        before = house.expected()
        histories, random = going_on(house, "w"), Random(19)
        appended: list[None] = []

        def append() -> None:
            for _ in range(10):
                go_a_step(house, histories, random)
            appended.append(None)

        with process(child.rebuild, database_url, None, 0, moment) as (_, pipe):
            assert pipe.recv() == "paused"
            assert house.kept() == before
            writer = Thread(target=append)
            writer.start()
            sleep(0.2)  # long enough to come to the door; it is no fault if it does not
            assert house.kept() == before
            pipe.send("go on")
            writer.join()
            assert pipe.recv() == "rebuilt"
        assert appended
        all_is_well(house)
        assert house.ledger.check().is_clean


def test_two_processes_that_append_and_one_that_rebuilds_keep_facts_and_events_together(database_url: str) -> None:
    heard = settle(database_url, steps=20)
    with ExitStack() as doors:
        both = [doors.enter_context(process(child.append, database_url, mark)) for mark in ("a", "b")]
        with House(database_url, lasting=True) as house:
            for _ in range(3):
                house.ledger.rebuild()
                for _, pipe in both:
                    heard.take(pipe.recv())
        for running, pipe in both:
            running.kill()
            heard.drain(pipe)
    after_the_kill(database_url, heard)


def going_on(house: House, mark: str) -> Histories:
    """Histories that go on from what the house has read."""
    return Histories(house.read, mark, child.last_recorded(house), child.cases(house))


def go_a_step(house: House, histories: Histories, random: Random) -> None:
    """Ask the next thing, whatever the answer."""
    told = histories.step(random)
    house.clock.now = told.at
    with suppress(Refused):
        outcome = house.ledger.do(told.command)
        house.touched(record.stream for record in outcome.events)
        histories.happened(outcome.case)
