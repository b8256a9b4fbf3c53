"""A theme of opinions: events and commands that belong together, what is decided, and how the state grows by them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from ..command import Command
    from ..event import Event
    from ..terms import Terms
    from .state import OpinionState

    Answer: TypeAlias = Callable[[Any, OpinionState, Terms], tuple[Event, ...]]
    Evolve: TypeAlias = Callable[[OpinionState, Any], OpinionState]
    Follows: TypeAlias = Callable[[Any], tuple[Command, ...]]


@dataclass(frozen=True, slots=True)
class Theme:
    """What one theme adds to the opinion.

    `answers` decide its commands on a case that is in the ledger; those in `after_end` also on one that has ended.
    `evolve` takes in its events. `follows` gives the commands on other cases that follow from one that was taken.
    """

    events: tuple[type[Event], ...]
    answers: Mapping[type[Command], Answer]
    evolve: Evolve
    after_end: frozenset[type[Command]] = frozenset()
    follows: Mapping[type[Command], Follows] = field(default_factory=dict)

    @property
    def commands(self) -> tuple[type[Command], ...]:
        """What may be asked."""
        return tuple(self.answers)
