"""All themes of opinions together: every event, every command, and the state's growth by any of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from . import (
    alerts,
    approval,
    attachments,
    company,
    corrections,
    corrective,
    deadlines,
    duty,
    investigation,
    merging,
    not_ours,
    parties,
    platform,
    repetition,
    suggestions,
)
from .commands import OPINION_COMMANDS as FLOW_COMMANDS
from .events import OPINION_EVENTS as FLOW_EVENTS
from .evolve import evolve as evolve_flow

if TYPE_CHECKING:
    from ..command import Command
    from ..event import Event
    from .state import OpinionState
    from .theme import Answer, Follows, Theme

THEMES: Final[tuple[Theme, ...]] = (
    suggestions.THEME,
    parties.THEME,
    duty.THEME,
    approval.THEME,
    company.THEME,
    investigation.THEME,
    attachments.THEME,
    deadlines.THEME,
    merging.THEME,
    repetition.THEME,
    platform.THEME,
    alerts.THEME,
    not_ours.THEME,
    corrections.THEME,
    corrective.THEME,
)
"""Beside the flow itself, in the order of the rulebook."""

OPINION_EVENTS: Final[tuple[type[Event], ...]] = (*FLOW_EVENTS, *(event for theme in THEMES for event in theme.events))
OPINION_COMMANDS: Final[tuple[type[Command], ...]] = (
    *FLOW_COMMANDS,
    *(command for theme in THEMES for command in theme.commands),
)
ANSWERS: Final[dict[type[Command], Answer]] = {
    command: answer for theme in THEMES for command, answer in theme.answers.items()
}
AFTER_END: Final[frozenset[type[Command]]] = frozenset().union(*(theme.after_end for theme in THEMES))
"""What may still be asked of a case that has ended."""

_FOLLOWS: Final[dict[type[Command], Follows]] = {
    command: follows for theme in THEMES for command, follows in theme.follows.items()
}
_THEME_OF: Final = {event: theme for theme in THEMES for event in theme.events}


def evolve(state: OpinionState | None, event: Event) -> OpinionState | None:
    """Take an event into the state; never refuses and computes nothing new."""
    theme = _THEME_OF.get(type(event))
    if theme is None:
        return evolve_flow(state, event)
    return None if state is None else theme.evolve(state, event)


def consequences(command: Command, _events: tuple[Event, ...]) -> tuple[Command, ...]:
    """What follows for other cases from a command that was taken."""
    follows = _FOLLOWS.get(type(command))
    return () if follows is None else follows(command)
