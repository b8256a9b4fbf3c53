"""Complaints on their way, of which something was entered wrongly."""

from caseledger.adapters.testing import (
    accept,
    approve,
    assess,
    call_back,
    end,
    finish,
    propose,
)

MONDAY = "2026-03-02"
COMPLAINT = accept(f"{MONDAY} 09:00", estate="garden", area="north", unit="unit:1", place="3栋")
HANDLED = (
    COMPLAINT,
    assess(f"{MONDAY} 09:30"),
    propose(f"{MONDAY} 10:00"),
    approve(f"{MONDAY} 11:00"),
    finish(f"{MONDAY} 12:00"),
)
ASKED = (*HANDLED, call_back("2026-03-03 09:00", outcome_satisfied=False))
CONTENT = (*HANDLED, call_back("2026-03-03 09:00"))
ENDED = (*CONTENT, end("2026-03-03 10:00"))
TWICE = (
    *ASKED,
    propose("2026-03-03 10:00"),
    approve("2026-03-03 11:00"),
    finish("2026-03-03 12:00"),
    call_back("2026-03-04 09:00"),
)
