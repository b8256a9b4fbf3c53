"""From the values that one database's driver gives to those that another one takes, column by column.

Texts and whole numbers are alike everywhere. Yes and no come as `bool` from PostgreSQL and as 1 and 0 from the others;
amounts come as text from SQLite and as `Decimal` from the others.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeAlias

from sqlalchemy import Boolean

from ...projections.columntypes import Amount

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sqlalchemy import Table

Row: TypeAlias = tuple[Any, ...]
Change: TypeAlias = Callable[[Any], Any]


def converter(table: Table, source: str, target: str) -> Callable[[Iterable[Row]], list[Row]]:
    """How rows of a table are turned, given the two dialects' names."""
    changes = [
        (number, change)
        for number, column in enumerate(table.columns)
        if (change := _change(column.type, source, target)) is not None
    ]
    if not changes:
        return list

    def convert(rows: Iterable[Row]) -> list[Row]:
        converted = []
        for row in rows:
            values = list(row)
            for number, change in changes:
                if values[number] is not None:
                    values[number] = change(values[number])
            converted.append(tuple(values))
        return converted

    return convert


def _change(kind: object, source: str, target: str) -> Change | None:
    if isinstance(kind, Boolean) and target == "postgresql" != source:
        return bool
    if isinstance(kind, Boolean) and source == "postgresql" != target:
        return int
    if isinstance(kind, Amount) and target == "sqlite" != source:
        return f"{{:.{kind.scale}f}}".format
    return None
