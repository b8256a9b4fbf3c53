"""A third party's matter: the party is informed and what it does is tracked (OP-2; W08-04 二.4 传递信息给有关方)."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Final

from pydantic import Field

from ..checks import moment_of
from ..event import Event
from ..growth import replace
from ..personal import Personal, PersonalText, personal
from ..refusal import WrongState
from ..terms import Terms
from ..values import Count, Id, Way
from .checks import in_flow, not_finished, subject, words
from .commands import OfOpinion
from .theme import Theme
from .words import Validity

if TYPE_CHECKING:
    from .state import OpinionState


# Events


class PartyInformed(Event):
    """The party whose matter it is was told of the complaint."""

    name: ClassVar[str] = "opinion.party_informed.v1"
    turn: Count
    party: Id
    way: Way
    note: Personal | None = None


class PartyTracked(Event):
    """What the party does about it was looked after (跟踪处理情况)."""

    name: ClassVar[str] = "opinion.party_tracked.v1"
    turn: Count
    party: Id
    stands: Personal


# Commands


class InformParty(OfOpinion):
    """Tell the party whose matter the complaint is about (OP-2)."""

    name: ClassVar[str] = "inform_party"
    party: Id = Field(description="id of the builder, authority, neighbour … that it is about")
    way: Way
    note: PersonalText | None = None


class TrackParty(OfOpinion):
    """Record how it stands with a party that was informed (OP-2)."""

    name: ClassVar[str] = "track_party"
    party: Id = Field(description="one that was informed")
    stands: PersonalText = Field(description="how it stands")


# Decide


def _inform(command: InformParty, state: OpinionState, terms: Terms) -> tuple[Event, ...]:
    in_flow(state)
    not_finished(state)
    if command.way is Way.NONE:
        raise WrongState("a party is informed in some way", rule="OP-2", right="the way it was told", where="way")
    return (
        PartyInformed(
            occurred_at=moment_of(command, terms, since=state.turn.started_at, step="start of the turn"),
            turn=state.turn.number,
            party=command.party,
            way=command.way,
            note=personal(command.note, subject(command, state)),
        ),
    )


def _track(command: TrackParty, state: OpinionState, terms: Terms) -> tuple[Event, ...]:
    not_finished(state)
    if command.party not in state.parties:
        raise WrongState("that party was not informed", rule="OP-2", right="inform_party first", where="party")
    return (
        PartyTracked(
            occurred_at=moment_of(command, terms, since=state.turn.started_at, step="start of the turn"),
            turn=state.turn.number,
            party=command.party,
            stands=words(command.stands, command, state),
        ),
    )


def party_informed(state: OpinionState) -> None:
    """A third party's matter is not done with before the party knows of it (OP-2; W08-04 二.4)."""
    if state.validity is Validity.THIRD_PARTY and not state.parties:
        raise WrongState("the party whose matter it is was not informed", rule="OP-2", right="inform_party first")


def _evolve(state: OpinionState, event: PartyInformed | PartyTracked) -> OpinionState:
    if event.party in state.parties:
        return state
    return replace(state, parties=(*state.parties, event.party))


THEME: Final = Theme(
    events=(PartyInformed, PartyTracked), answers={InformParty: _inform, TrackParty: _track}, evolve=_evolve
)
