"""Strategies: every command can be drawn, and whole histories are lived through by a real ledger."""

from collections import Counter
from contextlib import suppress

import pytest
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st

from caseledger.adapters.testing import GROUP400, W08
from caseledger.adapters.testing.memory import LedgerInMemory, StandingClock
from caseledger.adapters.testing.moves import WATCHED
from caseledger.adapters.testing.strategies import Step, any_command, commands, histories
from caseledger.domain.catalogue import COMMANDS, command_from
from caseledger.domain.command import Command
from caseledger.domain.opinion.commands import AcceptOpinion
from caseledger.domain.refusal import Refused

UNHURRIED = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])


@pytest.mark.parametrize("name", COMMANDS)
@given(data=st.data())
@settings(UNHURRIED, max_examples=10)
def test_every_command_can_be_drawn_and_survives_json(name: str, data: st.DataObject) -> None:
    command = data.draw(commands(COMMANDS[name]))
    assert command.name == name
    assert command_from(name, command.model_dump(mode="json", exclude_none=True)) == command


@given(any_command())
@settings(UNHURRIED, max_examples=30)
def test_any_command_is_a_command(command: Command) -> None:
    assert COMMANDS[command.name] is type(command)


@given(commands(AcceptOpinion, kind="praise", channel=st.sampled_from(["phone", "web"])))
@settings(UNHURRIED, max_examples=20)
def test_fields_can_be_given_as_values_and_as_strategies(command: AcceptOpinion) -> None:
    assert command.kind == "praise"
    assert command.channel in {"phone", "web"}


def live(history: tuple[Step, ...]) -> LedgerInMemory:
    """Let a ledger live through a history; a refusal is a fault."""
    ledger = LedgerInMemory(StandingClock())
    for step in history:
        ledger.clock.now = step.at
        ledger.do(step.command)
    return ledger


@given(histories(max_steps=25))
@settings(UNHURRIED, max_examples=10)
def test_a_ledger_takes_every_step_of_a_history_and_its_facts_say_what_its_events_say(
    history: tuple[Step, ...],
) -> None:
    assert [step.at for step in history] == sorted(step.at for step in history)
    with live(history) as ledger:
        assert ledger.check().is_clean


@given(histories(max_steps=25, refused=True))
@settings(UNHURRIED, max_examples=5)
def test_a_history_may_hold_what_the_domain_refuses(history: tuple[Step, ...]) -> None:
    with LedgerInMemory(StandingClock()) as ledger:
        for step in history:
            ledger.clock.now = step.at
            with suppress(Refused):
                ledger.do(step.command)
        assert ledger.check().is_clean


@pytest.mark.slow
def test_histories_reach_every_command_about_a_case() -> None:
    # Not what only follows from another command, and not what the watch finds in several cases or by their clocks.
    given_by_someone = {name for name, kind in COMMANDS.items() if not kind.only_follows and kind not in WATCHED}
    seen: Counter[str] = Counter()
    for rounds in range(12):  # what chance leaves out of one round comes in a later one

        @seed(rounds)
        @given(histories(max_steps=90, policy=W08 if rounds % 2 else GROUP400))
        @settings(UNHURRIED, max_examples=15, phases=[Phase.generate], database=None)
        def count(history: tuple[Step, ...]) -> None:
            seen.update(step.command.name for step in history)

        count()
        if given_by_someone <= set(seen):
            return
    assert given_by_someone - set(seen) == set()
