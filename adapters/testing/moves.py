"""What may be asked of a case next, by its state: the steps of the flow many times over, others once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, TypeAlias

from ...domain.center import ReportEstateHouseholds, ReportHouseholds
from ...domain.opinion import (
    alerts,
    approval,
    attachments,
    company,
    corrections,
    corrective,
    deadlines,
    duty,
    investigation,
    not_ours,
    parties,
    platform,
    repetition,
    suggestions,
)
from ...domain.opinion import commands as opinions
from ...domain.opinion.circumstances import circumstances
from ...domain.opinion.merging import MergeOpinion
from ...domain.opinion.state import OpinionState
from ...domain.opinion.timing import PER_TURN, Clock, run_of
from ...domain.opinion.words import Kind, PlanStatus, Severity, Validity
from ...domain.order import commands as orders
from ...domain.order.state import OrderState
from ...domain.reviewing import ReviewOpinions, SignGroupSummary
from ...domain.survey import commands as surveys
from ...domain.survey.state import SurveyState
from ...domain.survey.words import Entry
from ...domain.values import Role

if TYPE_CHECKING:
    from ...domain.command import Command
    from .world import World

Kinds: TypeAlias = "tuple[type[Command], ...]"

OPENERS: Kinds = (*[opinions.AcceptOpinion] * 6, orders.RequestOrder, surveys.ApproveSurveyForm)
_BEGUN: Final = 6
"""How much more often goes on what was begun beside the flow: so it comes to its end before the case does."""
OF_CENTER: Kinds = (ReportHouseholds, ReportEstateHouseholds, ReviewOpinions, SignGroupSummary)
WATCHED: Kinds = (alerts.RaiseAlert, repetition.TreatAsUnsatisfied)
"""What the watch gives, by the clocks of a case or by what two cases have in common; nobody else is likely to."""


def possible(world: World, case: str | None) -> Kinds:
    """Which commands may come next about an open case as it stands, or, without one, about none; never empty.

    Only what the policy lets someone give, and has a rule for.
    """
    state = world.states[case] if case else None
    return tuple(kind for kind in likely(state) if _has_what_it_needs(kind, world, state) and roles(kind, world, case))


def roles(kind: type[Command], world: World, case: str | None) -> list[Role]:
    """Who may give a command about a case in its circumstances, by the policy."""
    state = world.states.get(case) if case else None
    allowed = set(world.policy.authority.get(kind.name, Role))
    if isinstance(state, OpinionState):
        for circumstance in circumstances(state):
            narrowed = (world.policy.authority_where or {}).get(circumstance, {})
            allowed &= set(narrowed.get(kind.name, Role))
        if kind is opinions.ApprovePlan and world.policy.approval is not None:
            allowed &= set(approvers(world, state))
    return [role for role in Role if role in allowed]


def mergeable(world: World, later: OpinionState) -> list[str]:
    """The open complaints into which a later one may be merged: those that were there before it (GP-5)."""
    return [
        case
        for case, first in world.states.items()
        if isinstance(first, OpinionState)
        and first is not later
        and first.is_open
        and first.is_complaint
        and first.accepted_at <= later.accepted_at
    ]


def approvers(world: World, state: OpinionState) -> tuple[Role, ...]:
    """The levels that may approve the plan of an opinion, from the one that has to on; none where there are none."""
    rules = world.policy.approval
    return () if rules is None else rules.levels[rules.levels.index(approval.level_needed(state, rules)) :]


def clocks_to_agree(world: World, state: OpinionState) -> list[Clock]:
    """The clocks of an opinion that run and whose time the customer may be asked to agree to (OP-5)."""
    words = deadlines.AGREEABLE if world.policy.agreeable is None else world.policy.agreeable
    runs = {clock: run_of(state, clock, state.turn.number if clock in PER_TURN else 1) for clock in map(Clock, words)}
    return [clock for clock, run in runs.items() if run is not None and run.done_at is None]


def _has_what_it_needs(kind: type[Command], world: World, state: object) -> bool:
    """Whether there is what a command refers to, beyond what `likely` sees: a rule of the policy, another case."""
    policy = world.policy
    rules = {
        ReviewOpinions: policy.review,
        SignGroupSummary: policy.summary,
        alerts.DeclareEscalationRisk: policy.alerts,
    }
    if kind in rules:
        return rules[kind] is not None
    if not isinstance(state, OpinionState):
        return True
    if kind is MergeOpinion:
        return bool(mergeable(world, state))
    if kind is approval.ReferPlan:
        return bool(approvers(world, state)[1:])
    return kind is not deadlines.AgreeTime or bool(clocks_to_agree(world, state))


def likely(state: object) -> Kinds:
    """Which commands may come next about an open case in this state, or, without one, about none."""
    match state:
        case OpinionState():
            return _about_opinion(state)
        case OrderState():
            return _about_order(state)
        case SurveyState():
            return _about_survey(state)
        case _:
            return (*OPENERS, *OF_CENTER)


def _about_opinion(state: OpinionState) -> Kinds:
    """The next step of the flow, as often as all else together; then what may come at any time."""
    anyway: Kinds = (
        opinions.CommentOnOpinion,
        opinions.FollowUpOpinion,
        opinions.EndOpinion,
        opinions.DispatchOpinion,
        deadlines.AgreeTime,
        deadlines.ConfirmDeadlines,
        attachments.AttachToOpinion,
        corrections.CorrectOpinion,
        *_beside_the_flow(state),
        *_about_platform(state),
        *_about_alerts(state),
    )
    if state.responded_at is None:
        anyway = (opinions.RespondToOpinion, *anyway)
    if not state.is_complaint:
        return (*anyway, opinions.CallBackOpinion)
    if state.validity is None:
        return (*[opinions.AssessOpinion] * len(anyway), *anyway, MergeOpinion)
    if not state.flow:
        return anyway
    if state.turn.finished_at is not None:
        called = any(one.turn == state.turn.number for one in state.callbacks)
        return (*[opinions.EndOpinion if called else opinions.CallBackOpinion] * len(anyway), *anyway)
    return (*_step_of_a_plan(state) * (len(anyway) // 2), *anyway, *_while_it_is_handled(state))


def _step_of_a_plan(state: OpinionState) -> Kinds:
    """What brings the handling on; a plan that waits to be approved may be sent back or up as well."""
    if state.turn.plan_status is PlanStatus.PROPOSED:
        return (opinions.ApprovePlan, opinions.ApprovePlan, opinions.ReturnPlan, approval.ReferPlan)
    if state.turn.plan_status is not PlanStatus.APPROVED:
        return (opinions.ProposePlan, opinions.ProposePlan)
    uninformed = state.validity is Validity.THIRD_PARTY and not state.parties  # OP-2: informed before it is finished
    return (parties.InformParty if uninformed else opinions.FinishHandling,) * 2


def _while_it_is_handled(state: OpinionState) -> Kinds:
    third_party: Kinds = (parties.TrackParty,) * _BEGUN if state.parties else (parties.InformParty,)
    working: Kinds = (investigation.InvestigateOpinion, investigation.ReportProgress)
    return (*working, *third_party, opinions.TransferOpinion, MergeOpinion)


def _beside_the_flow(state: OpinionState) -> Kinds:
    """What the state lets happen on the paths beside the flow itself; what was begun there mostly goes on."""
    handled = not state.flow or state.turn.finished_at is not None
    begun: tuple[tuple[bool, type[Command]], ...] = (
        (state.accepted.on_duty is True and state.handed_over_at is None, duty.HandOverOpinion),
        (state.accepted.on_duty is True, duty.TellDutyStaff),
        (state.severity is Severity.MAJOR, duty.ReportMajor),
        (_owes_report(state), company.ReportBack),
        (bool(state.corrective.waiting), corrective.RecordCorrectiveAction),
        (state.accepted.kind is Kind.SUGGESTION and state.decision is None, suggestions.DecideSuggestion),
        (state.not_ours is not None and state.not_ours.upheld is None and not handled, not_ours.ReviewNotOurs),
    )
    may: tuple[tuple[bool, type[Command]], ...] = (
        (state.not_ours is None and not handled, not_ours.ExplainNotOurs),
        (state.assessments > 0, corrections.CorrectAssessment),
        (bool(state.callbacks), corrections.CorrectCallback),
    )
    return tuple(kind for holds, kind in (*begun * _BEGUN, *may) if holds)


def _owes_report(state: OpinionState) -> bool:
    return state.handed_down is not None and state.handed_down.reported_turn != state.turn.number


def _about_platform(state: OpinionState) -> Kinds:
    at = state.platform
    if at.contacted_at is None:
        return (platform.MakeContact,) if at.started_at else (platform.StartWork, platform.MakeContact)
    if at.submitted_at is None:
        return (platform.SubmitSolution,) * _BEGUN
    return (platform.SubmitSolution, *[platform.IssueSolution] * (_BEGUN if at.issued_at is None else 1))


def _about_alerts(state: OpinionState) -> Kinds:
    if not state.alerts:
        return (alerts.DeclareEscalationRisk,)
    last = state.alerts[-1]
    if last.decided is None:
        return (*[alerts.ConfirmAlert] * _BEGUN, alerts.DismissAlert)
    if not last.confirmed or last.planned is not None:
        return ()
    return (alerts.SubmitAlertPlan if last.forwarded else alerts.ForwardAlert,) * _BEGUN


def _about_order(state: OrderState) -> Kinds:
    if state.callback:
        return (orders.EndOrder,)
    if state.turn.completed_at is not None:
        return (orders.EndOrder, *[orders.CallBackOrder] * 4)
    anyway: Kinds = (orders.AgreePrice, orders.DispatchOrder, orders.EndOrder)
    sent = state.dispatch
    if sent is None:
        return (*anyway, orders.AgreePrice, *[orders.DispatchOrder] * 3)
    if sent.received_at is None:
        return (*anyway, *[orders.ReceiveOrder] * 5)
    if sent.arrived_at is None:
        return (*anyway, *[orders.ArriveForOrder] * 5)
    return (*anyway, *[orders.CompleteOrder] * 5)


def _about_survey(state: SurveyState) -> Kinds:
    if not state.distributions:
        return (surveys.DistributeSurvey,)
    if state.entry is Entry.COUNTS:
        return (surveys.CloseSurvey,)
    returns: Kinds = (surveys.ReturnSurveyForm,) * 4 if state.returned < state.distributed else ()
    if state.entry is Entry.FORMS:
        return (*returns, surveys.DistributeSurvey, surveys.CloseSurvey)
    return (*returns, surveys.RecordSurveyCounts, surveys.DistributeSurvey, surveys.CloseSurvey)
