"""A case's state after some commands, and what a clock of it says."""

from datetime import datetime, timedelta

from caseledger.adapters.testing import W08, given
from caseledger.adapters.testing.story import Step
from caseledger.domain.opinion.state import OpinionState
from caseledger.domain.opinion.timing import Clock, Judgement, judge, run_of
from caseledger.domain.policy import Policy

SECOND = timedelta(seconds=1)


def lived(*steps: Step, under: Policy = W08) -> OpinionState:
    """The opinion after these steps, each recorded as it happens."""
    state: OpinionState = given(*steps, under=under).states["opinion"]
    return state


def due(state: OpinionState, clock: Clock, turn: int = 1) -> datetime | None:
    found = run_of(state, clock, turn)
    return found.due_at if found else None


def said(state: OpinionState, clock: Clock, as_of: datetime, turn: int = 1) -> Judgement | None:
    found = run_of(state, clock, turn)
    return judge(found, state.ended_at, as_of) if found else None


MONDAY = "2026-03-02 09:00"
