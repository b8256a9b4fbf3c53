"""report_survey_rates: one row an item of a survey, and one for its total, as recorded at its closing (SV-4)."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import CompoundSelect, FromClause, Integer, Select, case, literal_column, select, union_all

from ..columntypes import word
from ..facts.survey_items import SURVEY_ITEMS
from ..facts.surveys import SURVEYS
from .governing import POLICY, policies_of
from .rates import shorten
from .sources import MONTH, Form, Keep, Source, everything, known, nothing

if TYPE_CHECKING:
    from sqlalchemy import ColumnElement, Row

COUNTS: Final = (
    "satisfied",
    "basically_satisfied",
    "unsatisfied",
    "distributed",
    "returned",
    "numerator",
    "denominator",
    "percent",
)


@dataclass(frozen=True, slots=True)
class SurveyRates:
    """The satisfaction with an item, or in all (`item` absent): `numerator` / `denominator` by the recorded `method`.

    `of_returned`: (satisfied + basically satisfied) / forms returned (W08-03 4.3.1); `of_answered`: qualified /
    (qualified + unsatisfied) (M2 5.1.6). The total's `percent` is the mean of the items' rates, its numerator and
    denominator their sums. An open survey has the items' answers so far and no rates. `month` is the local month of
    closing. `policies` has the one that governed the survey.
    """

    month: str | None
    case: str
    number: str
    center: str
    status: str
    method: str
    item: str | None
    label_zh: str
    label_en: str
    satisfied: int | None
    basically_satisfied: int | None
    unsatisfied: int | None
    distributed: int | None
    returned: int | None
    numerator: int | None
    denominator: int | None
    percent: Decimal | None
    policies: tuple[str, ...] = ()


def rates(source: Source, keep: Keep = everything) -> CompoundSelect[*tuple[Any, ...]]:
    """Every item and total: the select of the view; `place` counts from 1 in the form's order, 0 is the total."""
    s, i = source(SURVEYS), source(SURVEY_ITEMS)
    head = (s.c.case_id, s.c.number, s.c.center, s.c.status, s.c.method, s.c.closed_month.label("month"), s.c.closed_at)
    policy = [s.c[name] for name in POLICY]
    items = select(*head, i.c.place, i.c.item, i.c.label_zh, i.c.label_en, *(i.c[name] for name in COUNTS), *policy)
    total: tuple[ColumnElement[Any], ...] = (
        literal_column("0", Integer()).label("place"),
        nothing().label("item"),
        word("总满意率").label("label_zh"),
        word("total satisfaction").label("label_en"),
    )
    totals = select(*head, *total, *(s.c[name] for name in COUNTS), *policy)
    of_items = items.select_from(s.join(i, i.c.case_id == s.c.case_id)).where(*keep(s))
    return union_all(of_items, totals.where(*keep(s)))


@cache
def figures(form: Form, *, of_month: bool) -> Select[*tuple[Any, ...]]:
    """The surveys closed in a local month, or all; items in the form's order, the total last. Put together once."""

    def keep(s: FromClause) -> list[ColumnElement[bool]]:
        return [*([s.c.closed_month == MONTH] if of_month else []), *form.of_center(s)]

    found = rates(known(as_known=form.as_known), keep).subquery("rates")
    total_last = case((found.c.place == literal_column("0"), literal_column("1")), else_=literal_column("0"))
    return select(found).order_by(found.c.center, found.c.number, total_last, found.c.place)


def row(found: Row[Any]) -> SurveyRates:
    """Make the figures of one row."""
    return SurveyRates(
        month=found.month,
        case=found.case_id,
        number=found.number,
        center=found.center,
        status=found.status,
        method=found.method,
        item=found.item,
        label_zh=found.label_zh,
        label_en=found.label_en,
        satisfied=found.satisfied,
        basically_satisfied=found.basically_satisfied,
        unsatisfied=found.unsatisfied,
        distributed=found.distributed,
        returned=found.returned,
        numerator=found.numerator,
        denominator=found.denominator,
        percent=shorten(found.percent),
        policies=policies_of([found]),
    )
