"""What is known of the corrective and preventive action that a case calls for (OP-15)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from .corrective import CorrectiveActionCalled, CorrectiveActionTaken, CorrectiveCallClosed


@dataclass(frozen=True)
class Call:
    """A reason for action, and how it was closed: by the first action on it, or because it no longer held."""

    called: CorrectiveActionCalled
    closed: CorrectiveCallClosed | None = None

    @property
    def number(self) -> int:
        """Which call of the case it is."""
        return self.called.call

    @property
    def stands(self) -> bool:
        """Whether it holds: it waits, or action was taken on it."""
        return self.closed is None or self.closed.action is not None

    @property
    def waits(self) -> bool:
        """Whether no action was taken on it yet."""
        return self.closed is None


@dataclass(frozen=True)
class Corrective:
    """The calls of a case for action, and the actions taken, each in its order."""

    calls: tuple[Call, ...] = ()
    actions: tuple[CorrectiveActionTaken, ...] = ()

    @property
    def standing(self) -> tuple[Call, ...]:
        """The calls that hold."""
        return tuple(call for call in self.calls if call.stands)

    @property
    def waiting(self) -> tuple[Call, ...]:
        """The calls on which no action was taken yet."""
        return tuple(call for call in self.calls if call.waits)


UNCALLED: Final = Corrective()
"""Nothing called for action."""
