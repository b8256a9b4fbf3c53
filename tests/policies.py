"""A policy with every clock, alert and duty there is, with the numbers of the manuals, for tests of the domain."""

from __future__ import annotations

from caseledger.adapters.testing import GROUP400, W08
from caseledger.domain.policy import Limit, Policy, SolutionLimits, Unit


def limit(amount: int, unit: str, rule: str = "GP-1", clause: str = "art. 10") -> Limit:
    """A limit of so many units."""
    return Limit(amount=amount, unit=Unit(unit), rule=rule, clause=clause)


SOLUTION = SolutionLimits(general=limit(4, "hours", "GP-2"), serious=limit(1, "days", "GP-2"))
GROUP: Policy = W08.model_copy(
    update={
        "name": "group",
        "authority": GROUP400.authority,
        "start": limit(10, "minutes"),
        "contact": limit(1, "hours"),
        "solution": {"cleaning": SOLUTION, "other": SOLUTION},
        "decision": limit(2, "days", "GP-3"),
        "explanation": limit(2, "days", "GP-4"),
        "reply": limit(2, "working_days", "OP-17", "M1 三3.9"),
        "notify": limit(1, "working_days", "OP-17", "M1 三4.3"),
        "hand_over": limit(1, "working_days", "OP-3", "W08-01 4.2.3.2"),
        "summary": GROUP400.summary,
        "alerts": GROUP400.alerts,
    }
)
"""w08 with all of the group platform and the handbook."""
