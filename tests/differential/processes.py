"""Processes that use one ledger beside the test's own, what they were heard to say, and what must hold afterwards."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime
from multiprocessing import get_context
from multiprocessing.connection import Connection
from random import Random
from typing import Any

from caseledger.domain.catalogue import command_from
from caseledger.domain.event import Recorded
from caseledger.domain.opinion.merging import OpinionMerged, SecondComplaintMade
from caseledger.domain.refusal import Refused
from caseledger.domain.survey.state import SurveyState
from tests.differential import child
from tests.differential.histories import Histories
from tests.differential.house import House
from tests.stories import Told

PROCESSES = get_context("forkserver")  # a fork of this process would share its connections
PROCESSES.set_forkserver_preload(
    [
        "caseledger.adapters.cli.running",
        "tests.adapters.following.prepared",
        "tests.adapters.following.runners",
        "tests.differential.child",
        "tests.proofs.killing",
        "tests.proofs.serving",
        "tests.proofs.sessions",
        "tests.programs",
    ]
)
KILLED = -9


@dataclass
class Heard:
    """What processes that append said before they died.

    `idle` are commands that were accepted when there was nothing to record: deadlines confirmed that nothing moved.
    """

    asked: dict[str, Told] = field(default_factory=dict)
    done: set[str] = field(default_factory=set)
    idle: set[str] = field(default_factory=set)
    refused: set[str] = field(default_factory=set)

    def take(self, said: tuple[Any, ...]) -> None:
        """Take one message in."""
        match said:
            case ("asked", datetime() as at, str() as name, dict() as values):
                self.asked[values["command_id"]] = Told(at, command_from(name, values))
            case ("done", str() as command_id):
                self.done.add(command_id)
            case ("idle", str() as command_id):
                self.idle.add(command_id)
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
        return [told for name, told in self.asked.items() if name not in self.done | self.idle | self.refused]


@contextmanager
def process(target: Callable[..., None], *given: Any) -> Iterator[tuple[Any, Connection]]:
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
    """Everything recorded, by the command that was given; what followed for other cases has ids of its own."""
    records = [record for history in house.histories for record in history.events]
    given = {f"{record.stream}:{record.version}": record.command_id for record in records}
    found: dict[str, list[Recorded]] = {}
    for record in records:
        found.setdefault(given.get(record.cause or "", record.command_id), []).append(record)
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
    records = [record for history in numbered for record in history.events]
    merged = {(one.stream, one.event.into) for one in records if isinstance(one.event, OpinionMerged)}
    assert merged == {(one.event.by_case, one.stream) for one in records if isinstance(one.event, SecondComplaintMade)}


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
            heard.take(("done" if outcome.events else "idle", name))
            house.touched(record.stream for record in outcome.events)
            histories.happened(outcome.case)
    return heard


def after_the_kill(url: str, heard: Heard) -> None:
    """What must hold when the ledger is opened again; and the unanswered command, sent again, happens once."""
    with House(url, lasting=True) as house:
        all_is_well(house)
        recorded = by_command(house)
        assert heard.done <= recorded.keys() <= heard.asked.keys() - heard.refused - heard.idle
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
            if not first.events:
                heard.idle.add(name)
                continue
            assert house.ledger.do(told.command).repeated
            house.reread()
            once = by_command(house)[name]
            assert once == recorded.get(name, once)
            assert sorted((e.stream, e.version) for e in first.events) == sorted(
                (e.stream, e.version) for e in once if not e.stream.startswith("register:")
            )
            heard.done.add(name)
        all_is_well(house)
        assert house.ledger.check().is_clean


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
