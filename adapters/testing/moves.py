"""What is likely to be asked of a case next, by its state: the steps of the flow many times over, others once."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

from ...domain.opinion import (
    alerts,
    approval,
    attachments,
    company,
    corrections,
    deadlines,
    duty,
    investigation,
    not_ours,
    parties,
    platform,
    suggestions,
)
from ...domain.opinion import commands as opinions
from ...domain.opinion.merging import MergeOpinion
from ...domain.opinion.state import OpinionState
from ...domain.opinion.words import Kind, PlanStatus, Severity
from ...domain.order import commands as orders
from ...domain.order.state import OrderState
from ...domain.survey import commands as surveys
from ...domain.survey.state import SurveyState
from ...domain.survey.words import Entry

if TYPE_CHECKING:
    from ...domain.command import Command

Kinds: TypeAlias = "tuple[type[Command], ...]"

OPENERS: Kinds = (opinions.AcceptOpinion, opinions.AcceptOpinion, orders.RequestOrder, surveys.ApproveSurveyForm)


def likely(state: object) -> Kinds:
    """Which commands may come next about an open case in this state."""
    match state:
        case OpinionState():
            return _about_opinion(state)
        case OrderState():
            return _about_order(state)
        case SurveyState():
            return _about_survey(state)
        case _:
            return OPENERS


def _about_opinion(state: OpinionState) -> Kinds:
    anyway: Kinds = (opinions.FollowUpOpinion, opinions.CommentOnOpinion, opinions.EndOpinion)
    anyway = (*anyway, deadlines.AgreeTime, deadlines.ConfirmDeadlines, *_about_platform(state))
    anyway = (*anyway, attachments.AttachToOpinion, corrections.CorrectOpinion)
    anyway = (*anyway, *_beside_the_flow(state), *_about_alerts(state))
    if state.responded_at is None:
        anyway = (*anyway, opinions.RespondToOpinion, opinions.RespondToOpinion)
    if not state.is_complaint:
        return (*anyway, opinions.DispatchOpinion, opinions.CallBackOpinion)
    if not state.flow:
        return (*anyway, *[opinions.AssessOpinion] * 5, opinions.DispatchOpinion, MergeOpinion)
    if state.turn.finished_at is not None:
        return (*anyway, *[opinions.CallBackOpinion] * 5)
    handed: Kinds = (*anyway, opinions.DispatchOpinion, opinions.TransferOpinion, MergeOpinion)
    handed = (*handed, investigation.InvestigateOpinion, investigation.ReportProgress)
    handed = (*handed, parties.TrackParty if state.parties else parties.InformParty)
    if state.turn.plan_status is PlanStatus.PROPOSED:
        return (*handed, *[opinions.ApprovePlan] * 4, *[opinions.ReturnPlan] * 2, approval.ReferPlan)
    if state.turn.plan_status is PlanStatus.APPROVED:
        return (*handed, *[opinions.FinishHandling] * 5)
    return (*handed, *[opinions.ProposePlan] * 5)


def _beside_the_flow(state: OpinionState) -> Kinds:
    """What the state lets happen on the paths beside the flow itself."""
    explained = state.not_ours is not None
    may: tuple[tuple[bool, type[Command]], ...] = (
        (state.accepted.on_duty is True, duty.HandOverOpinion),
        (state.accepted.on_duty is True, duty.TellDutyStaff),
        (state.severity is Severity.MAJOR, duty.ReportMajor),
        (state.handed_down is not None, company.ReportBack),
        (state.accepted.kind is Kind.SUGGESTION and state.decision is None, suggestions.DecideSuggestion),
        (state.is_complaint and not explained, not_ours.ExplainNotOurs),
        (explained, not_ours.ReviewNotOurs),
        (state.assessments > 0, corrections.CorrectAssessment),
        (bool(state.callbacks), corrections.CorrectCallback),
    )
    return tuple(kind for holds, kind in may if holds)


def _about_platform(state: OpinionState) -> Kinds:
    at = state.platform
    if at.contacted_at is None:
        return (platform.MakeContact,) if at.started_at else (platform.StartWork, platform.MakeContact)
    return (platform.SubmitSolution, platform.IssueSolution) if at.submitted_at else (platform.SubmitSolution,)


def _about_alerts(state: OpinionState) -> Kinds:
    if not state.alerts:
        return (alerts.DeclareEscalationRisk, alerts.RaiseAlert)
    last = state.alerts[-1]
    if last.decided is None:
        return (alerts.ConfirmAlert, alerts.ConfirmAlert, alerts.DismissAlert)
    return (alerts.SubmitAlertPlan,) if last.forwarded else (alerts.ForwardAlert,)


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
