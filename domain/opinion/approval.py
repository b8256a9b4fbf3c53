"""Who may approve a plan: it climbs from the center to the general manager by severity, or where referred (OP-7)."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Final

from pydantic import Field

from ..checks import moment_of
from ..event import Event
from ..growth import replace
from ..personal import Personal, PersonalText
from ..refusal import MissingDetail, NotAuthorised, WrongState
from ..terms import Terms
from ..values import Count, Role
from .checks import proposed_at, words
from .commands import OfOpinion
from .theme import Theme
from .words import Severity

if TYPE_CHECKING:
    from ..command import Command
    from ..policy import Approval
    from .state import OpinionState


class PlanReferred(Event):
    """The plan was found to be beyond those who would sign it, and went up to a higher level (W08-01 4.3.1.6)."""

    name: ClassVar[str] = "opinion.plan_referred.v1"
    turn: Count
    plan: Count
    to_level: Role
    reason: Personal


class ReferPlan(OfOpinion):
    """Send the plan up to a higher level, which then has to approve it (OP-7)."""

    name: ClassVar[str] = "refer_plan"
    to_level: Role = Field(description="one of the policy's levels of approval above the present one")
    reason: PersonalText


def level_needed(state: OpinionState, approval: Approval) -> Role:
    """The lowest level that may approve the waiting plan: that of its severity, or the one it was referred to."""
    by_severity = approval.needed[state.severity or Severity.GENERAL]
    referred = state.turn.referred_to
    if referred is None:
        return by_severity
    return max(by_severity, referred, key=approval.levels.index)


def may_sign(command: Command, state: OpinionState, terms: Terms) -> None:
    """Refuse a signature under a plan from below the level that it needs; no approval in the policy: no such levels.

    Raises:
        NotAuthorised: names the roles that may sign.

    """
    approval = terms.rules.approval
    if approval is None:
        return
    needed = level_needed(state, approval)
    able = approval.levels[approval.levels.index(needed) :]
    if command.actor.role not in able:
        why = "because it was referred" if state.turn.referred_to else f"for {(state.severity or Severity.GENERAL).en}"
        raise NotAuthorised(
            f"{command.actor.role.en} may not approve this plan, which needs the {needed.en} {why}",
            rule="OP-7",
            right=f"refer_plan, and one of the roles {', '.join(able)}",
            where="actor.role",
        )


def _refer(command: ReferPlan, state: OpinionState, terms: Terms) -> tuple[Event, ...]:
    since = proposed_at(state)
    approval = terms.rules.approval
    if approval is None:
        raise WrongState("the policy has no levels of approval", rule="OP-7", right="approve_plan, or return_plan")
    above = approval.levels[approval.levels.index(level_needed(state, approval)) + 1 :]
    if command.to_level not in above:
        raise MissingDetail(
            f"{command.to_level.en} is no level above the one that has to approve it now",
            rule="OP-7",
            right=f"one of {', '.join(above)}" if above else "approve_plan; there is no higher level",
            where="to_level",
        )
    return (
        PlanReferred(
            occurred_at=moment_of(command, terms, since=since, step="plan"),
            turn=state.turn.number,
            plan=state.turn.plans,
            to_level=command.to_level,
            reason=words(command.reason, command, state),
        ),
    )


def _evolve(state: OpinionState, event: PlanReferred) -> OpinionState:
    return replace(state, turns=(*state.turns[:-1], replace(state.turn, referred_to=event.to_level)))


THEME: Final = Theme(events=(PlanReferred,), answers={ReferPlan: _refer}, evolve=_evolve)
