"""Investigation and check on site, and the handlers' reports of progress (OP-9, OP-21)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, Final

from pydantic import Field

from ..checks import moment_of
from ..event import Event
from ..growth import replace
from ..personal import Personal, PersonalText
from ..terms import Terms
from ..values import Count
from .checks import not_finished, words
from .commands import OfOpinion
from .theme import Theme

if TYPE_CHECKING:
    from .state import OpinionState


# Events


class OpinionInvestigated(Event):
    """What happened was looked into (情况调查及现场核实). `shortcoming`: whether the service was found lacking."""

    name: ClassVar[str] = "opinion.investigated.v1"
    investigation: Count
    turn: Count
    on_site: bool
    findings: Personal
    shortcoming: bool | None = None


class ProgressReported(Event):
    """A handler told the acceptor how it stands, the time spent and the time still needed (W08-01 4.4.1.1)."""

    name: ClassVar[str] = "opinion.progress_reported.v1"
    progress: Count
    turn: Count
    stands: Personal
    spent_minutes: Count | None = None
    needed_minutes: Count | None = None


# State


@dataclass(frozen=True)
class Groundwork:
    """How often it was looked into, what was found last, and how often progress was reported."""

    investigations: int = 0
    shortcoming: bool | None = None
    reports: int = 0


NOTHING: Final = Groundwork()


# Commands


class InvestigateOpinion(OfOpinion):
    """Record what an investigation or a check on site found (OP-21)."""

    name: ClassVar[str] = "investigate_opinion"
    on_site: bool = Field(description="whether it was checked on site 现场核实")
    findings: PersonalText
    shortcoming: bool | None = Field(default=None, description="whether our service was found lacking, where known")


class ReportProgress(OfOpinion):
    """Tell the acceptor how handling stands (OP-9)."""

    name: ClassVar[str] = "report_progress"
    stands: PersonalText = Field(description="how it stands")
    spent_minutes: Count | None = Field(default=None, description="耗时: minutes spent")
    needed_minutes: Count | None = Field(default=None, description="需时: minutes still needed")


# Decide


def _investigate(command: InvestigateOpinion, state: OpinionState, terms: Terms) -> tuple[Event, ...]:
    not_finished(state)
    return (
        OpinionInvestigated(
            occurred_at=moment_of(command, terms, since=state.turn.started_at, step="start of the turn"),
            investigation=state.groundwork.investigations + 1,
            turn=state.turn.number,
            on_site=command.on_site,
            findings=words(command.findings, command, state),
            shortcoming=command.shortcoming,
        ),
    )


def _report(command: ReportProgress, state: OpinionState, terms: Terms) -> tuple[Event, ...]:
    not_finished(state)
    return (
        ProgressReported(
            occurred_at=moment_of(command, terms, since=state.turn.started_at, step="start of the turn"),
            progress=state.groundwork.reports + 1,
            turn=state.turn.number,
            stands=words(command.stands, command, state),
            spent_minutes=command.spent_minutes,
            needed_minutes=command.needed_minutes,
        ),
    )


def _evolve(state: OpinionState, event: OpinionInvestigated | ProgressReported) -> OpinionState:
    if isinstance(event, OpinionInvestigated):
        found = replace(state.groundwork, investigations=event.investigation, shortcoming=event.shortcoming)
        return replace(state, groundwork=found)
    return replace(state, groundwork=replace(state.groundwork, reports=event.progress))


THEME: Final = Theme(
    events=(OpinionInvestigated, ProgressReported),
    answers={InvestigateOpinion: _investigate, ReportProgress: _report},
    evolve=_evolve,
)
