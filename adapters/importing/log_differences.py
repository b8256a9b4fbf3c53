"""What differs between the events of a case in the log and what the ledger holds for it; personal words stay sealed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .differences import other_value, other_words
from .log_mapping import fields_of
from .report import Difference

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from ...domain.event import Recorded
    from ..ledger import Ledger
    from .log_translate import Asked, LogCase


def taken_back(case: LogCase, source: str, story: Sequence[Recorded]) -> list[Difference]:
    """Events that an earlier import recorded and that the log has no more, or puts elsewhere."""
    prefix = f"import:{source}:{case.key}:"
    asked = {one.command.command_id for one in case.asked}
    found = []
    for record in story:
        if record.command_id.startswith(prefix) and record.command_id not in asked:
            asked.add(record.command_id)
            own = record.command_id.removeprefix(prefix)
            found.append(Difference(None, record.stream, f"event {own}", record.name, None))
    return found


def case_differences(ledger: Ledger, case: LogCase, story: Sequence[Recorded]) -> list[Difference]:
    """Compare the events of a case with what the ledger recorded for them; never empty."""
    found: list[Difference] = []
    for one in case.asked:
        record = next((record for record in story if record.command_id == one.command.command_id), None)
        if record is not None:
            found.extend(_compared(ledger, one, record))
    if not found:
        first = case.asked[0]
        found.append(Difference(first.row.line, case.case or "", first.step.do, None, None))
    return found


def _compared(ledger: Ledger, one: Asked, record: Recorded) -> Iterator[Difference]:
    event, command = record.event, one.command
    found = {"occurred_at": other_value(event.occurred_at, command.occurred_at)}
    for name, form in fields_of(one.step.command).items():
        before, now = getattr(event, name, None), getattr(command, name)
        if before is None and now == type(command).model_fields[name].default:
            continue  # what a command leaves at its default, its event need not say, and an older one could not
        if form.personal:
            found[name] = other_words(ledger, record, name, now)
        elif name in type(event).model_fields:
            found[name] = other_value(before, now)
    for name, shown in found.items():
        if shown:
            yield Difference(one.row.line, record.stream, f"{one.step.do}.{name}", *shown)
