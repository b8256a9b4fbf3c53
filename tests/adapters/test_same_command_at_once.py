"""A client that heard no answer asks again, perhaps elsewhere and before the first is done: one effect, one outcome."""

from __future__ import annotations

from multiprocessing.connection import Connection
from typing import Any, NamedTuple

from caseledger import Ledger
from caseledger.adapters.keystore import MemoryKeyStore
from caseledger.adapters.testing import StandingClock, adopt, register
from caseledger.domain.catalogue import command_from
from tests.differential.processes import process

NOW = "2026-03-02 09:00"
ROUNDS = 15
DESK = {"actor": {"id": "staff:4", "role": "acceptor"}, "occurred_at": "2026-03-02T01:00:00.000000Z"}
ACCEPTANCE = {**DESK, "center": "center:sz01", "kind": "complaint", "channel": "phone", "category": "noise"}


class Told(NamedTuple):
    """An outcome, as far as a client tells two of them apart."""

    case: str | None
    number: str | None
    events: tuple[tuple[str, int, str], ...]
    repeated: bool


def client(pipe: Connection, url: str) -> None:
    """Carry out whatever comes through the pipe, and answer with what it came to; nothing is the end."""
    with Ledger(url, clock=StandingClock(NOW), keys=MemoryKeyStore()) as ledger:
        pipe.send("ready")
        while asked := pipe.recv():
            outcome = ledger.do(command_from(*asked))
            events = tuple((record.stream, record.version, record.name) for record in outcome.events)
            pipe.send(Told(outcome.case, outcome.number, events, outcome.repeated))


def asked_at_once(pipes: list[Connection], name: str, values: dict[str, Any]) -> list[Told]:
    """The same command from all clients; what each was told."""
    for pipe in pipes:
        pipe.send((name, values))
    return [pipe.recv() for pipe in pipes]


def test_the_same_command_from_two_processes_at_once_happens_once_and_both_hear_of_it(database_url: str) -> None:
    with Ledger(database_url, clock=StandingClock(NOW), keys=MemoryKeyStore()) as ledger:
        ledger.do(register("2026-01-05 09:00"))
        ledger.do(adopt("2026-01-05 09:00"))
        cases, numbers = set(), []
        with process(client, database_url) as (_, one), process(client, database_url) as (_, other):
            assert [one.recv(), other.recv()] == ["ready"] * 2
            for turn in range(ROUNDS):
                accepted = asked_at_once([one, other], "accept_opinion", {**ACCEPTANCE, "command_id": f"cmd:a{turn}"})
                assert_one_effect(accepted)
                cases.add(accepted[0].case)
                numbers.append(accepted[0].number)
                response = {**DESK, "case": accepted[0].case, "way": "phone", "command_id": f"cmd:r{turn}"}
                responded = asked_at_once([one, other], "respond_to_opinion", response)
                assert_one_effect(responded)
                assert [name for *_, name in responded[0].events] == ["opinion.responded.v1"]
            one.send(None)
            other.send(None)
        assert len(cases) == ROUNDS
        assert numbers == [f"SZ01-OP-202603-{serial:04}" for serial in range(1, ROUNDS + 1)]
        for case in cases:
            names = [record.name for record in ledger.replay(str(case)).events]
            assert (names.count("opinion.accepted.v1"), names.count("opinion.responded.v1")) == (1, 1)
        assert len(ledger.find(limit=1000)) == ROUNDS
        assert ledger.check().is_clean


def assert_one_effect(told: list[Told]) -> None:
    """One recorded it, the other was told what the first had come to."""
    first, second = told
    assert {first.repeated, second.repeated} == {False, True}
    assert first._replace(repeated=True) == second._replace(repeated=True)
