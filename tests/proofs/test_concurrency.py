"""Sixteen writers in four processes, on cases that all of them write to and on cases of their own.

Each version has one winner, no command is lost, whoever follows sees every event once and in order, and what was read
and written could have been read and written one after the other.
"""

from __future__ import annotations

from contextlib import ExitStack
from time import monotonic

import pytest

from caseledger.adapters import testing as kit
from caseledger.adapters.ledger import Ledger
from tests.differential.processes import process
from tests.proofs import sessions
from tests.proofs.anomalies import Append, Read, anomalies
from tests.proofs.conftest import Report
from tests.proofs.reading import Reading, reread
from tests.proofs.sizes import COMMANDS
from tests.proofs.soundness import all_is_sound
from tests.proofs.work import open_centers

PROCESSES = 4
THREADS = 4


@pytest.mark.slow
def test_sixteen_writers_at_once_see_what_they_would_one_after_the_other(database_url: str, report: Report) -> None:
    follower = Reading()
    with Ledger(database_url) as ledger, ExitStack() as doors:
        open_centers(ledger)
        appends = sessions.open_hot_cases(ledger, COMMANDS)
        _, subscriber = doors.enter_context(process(sessions.follow, database_url))
        writers = [
            doors.enter_context(process(sessions.take_part, database_url, number, THREADS, COMMANDS))[1]
            for number in range(PROCESSES)
        ]
        for pipe in (subscriber, *writers):
            assert pipe.recv() == "ready"
        begun = monotonic()
        for pipe in writers:
            pipe.send("go")
        reads: list[Read] = []
        again = 0
        for pipe in writers:
            while not pipe.poll(0.05):
                follower.go_on(ledger)  # by looking now and then, while they write
            for written, read, asked_again in pipe.recv():
                appends += written
                reads += read
                again += asked_again
        seconds = monotonic() - begun
        ledger.do(kit.accept(case=sessions.LAST, command_id="cmd:last"))
        follower.go_on(ledger)
        whole = reread(ledger)
        assert follower.places == whole.places
        assert subscriber.recv() == [(position, stream, version) for stream, version, position in whole.places]
        assert anomalies(_final(whole), [*appends, LAST], reads) == []
        all_is_sound(ledger)
    commands = sum(len(append.elements) for append in appends)
    report(
        f"{PROCESSES * THREADS} writers, {commands} commands in {seconds:.1f} s, "
        f"{again} asked again, {len(reads)} reads, {len(whole.places)} events; no anomaly"
    )


LAST = Append("after", ((sessions.LAST, "cmd:last"),), 0, 2**63)


def _final(whole: Reading) -> dict[str, list[str]]:
    return {
        case: [r.command_id for r in records] for case, records in whole.streams.items() if case.startswith("opinion:")
    }
