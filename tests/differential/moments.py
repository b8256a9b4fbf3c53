"""When things happen in a random history: mostly soon, often at the edges of days and months, sometimes long before."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from random import Random
from zoneinfo import ZoneInfo

ZONES = {
    "center:sz01": "Asia/Shanghai",
    "center:ny01": "America/New_York",  # changes its clocks, and its day begins half a day after Shanghai's
    "center:ki01": "Pacific/Kiritimati",  # fourteen hours ahead of UTC: its month begins first of all
}
START = datetime(2025, 12, 28, 3, 0, tzinfo=UTC)  # a few days before a year's end
TICK = timedelta(microseconds=1)
EDGES = (-TICK, timedelta(0), TICK)


def later(random: Random, now: datetime) -> datetime:
    """The moment of the next command: the same, a little later, days later, or at an edge of a day or month."""
    match random.randint(0, 9):
        case 0:
            return now
        case 1 | 2 | 3:
            return now + timedelta(seconds=random.randint(1, 7200))
        case 4 | 5:
            return now + timedelta(hours=random.randint(1, 30), microseconds=random.randint(0, 999_999))
        case 6:
            return now + timedelta(days=random.randint(2, 20))
        case edge:
            zone = ZoneInfo(random.choice(list(ZONES.values())))
            start = _begins(now, zone, months=edge == 9, ahead=1)
            return max(now, start + random.choice(EDGES))


def earlier(random: Random, since: datetime, now: datetime, zone: ZoneInfo) -> datetime | None:
    """When it happened, between `since` and now: at an edge where there is one; nothing for now itself."""
    wish = random.randint(0, 9)
    if wish < 3:
        return None
    found = {
        3: now,
        4: since,
        5: _begins(now, zone, months=False, ahead=0) + random.choice(EDGES),
        6: _begins(now, zone, months=True, ahead=0) + random.choice(EDGES),
        7: now - timedelta(hours=24) - random.choice(EDGES),  # the edge of recording in time (WL-5)
    }.get(wish, now - timedelta(seconds=random.randint(0, 90_000)))
    return min(max(found, since), now)


def _begins(moment: datetime, zone: ZoneInfo, *, months: bool, ahead: int) -> datetime:
    """The start of the local day or month of a moment, or of the one after it."""
    local = moment.astimezone(zone)
    start = datetime(local.year, local.month, 1 if months else local.day, tzinfo=zone)
    if ahead:
        start = (start + timedelta(days=32)).replace(day=1) if months else start + timedelta(days=1)
    return start.astimezone(UTC)
