"""Writers are killed at random moments, hundreds on each database: nothing acknowledged is lost or there twice.

The moments that chance hardly ever finds, such as between a commit and its acknowledgement, are sought out in
`tests/differential/test_kills.py`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from caseledger.adapters.ledger import Ledger
from caseledger.adapters.testing import ledger_in_memory
from tests.differential.house import House
from tests.differential.processes import all_is_well, process
from tests.proofs import killing
from tests.proofs.clients import Client
from tests.proofs.conftest import Report
from tests.proofs.reading import Reading, reread
from tests.proofs.sizes import KILLS
from tests.proofs.work import Answer, Done, ask, once, open_centers, step


@pytest.mark.slow
def test_killed_writers_lose_nothing_acknowledged_and_leave_nothing_twice_or_by_half(
    database_url: str, report: Report
) -> None:
    with process(killing.kill, database_url, "k", KILLS) as (_, pipe):
        result = pipe.recv()
    if isinstance(result, AssertionError):
        raise result
    report(result)
    with House(database_url, lasting=True) as house:
        all_is_well(house)


@pytest.fixture(scope="module")
def held() -> Iterator[tuple[Reading, Answer]]:
    """A ledger that took one step, as it was read, and the answer to it."""
    with ledger_in_memory(policy=None) as ledger:
        open_centers(ledger)
        answer = ask(ledger, NEW)
        yield reread(ledger), answer


NEW = step("a", 0)
IDS = (("cmd:a-0",),)


def test_what_the_ledger_holds_as_it_was_told_is_no_fault(held: tuple[Reading, Answer]) -> None:
    reading, answer = held
    assert reading.faults(answer, IDS) == []


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        (lambda done: done._replace(command_id="cmd:a-1"), "is lost"),
        (lambda done: done._replace(events=(*done.events, (done.case, 9, 99))), "is held as"),
        (lambda done: done._replace(number="SZ01-OP-202601-0099"), "which opinion:a-0 has not"),
    ],
)
def test_what_was_told_otherwise_than_the_ledger_holds_it_is_found(
    held: tuple[Reading, Answer], change: Callable[[Done], Done], fault: str
) -> None:
    reading, ((done, *_), *_) = held  # type: ignore[misc]  # the step was not refused
    assert fault in "".join(reading.faults(((change(done),),), IDS))


def test_a_trace_of_what_was_refused_is_found(held: tuple[Reading, Answer]) -> None:
    reading, _ = held
    assert "refused, and recorded" in "".join(reading.faults((None,), IDS))


def test_a_step_that_is_answered_otherwise_when_it_is_asked_again_is_found(held: tuple[Reading, Answer]) -> None:
    _, answer = held
    client = Client("a")
    client.take(0, answer)
    with pytest.raises(AssertionError, match="happened again"):
        client.take(0, answer)
    again = tuple(tuple(done._replace(repeated=True, number="another") for done in group or ()) for group in answer)
    with pytest.raises(AssertionError, match="another answer"):
        client.take(0, again)


def test_a_step_that_is_asked_again_is_answered_to_the_letter(database_url: str) -> None:
    with Ledger(database_url) as ledger:
        open_centers(ledger)
        for number in range(6):
            first = ask(ledger, step("a", number))
            again = ask(ledger, step("a", number))
            assert once(again) == once(first)
            assert all(done.repeated for group in again for done in group or ())
