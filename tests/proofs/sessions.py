"""Many sessions that append to hot cases and to cases of their own, read, and note what they were answered and when."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from random import Random
from time import monotonic_ns, sleep
from typing import Final

from caseledger.adapters import testing as kit
from caseledger.adapters.executing import Result
from caseledger.adapters.ledger import Ledger
from caseledger.adapters.store import SqlFactory
from caseledger.adapters.store.errors import StoreError
from caseledger.domain.command import Command
from caseledger.domain.refusal import Refused
from tests.proofs.anomalies import Append, Element, Read
from tests.proofs.work import CENTERS, Step, of_no_center

HOT: Final = 4
"""Cases that all sessions write to at a time."""
A_SEASON: Final = 24
"""Steps after which other cases become hot."""
LAST: Final = "opinion:last"
"""Begun when all is over, so that a follower knows that it has seen everything."""
PAUSE_S: Final = 0.005


@dataclass
class Session:
    """One writer. What it does in a step is drawn; ids are its own."""

    ledger: Ledger
    name: str
    random: Random
    appends: list[Append] = field(default_factory=list)
    reads: list[Read] = field(default_factory=list)
    again: int = 0
    """How often it had to ask again."""

    def run(self, steps: int) -> None:
        """Take so many steps, each a transaction; and read after every third."""
        for number in range(steps):
            self._append(number)
            if number % 3 == 2:
                self._read(number)

    def _append(self, number: int) -> None:
        cmd = f"cmd:{self.name}-{number}"
        one, other = self._hot(number)
        own = f"opinion:{self.name}-{number - number % 8}"
        match number % 8:
            case 0:
                # The numbers of all sessions come from the same two registers.
                center = CENTERS[self.random.randrange(len(CENTERS))]
                self._ask(((kit.accept(case=own, center=center, command_id=cmd),),))
            case 1 | 5:
                self._ask(((_told(one, cmd),),))
            case 2 | 6:
                self._ask(((_told(own, cmd),),))
            case 3:
                self._ask(((_told(one, f"{cmd}-a"), _told(other, f"{cmd}-b"), _told(one, f"{cmd}-c")),))
            case 4:
                self._ask(((_told(other, f"{cmd}-a"), _told(one, f"{cmd}-b")),))
            case _:
                self._ask(((_told(own, f"{cmd}-a"),), (_told(one, f"{cmd}-b"),)))

    def _hot(self, number: int) -> list[str]:
        return self.random.sample(hot_cases(number // A_SEASON), 2)

    def _ask(self, step: Step) -> None:
        """Ask, and ask again where others were quicker or held the ledger too long; nothing here may be refused."""
        began = monotonic_ns()
        results = self._answer(step)
        ended = monotonic_ns()
        elements: list[Element] = []
        for result in results:
            if isinstance(result, Refused):
                raise result
            elements += [(done.case, done.command_id) for done in result]
        self.appends.append(Append(self.name, tuple(elements), began, ended))

    def _answer(self, step: Step) -> list[Result]:
        while True:
            try:
                return self.ledger.do_batch(step)
            except StoreError as error:
                if not error.retry:
                    raise
                self.again += 1
                sleep(PAUSE_S)

    def _read(self, number: int) -> None:
        cases = self._hot(number)
        began = monotonic_ns()
        found = self.ledger.histories(cases)
        ended = monotonic_ns()
        lists = {case: tuple(record.command_id for record in records) for case, records in found.items()}
        self.reads.append(Read(self.name, lists, began, ended))


def hot_cases(season: int) -> list[str]:
    """The cases that all write to in a season."""
    return [f"opinion:hot-{season}-{number}" for number in range(HOT)]


def open_hot_cases(ledger: Ledger, steps: int) -> list[Append]:
    """Open the hot cases of so many steps before the sessions begin."""
    appends = []
    for season in range(steps // A_SEASON + 1):
        for case in hot_cases(season):
            began = monotonic_ns()
            done = ledger.do(kit.accept(case=case, command_id=f"cmd:{case.partition(':')[2]}"))
            appends.append(Append("before", ((done.case, done.command_id),), began, monotonic_ns()))
    return appends


def take_part(pipe: Connection, url: str, process: int, threads: int, steps: int) -> None:
    """A process with several sessions on one `Ledger`; they begin when told so, and say what they were answered."""
    with Ledger(url) as ledger, ThreadPoolExecutor(threads) as pool:
        sessions = [Session(ledger, f"p{process}t{number}", Random(f"{process}-{number}")) for number in range(threads)]
        pipe.send("ready")
        pipe.recv()
        for run in [pool.submit(session.run, steps) for session in sessions]:
            run.result()
    pipe.send([(session.appends, session.reads, session.again) for session in sessions])


def follow(pipe: Connection, url: str) -> None:
    """A follower in a process of its own, by subscription; says in the end what it saw, in its order."""
    seen: list[tuple[int, str, int]] = []
    store = SqlFactory({"CASELEDGER_URL": url})
    with store.application_recorder().subscribe(gt=0) as subscription:
        pipe.send("ready")
        for event in subscription:
            seen.append((event.id, str(event.originator_id), event.originator_version))
            if event.originator_id == LAST:
                break
    store.close()
    pipe.send(seen)


def _told(case: str, command_id: str) -> Command:
    return of_no_center(kit.follow_up(case=case, command_id=command_id))
