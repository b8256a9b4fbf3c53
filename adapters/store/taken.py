"""Whose unique constraint a row violates: the ledger's, which is a record conflict, or one that a site added."""

from __future__ import annotations

import re
from typing import Final

_TABLES: Final = re.compile(r"(ledger|fact)_\w+")
_KEYS: Final = re.compile(r"(ledger|fact)_\w+_pkey|ledger_\w+_stream_version|ledger_keys_subject_generation")
"""What the store's own are called on PostgreSQL, and but for the primary keys on MariaDB and MySQL."""
_UNIQUE: Final = frozenset({("stream", "version"), ("subject", "generation")})
_OF_COLUMNS: Final = re.compile(r"UNIQUE constraint failed: (\w+\.\w+(?:, \w+\.\w+)*)$")
_OF_INDEX: Final = re.compile(r"UNIQUE constraint failed: index '(\w+)'$")
# The entry before it is a value of the row, and may hold anything; the key comes last.
_KEY: Final = re.compile(r"for key '(?:\w+\.)?(\w+)'$")


def foreign_constraint(error: BaseException, database: str, code: str) -> str | None:
    """Name the unique constraint that a row violates where it is not the store's own; never a value of the row.

    MariaDB and MySQL call every primary key PRIMARY: one of a site's own table counts as the store's.
    """
    if database == "postgresql":
        told = getattr(error, "diag", None)
        name, table = getattr(told, "constraint_name", None), getattr(told, "table_name", None)
        return None if name is None or _KEYS.fullmatch(name) else f"{name} of {table}"
    if database == "sqlite":
        return _on_sqlite(str(error), code)
    found = _KEY.search(str(error.args[1]) if len(error.args) > 1 else "")
    return None if found is None or found[1] == "PRIMARY" or _KEYS.fullmatch(found[1]) else found[1]


def _on_sqlite(words: str, code: str) -> str | None:
    if by_index := _OF_INDEX.search(words):
        return by_index[1]
    by_columns = _OF_COLUMNS.search(words)
    if by_columns is None:
        return None
    named = [column.split(".") for column in by_columns[1].split(", ")]
    table, columns = named[0][0], tuple(column for _, column in named)
    is_key = code != "SQLITE_CONSTRAINT_UNIQUE"
    return None if _TABLES.fullmatch(table) and (is_key or columns in _UNIQUE) else f"({', '.join(columns)}) of {table}"
