"""What differs between a row and what the ledger holds for it, field by field; personal words are never quoted."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Final

from ...domain.center import RegisterCenter
from ...domain.center_events import CenterRegistered
from ...domain.opinion.commands import AcceptOpinion, EndOpinion
from ...domain.opinion.events import OpinionAccepted, OpinionEnded
from ...domain.personal import Clear, Sealed
from ...domain.values import utc_text
from .fields import ACCEPT, END
from .report import MASK, Difference

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from ...domain.event import Recorded
    from ..ledger import Ledger
    from .translate import Translated

_END_PLACES: Final = {"occurred_at": "at"}

Shown = tuple[str | None, str | None]
"""What a message shows: what the ledger holds, and what the source says now."""


def differences_of(ledger: Ledger, row: Translated, recorded: Iterable[Recorded]) -> list[Difference]:
    """Compare a row with the events of its case; never empty, for a row that the ledger refused as another one."""
    found: list[Difference] = []
    story = tuple(recorded)
    for record in story:
        if record.command_id == row.accept.command_id and isinstance(record.event, OpinionAccepted):
            found.extend(_accepted(ledger, row, record, record.event))
    found.extend(_ended(ledger, row, _end_of(story, row)))
    return found or [Difference(row.line, row.accept.case or "", "actor", None, None)]


def reopened(row: Translated, recorded: Iterable[Recorded]) -> list[Difference]:
    """Whether the source calls a case open whose imported ending the ledger holds."""
    end = _end_of(tuple(recorded), row)
    if row.end is not None or end is None:
        return []
    return [Difference(row.line, end.stream, "end.at", utc_text(end.event.occurred_at), None)]


def center_differences(command: RegisterCenter, recorded: Iterable[Recorded]) -> list[Difference]:
    """Compare the mapping's center with the one that an earlier import registered."""
    found = []
    for record in recorded:
        if isinstance(record.event, CenterRegistered):
            for name in ("label", "time_zone", "estates", "total_households", "resident_households"):
                shown = other_value(getattr(record.event, name), getattr(command, name))
                if shown:
                    found.append(Difference(None, command.center, f"center.{name}", *shown))
    return found


def _accepted(ledger: Ledger, row: Translated, record: Recorded, event: OpinionAccepted) -> Iterator[Difference]:
    command: AcceptOpinion = row.accept
    case = command.case or ""
    for name, form in ACCEPT.items():
        now = getattr(command, name)
        shown = other_words(ledger, record, name, now) if form.personal else other_value(_before(event, name), now)
        if shown:
            yield Difference(row.line, case, f"accept.{name}", *shown)
    shown = other_value(event.center, command.center)
    if shown:
        yield Difference(row.line, case, "center.id", *shown)


def _before(event: OpinionAccepted, name: str) -> object:
    if name == "agreed_response_at":
        return event.response_due_at if event.response_agreed else None
    return event.handling_due_at if name == "agreed_handling_at" else getattr(event, name)


def _ended(ledger: Ledger, row: Translated, record: Recorded | None) -> Iterator[Difference]:
    if record is None or not isinstance(record.event, OpinionEnded):
        return
    command: EndOpinion | None = row.end
    if command is None:
        yield from reopened(row, [record])
        return
    for name, form in END.items():
        before, now = getattr(record.event, name), getattr(command, name)
        shown = other_words(ledger, record, name, now) if form.personal else other_value(before, now)
        if shown:
            yield Difference(row.line, row.accept.case or "", f"end.{_END_PLACES.get(name, name)}", *shown)


def _end_of(story: tuple[Recorded, ...], row: Translated) -> Recorded | None:
    """The ending that an earlier import of this row recorded; one that people recorded since is theirs."""
    return next((record for record in story if record.command_id == row.end_id), None)


def other_words(ledger: Ledger, record: Recorded, field: str, now: str | None) -> Shown | None:
    """Say that a sealed field holds other words; nothing where it does not, or where it cannot be told any more."""
    if ledger.says(record, field, now) is not False:
        return None
    return _masked(getattr(record.event, field)), _masked(now)


def other_value(before: object, now: object) -> Shown | None:
    """Show two values that differ; nothing where they do not."""
    return None if before == now else (_shown_value(before), _shown_value(now))


def _masked(value: object) -> str | None:
    return None if value is None else MASK


def _shown_value(value: object) -> str | None:
    """Write a value for a message; nothing stays nothing."""
    if value is None:
        return None
    if isinstance(value, datetime):
        return utc_text(value)
    return MASK if isinstance(value, (Clear, Sealed)) else str(value)
