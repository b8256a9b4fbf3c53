"""Rows of facts into the target's tables, by the driver's quickest way."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import bindparam, delete, insert

from ...projections.vocabulary import CASE_COLUMN
from ..facts.keeper import Keeper, chunks
from ..store.statements import text_of
from .quick import Quick
from .values import converter

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import Connection, Engine, Table

    from .values import Row

COPIED_FROM: Final = 16
"""From how many rows on PostgreSQL takes them by COPY rather than one by one."""


class Writer:
    """Writes one declaration's rows.

    Args:
        keeper: the declaration in the target.
        engine: the target's.
        source: name of the ledger's dialect.

    """

    def __init__(self, keeper: Keeper, engine: Engine, source: str) -> None:
        self.keeper: Final = keeper
        self._engine = engine
        self._convert = converter(keeper.table, source, engine.dialect.name)
        self._insert: dict[str, str] = {}
        self._clear: dict[str, Quick] = {}
        self._drops: dict[tuple[str, int], Quick] = {}

    def exchange(self, connection: Connection, table: Table, cases: Sequence[str], rows: Sequence[Row]) -> None:
        """Put these rows in place of all that the cases had."""
        for chunk in chunks(cases):
            values = {f"case_{number}": case for number, case in enumerate(chunk)}
            self._drop(table, len(chunk)).on(connection, **values)
        self._put(connection, table, rows)

    def fill(self, connection: Connection, table: Table, after: str, upto: str, rows: Sequence[Row]) -> None:
        """Put these rows in place of all that lies between two cases; done twice it does no harm."""
        if table.name not in self._clear:
            case = table.c[CASE_COLUMN]
            between = (case > bindparam("after", type_=case.type), case <= bindparam("upto", type_=case.type))
            self._clear[table.name] = Quick(delete(table).where(*between), self._engine)
        self._clear[table.name].on(connection, after=after, upto=upto)
        self._put(connection, table, rows)

    def _drop(self, table: Table, size: int) -> Quick:
        found = self._drops.get((table.name, size))
        if found is None:
            case = table.c[CASE_COLUMN]
            named = case.in_([bindparam(f"case_{number}", type_=case.type) for number in range(size)])
            found = self._drops[table.name, size] = Quick(delete(table).where(named), self._engine)
        return found

    def _put(self, connection: Connection, table: Table, rows: Sequence[Row]) -> None:
        if not rows:
            return
        cursor: Any = connection.connection.cursor()
        converted = self._convert(rows)
        if self._engine.dialect.name == "postgresql" and len(converted) >= COPIED_FROM:
            with cursor.copy(f"COPY {table.name} ({', '.join(table.c.keys())}) FROM STDIN") as copy:
                for row in converted:
                    copy.write_row(row)
        else:
            cursor.executemany(self._insert_text(table), converted)

    def _insert_text(self, table: Table) -> str:
        if table.name not in self._insert:
            names = list(table.c.keys())
            bound = insert(table).values({name: bindparam(name) for name in names})
            self._insert[table.name] = text_of(bound, self._engine.dialect, names)
        return self._insert[table.name]
