"""One month of one center of the simulated company under each policy, its figures counted by hand from its register.

The registers in `months/` are printed from exported events (`register.py`), and the numbers below were counted in them
case by case, by hand; a case is named by the last digits of its form. A plain loop over the same events counts them
once more, without facts, views or state. What the simulation draws may change: then the register is another one, and is
counted anew.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any, Final

import pytest

from caseledger.adapters.keystore import MemoryKeyStore
from caseledger.adapters.ledger import Ledger
from caseledger.adapters.policies import load
from scripts.simulation.company import Company
from scripts.simulation.people import centers
from scripts.simulation.recording import EntryClock, record
from tests.simulation.register import SHANGHAI, Told, counted, register

MONTHS: Final = Path(__file__).with_name("months")
MONTH: Final = "2023-10"
LATER: Final = datetime(2023, 12, 1, tzinfo=SHANGHAI)
"""By then every case of the month has ended."""
MONTH_END: Final = datetime(2023, 11, 1, tzinfo=SHANGHAI)
SEEDS: Final = {"w08": 8, "group400": 7, "handbook": 7}
NO_CLOCK: Final = {
    f"{clock}_{word}": 0 for clock in ("response", "plan", "callback") for word in ("due", "in_time")
} | dict.fromkeys(("response_rate", "plan_rate", "callback_in_time_rate"))
"""A policy that lays down no such time counts none and gives no rate (DA-4)."""


@dataclass
class Lived:
    """Three months of a center of some 200 households, and the bytes of what happened."""

    policy: str
    ledger: Ledger
    events: list[Told]

    def figures(self, judged: datetime) -> dict[str, Any]:
        """The month's row of the monthly analysis."""
        (row,) = self.ledger.figures.monthly(MONTH, as_of=judged)
        return {name: getattr(row, name) for name in row.__slots__}

    def clock(self, name: str) -> tuple[int, int, int, int]:
        """A clock of the month's cases: in time, late, overdue, ended before it was due."""
        rows = self.ledger.figures.timeliness(MONTH, as_of=LATER)
        (row,) = [row for row in rows if row.clock == name]
        return (row.in_time, row.late, row.overdue, row.lapsed)


@pytest.fixture(scope="module", params=list(SEEDS))
def lived(request: pytest.FixtureRequest) -> Iterator[Lived]:
    """September to November 2023."""
    policy: str = request.param
    seed, clock = SEEDS[policy], EntryClock()
    with Ledger("sqlite://", clock=clock, keys=MemoryKeyStore()) as ledger:
        company = Company(seed, centers(seed, 1, 200, 6), load(policy).values, (2023, 9))
        record(ledger, clock, company.steps(3), batch=1000)
        stored = ledger._app.recorder.select_notifications(1, 1_000_000)
        yield Lived(policy, ledger, [json.loads(one.state) for one in stored])


W08: Final = {
    # 0001 to 0008; 0003 is a suggestion, 0005 an inquiry.
    "accepted": 8, "complaints": 6, "suggestions": 1, "inquiries": 1, "praise": 0,
    # Valid: 0004, 0006, 0007. Invalid: 0001 (also after its correction), 0002, 0008.
    "valid": 3, "invalid": 3, "third_party": 0, "not_judged": 0,
    # Every complaint has its hour: 0001, 0002 and 0007 were answered in it; 0004 after 89 minutes, 0006 after more than
    # three hours, 0008 after four and a half. 3 of 6.
    "response_due": 6, "response_in_time": 3, "response_rate": Decimal("50.00"),
    # The valid ones, all before their day was over. Of the invalid ones the plans were taken back before they were due.
    "plan_due": 3, "plan_in_time": 3, "plan_rate": Decimal("100.00"),
    # 0006: the first turn's on the 28th, due on the 25th, late; the second's in time. 0007: three turns, three in time.
    # 0004 ended before its callback was due, which is no longer asked for. 4 of 5.
    "callback_due": 5, "callback_in_time": 4, "callback_in_time_rate": Decimal("80.00"),
    # Handled were 0004, 0006, 0007; called back the last two. 2 of 3.
    "to_call_back": 3, "called_back": 2, "callback_rate": Decimal("66.67"),
    # Five callbacks. In time: 0006 yes, yes; 0007 yes, no, yes. Outcome: no, yes; no, no, yes. Attitude: all.
    "timely_answers": 5, "timely": 4, "timely_rate": Decimal("80.00"),
    "outcome_answers": 5, "outcome": 2, "outcome_rate": Decimal("40.00"),
    "attitude_answers": 5, "attitude": 5, "attitude_rate": Decimal("100.00"),
    # 0006 and 0007 were handled again; all eight have ended.
    "rehandled": 2, "ended": 8,
    # Of September 0004, 0005, 0006 and 0008 ended in October. After October ended 0006, 0007 and 0008.
    "carried_over": 4, "open_at_month_end": 3, "overdue": 0,
}  # fmt: skip
W08_AT_MONTH_END: Final = W08 | {
    # 0008 was accepted in the last second of October and judged on 1 November.
    "invalid": 2, "not_judged": 1,
    # Its hour was still running. 3 of 5.
    "response_due": 5, "response_rate": Decimal("60.00"),
    # 0006's first turn, late, and 0007's first, in time; the second turn of 0007 was due on 2 November. 1 of 2.
    "callback_due": 2, "callback_in_time": 1, "callback_in_time_rate": Decimal("50.00"),
    # These two answered: in time yes, yes; outcome no, no; attitude yes, yes.
    "timely_answers": 2, "timely": 2, "timely_rate": Decimal("100.00"),
    "outcome_answers": 2, "outcome": 0, "outcome_rate": Decimal("0.00"),
    "attitude_answers": 2, "attitude": 2,
    # 0001 to 0005.
    "ended": 5,
}  # fmt: skip
GROUP400: Final = NO_CLOCK | {
    # 0001 to 0009, complaints all.
    "accepted": 9, "complaints": 9, "suggestions": 0, "inquiries": 0, "praise": 0,
    # Valid: 0001, 0003, 0005, 0006, 0009. Invalid: 0004, 0007. Third party: 0008. 0002 was merged and never judged.
    "valid": 5, "invalid": 2, "third_party": 1, "not_judged": 1,
    # The group's times take the place of response and plan; the callback's two days are W08's. In time: 0001, 0006 and
    # 0008 twice each. 0003 ended on the 10th, when the 9th had gone by. 0005 and 0009 ended before theirs. 5 of 6.
    "callback_due": 6, "callback_in_time": 5, "callback_in_time_rate": Decimal("83.33"),
    # Handled: 0001, 0003, 0005, 0006, 0008, 0009; called back: 0001, 0006, 0008. 3 of 6.
    "to_call_back": 6, "called_back": 3, "callback_rate": Decimal("50.00"),
    # Five callbacks, all in time. Outcome: 0001 yes; 0006 no, yes; 0008 no, yes. Attitude: 0006 once no.
    "timely_answers": 5, "timely": 5, "timely_rate": Decimal("100.00"),
    "outcome_answers": 5, "outcome": 3, "outcome_rate": Decimal("60.00"),
    "attitude_answers": 5, "attitude": 4, "attitude_rate": Decimal("80.00"),
    # 0006 and 0008.
    "rehandled": 2, "ended": 9,
    # Of September 0005, 0006 and 0007. After October ended 0009.
    "carried_over": 3, "open_at_month_end": 1, "overdue": 0,
}  # fmt: skip
HANDBOOK: Final = NO_CLOCK | {
    # 0001 to 0008; 0002 is praise, 0005 and 0006 are inquiries.
    "accepted": 8, "complaints": 5, "suggestions": 0, "inquiries": 2, "praise": 1,
    # Third party: 0004. The other four are valid.
    "valid": 4, "invalid": 0, "third_party": 1, "not_judged": 0,
    # All five complaints were handled; 0004 was not called back. 4 of 5.
    "to_call_back": 5, "called_back": 4, "callback_rate": Decimal("80.00"),
    # Six callbacks: 0001, 0003, 0007 twice, 0008 twice. In time: 0007 once no. Outcome: 0007 and 0008 once no each.
    # Attitude: 0008 once no. 5, 4 and 5 of 6.
    "timely_answers": 6, "timely": 5, "timely_rate": Decimal("83.33"),
    "outcome_answers": 6, "outcome": 4, "outcome_rate": Decimal("66.67"),
    "attitude_answers": 6, "attitude": 5, "attitude_rate": Decimal("83.33"),
    # 0007 and 0008.
    "rehandled": 2, "ended": 8,
    # Of September 0005, 0006 and 0007. After October ended 0007 and 0008.
    "carried_over": 3, "open_at_month_end": 2, "overdue": 0,
}  # fmt: skip
GROUP400_AT_MONTH_END: Final = GROUP400 | {
    # 0009 came in the last second, and was judged, handled and ended in November.
    "valid": 4, "not_judged": 2, "to_call_back": 5, "callback_rate": Decimal("60.00"), "ended": 8,
}  # fmt: skip
HANDBOOK_AT_MONTH_END: Final = HANDBOOK | {
    # 0008 came in the last second. Handled were 0001, 0003, 0004 and 0007, called back all but 0004. 3 of 4.
    "valid": 3, "not_judged": 1, "to_call_back": 4, "called_back": 3, "callback_rate": Decimal("75.00"),
    # Three callbacks, of 0001, 0003 and 0007: the last was too late and in vain, but polite.
    "timely_answers": 3, "timely": 2, "timely_rate": Decimal("66.67"),
    "outcome_answers": 3, "outcome": 2, "outcome_rate": Decimal("66.67"),
    "attitude_answers": 3, "attitude": 3, "attitude_rate": Decimal("100.00"),
    # 0007 only; 0001 to 0006 had ended.
    "rehandled": 1, "ended": 6,
}  # fmt: skip
AT_MONTH_END: Final = {"w08": W08_AT_MONTH_END, "group400": GROUP400_AT_MONTH_END, "handbook": HANDBOOK_AT_MONTH_END}
BY_HAND: Final = {"w08": W08, "group400": GROUP400, "handbook": HANDBOOK}
CLOCKS: Final = {
    "w08": {"response": (3, 3, 0, 0), "plan": (3, 0, 0, 0), "callback": (4, 1, 0, 1)},
    "group400": {
        # Ten minutes were too short for everybody; 0002 ended hours after its own, and nobody had started.
        "start": (0, 8, 1, 0),
        # Within the hour: 0003 and 0004. 0002 again never.
        "contact": (2, 6, 1, 0),
        # Four hours from the contact, which 0002 had not: 0009 only; seven came after days off.
        "solution": (1, 7, 0, 0),
        "callback": (5, 0, 1, 2),
    },
    # Two working days, for which 7 and 8 October were worked: five complaints, five answered.
    "handbook": {"reply": (5, 0, 0, 0)},
}
"""In time, late, overdue, ended before it was due."""


def without_words(figures: dict[str, Any]) -> dict[str, Any]:
    """The numbers of a row; month, center and policy are looked at elsewhere."""
    return {name: value for name, value in figures.items() if name not in {"month", "by", "group", "policies"}}


def test_the_register_is_the_one_that_was_counted(lived: Lived) -> None:
    counted_in = (MONTHS / f"{lived.policy}.txt").read_text(encoding="utf-8")
    assert register(lived.events, MONTH) == counted_in, "the simulation draws otherwise: print and count it anew"


def test_the_monthly_analysis_is_what_was_counted_by_hand(lived: Lived) -> None:
    """DA-1, DA-4, DA-5: under each policy; closing does not erase lateness, and without a denominator is no rate."""
    row = lived.figures(LATER)
    assert without_words(row) == BY_HAND[lived.policy]
    assert row["policies"] == (f"{lived.policy} {load(lived.policy).version}",)


def test_each_clock_is_what_was_counted_by_hand(lived: Lived) -> None:
    """OP-5, OP-6, OP-10, OP-17, GP-1, GP-2."""
    assert {name: lived.clock(name) for name in CLOCKS[lived.policy]} == CLOCKS[lived.policy]


def numbers(expected: dict[str, Any]) -> dict[str, int]:
    """The counts that are not nought; rates are not counted."""
    return {name: value for name, value in expected.items() if isinstance(value, int) and value}


def test_a_plain_loop_over_the_events_counts_the_same(lived: Lived) -> None:
    found = counted(lived.events, MONTH, f"{LATER:%Y-%m-%d %H:%M:%S}")
    assert {name: value for name, value in found.items() if value} == numbers(BY_HAND[lived.policy])


def test_judged_at_the_months_end_it_is_what_was_known_to_have_happened_by_then(lived: Lived) -> None:
    """DA-1: what is late or done is judged as of the moment that is asked about."""
    expected = AT_MONTH_END[lived.policy]
    assert without_words(lived.figures(MONTH_END)) == expected
    found = counted(lived.events, MONTH, f"{MONTH_END:%Y-%m-%d %H:%M:%S}")
    assert {name: value for name, value in found.items() if value} == numbers(expected)
