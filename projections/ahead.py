"""The one select over events whose JSON was read ahead: each key that facts are read off in a column of its own.

Where a database is slow at JSON, the events of some cases are put into a table of this shape first. Each event is then
parsed once, for all declarations together; the select is the same, but that a key of the state is a column.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from sqlalchemy.dialects import sqlite

from .compile import select_of
from .jsonkeys import AHEAD
from .vocabulary import Take

if TYPE_CHECKING:
    from collections.abc import Iterable

    from .vocabulary import Facts

PREFIX: Final = "said_"
"""Before each key's name: an event may say `version`, which is a column of the events already."""

_DIALECT: Final = sqlite.dialect()
setattr(_DIALECT, AHEAD, PREFIX)

_FIELDLESS: Final = frozenset({Take.COUNT, Take.WHETHER})


def keys_read(declarations: Iterable[Facts]) -> dict[str, tuple[str, ...]]:
    """Which keys of its state are read off each event, by the event's stored name; sorted."""
    found: dict[str, set[str]] = {}
    for facts in declarations:
        for name in facts.event_names:
            found.setdefault(name, set()).update(facts.key[1:])
        for column in facts.columns:
            read = {key for key, _ in column.where}
            if column.take not in _FIELDLESS:
                read.add(column.field or column.name)
            for name in column.event_names:
                found[name] |= read
    return {name: tuple(sorted(keys)) for name, keys in sorted(found.items())}


def select_ahead(facts: Facts) -> tuple[str, tuple[Any, ...]]:
    """Write `select_of` the facts for SQLite, over a table `ledger_events` that holds some whole cases, read ahead.

    Give its text and what is bound in it.
    """
    compiled: Any = select_of(facts, streams=()).compile(dialect=_DIALECT)
    return str(compiled), tuple(compiled.params[name] for name in compiled.positiontup)
