"""A second complaint on the same matter: it is merged into the first, which then has two (GP-5; M4 十一 (一)1)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, Final

from ..checks import moment_of
from ..event import Event
from ..growth import replace
from ..personal import Personal, PersonalText, personal
from ..refusal import WrongState
from ..terms import Terms
from ..values import Count, OpinionId
from .checks import last_step, not_finished, subject
from .commands import OfOpinion
from .events import OpinionEnded
from .linking import other_case
from .theme import Theme
from .words import Ending

if TYPE_CHECKING:
    from ..command import Command
    from .state import OpinionState


# Events


class OpinionMerged(Event):
    """It was found to be a second complaint on a matter that another case is about; that case goes on with both."""

    name: ClassVar[str] = "opinion.merged.v1"
    turn: Count
    into: OpinionId
    reason: Personal | None = None


class SecondComplaintMade(Event):
    """A second complaint on the same matter was merged into this case; `second_complaint` counts them."""

    name: ClassVar[str] = "opinion.second_complaint.v1"
    second_complaint: Count
    by_case: OpinionId


# State


@dataclass(frozen=True)
class Merging:
    """Into which case it was merged, and how many were merged into it."""

    into: str | None = None
    second_complaints: int = 0


APART: Final = Merging()


# Commands


class MergeOpinion(OfOpinion):
    """Merge a second complaint on the same matter into the first; it ends, and the first one counts it (GP-5)."""

    name: ClassVar[str] = "merge_opinion"
    refers_to: ClassVar[tuple[str, ...]] = ("into",)
    into: OpinionId
    reason: PersonalText | None = None


class NoteSecondComplaint(OfOpinion):
    """Count a second complaint on the matter; it follows from merge_opinion and is given by nobody (GP-5)."""

    name: ClassVar[str] = "note_second_complaint"
    only_follows: ClassVar[bool] = True
    refers_to: ClassVar[tuple[str, ...]] = ("by_case",)
    by_case: OpinionId


# Decide


def _merge(command: MergeOpinion, state: OpinionState, terms: Terms) -> tuple[Event, ...]:
    if not state.is_complaint:
        raise WrongState("only a complaint is merged", rule="GP-5", right="end_opinion for other kinds")
    not_finished(state)
    if command.into == command.case:
        raise WrongState("it cannot be merged into itself", rule="GP-5", right="the earlier case", where="into")
    first = other_case(command.into, terms, where="into", rule="GP-5")
    if not first.is_complaint or not first.is_open or first.accepted_at > state.accepted_at:
        raise WrongState(
            "the other case is no open complaint that was there before",
            rule="GP-5",
            right="an open complaint accepted before this one, or a new case with linked_to where the first has ended",
            where="into",
        )
    moment = moment_of(command, terms, since=last_step(state), step="step before")
    reason = personal(command.reason, subject(command, state))
    return (
        OpinionMerged(occurred_at=moment, turn=state.turn.number, into=command.into, reason=reason),
        OpinionEnded(occurred_at=moment, turn=state.turn.number, ending=Ending.MERGED),
    )


def _count(command: NoteSecondComplaint, state: OpinionState, terms: Terms) -> tuple[Event, ...]:
    second = other_case(command.by_case, terms, where="by_case", rule="GP-5")
    if second.merging.into != command.case:
        raise WrongState(
            "that case was not merged into this one", rule="GP-5", right="merge_opinion for it", where="by_case"
        )
    number = state.merging.second_complaints + 1
    moment = moment_of(command, terms, since=state.accepted_at)
    return (SecondComplaintMade(occurred_at=moment, second_complaint=number, by_case=command.by_case),)


def _follows(command: MergeOpinion) -> tuple[Command, ...]:
    return (NoteSecondComplaint(**command.passed_on(), case=command.into, by_case=command.case),)


def _evolve(state: OpinionState, event: OpinionMerged | SecondComplaintMade) -> OpinionState:
    if isinstance(event, OpinionMerged):
        return replace(state, merging=replace(state.merging, into=event.into))
    return replace(state, merging=replace(state.merging, second_complaints=event.second_complaint))


THEME: Final = Theme(
    events=(OpinionMerged, SecondComplaintMade),
    answers={MergeOpinion: _merge, NoteSecondComplaint: _count},
    evolve=_evolve,
    follows={MergeOpinion: _follows},
)
