"""Kills writers one by one and all at once, puts others in their place, and holds what was heard to the ledger."""

from __future__ import annotations

from multiprocessing.connection import Connection, wait
from random import Random
from time import monotonic
from typing import Final

from caseledger.adapters.ledger import Ledger
from tests.proofs.clients import Client, Clients
from tests.proofs.writing import Answered, Writer, WriterFaultError, ancestor, fork, write

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


class Killing:
    """A run of kills on one ledger.

    Args:
        url: the database, empty.
        seed: draws who dies, and when.

    """

    def __init__(self, url: str, seed: str) -> None:
        self.url = url
        self.random = Random(seed)
        self.clients = Clients(seed, AT_ONCE)
        self._ancestor = ancestor(url)

    def run(self, kills: int) -> str:
        """Kill so many writers, and say what it came to.

        Raises:
            AssertionError: something acknowledged is lost, is there twice or by half, or the database is damaged.

        """
        begun = monotonic()
        for first in range(0, kills, A_ROUND):
            self._round(min(A_ROUND, kills - first))
            with Ledger(self.url) as ledger:
                self.clients.look(ledger)
        with Ledger(self.url) as ledger:
            self.clients.look_at_last(ledger)
        return f"{kills} kills in {monotonic() - begun:.1f} s; {self.clients}"

    def _round(self, kills: int) -> None:
        """Start all writers, kill and replace them, and at last kill those that are left at once."""
        running: dict[Connection, tuple[Writer, Client]] = {}
        for client in self.clients.each:
            self._start(client, running)
        for _ in range(kills - len(running)):
            self._start(self._end(self._await_victim(running), running), running)
        self._await_victim(running)
        for writer, _ in running.values():
            writer.kill()
        for writer, _ in list(running.values()):
            self._end(writer, running)

    def _start(self, client: Client, running: dict[Connection, tuple[Writer, Client]]) -> None:
        others = [writer for writer, _ in running.values()]
        writer = fork(client.mark, write(self._ancestor, client.mark, client.last), others)
        writer.to_hear = self.random.randint(0, MOST_ANSWERS)
        self._condemn(writer)
        running[writer.pipe] = writer, client

    def _condemn(self, writer: Writer) -> None:
        """Say when it dies, once it has heard what it was to hear."""
        if writer.to_hear == 0:
            writer.dies_at = monotonic() + self.random.uniform(0, LONGEST_LIFE_S)

    def _await_victim(self, running: dict[Connection, tuple[Writer, Client]]) -> Writer:
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

    def _hear(self, writer: Writer, client: Client) -> bool:
        said = writer.heard()
        if isinstance(said, Answered):
            client.take(said.number, said.answer)
            writer.to_hear -= 1
            self._condemn(writer)
        return said is not None

    def _end(self, writer: Writer, running: dict[Connection, tuple[Writer, Client]]) -> Client:
        """Kill it, take in what it said before, and give its place."""
        writer.kill()
        _, client = running.pop(writer.pipe)
        while self._hear(writer, client):
            pass
        writer.bury()
        return client


def kill(pipe: Connection, url: str, seed: str, kills: int) -> None:
    """A run of kills in a process of its own; what it came to, or its failure, goes through the pipe."""
    try:
        pipe.send(Killing(url, seed).run(kills))
    except BaseException as error:
        pipe.send(error if isinstance(error, AssertionError) else AssertionError(repr(error)))
        raise
