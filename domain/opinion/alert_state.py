"""What is known of an alert (GP-5, GP-6)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime

    from .alert_events import AlertConfirmed, AlertDismissed, AlertForwarded, AlertPlanSubmitted, AlertRaised
    from .words import AlertLevel


@dataclass(frozen=True)
class Alert:
    """An alert as far as it has come, by the events that brought it there."""

    raised: AlertRaised
    decided: AlertConfirmed | AlertDismissed | None = None
    confirmed: bool = False
    forwarded: AlertForwarded | None = None
    planned: AlertPlanSubmitted | None = None

    @property
    def number(self) -> int:
        """Which alert of the case it is."""
        return self.raised.alert

    @property
    def level(self) -> AlertLevel:
        """How urgent it is."""
        return self.raised.level

    @property
    def raised_at(self) -> datetime:
        """When it was raised."""
        return self.raised.occurred_at

    @property
    def decided_at(self) -> datetime | None:
        """When it was confirmed or dismissed."""
        return self.decided.occurred_at if self.decided else None

    @property
    def forwarded_at(self) -> datetime | None:
        """When it was forwarded."""
        return self.forwarded.occurred_at if self.forwarded else None

    @property
    def plan_due_at(self) -> datetime | None:
        """Until when plan and completion time are due."""
        return self.forwarded.alert_plan_due_at if self.forwarded else None

    @property
    def planned_at(self) -> datetime | None:
        """When plan and completion time were submitted."""
        return self.planned.occurred_at if self.planned else None
