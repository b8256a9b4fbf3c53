"""Whether the keys are there that the sealed words need."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from sqlalchemy import select

from ...projections.events import ledger_events
from ..keys import KeyMissingError
from ..store.reaching import looking
from .events import NEWEST, PAGE
from .finding import Finding, fault

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy import Engine

    from ..keystore import KeyStore

MOST: Final = 20
_KEY: Final = re.compile(rb'"key":"(key:[0-9a-f]+)"')


def of(engine: Engine, keystore: KeyStore, *, full: bool) -> Iterator[Finding]:
    """Look for the key of every sealed word, of all events or of the newest."""
    asked: set[bytes] = set()
    missing = 0
    for key_id, position in _named(engine, full=full):
        if key_id in asked:
            continue
        asked.add(key_id)
        try:
            keystore.get(key_id.decode())
        except KeyMissingError:
            yield fault(
                "keys",
                "the key store never had the key that these words were sealed with",
                f"event at position {position}",
                "open the ledger with the keys that it was written with; restore the key file or table from a backup",
            )
            missing += 1
            if missing == MOST:
                return


def _named(engine: Engine, *, full: bool) -> Iterator[tuple[bytes, int]]:
    """Every key that the events name, newest event first, with the event's position."""
    c = ledger_events.c
    before: int | None = None
    left = None if full else NEWEST
    while left is None or left > 0:
        query = select(c.position, c.state).order_by(c.position.desc()).limit(PAGE)
        with looking(engine) as connection:
            rows = connection.execute(query if before is None else query.where(c.position < before)).all()
        for position, state in rows:
            # A row that was changed from outside may hold a text here, on SQLite.
            for key_id in _KEY.findall(state if isinstance(state, bytes) else str(state).encode()):
                yield key_id, position
        if len(rows) < PAGE:
            return
        before = rows[-1].position
        left = None if left is None else left - len(rows)
