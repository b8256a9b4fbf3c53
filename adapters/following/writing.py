"""Rows of facts into the target's tables."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from sqlalchemy import bindparam, delete

from ...projections.vocabulary import CASE_COLUMN
from ..facts.rows import Put
from .quick import Quick

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import Connection, Engine, Table

    from ..facts.keeper import Keeper
    from ..facts.values import Row


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
        self._source = source
        self._put: dict[str, Put] = {}
        self._clear: dict[str, Quick] = {}

    def exchange(self, connection: Connection, table: Table, cases: Sequence[str], rows: Sequence[Row]) -> None:
        """Put these rows in place of all that the cases had."""
        self.keeper.drop(connection.connection.cursor(), table, cases)
        self._put_of(table)(connection.connection.cursor(), rows)

    def fill(self, connection: Connection, table: Table, after: str, upto: str, rows: Sequence[Row]) -> None:
        """Put these rows in place of all that lies between two cases; done twice it does no harm."""
        if table.name not in self._clear:
            case = table.c[CASE_COLUMN]
            between = (case > bindparam("after", type_=case.type), case <= bindparam("upto", type_=case.type))
            self._clear[table.name] = Quick(delete(table).where(*between), self._engine)
        self._clear[table.name].on(connection, after=after, upto=upto)
        self._put_of(table)(connection.connection.cursor(), rows)

    def _put_of(self, table: Table) -> Put:
        if table.name not in self._put:
            self._put[table.name] = Put(table, self._engine, self._source)
        return self._put[table.name]
