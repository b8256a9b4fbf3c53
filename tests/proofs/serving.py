"""Kills the database server, through who owns it, under writers who go on, and holds what they heard to the ledger."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from multiprocessing.connection import Connection, wait
from random import Random
from time import monotonic, sleep
from typing import Final

from caseledger.adapters.ledger import Ledger
from tests.proofs.clients import Client, Clients
from tests.proofs.writing import Answered, Trouble, Writer, WriterFaultError, ancestor, fork, write

AT_ONCE: Final = 4
LONGEST_S: Final = 0.1
"""How long the writers go on at most after all of them have been answered, and how long the server is away."""
PATIENCE_S: Final = 60
KILL: Final = "kill"
START: Final = "start"


class Serving:
    """A run of kills of one server.

    Args:
        please: has the server, which runs, done something to: KILL or START.
        url: a database on it, empty.
        seed: draws when it is killed.

    """

    def __init__(self, please: Callable[[str], None], url: str, seed: str) -> None:
        self.please = please
        self.url = url
        self.random = Random(seed)
        self.clients = Clients(seed, AT_ONCE)
        self.troubles: Counter[str] = Counter()
        """What the writers were told while the server was away, by the name of the error's class."""
        self._ancestor = ancestor(url)
        self._running: dict[Connection, tuple[Writer, Client]] = {}

    def run(self, kills: int) -> str:
        """Kill the server so often, and say what it came to.

        Raises:
            AssertionError: something acknowledged is lost, is there twice or by half, or a writer was told of trouble
                in a way that does not let it try again.

        """
        begun = monotonic()
        try:
            for client in self.clients.each:
                others = [writer for writer, _ in self._running.values()]
                writer = fork(client.mark, write(self._ancestor, client.mark, 0), others)
                self._running[writer.pipe] = writer, client
            for _ in range(kills):
                self._listen()
                self.please(KILL)
                sleep(self.random.uniform(0, LONGEST_S))
                self.please(START)
                with Ledger(self.url) as ledger:
                    self.clients.look(ledger)
            self._listen()
        finally:
            self._end()
        with Ledger(self.url) as ledger:
            self.clients.look_at_last(ledger)
        told = ", ".join(f"{count} {name}" for name, count in sorted(self.troubles.items()))
        return f"the server killed {kills} times in {monotonic() - begun:.1f} s; {self.clients}; trouble told: {told}"

    def _listen(self) -> None:
        """Listen until all writers were answered something new, and a little longer."""
        silent = {client.mark: len(client.answers) for client in self.clients.each}
        until = monotonic() + PATIENCE_S
        while silent or monotonic() < until:
            spoke = wait(self._running, max(until - monotonic(), 0))
            if not spoke and silent:
                raise WriterFaultError(f"{', '.join(silent)} were not answered for {PATIENCE_S} s")
            for pipe in spoke:
                assert isinstance(pipe, Connection)
                client = self._hear(pipe)
                if len(client.answers) > silent.get(client.mark, len(client.answers)):
                    del silent[client.mark]
                    if not silent:
                        until = monotonic() + self.random.uniform(0, LONGEST_S)

    def _hear(self, pipe: Connection) -> Client:
        writer, client = self._running[pipe]
        match writer.heard():
            case Answered(number, answer):
                client.take(number, answer)
            case Trouble(name):
                self.troubles[name] += 1
            case None:
                raise WriterFaultError(f"the writer {writer.mark} is gone")
        return client

    def _end(self) -> None:
        for writer, _ in self._running.values():
            writer.kill()
        for writer, client in self._running.values():
            while (said := writer.heard()) is not None:
                if isinstance(said, Answered):
                    client.take(said.number, said.answer)
            writer.bury()


def serve(pipe: Connection, url: str, seed: str, kills: int) -> None:
    """A run in a process of its own; what it came to, or its failure, goes through the pipe.

    The server belongs to the process that started this one: it is asked to KILL it and to
    START it, and says when it is done.
    """

    def please(wish: str) -> None:
        pipe.send(wish)
        pipe.recv()

    try:
        pipe.send(Serving(please, url, seed).run(kills))
    except BaseException as error:
        pipe.send(error if isinstance(error, AssertionError) else AssertionError(repr(error)))
        raise
