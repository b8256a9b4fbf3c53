"""The keys of one file, so that a key that comes twice is noticed. On disk, so that memory stays flat."""

from __future__ import annotations

import sqlite3
from contextlib import closing, contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator


class SeenKeys:
    """Remembers where each key stood first, and what the row said."""

    def __init__(self, scratch: sqlite3.Connection) -> None:
        self._scratch = scratch
        scratch.execute("pragma journal_mode = off")
        scratch.execute("create table seen (key text primary key, line integer, content blob) without rowid")

    def before(self, key: str, line: int, content: bytes) -> tuple[int, bool] | None:
        """Remember a row; where its key came before, say on which line, and whether with the same content."""
        added = self._scratch.execute(
            "insert into seen values (?, ?, ?) on conflict do nothing", (key, line, content)
        ).rowcount
        if added:
            return None
        asked = self._scratch.execute("select line, content = ? from seen where key = ?", (content, key))
        first, same = asked.fetchone()
        return first, bool(same)


@contextmanager
def seen_keys() -> Iterator[SeenKeys]:
    """Keep keys in a private temporary file, which SQLite removes at the end."""
    with closing(sqlite3.connect("")) as scratch:
        yield SeenKeys(scratch)
