"""Two watchers of one ledger: each alert is raised once, whoever watches and however often."""

from __future__ import annotations

import multiprocessing
from collections import Counter
from datetime import timedelta
from functools import cache
from pathlib import Path

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from caseledger import Ledger
from caseledger.adapters.alerting import Watcher
from caseledger.adapters.testing import accept, adopt, at, register
from caseledger.domain.command import Command
from caseledger.domain.values import LateReason, Role
from tests.adapters.watched import BEGUN, ENDED, MONDAY, complaints, group_ledger, raised
from tests.policies import GROUP


@given(st.lists(st.booleans(), max_size=60), st.integers(1, 20))
@settings(deadline=None, max_examples=8, phases=[Phase.explicit, Phase.reuse, Phase.generate])
def test_two_watchers_that_come_between_each_other_anywhere_raise_each_alert_once(turns: list[bool], days: int) -> None:
    ledger = group_ledger(*BEGUN, *ENDED_TWO, *complaints(20, estate="tower", start=100))
    ledger.clock.now = at("2026-03-06 09:00") + timedelta(days=days)
    expected = alone(days)
    watchers = [Watcher(ledger._app.executor, ledger._database) for _ in range(2)]
    work: list[list[Command] | None] = [None, None]
    for turn in (*turns, *[False, True] * 60):
        waiting = work[turn]
        if waiting is None:
            work[turn] = watchers[turn].candidates()
        elif waiting:
            watchers[turn].raise_one(waiting.pop(0))
    assert happened(ledger) == expected
    assert ledger.check().is_clean


ENDED_TWO = tuple(
    one.model_copy(update={"case": "opinion:70"})
    for one in (accept(MONDAY, unit="unit:70", category="pets"), *ENDED[1:4])
)


@cache
def alone(days: int) -> Counter[tuple[str, str]]:
    ledger = group_ledger(*BEGUN, *ENDED_TWO, *complaints(20, estate="tower", start=100))
    ledger.clock.now = at("2026-03-06 09:00") + timedelta(days=days)
    ledger.watch()
    return happened(ledger)


def happened(ledger: Ledger) -> Counter[tuple[str, str]]:
    cases = [found.case for found in ledger.find(limit=1000) if found.case.startswith("opinion:")]
    found = Counter((case, level) for case in cases for level, _ in raised(ledger, case))
    assert not found or set(found.values()) == {1}
    return found


def watch_for_a_while(url: str, rounds: int) -> None:
    with Ledger(url, clock=lambda: at("2026-03-30 09:00")) as ledger:
        for _ in range(rounds):
            ledger.watch()


@pytest.mark.slow
def test_two_processes_that_watch_the_same_ledger_raise_each_alert_once(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'watched.db'}"
    cases = [
        one.model_copy(update={"case": f"opinion:{number}", **({"unit": f"unit:{number}"} if not place else {})})
        for number in range(12)
        for place, one in enumerate(BEGUN)
    ]
    with Ledger(url, clock=lambda: at("2026-03-02 12:00")) as ledger:
        for command in (register("2023-08-01 00:00"), adopt("2023-08-01 00:00", policy=GROUP), *cases):
            late = command.model_copy(update={"late_reason": LateReason.PAPER_RECORD})
            ledger.do(late)
    spawn = multiprocessing.get_context("spawn")
    watchers = [spawn.Process(target=watch_for_a_while, args=(url, 3)) for _ in range(2)]
    for watcher in watchers:
        watcher.start()
    for watcher in watchers:
        watcher.join(60)
    assert [watcher.exitcode for watcher in watchers] == [0, 0]
    with Ledger(url, create=False) as ledger:
        assert len(happened(ledger)) == 36
        assert Role.WATCH in {record.actor.role for record in ledger.replay("opinion:0").events}
