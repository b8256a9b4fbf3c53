"""The audit trail: what may be asked of it, a page at a time."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import TYPE_CHECKING, Final, TypedDict

from ..domain.checks import aware
from ..domain.refusal import MissingDetail
from ..domain.values import utc_text
from ..projections.clauses import EDITIONS
from ..projections.reports import trail
from ..projections.reports.trail import TrailEntry

if TYPE_CHECKING:
    from .reading import Reading

PAGE: Final = 1000
"""Entries that are read at a time."""


class TrailAsked(TypedDict, total=False):
    """Which entries are asked for: `edition` names the clauses that are shown, the others say what must hold."""

    edition: str | None
    since: datetime | None
    until: datetime | None


def given_of(asked: TrailAsked) -> dict[str, str]:
    """What the select is given.

    Raises:
        Refused: an edition that is not on file, a moment without an offset.

    """
    edition = asked.get("edition")
    if edition is not None and edition not in EDITIONS:
        raise MissingDetail(
            f"no clauses of {edition!r} are on file", rule="ISO", right=f"one of {', '.join(EDITIONS)}", where="edition"
        )
    moments = {"since": asked.get("since"), "until": asked.get("until")}
    return {
        name: utc_text(known) for name, moment in moments.items() if (known := aware(moment, where=name)) is not None
    }


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
