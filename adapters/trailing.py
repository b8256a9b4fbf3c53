"""The audit trail, a page at a time."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

from ..projections.reports import trail
from ..projections.reports.trail import TrailEntry

if TYPE_CHECKING:
    from .reading import Reading

PAGE: Final = 1000
"""Entries that are read at a time."""


def pages(
    reading: Reading, given: dict[str, str], clauses: dict[str, tuple[str, ...]], limit: int | None
) -> Iterator[TrailEntry]:
    """The entries in the order of the ledger, of what is `given`, with their clauses by the event's name."""
    query = trail.entries(frozenset(given))
    after, left = 0, limit
    while left is None or left > 0:
        size = PAGE if left is None else min(PAGE, left)
        values = {**given, "after": after, "most": size}
        page = reading.rows(query, lambda found: trail.row(found, clauses), values)
        yield from page
        if len(page) < size:
            return
        after = page[-1].position
        left = None if left is None else left - len(page)


def clauses_of(reading: Reading, edition: str | None) -> dict[str, tuple[str, ...]]:
    """The clauses that each event is evidence for, by its name: those of one edition, or of all."""
    found: dict[str, tuple[str, ...]] = {}
    for name, listed, clause in reading.rows(trail.CLAUSES, tuple, {}):
        if edition in {None, listed}:
            found[name] = (*found.get(name, ()), f"{listed} {clause}")
    return found
