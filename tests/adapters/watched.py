"""Ledgers under a policy with alerts, for the tests of the watch."""

from __future__ import annotations

from datetime import datetime, timedelta

from caseledger import Ledger
from caseledger.adapters.history import Outcome
from caseledger.adapters.testing import (
    LedgerInMemory,
    accept,
    approve,
    assess,
    at,
    end,
    finish,
    ledger_in_memory,
    make_contact,
    propose,
    submit_solution,
)
from caseledger.domain.command import Command
from caseledger.domain.opinion.alert_events import AlertRaised
from caseledger.domain.opinion.state import OpinionState
from tests.policies import GROUP

MONDAY = "2026-03-02 09:00"
BEGUN = (
    accept(MONDAY, category="cleaning", unit="unit:1", estate="garden"),
    make_contact("2026-03-02 09:30"),
    submit_solution("2026-03-02 10:00", completion_at=at("2026-03-03 18:00")),
)
"""Completion reported for 3 March, 18:00: three days past it end with the 6th, 7 with the 10th, 15 with the 18th."""


def group_ledger(*told: Command) -> LedgerInMemory:
    ledger = ledger_in_memory(MONDAY, policy=GROUP)
    ledger.tell(*told)
    return ledger


def watched(ledger: LedgerInMemory, when: datetime) -> list[Outcome]:
    """What the watch raises when it runs at this moment."""
    ledger.clock.now = when
    return ledger.watch()


def raised(ledger: Ledger, case: str = "opinion:1") -> list[tuple[str, str]]:
    state: OpinionState = ledger.replay(case).state
    events = (record.event for record in ledger.replay(case).events)
    reasons = {event.level: event.reason for event in events if isinstance(event, AlertRaised)}
    return [(alert.level.value, reasons[alert.level].value) for alert in state.alerts]


def complaints(units: int, *, estate: str = "garden", start: int = 0) -> list[Command]:
    """A complaint about cleaning from each of so many households, an hour apart."""
    return [
        accept(
            at(MONDAY) + timedelta(hours=n),
            case=f"opinion:{start + n}",
            category="cleaning",
            unit=f"unit:{start + n}",
            estate=estate,
        )
        for n in range(units)
    ]


ENDED = (
    accept(MONDAY, unit="unit:1"),
    assess("2026-03-02 10:00"),
    propose("2026-03-02 11:00"),
    approve("2026-03-02 12:00"),
    finish("2026-03-31 12:00"),
    end("2026-03-31 13:00", explanation="顾客未留联系方式"),
)
