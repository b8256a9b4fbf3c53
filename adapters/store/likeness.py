"""Whether a table is as it was declared: its columns, what must be given, its keys and indices."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy import Index, Table
    from sqlalchemy.engine.interfaces import ReflectedIndex
    from sqlalchemy.engine.reflection import Inspector


def differences(found: Inspector, table: Table) -> Iterator[str]:
    """Say in what a table that is there differs from its declaration; types are the database's to spell.

    Of other columns or another key nothing more is said: all else follows from them.
    """
    columns = {column["name"]: column for column in found.get_columns(table.name)}
    if list(columns) != table.columns.keys():
        yield f"its columns are {', '.join(columns)}, not {', '.join(table.columns.keys())}"
        return
    kept = found.get_pk_constraint(table.name)["constrained_columns"]
    wanted = table.primary_key.columns.keys()
    if kept != wanted:
        yield f"its primary key is ({', '.join(kept)}), not ({', '.join(wanted)})"
        return
    for column in table.columns:
        if columns[column.name]["nullable"] != column.nullable:
            yield f"{column.name} {'must be' if column.nullable else 'need not be'} given (NOT NULL)"
    yield from _of_indices(found, table)


def _of_indices(found: Inspector, table: Table) -> Iterator[str]:
    there = {str(index["name"]): index for index in found.get_indexes(table.name)}
    for declared in sorted(table.indexes, key=lambda index: str(index.name)):
        index = there.pop(str(declared.name), None)
        if index is None:
            yield f"its index {declared.name} is missing"
        elif not _alike(index, declared):
            yield f"its index {declared.name} is not as it was made"


def _alike(index: ReflectedIndex, declared: Index) -> bool:
    partial = any(name.endswith(_PARTIAL) and said for name, said in index.get("dialect_options", {}).items())
    same = index["column_names"] == declared.columns.keys() and bool(index["unique"]) == bool(declared.unique)
    return same and not partial


_PARTIAL: Final = "_where"
