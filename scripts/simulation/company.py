"""The company's months: which cases begin in each, at ordinary moments and at the edges of months and holidays."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from heapq import heappop, heappush
from itertools import count
from random import Random
from typing import TYPE_CHECKING, Any

from .opinions import NAMELESS, opinion
from .orders import order
from .people import ZONE, Center
from .story import Step
from .surveys import survey

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

HOUSEHOLDS_AN_OPINION = 60
HOUSEHOLDS_AN_ORDER = 40
SEPTEMBER, OCTOBER, DECEMBER = 9, 10, 12
A_DAY = timedelta(days=1)


@dataclass(frozen=True)
class Company:
    """A company as it will live.

    Args:
        seed: draws everything.
        centers: its centers.
        policy: JSON values of the policy that they adopt.
        first: year and month in which it begins.

    """

    seed: int
    centers: tuple[Center, ...]
    policy: dict[str, Any]
    first: tuple[int, int]

    def steps(self, months: int | None = None) -> Iterator[Step]:
        """Give everything that is entered within these months, in the order of entry; without end where not said.

        What began and is not done by then stays open. No more than a month's cases are held in memory.
        """
        waiting: list[tuple[datetime, int, Step]] = []
        serial = count()
        for number in count() if months is None else range(months):
            start, end = self._start(number), self._start(number + 1)
            for center in self.centers:
                for step in self._month(center, number, start, end):
                    heappush(waiting, (step.entered, next(serial), step))
            until = end.astimezone(UTC)
            while waiting and waiting[0][0] < until:
                yield heappop(waiting)[2]

    def _start(self, number: int) -> datetime:
        """The local start of a month."""
        year, month = self.first
        years, month0 = divmod(month - 1 + number, 12)
        return datetime(year + years, month0 + 1, 1, tzinfo=ZONE)

    def _month(self, center: Center, number: int, start: datetime, end: datetime) -> Iterator[Step]:
        """What begins in a month at a center."""
        draw = Random(f"{self.seed}/{center.code}/{start:%Y-%m}")
        if number == 0:
            yield from self._opening(center, start.astimezone(UTC) - A_DAY)
        elif number % 6 == 0:
            yield self._households(draw, center, start)
        mark = f"{center.code}-{start:%Y%m}"
        days = (end - start).days
        places = iter(range(1_000_000))
        begun: list[tuple[datetime, str | None]] = [(moment, "complaint") for moment in edges(draw, start, end)]
        many = max(2, round(center.households / HOUSEHOLDS_AN_OPINION * draw.uniform(0.75, 1.25)))
        begun += [(moment_of(draw, start, days), None) for _ in range(many)]
        if number % 4 == 1:
            begun.append((moment_of(draw, start, days), NAMELESS))
        for moment, kind in begun:
            for story in opinion(
                draw, center, f"opinion:{mark}-{next(places)}", moment, kind=kind, under=self.policy["name"]
            ):
                yield from story.steps
        many = max(2, round(center.households / HOUSEHOLDS_AN_ORDER * draw.uniform(0.75, 1.25)))
        for moment in (_last(draw, end), *(moment_of(draw, start, days) for _ in range(many))):
            yield from order(draw, center, f"order:{mark}-{next(places)}", moment).steps
        turn = (number + sum(map(ord, center.code))) % 12
        if turn in {0, 6}:
            moment = (start + timedelta(days=6)).replace(hour=10).astimezone(UTC)
            yield from survey(draw, center, f"survey:{mark}", moment, topical=turn == 0).steps

    def _opening(self, center: Center, moment: datetime) -> Iterator[Step]:
        boss = {"id": f"staff:{center.code}-manager", "role": "manager", "center": center.id}
        about = {"actor": boss, "center": center.id}
        registered = {"command_id": f"cmd:{center.code}-register", **about, **center.registration()}
        yield Step(moment, moment, "register_center", registered)
        adopted = {"command_id": f"cmd:{center.code}-policy", **about, "policy": self.policy}
        yield Step(moment + timedelta(seconds=1), moment, "adopt_policy", adopted)

    def _households(self, draw: Random, center: Center, start: datetime) -> Step:
        """Half a year later, some more households have moved in."""
        moment = start.replace(hour=9, minute=30).astimezone(UTC)
        resident = min(center.households, round(center.resident * draw.uniform(1, 1.1)))
        values = {
            "command_id": f"cmd:{center.code}-households-{start:%Y%m}",
            "actor": center.actor(draw, "manager"),
            "center": center.id,
            "total_households": center.households,
            "resident_households": resident,
        }
        return Step(moment + timedelta(minutes=5), moment, "report_households", values)


def moment_of(draw: Random, start: datetime, days: int) -> datetime:
    """Draw a moment of the month: mostly by day, one in eight at night."""
    hour = draw.choice([21, 22, 23, 1, 5]) if draw.random() < 1 / 8 else draw.randint(8, 19)
    local = start + timedelta(days=draw.randrange(days))
    return local.replace(hour=hour, minute=draw.randrange(60), second=draw.randrange(60)).astimezone(UTC)


def edges(draw: Random, start: datetime, end: datetime) -> Iterable[datetime]:
    """Give the moments at which things go wrong, if they do: of months, of the National Day week, of the year."""
    yield (start + timedelta(seconds=draw.choice([0, 1, 59, 300]))).astimezone(UTC)
    yield _last(draw, end)
    if start.month == SEPTEMBER:  # the last afternoon before the holidays: its plan is due after them
        yield start.replace(day=30, hour=17, minute=30).astimezone(UTC)
    if start.month == OCTOBER:
        yield start.replace(day=draw.randint(1, 7), hour=11).astimezone(UTC)
    if start.month == DECEMBER:  # the year's very last second
        yield start.replace(day=31, hour=23, minute=59, second=59).astimezone(UTC)


def _last(draw: Random, end: datetime) -> datetime:
    """A moment in the last ten minutes of the month; now and then its last second."""
    return (end.astimezone(UTC)) - timedelta(seconds=draw.choice([1, draw.randint(2, 600)]))
