"""A complaint past its time limit, and the alerts that were raised on it."""

from caseledger.adapters.testing import accept, at, make_contact, raise_alert, submit_solution

MONDAY = "2026-03-02"
BEGUN = (
    accept(f"{MONDAY} 09:00", category="cleaning"),
    make_contact(f"{MONDAY} 09:30"),
    submit_solution(f"{MONDAY} 10:00", completion_at=at("2026-03-03 18:00")),
)
"""Completion is reported for the 3rd: three days past it end with the 6th, seven with the 10th, 15 with the 18th."""
BLUE = (*BEGUN, raise_alert("2026-03-07 00:00"))
