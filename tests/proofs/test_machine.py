"""The store beside a model of it: whatever is asked in whatever order, both say the same."""

from __future__ import annotations

from itertools import count

import pytest
from hypothesis import HealthCheck, settings
from hypothesis.stateful import RuleBasedStateMachine, run_state_machine_as_test
from sqlalchemy import create_engine

from caseledger.adapters.ledger import Ledger
from tests.proofs.conftest import Report
from tests.proofs.ledger_machine import LedgerMachine
from tests.proofs.sizes import CENTERS, LIVES, STEPS, WHOLE
from tests.proofs.soundness import all_is_sound
from tests.proofs.store_machine import StoreMachine


@pytest.mark.slow
def test_a_store_does_what_the_model_does(request: pytest.FixtureRequest, database_url: str, report: Report) -> None:
    lives = LIVES[request.node.callspec.params["database_url"]]

    class Store(StoreMachine):
        url = database_url
        lives = count()

    try:
        run(Store, lives)
    finally:
        Store.close()
    report(f"{lives} lives of {STEPS} steps")


@pytest.mark.slow
def test_a_ledger_records_what_should_come_of_it(
    request: pytest.FixtureRequest, database_url: str, report: Report
) -> None:
    lives = CENTERS[request.node.callspec.params["database_url"]]
    engine = create_engine(database_url)

    class OneLedger(LedgerMachine):
        url = database_url
        service = engine
        lives = count()

    try:
        run(OneLedger, lives)
        with Ledger(database_url) as ledger:
            all_is_sound(ledger)
    finally:
        OneLedger.close()
        engine.dispose()
    report(f"{lives} lives of {STEPS} steps")


def run(machine: type[RuleBasedStateMachine], lives: int) -> None:
    """Let it live so often; at full size other lives each time."""
    chosen = settings(
        max_examples=lives,
        stateful_step_count=STEPS,
        derandomize=not WHOLE,
        database=None,
        deadline=None,
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
    )
    run_state_machine_as_test(machine, settings=chosen)
