"""Cases of every kind by what is known of them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import BindParameter, CompoundSelect, Row, Select, bindparam, func, literal_column, select, union_all

from ..columntypes import word
from ..facts.opinions import OPINIONS
from ..facts.orders import ORDERS
from ..facts.surveys import SURVEYS
from .sources import MOST, nothing, parameter, stored

if TYPE_CHECKING:
    from sqlalchemy import ColumnElement, FromClause

_KINDS: Final = (
    (OPINIONS, "accepted_at", "ended_at"),
    (ORDERS, "requested_at", "ended_at"),
    (SURVEYS, "approved_at", "closed_at"),
)


@dataclass(frozen=True, slots=True)
class CaseFound:
    """A case in one line; ids and codes only."""

    case: str
    kind: str
    number: str
    center: str
    status: str
    unit: str | None
    customer: str | None
    opened_at: datetime
    ended_at: datetime | None


@cache
def cases(wanted: frozenset[str]) -> Select[*tuple[Any, ...]]:
    """Opinions, orders and surveys whose columns have the wanted values, latest first; put together once.

    Parameters: the wanted columns, and `most` for the number of cases.

    Both columns of the order go down, so that an index walked backwards gives the latest without sorting all.
    """
    parts = []
    for facts, opened, ended in _KINDS:
        table = stored(facts)
        if not wanted <= set(table.c.keys()):
            continue  # a survey is of no unit and of no customer
        unit, customer = (table.c[name] if name in table.c else nothing() for name in ("unit", "customer"))
        query = select(
            table.c.case_id,
            word(facts.stream_kind).label("kind"),
            table.c.number,
            table.c.center,
            table.c.status,
            unit.label("unit"),
            customer.label("customer"),
            table.c[opened].label("opened_at"),
            table.c[ended].label("ended_at"),
        ).where(*_alike(table, wanted))
        # Each kind gives no more than the limit, so that the union sorts few rows.
        newest = query.order_by(table.c[opened].desc(), table.c.case_id.desc()).limit(MOST)
        parts.append(select(newest.subquery(f"of_{facts.stream_kind}")))
    found = union_all(*parts).subquery("found")
    return select(found).order_by(found.c.opened_at.desc(), found.c.case_id.desc()).limit(MOST)


@cache
def number_of(wanted: frozenset[str]) -> Select[*tuple[Any, ...]]:
    """How many cases have the wanted values."""
    parts = []
    for facts, _, _ in _KINDS:
        table = stored(facts)
        if wanted <= set(table.c.keys()):
            parts.append(select(func.count().label("cases")).select_from(table).where(*_alike(table, wanted)))
    return select(func.sum(literal_column("cases"))).select_from(union_all(*parts).subquery("counted"))


def _alike(table: FromClause, wanted: frozenset[str]) -> list[ColumnElement[bool]]:
    return [table.c[name] == parameter(name) for name in sorted(wanted)]


def _numbers() -> CompoundSelect[*tuple[Any, ...]]:
    tables = (stored(facts) for facts, _, _ in _KINDS)
    wanted: BindParameter[str] = bindparam("cases", expanding=True)
    return union_all(*(select(table.c.case_id, table.c.number).where(table.c.case_id.in_(wanted)) for table in tables))


NUMBERS: Final = _numbers()
"""The numbers on the forms of some `cases`, a list."""


def row(found: Row[Any]) -> CaseFound:
    """Make one line."""
    return CaseFound(
        case=found.case_id,
        kind=found.kind,
        number=found.number,
        center=found.center,
        status=found.status,
        unit=found.unit,
        customer=found.customer,
        opened_at=datetime.fromisoformat(found.opened_at),
        ended_at=datetime.fromisoformat(found.ended_at) if found.ended_at else None,
    )
