"""Duty staff: what they took in off hours is handed over, major matters are told at once (OP-3, OP-19, OP-20)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, ClassVar, Final

from pydantic import Field

from ..checks import moment_of
from ..event import Event
from ..growth import replace
from ..personal import Personal, PersonalText, personal
from ..refusal import WrongState
from ..terms import Terms
from ..values import Id
from .checks import subject, words
from .commands import OfOpinion
from .theme import Theme
from .words import Severity

if TYPE_CHECKING:
    from .corrections import AssessmentCorrected
    from .events import OpinionAccepted, OpinionAssessed
    from .state import OpinionState


# Events


class HandedOver(Event):
    """Duty staff gave what they had taken in to the acceptor; `slip` names the slip WR08-01-04 where one was used."""

    name: ClassVar[str] = "opinion.handed_over.v1"
    to: Id
    slip: Id | None = None
    note: Personal | None = None


class DutyStaffTold(Event):
    """The duty staff who took it in were told what came of it (W08-01 4.4.1.2)."""

    name: ClassVar[str] = "opinion.duty_told.v1"
    outcome: Personal


class MajorReported(Event):
    """Those responsible, or a department concerned, were told of a major matter (OP-19, OP-17)."""

    name: ClassVar[str] = "opinion.major_reported.v1"
    to: Id
    note: Personal | None = None


# State


@dataclass(frozen=True)
class Duty:
    """When it was handed over, when the duty staff were told, when a major matter was first reported."""

    handed_over_at: datetime | None = None
    told_at: datetime | None = None
    major_reported_at: datetime | None = None


UNTOLD: Final = Duty()


@dataclass(frozen=True, slots=True)
class Notice:
    """Since when it was first found major, and until when those concerned are told; `None`: no such limit (OP-17)."""

    since: datetime
    due_at: datetime | None = None
    provisional: bool = False


def notice_of(event: OpinionAccepted | OpinionAssessed | AssessmentCorrected) -> Notice | None:
    """The notice that is owed from an event on which the matter was found major."""
    if event.severity is not Severity.MAJOR:
        return None
    return Notice(event.occurred_at, event.notify_due_at, bool(event.notify_due_provisional))


# Commands


class HandOverOpinion(OfOpinion):
    """Hand what duty staff took in over to the acceptor, the next morning (OP-3)."""

    name: ClassVar[str] = "hand_over_opinion"
    to: Id = Field(description="who takes it over")
    slip: Id | None = Field(default=None, description="number of the slip WR08-01-04, where one was used")
    note: PersonalText | None = None


class TellDutyStaff(OfOpinion):
    """Tell the duty staff who took it in what came of it, for their log (OP-20); also after its end."""

    name: ClassVar[str] = "tell_duty_staff"
    outcome: PersonalText


class ReportMajor(OfOpinion):
    """Tell someone responsible or concerned of a major matter, at once (OP-19); as many as are to know."""

    name: ClassVar[str] = "report_major"
    to: Id = Field(description="the person or department told")
    note: PersonalText | None = None


# Decide


def _hand_over(command: HandOverOpinion, state: OpinionState, terms: Terms) -> tuple[Event, ...]:
    _taken_in_by_duty_staff(state)
    if state.duty.handed_over_at is not None:
        raise WrongState("it was handed over already", rule="OP-3", right="dispatch_opinion to pass it on")
    return (
        HandedOver(
            occurred_at=moment_of(command, terms, since=state.accepted_at),
            to=command.to,
            slip=command.slip,
            note=personal(command.note, subject(command, state)),
        ),
    )


def _tell(command: TellDutyStaff, state: OpinionState, terms: Terms) -> tuple[Event, ...]:
    _taken_in_by_duty_staff(state)
    moment = moment_of(command, terms, since=state.accepted_at)
    return (DutyStaffTold(occurred_at=moment, outcome=words(command.outcome, command, state)),)


def _report(command: ReportMajor, state: OpinionState, terms: Terms) -> tuple[Event, ...]:
    if state.severity is not Severity.MAJOR:
        raise WrongState(
            "it was not found to be major",
            rule="OP-19",
            right="assess_opinion with severity major first, or accept_opinion with it",
        )
    moment = moment_of(command, terms, since=state.accepted_at)
    return (MajorReported(occurred_at=moment, to=command.to, note=personal(command.note, subject(command, state))),)


def _taken_in_by_duty_staff(state: OpinionState) -> None:
    if not state.accepted.on_duty:
        raise WrongState("duty staff did not take it in", rule="OP-20", right="an opinion that duty staff accepted")


def _evolve(state: OpinionState, event: HandedOver | DutyStaffTold | MajorReported) -> OpinionState:
    duty, at = state.duty, event.occurred_at
    match event:
        case HandedOver():
            return replace(state, duty=replace(duty, handed_over_at=at))
        case DutyStaffTold():
            return replace(state, duty=replace(duty, told_at=at))
        case MajorReported():
            return replace(state, duty=replace(duty, major_reported_at=duty.major_reported_at or at))


THEME: Final = Theme(
    events=(HandedOver, DutyStaffTold, MajorReported),
    answers={HandOverOpinion: _hand_over, TellDutyStaff: _tell, ReportMajor: _report},
    evolve=_evolve,
    after_end=frozenset({TellDutyStaff}),
)
