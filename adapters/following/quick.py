"""Statements written once by Core and run as text on the driver's cursor; and several of them in one round trip."""

from __future__ import annotations

from contextlib import AbstractContextManager, nullcontext
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sqlalchemy import Connection, Engine
    from sqlalchemy.sql import ClauseElement


class Quick:
    """One statement in one dialect. Core's own way of running it costs several times what the database takes.

    Args:
        statement: with bound parameters.
        engine: in whose dialect it is written.
        binary: whether PostgreSQL is to give values in their binary form, bytes a third as long to read.

    """

    def __init__(self, statement: ClauseElement, engine: Engine, *, binary: bool = False) -> None:
        compiled: Any = statement.compile(dialect=engine.dialect)
        self._text = str(compiled)
        self._order: list[str] | None = compiled.positiontup if compiled.positional else None
        self._form = {"binary": True} if binary and engine.dialect.name == "postgresql" else {}
        self._fixed: dict[str, Any] = {name: value for name, value in compiled.params.items() if value is not None}

    def on(self, connection: Connection, **values: Any) -> Any:  # noqa: ANN401 - the driver's cursor
        """Run it inside the connection's transaction; give the cursor."""
        given = self._fixed | values
        cursor: Any = connection.connection.cursor(**self._form)
        cursor.execute(self._text, given if self._order is None else [given[name] for name in self._order])
        return cursor


def together(connection: Connection) -> AbstractContextManager[Any]:
    """Send what is run within in one go, where the driver can (psycopg); errors may come at its end.

    What it gives is psycopg's pipeline, or None.
    """
    if connection.dialect.name != "postgresql":
        return nullcontext()
    dbapi: Any = connection.connection.dbapi_connection
    pipeline: AbstractContextManager[Any] = dbapi.pipeline()
    return pipeline
