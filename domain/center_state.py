"""What is known of a center: its master data, the policies it has adopted, when its recurring duties are due."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from .refusal import NoPolicy

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date, datetime

    from .center_events import Estate
    from .policy import Policy


@dataclass(frozen=True)
class CenterState:
    """What is known of a center."""

    id: str
    label: str
    registered_at: datetime
    time_zone: str
    estates: tuple[Estate, ...]
    total_households: int | None
    resident_households: int | None
    households_at: datetime
    policies: tuple[tuple[date, Policy], ...] = ()
    estate_households: Mapping[str, int] = field(default_factory=dict)
    review_due_at: datetime | None = None
    summary_due_at: datetime | None = None
    reviewed_at: datetime | None = None
    signed_at: datetime | None = None

    @property
    def zone(self) -> ZoneInfo:
        """The time zone of days and months (DA-5)."""
        return ZoneInfo(self.time_zone)

    def households_of(self, estate: str) -> int | None:
        """The households of an estate: as reported, or all of the center's where it runs that estate alone."""
        if estate in self.estate_households:
            return self.estate_households[estate]
        return self.total_households if [one.id for one in self.estates] == [estate] else None

    def policy_on(self, day: date) -> Policy:
        """The policy in force on a local day: the last adopted of those with the latest date not after it.

        Raises:
            NoPolicy: none was in force.

        """
        found: tuple[date, Policy] | None = None
        for start, policy in self.policies:
            if start <= day and (found is None or start >= found[0]):
                found = (start, policy)
        if found is None:
            raise NoPolicy(
                f"{self.id} had no policy in force on {day}",
                rule="policy",
                right="adopt_policy for the center with an in_force_from not after that day",
            )
        return found[1]

    def policy_by(self, digest: str) -> Policy:
        """The adopted policy with exactly this content, by which an older case goes on.

        Raises:
            NoPolicy: none of the center's has it.

        """
        for _, policy in self.policies:
            if policy.ref.digest == digest:
                return policy
        raise NoPolicy(
            f"{self.id} never adopted the policy with the digest {digest[:12]}",
            rule="policy",
            right="a case accepted under a policy of its center",
        )
