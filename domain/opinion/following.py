"""Follow-ups: so many in every seven days since acceptance; until when the next is owed (OP-9; W08-01 4.4.1.2)."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from ..clocks import end_of_day, local_day

if TYPE_CHECKING:
    from datetime import datetime

    from ..terms import Terms
    from .state import OpinionState


def next_due(state: OpinionState, terms: Terms, moment: datetime, *, told: bool = False) -> datetime | None:
    """Deadline of the next follow-up, seen from `moment`; `told`: one is being made right then, and counts.

    The seven days end with their last local day, the day of acceptance being day 0. While fewer follow-ups than the
    policy asks for lie in them, the next one is owed by their end, then by the end of the next seven days.
    """
    policy = terms.rules
    if not policy.follow_ups:
        return None
    accepted = local_day(state.accepted_at, terms.zone)

    def period(at: datetime) -> int:
        passed = (local_day(at, terms.zone) - accepted).days
        return max(1, -(-passed // policy.follow_up_days))

    current = period(moment)
    made = sum(period(one.at) == current for one in state.follow_ups) + told
    owed_in = current if made < policy.follow_ups else current + 1
    return end_of_day(accepted + timedelta(days=owed_in * policy.follow_up_days), terms.zone)
