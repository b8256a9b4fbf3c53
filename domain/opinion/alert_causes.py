"""What a case itself calls for an alert by: its time limit passed by days, or a second complaint (GP-5)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .alert_events import AlertReason
from .words import AlertLevel

if TYPE_CHECKING:
    from datetime import datetime

    from ..terms import Terms
    from .state import OpinionState


def past_limit(state: OpinionState, level: AlertLevel, terms: Terms) -> tuple[datetime, datetime] | None:
    """The time limit that alerts go by, and until when it is not past it by the level's days (GP-5).

    Only what is open and not handled is past its limit (投诉超过规定处理时限未处理).
    """
    limit_at = state.platform.limit_at
    rules = terms.rules.alerts
    if rules is None or limit_at is None or not state.is_open or state.turn.finished_at is not None:
        return None
    return limit_at, terms.due(limit_at, rules.of(level).past).at


def to_raise(state: OpinionState, terms: Terms, moment: datetime) -> tuple[tuple[AlertLevel, AlertReason], ...]:
    """The alerts that the case itself calls for at a moment and that were not raised yet (GP-5)."""
    if terms.rules.alerts is None:
        return ()
    called: dict[AlertLevel, AlertReason] = {}
    if state.merging.second_complaints and state.is_open:
        called[AlertLevel.BLUE] = AlertReason.SECOND_COMPLAINT
    for level in AlertLevel:
        past = past_limit(state, level, terms)
        if past is not None and moment > past[1]:
            called.setdefault(level, AlertReason.OVERDUE)
    raised = {alert.level for alert in state.alerts}
    return tuple((level, reason) for level, reason in called.items() if level not in raised)
