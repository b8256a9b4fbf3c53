"""Suggestions: adopted or not, with the reason, and answered either way (OP-1, GP-3; M4 十 (二)3)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, ClassVar, Final

from pydantic import Field

from ..checks import moment_of
from ..event import Event
from ..growth import replace
from ..personal import Personal, PersonalText, personal
from ..refusal import MissingDetail, WrongState
from ..terms import Terms
from ..values import Id
from .checks import subject
from .commands import OfOpinion
from .theme import Theme
from .words import Kind

if TYPE_CHECKING:
    from .state import OpinionState


class SuggestionDecided(Event):
    """Whether a suggestion is adopted; why not, where it is not."""

    name: ClassVar[str] = "opinion.suggestion_decided.v1"
    adopted: bool
    decided_by: Id
    reason: Personal | None = None


@dataclass(frozen=True, slots=True)
class Decision:
    """What became of a suggestion."""

    adopted: bool
    at: datetime


class DecideSuggestion(OfOpinion):
    """Adopt a suggestion, or not, with the reason that the customer is told (GP-3)."""

    name: ClassVar[str] = "decide_suggestion"
    adopted: bool
    reason: PersonalText | None = Field(default=None, description="why not; needed where it is not adopted")


def _decide(command: DecideSuggestion, state: OpinionState, terms: Terms) -> tuple[Event, ...]:
    if state.accepted.kind is not Kind.SUGGESTION:
        raise WrongState(f"{state.accepted.kind.en} is not adopted", rule="GP-3", right="this for suggestions only")
    if state.decision is not None:
        raise WrongState("it was decided already", rule="GP-3", right="respond_to_opinion or follow_up_opinion next")
    if not command.adopted and command.reason is None:
        raise MissingDetail("it gives no reason", rule="GP-3", right="the reason, for the customer", where="reason")
    return (
        SuggestionDecided(
            occurred_at=moment_of(command, terms, since=state.accepted_at),
            adopted=command.adopted,
            decided_by=command.actor.id,
            reason=personal(command.reason, subject(command, state)),
        ),
    )


def answered(state: OpinionState, terms: Terms) -> None:
    """Where the policy has a time for the decision, a suggestion ends decided and answered (GP-3).

    Raises:
        WrongState: it is not decided, or the customer was told nothing since.

    """
    if terms.rules.decision is None:
        return
    if state.decision is None:
        raise WrongState("it is not decided whether it is adopted", rule="GP-3", right="decide_suggestion first")
    if not told_of_decision(state):
        raise WrongState(
            "the customer was not told whether it is adopted",
            rule="GP-3",
            right="respond_to_opinion, or follow_up_opinion, after decide_suggestion",
        )


def told_of_decision(state: OpinionState) -> bool:
    """Whether the customer heard from us after the decision (GP-3)."""
    if state.decision is None:
        return False
    told = [state.responded_at, *(one.at for one in state.follow_ups), *(one.at for one in state.callbacks)]
    return any(moment is not None and moment >= state.decision.at for moment in told)


def _evolve(state: OpinionState, event: SuggestionDecided) -> OpinionState:
    return replace(state, decision=Decision(event.adopted, event.occurred_at))


THEME: Final = Theme(events=(SuggestionDecided,), answers={DecideSuggestion: _decide}, evolve=_evolve)
