"""A complaint of a Monday as far as it has come, for the stories of its paths."""

from caseledger.adapters.testing import accept, approve, assess, finish, propose

MONDAY = "2026-03-02"
COMPLAINT = accept(f"{MONDAY} 09:00")
JUDGED = (COMPLAINT, assess(f"{MONDAY} 09:30"))
PLANNED = (*JUDGED, propose(f"{MONDAY} 11:00"))
HANDLED = (*PLANNED, approve(f"{MONDAY} 12:00"), finish(f"{MONDAY} 16:00"))
