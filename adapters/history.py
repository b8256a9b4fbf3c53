"""What is known of a stream, and what a command led to."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from ..domain.catalogue import DECIDERS

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ..domain.event import Recorded


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a command led to.

    `events` are those recorded by it, personal fields sealed: its own case's, then those that followed for other cases.
    `number` is the form number of a new case. `repeated` says that the same command had been recorded before and
    nothing happened now; `events` are then the same as the first time.
    """

    case: str
    command_id: str
    number: str | None
    events: tuple[Recorded, ...]
    repeated: bool = False


class History:
    """A stream's recorded events and the state they fold to, which is folded when it is first asked for."""

    __slots__ = ("_before", "_state", "events", "stream")

    def __init__(self, stream: str, events: tuple[Recorded, ...] = (), before: History | None = None) -> None:
        """Take the stream's events; those of `before` are their beginning."""
        self.stream = stream
        self.events = events
        self._before = before
        self._state: Any = _NOT_FOLDED if events else None

    @classmethod
    def of(cls, stream: str, events: Iterable[Recorded]) -> History:
        """The history of a stream."""
        return cls(stream, tuple(events))

    def plus(self, events: Iterable[Recorded]) -> History:
        """The history with further events."""
        return History(self.stream, (*self.events, *events), self)

    @property
    def state(self) -> Any:  # noqa: ANN401 - each kind of stream has its own
        """What is known of the case; none for a stream without events, or of a kind that nothing is decided on."""
        state = self._state
        if state is _NOT_FOLDED:
            # Threads share histories: another one may end the same fold meanwhile and give up the beginning.
            before = self._before
            start, state = (len(before.events), before.state) if before is not None else (0, None)
            decider = DECIDERS.get(self.stream.partition(":")[0])
            if decider is not None:
                for record in self.events[start:]:
                    state = decider.evolve(state, record.event)
            self._state = state
            self._before = None
        return state

    @property
    def version(self) -> int:
        """The last version, 0 for a stream without events."""
        return self.events[-1].version if self.events else 0

    def by_command(self, command_id: str) -> tuple[Recorded, ...]:
        """The events that a command led to."""
        return tuple(record for record in self.events if record.command_id == command_id)


_NOT_FOLDED: Final = object()
