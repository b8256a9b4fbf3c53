"""What the facts should say, worked out of the replayed states alone: from each column's label and rule, case by case.

The envelope of the first event is asked for one thing only, the policy that governs the case, which no state holds.
Days and months are computed here from the moment and the center's zone, never taken from the recorded `local_date`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TypeAlias

from tests.differential.oracle_clocks import (
    alerts,
    corrective_actions,
    corrective_calls,
    deadlines,
    platform,
    repetitions,
)
from tests.differential.oracle_opinions import callbacks, centers, follow_ups, opinions, turns
from tests.differential.oracle_orders import orders, survey_items, surveys
from tests.differential.replayed import Case, Key, Row, plain

Oracle: TypeAlias = Callable[[Case], Iterable[Row]]


def rows_of(name: str, cases: Iterable[Case]) -> dict[Key, Row]:
    """Every row that the facts of this name should have, by its key."""
    kind, key, tell = ORACLES[name]
    rows = [
        {column: plain(value) for column, value in row.items()}
        for case in cases
        if case.state is not None and case.id.startswith(f"{kind}:")
        for row in tell(case)
    ]
    found = {tuple(row[part] for part in key): row for row in rows}
    assert len(found) == len(rows), f"the oracle of {name} gives a key twice"
    return found


ORACLES: dict[str, tuple[str, tuple[str, ...], Oracle]] = {
    "fact_centers": ("center", ("case_id",), centers),
    "fact_opinions": ("opinion", ("case_id",), opinions),
    "fact_turns": ("opinion", ("case_id", "turn"), turns),
    "fact_callbacks": ("opinion", ("case_id", "callback"), callbacks),
    "fact_follow_ups": ("opinion", ("case_id", "follow_up"), follow_ups),
    "fact_deadlines": ("opinion", ("case_id", "move"), deadlines),
    "fact_platform": ("opinion", ("case_id",), platform),
    "fact_alerts": ("opinion", ("case_id", "alert"), alerts),
    "fact_repetitions": ("opinion", ("case_id", "repetition"), repetitions),
    "fact_corrective_calls": ("opinion", ("case_id", "call"), corrective_calls),
    "fact_corrective_actions": ("opinion", ("case_id", "action"), corrective_actions),
    "fact_orders": ("order", ("case_id",), orders),
    "fact_surveys": ("survey", ("case_id",), surveys),
    "fact_survey_items": ("survey", ("case_id", "item"), survey_items),
}
"""By the name of the facts: the kind of case they are about, their key, and what they should say of one."""
