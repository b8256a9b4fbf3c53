"""Keys of the stored JSON bytes in a select, on each database."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import String, literal_column
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import FunctionElement

if TYPE_CHECKING:
    from sqlalchemy import ColumnElement
    from sqlalchemy.sql.compiler import SQLCompiler

AHEAD: Final = "caseledger_keys_ahead"
"""Attribute of a SQLite dialect whose table of events has each key in a column: what stands before the key's name."""

_KEY: Final = re.compile(r"^[A-Za-z0-9_]+$")


class json_text(FunctionElement[str]):  # noqa: N801 - reads as a function in a select
    """One top-level key of the stored JSON bytes as text; NULL where it is absent."""

    type = String()
    inherit_cache = True

    def __init__(self, state: ColumnElement[Any], key: str) -> None:
        if not _KEY.match(key):
            raise ValueError(f"{key!r} is no key that every database reads alike; letters, digits and _ only")
        super().__init__(state, literal_column(key))


class parsed_once(FunctionElement[Any]):  # noqa: N801 - as above
    """The stored JSON bytes as PostgreSQL's `jsonb`, whose keys are then read without parsing it anew."""

    type = JSONB()
    inherit_cache = True


@compiles(parsed_once, "postgresql")
def _parsed_on_postgresql(element: parsed_once, compiler: SQLCompiler, **given: Any) -> str:
    return f"convert_from({compiler.process(element.clauses, **given)}, 'UTF8')::jsonb"


def _parts(element: json_text, compiler: SQLCompiler, given: dict[str, Any]) -> tuple[str, str]:
    state, key = element.clauses
    return compiler.process(state, **given), compiler.process(key, **given)


@compiles(json_text, "sqlite")
def _on_sqlite(element: json_text, compiler: SQLCompiler, **given: Any) -> str:
    state, key = _parts(element, compiler, given)
    if (prefix := getattr(compiler.dialect, AHEAD, None)) is not None:
        return f"{state.removesuffix('state')}{prefix}{key}"
    # 3.45.0 refuses JSON in a BLOB; and a JSON number would come back as a number.
    return f"CAST(json_extract(CAST({state} AS TEXT), '$.{key}') AS TEXT)"


@compiles(json_text, "postgresql")
def _on_postgresql(element: json_text, compiler: SQLCompiler, **given: Any) -> str:
    state, key = _parts(element, compiler, given)
    if isinstance(next(iter(element.clauses)).type, JSONB):
        return f"({state} ->> '{key}')"
    return f"(convert_from({state}, 'UTF8')::json ->> '{key}')"


@compiles(json_text, "mysql", "mariadb")
def _on_mariadb(element: json_text, compiler: SQLCompiler, **given: Any) -> str:
    state, key = _parts(element, compiler, given)
    return f"JSON_UNQUOTE(JSON_EXTRACT(CONVERT({state} USING utf8mb4), '$.{key}'))"
