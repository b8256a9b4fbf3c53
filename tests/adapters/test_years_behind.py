"""What a question costs does not grow with the years behind it, counted in the steps of SQLite's own machine."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from sqlalchemy import Connection, MetaData, insert, select

from caseledger.adapters.testing import (
    LedgerInMemory,
    accept,
    approve,
    assess,
    at,
    call_back,
    confirm_alert,
    declare_risk,
    end,
    finish,
    forward_alert,
    ledger_in_memory,
    make_contact,
    plan_on_alert,
    propose,
    respond,
    submit_solution,
)
from caseledger.projections.compile import table_of
from caseledger.projections.facts.alerts import ALERTS
from caseledger.projections.facts.callbacks import CALLBACKS
from caseledger.projections.facts.follow_ups import FOLLOW_UPS
from caseledger.projections.facts.opinions import OPINIONS
from caseledger.projections.facts.platform import PLATFORM
from caseledger.projections.facts.turns import TURNS
from tests.domain.story import CENTER
from tests.policies import GROUP

MONDAY = "2026-03-02 09:00"
COPIED = (OPINIONS, TURNS, CALLBACKS, FOLLOW_UPS, PLATFORM, ALERTS)
OLD_CASES = 400

QUESTIONS: dict[str, Callable[[LedgerInMemory], object]] = {
    "monthly report": lambda ledger: ledger.figures.monthly("2026-03"),
    "monthly report of a center": lambda ledger: ledger.figures.monthly("2026-03", center=CENTER),
    "timeliness": lambda ledger: ledger.figures.timeliness("2026-03"),
    "timeliness of a center": lambda ledger: ledger.figures.timeliness("2026-03", center=CENTER),
    "callback rates": lambda ledger: ledger.figures.callbacks("2026-03"),
    "callback rates of a center": lambda ledger: ledger.figures.callbacks("2026-03", center=CENTER),
    "points of a center's alerts": lambda ledger: ledger.figures.alert_points("2026-03", center=CENTER),
    "surveys of a center": lambda ledger: ledger.figures.surveys("2026-03", center=CENTER),
    "what is due": lambda ledger: ledger.due(),
    "what is due in a center": lambda ledger: ledger.due(center=CENTER),
    "what is due for a role": lambda ledger: ledger.due(role="acceptor", limit=10),
    "what ended last": lambda ledger: ledger.find(status="ended", limit=1),
    "what a center took in last": lambda ledger: ledger.find(center=CENTER, limit=1),
    "a customer's cases": lambda ledger: ledger.find(customer="customer:1"),
    "a case by its number": lambda ledger: ledger.replay("SZ01-OP-202603-0001"),
    "the trail of a case": lambda ledger: list(ledger.figures.trail("opinion:1")),
}


def march() -> LedgerInMemory:
    """One case that went the whole way, alert and all, and one that has just begun."""
    ledger = ledger_in_memory(MONDAY, policy=GROUP)
    ledger.tell(
        accept(MONDAY, customer="customer:1"),
        respond("2026-03-02 09:10"),
        make_contact("2026-03-02 09:30"),
        submit_solution("2026-03-02 10:00", completion_at=at("2026-03-03 18:00")),
        assess("2026-03-02 10:10"),
        declare_risk("2026-03-02 10:20"),
        confirm_alert("2026-03-02 10:30", level="red"),
        forward_alert("2026-03-02 10:40", level="red"),
        plan_on_alert("2026-03-02 10:50", level="red", completion_at=at("2026-03-03 18:00")),
        propose("2026-03-02 11:00"),
        approve("2026-03-02 11:30"),
        finish("2026-03-03 11:00"),
        call_back("2026-03-03 12:00"),
        end("2026-03-03 13:00"),
        accept("2026-03-04 09:00", case="opinion:2", customer="customer:2"),
    )
    return ledger


@contextmanager
def reached(ledger: LedgerInMemory) -> Iterator[Connection]:
    with ledger._database.transaction(append=False) as connection:
        yield connection


def steps_of(ledger: LedgerInMemory, ask: Callable[[LedgerInMemory], object]) -> int:
    """How many instructions SQLite carries out for a question that it has heard before."""
    taken = 0

    def step() -> int:
        nonlocal taken
        taken += 1
        return 0

    ask(ledger)
    with reached(ledger) as connection:
        driver = connection.connection.driver_connection
    assert driver is not None
    driver.set_progress_handler(step, 1)
    try:
        ask(ledger)
    finally:
        driver.set_progress_handler(None, 0)
    return taken


def grow_old(ledger: LedgerInMemory) -> None:
    """Put facts of ended cases of 2020 and 2021 behind the ledger's own, each like the one of this March."""
    old: dict[str, Callable[[int], str]] = {
        "case_id": lambda number: f"opinion:0{number}",
        "number": lambda number: f"SZ01-OP-OLD-{number}",
        "customer": lambda number: f"customer:old-{number}",
        "month": lambda number: f"202{number % 2}-0{number % 9 + 1}",
        "ended_month": lambda number: f"202{number % 2}-0{number % 9 + 1}",
        "accepted_at": lambda number: f"202{number % 2}-0{number % 9 + 1}-07T01:30:00.000000Z",
        "ended_at": lambda number: f"202{number % 2}-0{number % 9 + 1}-09T01:30:00.000000Z",
        "confirmed_month": lambda number: f"202{number % 2}-0{number % 9 + 1}",
    }
    with reached(ledger) as connection:
        for table in (table_of(facts, MetaData()) for facts in COPIED):
            rows = connection.execute(select(table).where(table.c.case_id == "opinion:1")).mappings().all()
            for row in rows:
                changed = {name: made for name, made in old.items() if name in row}
                copies = [{**row, **{name: made(n) for name, made in changed.items()}} for n in range(OLD_CASES)]
                connection.execute(insert(table), copies)


@pytest.fixture(scope="module")
def young_and_old() -> Iterator[dict[str, tuple[int, int]]]:
    with march() as ledger:
        young = {name: steps_of(ledger, ask) for name, ask in QUESTIONS.items()}
        grow_old(ledger)
        yield {name: (young[name], steps_of(ledger, ask)) for name, ask in QUESTIONS.items()}


@pytest.mark.parametrize("question", QUESTIONS)
def test_a_question_takes_the_same_steps_whatever_ended_in_earlier_years(
    question: str, young_and_old: dict[str, tuple[int, int]]
) -> None:
    young, old = young_and_old[question]
    assert young > 0
    # A few steps of one more row looked at, but nothing for each of the old ones.
    assert old - young < OLD_CASES / 10
