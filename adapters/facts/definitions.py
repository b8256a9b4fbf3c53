"""What the database keeps of a view's text: remembered when it is made, so that another in its place is noticed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from sqlalchemy import text

from ...domain.canonical import digest
from ..store.migrations import family
from .marks import Mark

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sqlalchemy import Connection

# Each database keeps it in words of its own; on MariaDB with the name of the database, which a restore may change.
_KEPT: Final = {
    "sqlite": "SELECT name, sql FROM sqlite_master WHERE type = 'view'",
    "postgresql": "SELECT viewname, definition FROM pg_views WHERE schemaname = current_schema()",
    "mariadb": (
        "SELECT table_name, REPLACE(view_definition, CONCAT('`', DATABASE(), '`.'), '') "
        "FROM information_schema.views WHERE table_schema = DATABASE()"
    ),
}


def definitions(connection: Connection) -> dict[str, str]:
    """By name: the text of each view, empty where this account may not see it."""
    rows = connection.execute(text(_KEPT[family(connection.dialect)])).all()
    return {name: definition or "" for name, definition in rows}


def mark_of(name: str, fingerprint: str, kept: Mapping[str, str]) -> Mark:
    """What a view is marked with: what it was made from, and what the database made of it."""
    return Mark(fingerprint, digest(kept[name]))
