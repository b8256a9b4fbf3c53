"""Cases that the company hands to a center, and their way back: the center reports, the company ends (OP-8).

W08-04 二: 职能部门受理人 - 中心品质专人 - 有关岗位人员 - 处理 - 回访 - 经理 - 职能部门受理人 - 结束流程.
"""

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
from ..values import Count
from .checks import called_back, last_step, subject, words
from .commands import OfOpinion
from .theme import Theme
from .words import Level, Receiver

if TYPE_CHECKING:
    from .commands import DispatchOpinion
    from .state import OpinionState


class ReportedBack(Event):
    """The center's manager reported to the department that had handed the case down; it is now for that to end."""

    name: ClassVar[str] = "opinion.reported_back.v1"
    turn: Count
    outcome: Personal
    without_callback: Personal | None = None


@dataclass(frozen=True)
class HandedDown:
    """When the company handed it to the center, and of which turn the center reported back."""

    at: datetime
    reported_turn: int | None = None


class ReportBack(OfOpinion):
    """Report the outcome to the company department that handed the case to the center (OP-8)."""

    name: ClassVar[str] = "report_back"
    outcome: PersonalText
    without_callback: PersonalText | None = Field(
        default=None, description="why the customer was not called back in this turn, where a callback is owed"
    )


def hands_down(command: DispatchOpinion, state: OpinionState) -> None:
    """Only what the company accepted can be handed to a center (OP-8), and to the one whose case it is.

    Raises:
        WrongState: the center accepted it itself, or another center is meant.

    """
    if command.to_kind is not Receiver.CENTER:
        return
    if state.accepted.level is not Level.COMPANY:
        raise WrongState(
            "the center accepted it itself", rule="OP-8", right="to_kind handler or department", where="to_kind"
        )
    if command.to != state.center:
        raise WrongState(f"it is a case of {state.center}", rule="OP-8", right=state.center, where="to")


def owes_report(state: OpinionState) -> bool:
    """Whether the company handed it down and was not told yet what came of its last turn (OP-8)."""
    return state.handed_down is not None and state.handed_down.reported_turn != state.turn.number


def reported_back(state: OpinionState) -> None:
    """What the company handed down ends only when the center has reported back on its last turn (OP-8)."""
    if owes_report(state):
        raise WrongState(
            "the center has not reported back to the company", rule="OP-8", right="report_back by the manager first"
        )


def _report_back(command: ReportBack, state: OpinionState, terms: Terms) -> tuple[Event, ...]:
    if state.handed_down is None:
        raise WrongState(
            "the company did not hand it to the center", rule="OP-8", right="end_opinion for a case of the center"
        )
    if state.handed_down.reported_turn == state.turn.number:
        raise WrongState("the center reported back already", rule="OP-8", right="end_opinion by the company")
    if state.flow and not called_back(state) and command.without_callback is None:
        raise MissingDetail(
            "the customer was not called back in this turn",
            rule="OP-8",
            right="call_back_opinion first, or the reason why not",
            where="without_callback",
        )
    return (
        ReportedBack(
            occurred_at=moment_of(command, terms, since=last_step(state), step="step before"),
            turn=state.turn.number,
            outcome=words(command.outcome, command, state),
            without_callback=personal(command.without_callback, subject(command, state)),
        ),
    )


def _evolve(state: OpinionState, event: ReportedBack) -> OpinionState:
    if state.handed_down is None:
        return state
    return replace(state, handed_down=replace(state.handed_down, reported_turn=event.turn))


THEME: Final = Theme(events=(ReportedBack,), answers={ReportBack: _report_back}, evolve=_evolve)
