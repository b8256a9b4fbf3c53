"""Writers that can be killed at any moment, forked from a process that has everything imported and compiled."""

from __future__ import annotations

import gc
import os
import signal
import traceback
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from itertools import count
from math import inf
from multiprocessing import Pipe
from multiprocessing.connection import Connection
from time import sleep
from typing import Final, NamedTuple, NoReturn

from caseledger.adapters.key_table import SqlKeyStore
from caseledger.adapters.ledger import Ledger
from caseledger.adapters.store.errors import StoreError
from tests.proofs.work import Answer, ask, open_centers, step

PAUSE_S: Final = 0.01
"""Before a writer asks again."""


class Answered(NamedTuple):
    """A writer says what it was answered to one of its steps."""

    number: int
    answer: Answer


class Trouble(NamedTuple):
    """A writer says that the store could not do it now; it asks again."""

    name: str
    """The class of the error."""


class Fault(NamedTuple):
    """A writer says what it came upon that no client should see, and ends."""

    traceback: str


class WriterFaultError(AssertionError):
    """A writer came upon an error that no client should see; its own traceback is the message."""


@dataclass
class Writer:
    """A writer that runs, seen from the process that forked it."""

    mark: str
    pid: int
    pipe: Connection
    to_hear: int = 0
    """Answers that are still to come before its end is fixed."""
    dies_at: float = inf
    """When it is to die, by the monotonic clock."""

    def kill(self) -> None:
        """End it as a power cut would."""
        os.kill(self.pid, signal.SIGKILL)

    def bury(self) -> None:
        """Wait for its end, which only a signal may have brought."""
        _, status = os.waitpid(self.pid, 0)
        self.pipe.close()
        if os.waitstatus_to_exitcode(status) != -signal.SIGKILL:
            raise WriterFaultError(f"the writer {self.mark} ended by itself, with {status}")

    def heard(self) -> Answered | Trouble | None:
        """Take in what it says next; nothing comes when it is dead and all was heard."""
        try:
            said = self.pipe.recv()
        except (EOFError, OSError):  # the end, or half a message
            return None
        if isinstance(said, Fault):
            raise WriterFaultError(said.traceback)
        assert isinstance(said, Answered | Trouble)
        return said


def ancestor(url: str) -> Ledger:
    """A ledger for forks to inherit: its statements are compiled, and none of its connections is open."""
    ledger = Ledger(url)
    open_centers(ledger)
    for number in range(6):
        ask(ledger, step("ancestor", number))
    keys = ledger._app.vault.keys
    assert isinstance(keys, SqlKeyStore)
    for database in (ledger._database, keys._database):
        database.release()
        database.engine.dispose()
    gc.freeze()  # or the first collection in each child would copy every page
    return ledger


def fork(mark: str, work: Callable[[Connection], None], others: Iterable[Writer]) -> Writer:
    """Start a process that does the work and tells of it through the pipe; the others' pipes are not its affair."""
    ours, theirs = Pipe(duplex=False)
    pid = os.fork()
    if pid == 0:
        _live(ours, theirs, work, others)
    theirs.close()
    return Writer(mark, pid, ours)


def _live(
    ours: Connection, theirs: Connection, work: Callable[[Connection], None], others: Iterable[Writer]
) -> NoReturn:
    try:
        ours.close()
        for other in others:
            other.pipe.close()
        work(theirs)
    except BrokenPipeError:
        pass  # nobody listens any more
    except BaseException:  # noqa: BLE001 - whatever it is belongs to the parent, which waits for it
        theirs.send(Fault(traceback.format_exc()))
    finally:
        os._exit(1)


def write(ledger: Ledger, mark: str, first: int) -> Callable[[Connection], None]:
    """The work of a writer: one step after another from a number on, each asked until it is answered."""

    def work(pipe: Connection) -> None:
        for number in count(first):
            asked = step(mark, number)
            while True:
                try:
                    answer = ask(ledger, asked)
                except StoreError as error:
                    if not error.retry:
                        raise
                    pipe.send(Trouble(type(error).__name__))
                    sleep(PAUSE_S)
                else:
                    pipe.send(Answered(number, answer))
                    break

    return work
