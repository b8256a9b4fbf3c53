"""Where facts are read off a server's events: a database in memory, beside whoever appends or follows.

PostgreSQL and MariaDB parse an event's JSON anew for each key that a select asks for; the events themselves come over
in a fraction of that time. So those of some whole cases are fetched, parsed once, and the declared selects run here.
Nothing stays: with the next cases the last are forgotten.
"""

from __future__ import annotations

import sqlite3
from collections import defaultdict
from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING, Any, Final, NamedTuple, TypeAlias

from ...projections.ahead import PREFIX, keys_read, select_ahead
from ..store.errors import StoreError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from ...projections.vocabulary import Facts as Declaration
    from .values import Row

Event: TypeAlias = "tuple[str, int, str, bytes]"
"""Stream, version, stored name, state."""


class UnreadableError(StoreError):
    """The events of a case cannot be read as facts."""


class Insert(NamedTuple):
    """How events of one name are put down; `parses` where a key of their state is read."""

    text: str
    parses: bool


class Asked(NamedTuple):
    """A declaration's select, and what is bound in it."""

    text: str
    bound: tuple[Any, ...]


@dataclass(frozen=True)
class Tools:
    """The statements of a workshop; threads may share them."""

    table: str
    inserts: Mapping[str, Insert]
    declarations: Mapping[str, Declaration]
    openers: Mapping[str, frozenset[str]]
    _selects: dict[str, Asked] = field(default_factory=dict)

    def select(self, name: str) -> Asked:
        """One declaration's; written when it is first asked for, as compiling all would take 0.1 s."""
        found = self._selects.get(name)
        if found is None:
            found = self._selects[name] = Asked(*select_ahead(self.declarations[name]))
        return found


@cache  # a process opens many ledgers and followers with the same declarations
def tools_for(declarations: tuple[Declaration, ...]) -> Tools:
    """Write down what a workshop needs for some declarations."""
    keys = keys_read(declarations)
    columns = "".join(f", {PREFIX}{key} TEXT" for key in sorted({key for some in keys.values() for key in some}))
    return Tools(
        table=(
            "CREATE TABLE ledger_events (stream TEXT NOT NULL, version INTEGER NOT NULL, name TEXT NOT NULL"
            f"{columns}, PRIMARY KEY (stream, version)) WITHOUT ROWID"
        ),
        inserts={name: _insert(some) for name, some in keys.items()},
        declarations={one.name: one for one in declarations},
        openers={one.name: frozenset(event.name for event in one.opened_by) for one in declarations},
    )


def _insert(keys: Sequence[str]) -> Insert:
    columns = "".join(f", {PREFIX}{key}" for key in keys)
    # A column of texts makes a text of JSON's numbers, and 1 and 0 of its true and false, as SQLite's cast does.
    values = "".join(f", json_extract(?4, '$.{key}')" for key in keys)
    text = f"INSERT INTO ledger_events (stream, version, name{columns}) VALUES (?1, ?2, ?3{values})"  # noqa: S608 - keys of declarations
    return Insert(text, parses=bool(keys))


class Workshop:
    """One thread's.

    Args:
        tools: its statements.

    """

    def __init__(self, tools: Tools) -> None:
        self._tools: Final = tools
        self._database: Final = sqlite3.connect(":memory:", isolation_level=None, check_same_thread=False)
        self._database.execute(tools.table)
        self._there: frozenset[str] = frozenset()

    def take(self, events: Iterable[Event]) -> None:
        """Hold the events of these whole cases instead of the last.

        Raises:
            UnreadableError: a state is no JSON, or no UTF-8.

        """
        by_name: dict[str, list[tuple[str | int, ...]]] = defaultdict(list)
        wanted = self._tools.inserts
        try:
            for stream, version, name, state in events:
                if name in wanted:
                    said = (state.decode(),) if wanted[name].parses else ()
                    by_name[name].append((stream, version, name, *said))
            self._database.execute("BEGIN")
            try:
                self._database.execute("DELETE FROM ledger_events")
                for name, some in by_name.items():
                    self._database.executemany(wanted[name].text, some)
            finally:
                self._database.execute("COMMIT")
        except (sqlite3.Error, UnicodeDecodeError) as error:
            # Neither's words are passed on: they may quote what they could not read.
            raise UnreadableError(f"events hold what is no JSON or no UTF-8 ({type(error).__name__})") from None
        self._there = frozenset(by_name)

    def rows(self, name: str) -> list[Row]:
        """The rows of one declaration.

        Raises:
            UnreadableError: what is held gives none.

        """
        if self._tools.openers[name].isdisjoint(self._there):
            return []
        try:
            found: list[Row] = self._database.execute(*self._tools.select(name)).fetchall()
        except sqlite3.Error as error:
            raise UnreadableError(f"{name} cannot be read off the events ({type(error).__name__})") from None
        return found

    def close(self) -> None:
        """Forget all."""
        self._database.close()
