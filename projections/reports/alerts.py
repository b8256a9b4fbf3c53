"""Points taken off for confirmed alerts, by unit and month; levels add (GP-7; M4 art. 12)."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from sqlalchemy import Select, select

from ..facts.alerts import ALERTS
from ..facts.opinions import OPINIONS
from .governing import POLICY, policies_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sqlalchemy import Row

    from .sources import Source


@dataclass(frozen=True, slots=True)
class AlertPoints:
    """The alerts of a center that were confirmed in a local month, and the points they cost it.

    A center that had none has no row; `center` is `None` in the row of the company, which adds the others up.
    `policies` governed the cases.
    """

    month: str
    center: str | None
    blue: int
    yellow: int
    red: int
    points: Decimal
    policies: tuple[str, ...] = ()


def confirmed(source: Source, month: str, center: str | None) -> Select[*tuple[Any, ...]]:
    """Each confirmed alert of the month: center, level, points, policy of its case."""
    o, a = source(OPINIONS), source(ALERTS)
    chosen = select(o.c.center, a.c.level, a.c.points, *(o.c[name] for name in POLICY)).select_from(
        a.join(o, o.c.case_id == a.c.case_id)
    )
    mine = () if center is None else (o.c.center == center,)
    return chosen.where(a.c.confirmed_month == month, *mine).order_by(o.c.center)


def rows(month: str, found: Iterable[Row[Any]]) -> list[AlertPoints]:
    """Add up exactly, by center; where there are several centers the company's row comes last."""
    listed = list(found)
    centers = list(dict.fromkeys(one.center for one in listed))
    rolled_up = [*centers, None] if len(centers) > 1 else centers
    return [_row(month, center, [one for one in listed if center in {None, one.center}]) for center in rolled_up]


def _row(month: str, center: str | None, found: list[Row[Any]]) -> AlertPoints:
    levels = [one.level for one in found]
    return AlertPoints(
        month,
        center,
        blue=levels.count("blue"),
        yellow=levels.count("yellow"),
        red=levels.count("red"),
        points=sum((one.points for one in found), Decimal("0.00")),
        policies=policies_of(found),
    )
