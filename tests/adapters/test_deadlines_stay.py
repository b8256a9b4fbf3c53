"""A deadline never changes without an event that names the new one, whatever is asked and however time goes.

Whole histories are lived through under each policy, the watch running after every step. What `Ledger.due`, the replayed
state and `fact_deadlines` say a deadline is, they say at any later time, unless something recorded in between names
another. A deadline is named by a field of an event of the same case or center: `due_at`, `<clock>_due_at`.
"""

from __future__ import annotations

from collections import defaultdict
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, TypeAlias

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import column, select, table

from caseledger.adapters.testing import CENTER, GROUP400, HANDBOOK, W08, LedgerInMemory, StandingClock
from caseledger.adapters.testing.strategies import Step, histories
from caseledger.domain.opinion.deadlines import DeadlineMoved
from caseledger.domain.opinion.state import OpinionState
from caseledger.domain.opinion.steps import steps
from caseledger.domain.opinion.timing import runs
from caseledger.domain.refusal import Refused
from tests.policies import GROUP

if TYPE_CHECKING:
    from collections.abc import Iterable

    from caseledger.adapters.history import Outcome
    from caseledger.domain.policy import Policy

UNHURRIED = settings(
    deadline=None, max_examples=8, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large]
)
MOMENTS = 4
"""So many earlier moments are asked about at the end."""
Shown: TypeAlias = "dict[tuple[str, str, int], set[datetime | None]]"
"""By case, step and turn, the deadlines on the screen; several where several alerts wait for their plans."""
Running: TypeAlias = "dict[tuple[str, int, int], datetime | None]"
"""By clock, turn and number, the deadline that a case's state holds."""
Moved: TypeAlias = "list[tuple[object, ...]]"


@dataclass
class Life:
    """A ledger that lives through a history, and every deadline that was named in it, by case or center."""

    ledger: LedgerInMemory = field(default_factory=lambda: LedgerInMemory(StandingClock()))
    named: dict[str, set[datetime]] = field(default_factory=lambda: defaultdict(set))
    running: dict[str, Running] = field(default_factory=lambda: defaultdict(dict))
    shown: Shown = field(default_factory=dict)
    screens: dict[datetime, Shown] = field(default_factory=dict)
    moved: Moved = field(default_factory=list)
    known: list[tuple[datetime, str, Running]] = field(default_factory=list)

    def live(self, step: Step) -> None:
        """Let time go on, take the step, then let the watch look; at each of them deadlines stay or are named."""
        self.ledger.clock.now = step.at
        assert self.on_screen() == self.shown, "the passing of time alone changed a deadline"
        with suppress(Refused):  # what the watch did in between may have come first
            self.after([self.ledger.do(step.command)])
        self.after(self.ledger.watch())

    def after(self, outcomes: Iterable[Outcome]) -> None:
        """What was recorded names every deadline that is another now."""
        newly: dict[str, set[datetime]] = defaultdict(set)
        for record in (record for outcome in outcomes for record in outcome.events):
            newly[record.stream] |= {
                value
                for name in type(record.event).model_fields
                if name.endswith("due_at") and isinstance(value := getattr(record.event, name), datetime)
            }
        for case, names in newly.items():
            self.named[case] |= names
            if case.startswith("opinion:"):
                self.of_case(case, names)
        self.of_screen(newly)
        before, self.moved = self.moved, self.in_facts()
        assert self.moved[: len(before)] == before, "a move that was on record changed"

    def of_case(self, case: str, newly: set[datetime]) -> None:
        """The clocks of the replayed state."""
        state = self.ledger.replay(case).state
        assert isinstance(state, OpinionState)
        assert steps(state) or not state.is_open, "an open case has nothing due"
        now: Running = {(run.clock.value, run.turn, run.number): run.due_at for run in runs(state)}
        for which, due in now.items():
            first = which not in self.running[case]
            said = self.named[case] if first else newly | {self.running[case][which]}
            assert due in said, f"{case}: {which} is due {due}, which nothing says"
        self.running[case] = now
        self.known.append((self.ledger.clock.now, case, now))

    def of_screen(self, newly: dict[str, set[datetime]]) -> None:
        """What `Ledger.due` shows."""
        now = self.on_screen()
        for which, untils in now.items():
            said = newly[which[0]] if which in self.shown else self.named[which[0]]
            for until in untils - self.shown.get(which, set()) - {None}:
                assert until in said, f"{which} is due {until}, which nothing says"
        self.shown = self.screens[self.ledger.clock.now] = now

    def on_screen(self, as_of: datetime | None = None) -> Shown:
        """The deadlines of all steps that are due now, or were at an earlier moment."""
        found: Shown = defaultdict(set)
        for row in self.ledger.due(as_of=as_of):
            found[row.case, row.step.value, row.turn].add(row.until)
        return dict(found)

    def in_facts(self) -> Moved:
        """The rows of `fact_deadlines`, in the order in which they were moved."""
        rows = table("fact_deadlines", *map(column, ("case_id", "move", "clock", "turn", "number", "due_at", "was")))
        with self.ledger._database.transaction(write=False) as connection:
            found = {(row.case_id, row.move): tuple(row) for row in connection.execute(select(rows))}
        order = [(one[0], one[1]) for one in self.moved]
        return [found.pop(one) for one in order] + [found[one] for one in sorted(found)]

    def at_last(self) -> None:
        """What was known then is what a replay says of then; the facts' last move is where each clock stands."""
        for moment, case, running in {
            (moment, case): (moment, case, told) for moment, case, told in self.known
        }.values():
            state = self.ledger.replay(case, at=moment).state
            assert {(run.clock.value, run.turn, run.number): run.due_at for run in runs(state)} == running
        self.asked_later()
        stands = {(case, clock, turn, number): due for case, _, clock, turn, number, due, _ in self.moved}
        for case, running in self.running.items():
            for which, due in running.items():
                if (case, *which) in stands:
                    assert due is not None
                    assert f"{due:%Y-%m-%dT%H:%M:%S.%fZ}" == stands[case, *which]
        records = (record for case in self.running for record in self.ledger.replay(case).events)
        assert len(self.moved) == sum(isinstance(record.event, DeadlineMoved) for record in records)

    def asked_later(self) -> None:
        """What was due at an earlier moment, asked now: what was shown then, unless more of then was entered since."""
        records = [record for case in {CENTER, *self.running} for record in self.ledger.replay(case).events]
        for moment, shown in list(self.screens.items())[-MOMENTS:]:
            if all(record.event.occurred_at > moment for record in records if record.recorded_at > moment):
                assert self.on_screen(moment) == shown


@pytest.mark.parametrize("policy", [W08, GROUP400, HANDBOOK, GROUP], ids=lambda policy: policy.name)
@given(data=st.data())
@UNHURRIED
def test_a_deadline_never_changes_without_an_event_that_names_the_new_one(policy: Policy, data: st.DataObject) -> None:
    """OP-5, OP-6, OP-9, OP-10, GP-1, GP-2: and every open case has something due, at every moment."""
    life = Life()
    with life.ledger:
        for step in data.draw(histories(max_steps=30, policy=policy)):
            life.live(step)
        life.at_last()
