"""Rows of facts into one table, by the driver's quickest way."""

from __future__ import annotations

from itertools import compress
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import bindparam, insert

from ..store.statements import text_of
from .values import converter

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import Engine, Table

    from .values import Row

COPIED_FROM: Final = 16
"""From how many rows on PostgreSQL takes them by COPY rather than one by one."""


class Put:
    """Writes rows whose keys are not in the table yet.

    Args:
        table: facts, or a table of the same columns.
        engine: in whose dialect.
        source: name of the dialect that the values come from.

    """

    def __init__(self, table: Table, engine: Engine, source: str) -> None:
        dialect = engine.dialect
        self._convert = converter(table, source, dialect.name)
        self._copies: Final = dialect.name == "postgresql"
        self._leaves_out: Final = dialect.name in {"mysql", "mariadb"}
        names = list(table.c.keys())
        self._names: Final = [dialect.identifier_preparer.quote(name) for name in names]
        self._table: Final = dialect.identifier_preparer.format_table(table)
        bound = insert(table).values({name: bindparam(name) for name in names})
        self._insert: Final = "" if self._leaves_out else text_of(bound, dialect, names)

    def __call__(self, cursor: Any, rows: Sequence[Row]) -> None:  # noqa: ANN401 - the driver's
        """Write them on a cursor of the driver's."""
        if not rows:
            return
        converted = self._convert(rows)
        if self._leaves_out:
            cursor.executemany(*self._given(converted))
        elif self._copies and len(converted) >= COPIED_FROM:
            with cursor.copy(f"COPY {self._table} ({', '.join(self._names)}) FROM STDIN") as copy:
                for row in converted:
                    copy.write_row(row)
        else:
            cursor.executemany(self._insert, converted)

    def _given(self, rows: list[Row]) -> tuple[str, list[Row]]:
        """Leave out the columns that no row gives: most of a young case's, and each costs on both sides.

        REPLACE would spare the DELETE before, but it also takes away whatever row a unique index of the site's own
        finds in the way.
        """
        given = [column.count(None) < len(rows) for column in zip(*rows, strict=True)]
        names = [name for name, is_given in zip(self._names, given, strict=True) if is_given]
        marks = ", ".join(["%s"] * len(names))
        text = f"INSERT INTO {self._table} ({', '.join(names)}) VALUES ({marks})"  # noqa: S608 - names of declarations
        return text, [tuple(compress(row, given)) for row in rows]
