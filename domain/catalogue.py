"""The catalogue: every kind of stream, every event by its stored name, every command by its name."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from pydantic import ValidationError

from . import center
from .access import PersonalDataRevealed
from .center import CENTER_COMMANDS
from .center_events import CENTER_EVENTS
from .opinion.decide import decide as decide_opinion
from .opinion.themes import OPINION_COMMANDS, OPINION_EVENTS
from .opinion.themes import consequences as consequences_of_opinion
from .opinion.themes import evolve as evolve_opinion
from .order.commands import ORDER_COMMANDS
from .order.decide import decide as decide_order
from .order.events import ORDER_EVENTS
from .order.state import evolve as evolve_order
from .refusal import InvalidCommand, UnknownCommand
from .register import NumberIssued
from .survey.commands import SURVEY_COMMANDS
from .survey.decide import decide as decide_survey
from .survey.events import SURVEY_EVENTS
from .survey.state import evolve as evolve_survey
from .values import form_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from pydantic_core import ErrorDetails

    from .command import Command
    from .event import Event
    from .terms import Terms


def _none(_command: Command, _events: tuple[Event, ...]) -> tuple[Command, ...]:
    """What follows for other cases, where nothing does."""
    return ()


@dataclass(frozen=True, slots=True)
class Decider:
    """A kind of stream: how its state grows from events, and how commands are decided on it.

    `numbered`: a new case gets a form number from the register. `decide` and `evolve` are pure; the state of a stream
    without events is `None`. `consequences` gives the commands on other cases that follow from a decided one; they are
    decided with it, all or nothing.
    """

    kind: str
    decide: Callable[[Any, Any, Terms], tuple[Event, ...]]
    evolve: Callable[[Any, Event], Any]
    commands: tuple[type[Command], ...]
    events: tuple[type[Event], ...]
    numbered: bool = False
    consequences: Callable[[Any, tuple[Event, ...]], tuple[Command, ...]] = _none


DECIDERS: Final = {
    decider.kind: decider
    for decider in (
        Decider("center", center.decide, center.evolve, CENTER_COMMANDS, CENTER_EVENTS),
        Decider(
            "opinion",
            decide_opinion,
            evolve_opinion,
            OPINION_COMMANDS,
            OPINION_EVENTS,
            numbered=True,
            consequences=consequences_of_opinion,
        ),
        Decider("order", decide_order, evolve_order, ORDER_COMMANDS, ORDER_EVENTS, numbered=True),
        Decider("survey", decide_survey, evolve_survey, SURVEY_COMMANDS, SURVEY_EVENTS, numbered=True),
    )
}
"""By kind, which is the prefix of the stream's id."""

COMMANDS: Final[dict[str, type[Command]]] = {
    command.name: command for decider in DECIDERS.values() for command in decider.commands
}
"""Every command by its name."""

KIND_OF: Final[dict[type[Command], str]] = {
    command: decider.kind for decider in DECIDERS.values() for command in decider.commands
}
"""Which kind of stream a command is about."""

EVENTS: Final[dict[str, type[Event]]] = {
    event.name: event for decider in DECIDERS.values() for event in decider.events
} | {event.name: event for event in (NumberIssued, PersonalDataRevealed)}
"""Every event by its stored, versioned name."""


def command_from(name: str, values: Mapping[str, Any]) -> Command:
    """Make a command from its name and JSON-like values.

    Raises:
        UnknownCommand: lists the names there are.
        InvalidCommand: says for each field what is wrong; repeats no value, since values may be personal data.

    """
    kind = COMMANDS.get(name)
    if kind is None:
        raise UnknownCommand(
            f"there is no command {name!r}", rule="form", right=f"one of {', '.join(sorted(COMMANDS))}"
        )
    try:
        return kind.model_validate(values)
    except ValidationError as error:
        problems = [
            (".".join(map(str, one["loc"])), _told(one)) for one in error.errors(include_url=False, include_input=False)
        ]
        raise InvalidCommand(name, problems) from None


def _told(one: ErrorDetails) -> str:
    """What is wrong with a field; what an id is, in words."""
    if one["type"] == "string_pattern_mismatch":
        return form_of(one.get("ctx", {})["pattern"])
    return one["msg"].removeprefix("Value error, ")
