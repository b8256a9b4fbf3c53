"""Kills writers one by one and all at once, puts others in their place, and holds what was heard to the ledger."""

from __future__ import annotations

from dataclasses import dataclass, field
from multiprocessing.connection import Connection, wait
from random import Random
from time import monotonic
from typing import Final

from caseledger.adapters.ledger import Ledger
from tests.proofs.reading import Reading, reread
from tests.proofs.soundness import all_is_sound
from tests.proofs.work import Answer, ask, once, step
from tests.proofs.writing import Writer, WriterFaultError, ancestor, fork, write

AT_ONCE: Final = 4
"""Writers that run beside each other."""
A_ROUND: Final = 20
"""Kills after which all are dead, and the ledger is opened anew and read."""
LONGEST_LIFE_S: Final = 0.045
"""After the answer that was to be its last."""
MOST_ANSWERS: Final = 3
"""A writer lives to hear up to so many: none, and it may die while it connects; one, to the step that was answered
before and is asked again; two, and it has written something."""
PATIENCE_S: Final = 60


@dataclass
class Figures:
    """What a run came to."""

    kills: int = 0
    steps: int = 0
    commands: int = 0
    unheard: int = 0
    """Steps that were found recorded though no answer had been heard: killed after the commit."""
    events: int = 0
    seconds: float = 0.0

    def __str__(self) -> str:
        return (
            f"{self.kills} kills in {self.seconds:.1f} s; {self.commands} commands acknowledged in {self.steps} steps, "
            f"{self.unheard} steps recorded but unheard and asked again, {self.events} events"
        )


@dataclass
class Place:
    """A client's place, which one writer after another takes."""

    mark: str
    answers: list[Answer] = field(default_factory=list)
    unheard: int = 0
    confirmed: int = 0
    """So many answers were held to the ledger."""

    @property
    def first(self) -> int:
        """The step that the next writer begins with: the last that was answered, so that it is asked twice."""
        return max(len(self.answers) - 1, 0)

    def take(self, number: int, answer: Answer) -> None:
        """Note an answer. A step is recorded whole or not at all, and what is asked again is answered as before."""
        own = {done.repeated for group in answer for done in group or () if self.mark in done.command_id}
        assert len(own) <= 1, f"{self.mark} step {number} was recorded by half: {answer}"
        if number < len(self.answers):
            assert own <= {True}, f"{self.mark} step {number} was acknowledged, and happened again"
            assert once(answer) == once(self.answers[number]), f"{self.mark} step {number} has another answer now"
        else:
            assert number == len(self.answers)
            self.answers.append(answer)
            self.unheard += True in own

    def faults(self, reading: Reading) -> list[str]:
        """What the ledger does not hold as it was told since the last look."""
        found: list[str] = []
        for number in range(self.confirmed, len(self.answers)):
            ids = tuple(tuple(command.command_id or "" for command in group) for group in step(self.mark, number))
            found += reading.faults(self.answers[number], ids)
        self.confirmed = len(self.answers)
        return found


class Killing:
    """A run of kills on one ledger.

    Args:
        url: the database, empty.
        seed: draws who dies, and when.

    """

    def __init__(self, url: str, seed: str) -> None:
        self.url = url
        self.random = Random(seed)
        self.places = [Place(f"{seed}{number}") for number in range(AT_ONCE)]
        self.reading = Reading()
        self._ancestor = ancestor(url)

    def run(self, kills: int) -> Figures:
        """Kill so many writers, and say what it came to.

        Raises:
            AssertionError: something acknowledged is lost, is there twice or by half, or the database is damaged.

        """
        begun = monotonic()
        for first in range(0, kills, A_ROUND):
            self._round(min(A_ROUND, kills - first))
            with Ledger(self.url) as ledger:
                self._look(ledger)
        with Ledger(self.url) as ledger:
            self._ask_again(ledger)
            self._look(ledger)
            assert reread(ledger).places == self.reading.places, "something was written behind a reader's back"
        answers = [group for place in self.places for answer in place.answers for group in answer if group]
        return Figures(
            kills=kills,
            steps=sum(len(place.answers) for place in self.places),
            commands=sum(len(group) for group in answers),
            unheard=sum(place.unheard for place in self.places),
            events=len(self.reading.places),
            seconds=monotonic() - begun,
        )

    def _round(self, kills: int) -> None:
        """Start all writers, kill and replace them, and at last kill those that are left at once."""
        running: dict[Connection, tuple[Writer, Place]] = {}
        for place in self.places:
            self._start(place, running)
        for _ in range(kills - len(running)):
            victim = self._await_victim(running)
            place = self._end(victim, running)
            self._start(place, running)
        self._await_victim(running)
        for writer, _ in running.values():  # all at once
            writer.kill()
        for writer, _ in list(running.values()):
            self._end(writer, running)

    def _start(self, place: Place, running: dict[Connection, tuple[Writer, Place]]) -> None:
        others = [writer for writer, _ in running.values()]
        writer = fork(place.mark, write(self._ancestor, place.mark, place.first), others)
        writer.to_hear = self.random.randint(0, MOST_ANSWERS)
        self._condemn(writer)
        running[writer.pipe] = writer, place

    def _condemn(self, writer: Writer) -> None:
        """Say when it dies, once it has heard what it was to hear."""
        if writer.to_hear == 0:
            writer.dies_at = monotonic() + self.random.uniform(0, LONGEST_LIFE_S)

    def _await_victim(self, running: dict[Connection, tuple[Writer, Place]]) -> Writer:
        """Listen to all until one has lived as long as it was to."""
        while True:
            victim = min((writer for writer, _ in running.values()), key=lambda writer: writer.dies_at)
            left = victim.dies_at - monotonic()
            if left <= 0:
                return victim
            spoke = wait(running, min(left, PATIENCE_S))
            if not spoke and left > PATIENCE_S:
                raise WriterFaultError(f"nobody was answered anything for {PATIENCE_S} s")
            for pipe in spoke:
                assert isinstance(pipe, Connection)
                self._hear(*running[pipe])

    def _hear(self, writer: Writer, place: Place) -> bool:
        said = writer.heard()
        if said is None:
            return False
        place.take(*said)
        writer.to_hear -= 1
        self._condemn(writer)
        return True

    def _end(self, writer: Writer, running: dict[Connection, tuple[Writer, Place]]) -> Place:
        """Kill it, take in what it said before, and give its place."""
        writer.kill()
        _, place = running.pop(writer.pipe)
        while self._hear(writer, place):
            pass
        writer.bury()
        return place

    def _ask_again(self, ledger: Ledger) -> None:
        """Ask what was not answered at last, and some of what was."""
        for place in self.places:
            for number in (*range(max(len(place.answers) - 6, 0), len(place.answers) + 1),):
                place.take(number, ask(ledger, step(place.mark, number)))

    def _look(self, ledger: Ledger) -> None:
        """Read what is new, and hold every answer heard since the last look to it."""
        self.reading.go_on(ledger)
        assert not (faults := [fault for place in self.places for fault in place.faults(self.reading)]), faults
        all_is_sound(ledger)


def kill(pipe: Connection, url: str, seed: str, kills: int) -> None:
    """A run of kills in a process of its own; its figures, or its failure, go through the pipe."""
    try:
        pipe.send(Killing(url, seed).run(kills))
    except BaseException as error:
        pipe.send(error if isinstance(error, AssertionError) else AssertionError(repr(error)))
        raise
