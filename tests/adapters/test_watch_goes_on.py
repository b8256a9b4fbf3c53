"""The watch looks after every case: what it may not do with one does not keep it from the others."""

from __future__ import annotations

import pytest

from caseledger.adapters.alerting import Watcher
from caseledger.adapters.history import Outcome
from caseledger.adapters.testing import accept, at, ledger_in_memory
from caseledger.domain.command import Command
from caseledger.domain.opinion.alerts import RaiseAlert
from caseledger.domain.refusal import MissingDetail
from tests.adapters.watched import BEGUN, ENDED, MONDAY
from tests.policies import GROUP

LATER = at("2026-04-30 10:00")

# The first is to be handled again, as its like came; the third has a completion time that is long past.
THREE = sorted(
    (
        *ENDED,
        accept("2026-04-30 09:00", case="opinion:2", unit="unit:1"),
        *(command.model_copy(update={"case": "opinion:3"}) for command in BEGUN),
    ),
    key=lambda command: command.occurred_at or LATER,
)


def kinds(found: list[Outcome]) -> set[tuple[str, str]]:
    return {(one.case, record.event.name) for one in found for record in one.events if record.stream == one.case}


HANDLED_AGAIN = ("opinion:1", "opinion.treated_as_unsatisfied.v1")
ALERTED = ("opinion:3", "opinion.alert_raised.v1")


def test_all_that_is_called_for_is_done() -> None:
    ledger = ledger_in_memory(MONDAY, policy=GROUP)
    ledger.tell(*THREE)
    ledger.clock.now = LATER
    assert {HANDLED_AGAIN, ALERTED} <= kinds(ledger.watch())


def test_what_a_policy_leaves_to_people_is_left_to_them_and_the_rest_is_done() -> None:
    by_people = GROUP.model_copy(update={"authority": {**GROUP.authority, "raise_alert": ()}})
    ledger = ledger_in_memory(MONDAY, policy=by_people)
    ledger.tell(*THREE)
    ledger.clock.now = LATER
    found = kinds(ledger.watch())
    assert HANDLED_AGAIN in found
    assert not [name for _, name in found if "alert" in name]


def test_a_case_that_is_refused_is_told_after_the_others_are_done(monkeypatch: pytest.MonkeyPatch) -> None:
    ledger = ledger_in_memory(MONDAY, policy=GROUP)
    ledger.tell(*THREE)
    ledger.clock.now = LATER
    raise_one = Watcher.raise_one

    def refusing(watcher: Watcher, command: Command) -> Outcome | None:
        if isinstance(command, RaiseAlert):
            raise MissingDetail("is missing", rule="GP-5", right="all of it", where="level")
        return raise_one(watcher, command)

    monkeypatch.setattr(Watcher, "raise_one", refusing)
    with pytest.raises(MissingDetail):
        ledger.watch()
    assert ledger.replay("opinion:1").state.is_open
