"""Not our responsibility: explained to the group desk, which upholds it or not (GP-4; M4 十 4 非责任问题的处理)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, ClassVar, Final

from ..checks import moment_of
from ..event import Event
from ..growth import replace
from ..personal import Personal, PersonalText
from ..refusal import WrongState
from ..terms import Terms
from ..values import Id
from .checks import not_finished, words
from .commands import OfOpinion
from .events import OpinionAssessed
from .theme import Theme
from .words import Validity

if TYPE_CHECKING:
    from .state import OpinionState


# Events


class NotOursExplained(Event):
    """The unit's head explained why the complaint is not the company's responsibility (非责任说明)."""

    name: ClassVar[str] = "opinion.not_ours_explained.v1"
    explanation: Personal


class NotOursReviewed(Event):
    """The group desk reviewed the explanation; where it is upheld the complaint counts as invalid."""

    name: ClassVar[str] = "opinion.not_ours_reviewed.v1"
    upheld: bool
    reviewed_by: Id
    reason: Personal


# State


@dataclass(frozen=True)
class NotOurs:
    """When it was explained, and what the review said."""

    explained_at: datetime | None = None
    upheld: bool | None = None


# Commands


class ExplainNotOurs(OfOpinion):
    """Explain to the group desk why the complaint is not the company's responsibility (GP-4)."""

    name: ClassVar[str] = "explain_not_ours"
    explanation: PersonalText


class ReviewNotOurs(OfOpinion):
    """Uphold the explanation, whereupon the complaint counts as invalid, or not, whereupon it goes on (GP-4)."""

    name: ClassVar[str] = "review_not_ours"
    upheld: bool
    reason: PersonalText


# Decide


def _explain(command: ExplainNotOurs, state: OpinionState, terms: Terms) -> tuple[Event, ...]:
    if not state.is_complaint or state.flow is False:
        raise WrongState(
            "only a complaint that is not invalid already is explained so", rule="GP-4", right="end_opinion"
        )
    not_finished(state)
    if state.not_ours is not None:
        raise WrongState(
            "it was explained already", rule="GP-4", right="review_not_ours; where not upheld, handling goes on"
        )
    moment = moment_of(command, terms, since=state.accepted_at)
    return (NotOursExplained(occurred_at=moment, explanation=words(command.explanation, command, state)),)


def _review(command: ReviewNotOurs, state: OpinionState, terms: Terms) -> tuple[Event, ...]:
    if state.not_ours is None or state.not_ours.explained_at is None or state.not_ours.upheld is not None:
        raise WrongState("no explanation waits for a review", rule="GP-4", right="explain_not_ours first")
    not_finished(state)
    moment = moment_of(command, terms, since=state.not_ours.explained_at, step="explanation")
    reason = words(command.reason, command, state)
    by = command.actor.id
    reviewed = NotOursReviewed(occurred_at=moment, upheld=command.upheld, reviewed_by=by, reason=reason)
    if not command.upheld:
        return (reviewed,)
    invalid = OpinionAssessed(
        occurred_at=moment,
        assessment=state.assessments + 1,
        validity=Validity.INVALID,
        flow=False,
        assessed_by=by,
        reason=reason,
    )
    return (reviewed, invalid)


def _evolve(state: OpinionState, event: NotOursExplained | NotOursReviewed) -> OpinionState:
    if isinstance(event, NotOursExplained):
        return replace(state, not_ours=NotOurs(event.occurred_at))
    return replace(state, not_ours=replace(state.not_ours or NotOurs(), upheld=event.upheld))


THEME: Final = Theme(
    events=(NotOursExplained, NotOursReviewed),
    answers={ExplainNotOurs: _explain, ReviewNotOurs: _review},
    evolve=_evolve,
)
