"""What differs between a row and what the ledger holds for it, field by field; personal words are never quoted."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Final

from ...domain.center import CenterRegistered, RegisterCenter
from ...domain.opinion.commands import AcceptOpinion, EndOpinion
from ...domain.opinion.events import OpinionAccepted, OpinionEnded
from ...domain.personal import Clear, Erased, Sealed
from ...domain.values import utc_text
from .fields import ACCEPT, END
from .report import MASK, Difference

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from ...domain.event import Recorded
    from ..ledger import Ledger
    from .translate import Translated

_END_PLACES: Final = {"occurred_at": "at"}


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
                before, now = getattr(record.event, name), getattr(command, name)
                if before != now:
                    found.append(
                        Difference(None, command.center, f"center.{name}", shown_value(before), shown_value(now))
                    )
    return found


def _accepted(ledger: Ledger, row: Translated, record: Recorded, event: OpinionAccepted) -> Iterator[Difference]:
    command: AcceptOpinion = row.accept
    words = ledger.opened(record)
    before: object
    for name, form in ACCEPT.items():
        if form.personal:
            before = words.get(name)
        elif name == "agreed_response_at":
            before = event.response_due_at if event.response_agreed else None
        elif name == "agreed_handling_at":
            before = event.handling_due_at
        else:
            before = getattr(event, name)
        yield from _compared(row, f"accept.{name}", before, getattr(command, name), personal=form.personal)
    yield from _compared(row, "center.id", event.center, command.center, personal=False)


def _ended(ledger: Ledger, row: Translated, record: Recorded | None) -> Iterator[Difference]:
    if record is None or not isinstance(record.event, OpinionEnded):
        return
    words = ledger.opened(record)
    command: EndOpinion | None = row.end
    if command is None:
        yield from reopened(row, [record])
        return
    for name, form in END.items():
        before = words.get(name) if form.personal else getattr(record.event, name)
        place = f"end.{_END_PLACES.get(name, name)}"
        yield from _compared(row, place, before, getattr(command, name), personal=form.personal)


def _compared(row: Translated, place: str, before: object, now: object, *, personal: bool) -> Iterator[Difference]:
    if before == now or isinstance(before, Erased):  # words that were erased cannot be compared any more
        return
    shown = (masked(before), masked(now)) if personal else (shown_value(before), shown_value(now))
    yield Difference(row.line, row.accept.case or "", place, *shown)


def _end_of(story: tuple[Recorded, ...], row: Translated) -> Recorded | None:
    """The ending that an earlier import of this row recorded; one that people recorded since is theirs."""
    return next((record for record in story if record.command_id == row.end_id), None)


def masked(value: object) -> str | None:
    """Stand in for personal words; nothing stays nothing."""
    return None if value is None else MASK


def shown_value(value: object) -> str | None:
    """Write a value for a message; nothing stays nothing."""
    if value is None:
        return None
    if isinstance(value, datetime):
        return utc_text(value)
    return MASK if isinstance(value, (Clear, Sealed)) else str(value)
