"""No sequence of commands leads where the rulebook does not let a case be, at any moment; under every policy."""

from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from caseledger.adapters.testing import GROUP400, HANDBOOK, W08
from caseledger.adapters.testing.strategies import histories
from caseledger.adapters.testing.world import World
from caseledger.domain.opinion.state import OpinionState
from caseledger.domain.opinion.words import Ending, Kind, Validity
from caseledger.domain.policy import Policy
from tests.domain.story import CENTER

SLOW = [HealthCheck.too_slow, HealthCheck.data_too_large]
UNHURRIED = settings(deadline=None, max_examples=12, suppress_health_check=SLOW)


def moments(history: tuple[Any, ...], policy: Policy) -> Iterator[OpinionState]:
    """Every opinion as it stands after each step of a history that is about it."""
    world = World(policy, CENTER)
    for step in history:
        before = dict(world.states)
        world.ask(step.command, step.at)
        for case, state in world.states.items():
            if isinstance(state, OpinionState) and before.get(case) is not state:
                yield state


def check(state: OpinionState, policy: Policy) -> None:
    """What holds of every opinion, at every moment."""
    assert [turn.number for turn in state.turns] == list(range(1, len(state.turns) + 1))  # OP-11
    for turn in state.turns[:-1]:
        assert turn.finished_at is not None or not state.flow  # OP-11: a turn is left only once it was handled
    for turn in state.turns:
        issued = policy.solution is not None and state.platform.issued_at is not None
        assert turn.finished_at is None or turn.plan_approved_at is not None or issued  # OP-7, GP-2
    if state.validity is Validity.THIRD_PARTY and state.turn.finished_at and not state.corrections.assessment:
        assert state.parties  # OP-2
    if not state.is_open:
        ended(state, policy)


def ended(state: OpinionState, policy: Policy) -> None:
    """What holds of an opinion that has ended."""
    if state.flow and state.ending is Ending.AFTER_CALLBACK and not state.corrections.total:
        assert state.turn.finished_at is not None  # OP-14: only after what was handled was called back
        assert state.callbacks[-1].at >= state.turn.finished_at
        assert state.callbacks[-1].satisfied is not False
    if state.ending is Ending.ANSWERED:
        assert state.accepted.kind is Kind.INQUIRY  # OP-1
        assert state.responded_at is not None
    if state.ending is Ending.READ:
        assert state.accepted.kind in {Kind.SUGGESTION, Kind.PRAISE}  # OP-1
    if state.ending is Ending.MERGED:
        assert state.merging.into is not None  # GP-5
    if state.handed_down is not None and state.ending is not Ending.MERGED:
        assert state.handed_down.reported_turn == state.turn.number  # OP-8
    if state.accepted.kind is Kind.SUGGESTION and policy.decision is not None:
        assert state.decision is not None  # GP-3


@pytest.mark.parametrize("policy", [W08, GROUP400, HANDBOOK], ids=lambda policy: policy.name)
@given(data=st.data())
@UNHURRIED
def test_no_history_leads_where_the_rulebook_does_not_let_a_case_be(policy: Policy, data: st.DataObject) -> None:
    history = data.draw(histories(max_steps=40, policy=policy))
    for state in moments(history, policy):
        check(state, policy)
