"""Replaying: a case as it stood after a version, or as the ledger knew it at a moment."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ..domain.checks import aware
from ..domain.refusal import UnknownCase
from .asking import MOST, is_name
from .history import History
from .opening import ledger_id_of

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from ..domain.event import Recorded
    from .application import CaseApplication
    from .figures import Figures
    from .streams import Streams


@dataclass(frozen=True, slots=True)
class Replay:
    """A case as it stood: the state after the last of its events that are shown."""

    case: str
    number: str | None
    state: Any
    """What is known of it: an `OpinionState`, `OrderState`, `SurveyState` or `CenterState`, by the kind of its id.

    A type checker does not know the kind, and a center has no status: a union would have each caller narrow it before
    the first `state.status`. Who wants it checked does so with `isinstance`.
    """
    events: tuple[Recorded, ...]
    ledger: str | None = None
    """The id of the ledger."""


def replay(app: CaseApplication, figures: Figures, case: str, *, version: int | None, at: datetime | None) -> Replay:
    """Show a case, named by its id or form number; see `Ledger.replay`."""
    if version is not None and not 0 < version < MOST:
        raise UnknownCase(f"{case} has no version {version}", rule="ids", right="1 or above", where="version")
    aware(at, where="at")
    stream = _stream(figures, case)
    history = app.streams.history(stream, version=version)
    if version is not None and len(history.events) < version:
        there = len(history.events)
        raise UnknownCase(f"{case} has no version {version}", rule="ids", right=f"1 to {there}", where="version")
    if at is not None:
        history = History.of(stream, [record for record in history.events if record.recorded_at <= at])
        if not history.events:
            raise UnknownCase(
                f"{case} was not in the ledger at that moment", rule="ids", right="a later moment", where="at"
            )
    number = getattr(history.events[0].event, "number", None)
    return Replay(stream, number, history.state, history.events, ledger_id_of(app))


def recorded(streams: Streams, cases: Sequence[str]) -> dict[str, tuple[Recorded, ...]]:
    """Read the events of several cases by their ids; see `Ledger.histories`."""
    for case in cases:
        _check_id(case)
    return {case: history.events for case, history in streams.histories(cases).items()}


def _check_id(case: str) -> None:
    if not is_name(case):
        raise UnknownCase("no case has such an id", rule="ids", right="an id or a form number", where="case")


def _stream(figures: Figures, case: str) -> str:
    _check_id(case)
    if ":" in case:
        return case
    found = figures.find(number=case)
    if not found:
        raise UnknownCase(f"no case has the number {case}", rule="ids", right="an id or a form number", where="case")
    return found[0].case
