"""Moving a whole ledger from one of our databases to another: same order, same positions, same bytes.

A copy is the same ledger, moved: it keeps the ledger's id, and from then on the old one is to be retired. Two that went
on side by side would be two histories under one name.

It goes in this order, and interrupted at any moment it goes on when it is called again:

1. the target is made, marked as a copy under way (nobody can open it), or found so marked and of the same ledger;
2. the keys of personal data, as they must be there before the words that need them;
3. the events, a page in a transaction, after the last one that the target has;
4. both sides are read again and compared, event by event and by digest; nothing is under way at the source, and nothing
   more is in it than was read; then followers' positions, and the keys again;
5. the facts are read off the target's events and checked;
6. the mark is taken away.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, TypeAlias

from ..facts import Facts
from ..watching import logger, watched
from .errors import CopyDiffersError, CopyRefusedError
from .keys import copy_keys
from .source import Source, ledger_at
from .target import Target
from .verifying import compare

if TYPE_CHECKING:
    from collections.abc import Iterator

    from eventsourcing.persistence import Notification

    from ..watching import Fields

__all__ = ["CopyDiffersError", "CopyRefusedError", "CopyReport", "Source", "copy_from", "copy_ledger"]

Progress: TypeAlias = Callable[[str, int, int], None]
"""Called with what is being done, positions done, positions in all."""

_log: Final = logger("copying")

PAGE: Final = 1000
"""Events in a transaction, and the most that are in memory of either side."""


@dataclass(frozen=True, slots=True)
class CopyReport:
    """What a copy did and found.

    Args:
        ledger_id: of both.
        events: how many the ledger has.
        copied: how many of them this call wrote; the others were there from an interrupted one.
        last_position: of the last event, 0 for an empty ledger.
        digest: SHA-256 over all events of either side, see `verifying.Running`.
        keys: how many keys of personal data were copied or there, erased ones included; none if they were left alone.
        facts: rows of facts that the target's check compared.
    """

    ledger_id: str
    events: int
    copied: int
    last_position: int
    digest: str
    keys: int | None
    facts: int


def copy_ledger(
    source: str, target: str, *, keys: bool = True, page: int = PAGE, progress: Progress | None = None
) -> CopyReport:
    """Move a ledger from one database to another, or finish an interrupted move; see this package.

    Whatever writes to the source is to be stopped before, and goes on at the target afterwards.

    Args:
        source: URL of the ledger.
        target: URL of a place where there is none, or an interrupted copy of it.
        keys: copy the keys of personal data from where they are by default (a file beside a SQLite ledger, a table on a
            server) to where they are by default at the target. Without them no sealed word can be read there until the
            target is opened with the source's key store.
        page: events in a transaction.
        progress: called after each page.

    Raises:
        CopyRefusedError: the target is another ledger, or one that is in use; nothing was changed. Or something still
            writes to the source; the target stays closed, and the same call goes on.
        CopyDiffersError: the target is not what the source is; it stays closed.
        StoreError: one of the databases failed; the same call again goes on.
    """
    with ledger_at(source) as moved:
        return copy_from(moved, target, keys=keys, page=page, progress=progress)


def copy_from(
    source: Source, target: str, *, keys: bool = True, page: int = PAGE, progress: Progress | None = None
) -> CopyReport:
    """Move a ledger that any recorder of the `eventsourcing` library holds; otherwise as `copy_ledger`.

    Args:
        source: the recorder, and what the ledger is to say of itself; see `Source`.
        target: as for `copy_ledger`.
        keys: as for `copy_ledger`.
        page: as for `copy_ledger`.
        progress: as for `copy_ledger`.

    Raises: as `copy_ledger`.
    """
    told = progress or _silent
    fields: Fields = {}
    with watched(_log, "copied", fields), Target.at(target, source) as goal:
        if keys and goal.copying:
            copy_keys(source, goal)
        copied = _events(source, goal, page, told)
        comparison = compare(source.recorder, goal.recorder, page, told)
        with source.at_rest(comparison):
            goal.follow(source)
            kept = copy_keys(source, goal) if keys and goal.copying else None
            rows = _facts(goal, told) if goal.copying else 0
            goal.finish()
        fields |= {"events": copied, "rows": rows}
    return CopyReport(
        source.ledger_id, comparison.events, copied, comparison.last_position, comparison.digest, kept, rows
    )


def _events(source: Source, goal: Target, page: int, progress: Progress) -> int:
    """Write what the target lacks, a page in a transaction."""
    after, end = goal.last_position(), source.last_position()
    copied = 0
    if not goal.copying and after != end:
        raise CopyRefusedError(
            f"the target is this ledger already, finished up to position {after}, and the source goes up to {end}: one "
            "of the two went on after the copy. Nothing was changed. Right would be to use the one that went on"
        )
    for events in _pages(source, after, page):
        goal.append(events, after=after)
        after = events[-1].id
        copied += len(events)
        progress("copy", after, max(end, after))
    return copied


def _pages(source: Source, after: int, page: int) -> Iterator[list[Notification]]:
    while events := list(source.recorder.select_notifications(after, page, inclusive_of_start=False)):
        yield events
        after = events[-1].id


def _facts(goal: Target, progress: Progress) -> int:
    facts = Facts(goal.engine)
    facts.make()
    facts.rebuild(progress=progress)
    found = facts.check(progress)
    if not found.is_clean:
        raise CopyDiffersError(f"{found.differing} rows of facts at the target are not what its events say")
    return sum(found.rows.values())


def _silent(what: str, done: int, total: int) -> None:
    del what, done, total
