"""A story says which steps came late, whatever the case is about."""

from datetime import datetime, timedelta

import pytest

from caseledger.adapters.cli.lateness import late_steps
from caseledger.adapters.keystore import MemoryKeyStore
from caseledger.adapters.ledger import Ledger
from caseledger.adapters.policies import load
from scripts.simulation.company import Company
from scripts.simulation.people import centers
from scripts.simulation.recording import EntryClock, record

LATER = datetime.fromisoformat("2024-03-01T00:00:00+08:00")


@pytest.mark.parametrize("policy", ["w08", "group400"])
def test_as_many_steps_are_late_as_the_report_of_timeliness_counts(policy: str) -> None:
    clock = EntryClock()
    with Ledger("sqlite://", clock=clock, keys=MemoryKeyStore()) as ledger:
        company = Company(5, centers(5, 1, 240, 6), load(policy).values, (2023, 9))
        record(ledger, clock, company.steps(3), batch=1000)
        reported: dict[str, int] = {}
        for month in ("2023-09", "2023-10", "2023-11"):
            for row in ledger.figures.timeliness(month, as_of=LATER):
                reported[row.clock] = reported.get(row.clock, 0) + row.late
        told: dict[str, int] = {}
        for found in ledger.find(limit=100_000):
            story = ledger.replay(found.case)
            for late in late_steps(story.state, story.events).values():
                assert all(one.by > timedelta() for one in late)
                for one in late:
                    told[one.clock] = told.get(one.clock, 0) + 1
    assert told == {name: number for name, number in reported.items() if number}
    assert told
