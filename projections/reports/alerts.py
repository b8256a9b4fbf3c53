"""report_alert_points: one row a confirmed alert; and the points taken off, by center and month (GP-7; M4 art. 12)."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from typing import TYPE_CHECKING, Any

from sqlalchemy import Select, select

from ..facts.alerts import ALERTS
from ..facts.opinions import OPINIONS
from .governing import POLICY, policies_of
from .sources import MONTH, Form, Keep, everything, known

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sqlalchemy import ColumnElement, FromClause, Row

    from .sources import Source


@dataclass(frozen=True, slots=True)
class AlertPoints:
    """The alerts of a center that were confirmed in a local month, and the points they cost it; levels add (*ours*).

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


def points(source: Source, keep: Keep = everything) -> Select[*tuple[Any, ...]]:
    """Every confirmed alert with what it cost: the select of the view; `month` is of confirmation."""
    o, a = source(OPINIONS), source(ALERTS)
    case = (o.c.case_id, o.c.number, o.c.center, o.c.estate, o.c.category)
    alert = (a.c.alert, a.c.level, a.c.reason, a.c.raised_at, a.c.confirmed_at, a.c.confirmed_by)
    chosen = select(*case, *alert, a.c.confirmed_month.label("month"), a.c.points, *(o.c[name] for name in POLICY))
    return chosen.select_from(a.join(o, o.c.case_id == a.c.case_id)).where(a.c.confirmed_at.is_not(None), *keep(a))


@cache
def confirmed(form: Form) -> Select[*tuple[Any, ...]]:
    """The confirmed alerts of the month, of one center or of all, by center; put together once a form."""

    def of_month(alerts: FromClause) -> list[ColumnElement[bool]]:
        return [alerts.c.confirmed_month == MONTH]

    found = points(known(as_known=form.as_known), of_month).subquery("points")
    return select(found).where(*form.of_center(found)).order_by(found.c.center)


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
