"""Random histories of several centers and all kinds of cases, driven by the state of each: a step that the domain
would take now more often than not, and now and then one that it refuses."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

from caseledger.adapters.history import History
from caseledger.adapters.policies import load
from caseledger.domain.catalogue import command_from
from tests.differential import moves
from tests.differential.moments import START, ZONES, earlier, later
from tests.differential.paths import beside_the_flow
from tests.differential.words import words
from tests.policies import GROUP
from tests.stories import Told

POLICIES = [load("w08").values, load("imported").values, GROUP.values]
OPENERS = {"opinion": moves.new_opinion, "order": moves.new_order, "survey": moves.new_survey}
MOVES: Mapping[str, Callable[[Any], list[moves.Move]]] = {
    "opinion": moves.of_opinion,
    "order": moves.of_order,
    "survey": moves.of_survey,
}
LAST = {"opinion": "end_opinion", "order": "end_order", "survey": "close_survey"}
ROLES = {
    "approve_survey_form": "qa",
    "approve_plan": "general_manager",
    "confirm_alert": "group_supervisor",
    "dismiss_alert": "group_supervisor",
    "end_opinion": "qa",
    "forward_alert": "group_supervisor",
    "hand_over_opinion": "duty_staff",
    "issue_solution": "group_desk",
    "report_progress": "handler",
    "review_not_ours": "group_desk",
    "tell_duty_staff": "acceptor",
}
"""Who gives what the manager may not, or not always."""


@dataclass
class Histories:
    """Makes one step after another.

    Args:
        read: gives a stream's history as the ledger holds it.
        mark: tells apart the command ids of several writers of one ledger.

    """

    read: Callable[[str], History]
    mark: str = "h"
    now: datetime = START
    cases: list[str] = field(default_factory=list)
    steps: int = 0

    def opening(self, random: Random) -> Iterator[Told]:
        """Register the centers, each under one of the two policies."""
        for number, (center, zone) in enumerate(ZONES.items()):
            estates = [
                {"id": "garden", "label": words(random), "areas": ["north", "south"]},
                {"id": "1", "label": words(random), "areas": ["true"]},
            ]
            yield self._told(
                random,
                "register_center",
                {
                    "center": center,
                    "label": words(random),
                    "time_zone": zone,
                    "estates": estates,
                    "total_households": 400,
                    "resident_households": 300 if number else 0,
                },
                occurred_at=self.now - timedelta(days=40, hours=number),
            )
            adopted = POLICIES[number % len(POLICIES)]
            values = {"center": center, "policy": adopted, "in_force_from": "2000-01-01"}
            yield self._told(random, "adopt_policy", values)

    def step(self, random: Random) -> Told:
        """Say what is asked next, and when."""
        self.now = later(random, self.now)
        if not random.randint(0, 9):
            return self._about_a_center(random)
        open_cases = [case for case in self.cases if self.read(case).state.is_open]
        few = len(open_cases) < 3
        if few or not random.randint(0, 7):
            return self._new(random)
        # Now and then a case that has ended, which refuses everything.
        case = random.choice(self.cases if not random.randint(0, 19) else open_cases)
        return self._next(random, case)

    def happened(self, case: str) -> None:
        """Take in that a command about this case was accepted."""
        if case not in self.cases and not case.startswith("center:"):
            self.cases.append(case)

    def _about_a_center(self, random: Random) -> Told:
        center = random.choice(list(ZONES))
        history = self.read(center)
        name, values = moves.of_center(random, history.state, POLICIES)
        return self._told(random, name, values, **self._when(random, history, ZoneInfo(ZONES[center])))

    def _new(self, random: Random) -> Told:
        kind = random.choice(("opinion", "opinion", "opinion", "order", "order", "survey", "survey"))
        center = random.choice(list(ZONES))
        others = [case for case in self.cases if case.startswith(f"{kind}:") and self._may_be_linked(case, center)]
        name, values = OPENERS[kind](random, self.now, center, others)
        since = self.now - timedelta(days=random.choice((0, 1, 1, 35)))
        occurred = earlier(random, since, self.now, ZoneInfo(ZONES[center]))
        case = f"{kind}:{self.mark}-{self.steps}"
        return self._told(random, name, {"case": case, **values}, **self._late(random, occurred))

    def _may_be_linked(self, case: str, center: str) -> bool:
        """An opinion opens anew only what has ended at its center; now and then it is tried all the same."""
        state = self.read(case).state
        ended = state.center == center and not state.is_open
        return ended or not case.startswith("opinion:") or self.steps % 7 == 0

    def _next(self, random: Random, case: str) -> Told:
        history = self.read(case)
        kind = case.partition(":")[0]
        if history.state.is_open:
            moves_now = MOVES[kind](history.state)
            if kind == "opinion" and not random.randint(0, 2):
                moves_now = beside_the_flow(history.state)
            name, values = random.choice(moves_now)(random, self.now)
            if name == "merge_opinion":
                values |= {"into": random.choice(self._open_beside(case))}
        else:
            name, values = LAST[kind], {}
        zone = ZoneInfo(ZONES[history.state.center])
        return self._told(random, name, {"case": case, **values}, **self._when(random, history, zone))

    def _open_beside(self, case: str) -> list[str]:
        """Opinions of the same center that are open; the case itself where there is no other."""
        center = self.read(case).state.center
        beside = [one for one in self.cases if one.startswith("opinion:") and one != case]
        states = {one: self.read(one).state for one in beside}
        return [one for one, state in states.items() if state.is_open and state.center == center] or [case]

    def _when(self, random: Random, history: History, zone: ZoneInfo) -> dict[str, Any]:
        """After the last step mostly; or after the first, so that versions and moments come in different orders."""
        happened = [record.event.occurred_at for record in history.events]
        since = happened[0] if not random.randint(0, 4) else max(happened)
        return self._late(random, earlier(random, since, self.now, zone))

    def _late(self, random: Random, occurred: datetime | None) -> dict[str, Any]:
        if occurred is None:
            return {}
        late = self.now - occurred > timedelta(hours=24)
        wanted = random.randint(0, 9)
        reason = {"late_reason": "paper_record"} if (wanted > 0 if late else wanted == 0) else {}
        return {"occurred_at": occurred, **reason}

    def _told(self, random: Random, name: str, values: dict[str, Any], **more: object) -> Told:
        self.steps += 1
        at_night = name == "accept_opinion" and self.steps % 3 == 0
        role = "duty_staff" if at_night else ROLES.get(name, "manager")
        actor = {"id": f"staff:{random.randint(1, 3)}", "role": role}
        given = {"command_id": f"cmd:{self.mark}-{self.steps}", "actor": actor, **values, **more}
        return Told(self.now, command_from(name, given))
