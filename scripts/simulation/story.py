"""The steps of one case, each a while after the one before; and when each of them is entered.

By night the duty staff writes slips, which are entered in the morning. Customers are rung by day. Those at desks mostly
wait for the next working day. What was kept on paper for more than a day is entered with its reason (WL-5).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from caseledger.adapters.calendar import ChineseCalendar

from .people import ZONE, Center

if TYPE_CHECKING:
    from random import Random

MORNING, EVENING = 8, 20
NIGHT_ENDS, NIGHT_BEGINS = 7, 21
DESKS = {"manager", "assistant", "qa"}
AT_ANY_HOUR = {
    "respond_to_opinion",
    "agree_price",
    "dispatch_order",
    "receive_order",
    "arrive_for_order",
    "complete_order",
}
A_DAY = timedelta(days=1)
_CALENDAR = ChineseCalendar()


@dataclass(frozen=True, slots=True)
class Step:
    """A command's name and values, with the moment it happens and the (later) moment it is entered."""

    entered: datetime
    happened: datetime
    command: str
    values: dict[str, Any]


class Story:
    """One case as it goes on.

    Args:
        draw: draws everything.
        center: whose case it is.
        case: its id.
        start: when it begins, UTC.
        kept_on_paper: how long entering waits at first.
        told: how many of its steps were told elsewhere, before these.

    """

    def __init__(  # noqa: PLR0913 - what a case begins with
        self,
        draw: Random,
        center: Center,
        case: str,
        start: datetime,
        kept_on_paper: timedelta = timedelta(),
        *,
        told: int = 0,
    ) -> None:
        """Begin it; nothing has happened yet."""
        self.draw = draw
        self.center = center
        self.case = case
        self.now = start
        self.entered = start + kept_on_paper
        self.reason = draw.choice(["paper_record", "paper_record", "outage", "forgotten"])
        self.told = told
        self.steps: list[Step] = []

    def then(self, command: str, role: str, after: timedelta = timedelta(), /, **values: Any) -> None:
        """Let the next thing happen."""
        self.now = self._when(command, role, self.now + after)
        hour = self.now.astimezone(ZONE).hour
        at_night = hour < NIGHT_ENDS or hour >= NIGHT_BEGINS
        entered = self._next_morning() if at_night else self.now + timedelta(seconds=self.draw.randint(20, 1200))
        self.entered = max(self.entered + timedelta(seconds=self.draw.randint(1, 90)), entered)
        late = self.entered - self.now > A_DAY
        self.steps.append(
            Step(
                self.entered,
                self.now,
                command,
                {
                    "command_id": f"cmd:{self.case.replace(':', '-')}-{self.told + len(self.steps) + 1}",
                    "actor": self.center.actor(self.draw, "duty_staff" if at_night and role == "acceptor" else role),
                    "case": self.case,
                    **({"late_reason": "night_slip" if at_night else self.reason} if late else {}),
                    **values,
                },
            )
        )

    def some(self, low: float, high: float) -> timedelta:
        """A while of so many hours, longer where the center is known to be slow."""
        hours = self.draw.uniform(low, high)
        return timedelta(seconds=round(3600 * hours * (6 if self.draw.random() < self.center.late_share else 1)))

    def chance(self, share: float) -> bool:
        """Whether something that happens so often happens now."""
        return self.draw.random() < share

    def _when(self, command: str, role: str, moment: datetime) -> datetime:
        """Move what would fall into the night, or on a day off of those at desks, to the next morning."""
        local = moment.astimezone(ZONE)
        if not (self.told or self.steps) or command in AT_ANY_HOUR:
            return moment
        if local.hour >= EVENING:
            local = self._morning(local + A_DAY)
        elif local.hour < MORNING:
            local = self._morning(local)
        if role in DESKS and not self.chance(0.15):
            while not _CALENDAR.is_working_day(local.date()):
                local = self._morning(local + A_DAY)
        return local.astimezone(UTC)

    def _morning(self, day: datetime) -> datetime:
        return day.replace(hour=MORNING, minute=self.draw.randrange(60), second=self.draw.randrange(60))

    def _next_morning(self) -> datetime:
        local = self.now.astimezone(ZONE)
        day = local if local.hour < NIGHT_ENDS else local + A_DAY
        return day.replace(hour=NIGHT_ENDS, minute=self.draw.randint(30, 59), second=0).astimezone(UTC)
