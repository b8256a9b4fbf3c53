"""report_callback_rates: one row a case that asks for a callback, and the rates (OP-10, SO-11).

The manual does not say of what the 40 % of visits are; *of the callbacks* is our reading (P7.9-8 4.2.14.4).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from typing import Any, Final

from sqlalchemy import (
    Boolean,
    ColumnElement,
    CompoundSelect,
    FromClause,
    Row,
    Select,
    and_,
    null,
    select,
    type_coerce,
    union_all,
)

from ..columntypes import word
from ..facts.opinions import OPINIONS
from ..facts.orders import ORDERS
from .governing import POLICY, policies_of
from .monthly import owed
from .rates import number_of, percent
from .sources import Asked, Form, Keep, Source, by_judged, check_group, everything, group_of, known

COLUMNS: Final = (
    "subject",
    "case_id",
    "number",
    "center",
    "kind",
    "category",
    "channel",
    "department",
    "estate",
    "month",
    "owed_from",
    "called_back_at",
    "by_visit",
    *POLICY,
)


@dataclass(frozen=True, slots=True)
class CallbackRates:
    """How many were called back.

    `subject` is `opinion` (of valid and third-party complaints accepted in the month whose handling is finished) or
    `order` (of service orders completed in the month, suppliers' among them): `to_call_back` counts these, and `rate`
    divides `called_back` by it. `visit_rate` divides `visits` by `called_back`; visits are asked for with orders only.
    Targets are those of the policy in force, none where centers differ. All rates percent, none where there is no
    denominator (DA-4). `policies` governed the cases.
    """

    month: str
    subject: str
    by: str
    group: str | None
    to_call_back: int
    called_back: int
    rate: Decimal | None
    target: Decimal | None
    visits: int | None
    visit_rate: Decimal | None
    visit_target: Decimal | None
    policies: tuple[str, ...] = ()


def cases(source: Source, opinions: Keep = everything, orders: Keep = everything) -> CompoundSelect[*tuple[Any, ...]]:
    """Every case that counts: the select of the view; `month` is of acceptance, for orders of completion."""
    o, r = source(OPINIONS), source(ORDERS)
    unasked = type_coerce(null(), Boolean)  # of the type of its fellow in the union
    of_opinions = _of(o, "opinion", owed_from=o.c.first_finished_at, month=o.c.month, by_visit=unasked)
    of_orders = _of(r, "order", owed_from=r.c.completed_at, month=r.c.completed_month, by_visit=r.c.by_visit)
    return union_all(
        of_opinions.where(owed(o), o.c.first_finished_at.is_not(None), *opinions(o)),
        of_orders.where(r.c.completed_at.is_not(None), *orders(r)),
    )


@cache
def figures(form: Form) -> Select[*tuple[Any, ...]]:
    """Count the month's cases by subject, group and policy; put together once a form. See `rows`.

    Parameters: those of the question.

    Raises:
        UnknownCode: grouped by what there is not.

    """
    check_group(form.by)
    chosen = cases(known(as_known=form.as_known), form.of_month(), form.of_month("completed_month")).subquery("owed")
    group = chosen.c[form.by].label("grouped")
    called = by_judged(chosen.c.called_back_at)
    counted = (
        number_of(chosen.c.case_id.is_not(None)).label("to_call_back"),
        number_of(called).label("called_back"),
        number_of(and_(called, chosen.c.by_visit)).label("visits"),
    )
    policy = [chosen.c[name] for name in POLICY]
    query = select(chosen.c.subject, group, *policy, *counted).where(by_judged(chosen.c.owed_from))
    return query.group_by(chosen.c.subject, chosen.c[form.by], *policy)


def rows(
    asked: Asked, found: Iterable[Row[Any]], targets_of: Callable[[str | None], Mapping[str, Decimal]]
) -> list[CallbackRates]:
    """Make one row a subject and group of what `figures` counted, beside the targets of the policy in force."""
    listed: defaultdict[tuple[str, str | None], list[Row[Any]]] = defaultdict(list)
    for one in found:
        listed[one.subject, one.grouped].append(one)
    return [_row(asked, subject, group, counted, targets_of(group)) for (subject, group), counted in listed.items()]


def _row(
    asked: Asked, subject: str, group: str | None, counted: list[Row[Any]], targets: Mapping[str, Decimal]
) -> CallbackRates:
    orders = subject == "order"
    to_call_back, called_back = sum(one.to_call_back for one in counted), sum(one.called_back for one in counted)
    visits = sum(one.visits for one in counted) if orders else None
    return CallbackRates(
        month=asked.month,
        subject=subject,
        by=asked.by,
        group=group,
        to_call_back=to_call_back,
        called_back=called_back,
        rate=percent(called_back, to_call_back),
        target=targets.get("order_callback_rate" if orders else "opinion_callback_rate"),
        visits=visits,
        visit_rate=None if visits is None else percent(visits, called_back),
        visit_target=targets.get("order_visit_rate") if orders else None,
        policies=policies_of(counted),
    )


def _of(facts: FromClause, subject: str, **values: ColumnElement[Any]) -> Select[*tuple[Any, ...]]:
    given: dict[str, ColumnElement[Any]] = {"subject": word(subject), **values}

    def of(name: str) -> ColumnElement[Any]:
        if name in given:
            return given[name]
        if name in {"case_id", "number", "called_back_at", *POLICY}:
            return facts.c[name]
        return group_of(facts, name, subject=subject)

    return select(*(of(name).label(name) for name in COLUMNS))
