"""Terms: everything outside a command that a decision depends on, in one frozen value."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, overload

from .clocks import Calendar, Deadline, deadline
from .policy import Limit, Policy, Unit

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime
    from zoneinfo import ZoneInfo

    from .center_state import CenterState


@dataclass(frozen=True, slots=True)
class Terms:
    """What is handed to a decision from outside.

    `now` is the ledger's clock (UTC); `policy` the one that governs the case; `center` the master data of the center;
    `number` the form number issued for a new case; `others` what is known of the other cases that the command names, by
    their ids (`None`: no such case is in the ledger).
    """

    now: datetime
    calendar: Calendar
    policy: Policy | None = None
    center: CenterState | None = None
    number: str | None = None
    others: Mapping[str, Any] = field(default_factory=dict)

    @property
    def rules(self) -> Policy:
        """The governing policy; the application refuses a case command that has none before it gets here."""
        if self.policy is None:
            raise AssertionError("a case command was decided without a policy")
        return self.policy

    @property
    def home(self) -> CenterState:
        """The center's master data; the application refuses a case command of an unknown center before it gets here."""
        if self.center is None:
            raise AssertionError("a case command was decided without a center")
        return self.center

    @property
    def zone(self) -> ZoneInfo:
        """The center's own time zone (DA-5)."""
        return self.home.zone

    def edition(self, *limits: Limit | None) -> str | None:
        """The calendar's edition, to be recorded where one of the limits counts working days."""
        counts = any(limit is not None and limit.unit is Unit.WORKING_DAYS for limit in limits)
        return self.calendar.edition if counts else None

    @overload
    def due(self, start: datetime, limit: Limit) -> Deadline: ...

    @overload
    def due(self, start: datetime, limit: Limit | None) -> Deadline | None: ...

    def due(self, start: datetime, limit: Limit | None) -> Deadline | None:
        """The deadline that a limit of the policy sets, or none where the policy has no such clock."""
        return None if limit is None else deadline(start, limit, self.calendar, self.zone)
