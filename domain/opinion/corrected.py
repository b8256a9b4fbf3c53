"""Which event of an opinion corrects which; read off its events, to be shown beside them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .corrections import AssessmentCorrected, CallbackCorrected, OpinionCorrected
from .events import CalledBack, OpinionAssessed

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ..event import Recorded


def corrected_by(records: Iterable[Recorded]) -> dict[int, tuple[int, ...]]:
    """By the version of an event, the versions of those that correct it; to be shown beside it."""
    found: dict[int, tuple[int, ...]] = {}
    last: dict[tuple[str, int], int] = {}
    for record in records:
        event = record.event
        match event:
            case OpinionAssessed():
                last["assessment", event.assessment] = record.version
                continue
            case CalledBack():
                last["callback", event.callback] = record.version
                continue
            case OpinionCorrected():
                wrong = event.corrects
            case AssessmentCorrected():
                wrong = last["assessment", event.assessment]
            case CallbackCorrected():
                wrong = last["callback", event.callback]
            case _:
                continue
        found[wrong] = (*found.get(wrong, ()), record.version)
    return found
