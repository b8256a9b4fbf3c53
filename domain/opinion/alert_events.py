"""Alerts as they happened: raised, confirmed or dismissed, forwarded, planned (GP-5 to GP-7; M4 art. 11, 12)."""

from __future__ import annotations

from typing import ClassVar

from ..event import Event
from ..personal import Personal
from ..values import Coded, Count, Id, Label, Points, UtcTime
from .words import AlertLevel


class AlertReason(Coded):
    """Why an alert was raised (GP-5; M4 art. 11)."""

    SECOND_COMPLAINT = "second_complaint", "二次投诉", "a second complaint on the same matter"
    OVERDUE = "overdue", "超过处理时限", "past its time limit"
    SHARE = "share", "相同问题达到总住户比例", "the same issue in so many of all households"
    ESCALATION_RISK = "escalation_risk", "升级隐患", "it may reach the media or a group petition"


class AlertRaised(Event):
    """An alert of a level, once per case and level; `alert` counts the alerts of the case (GP-5, GP-6).

    Where it is past its time limit, `limit_at` is that limit and `past_at` until when it was not past it by so many
    days; where the same issue reached a share of households, `counted` of `households` in `scope`, which is a project
    or the company.
    """

    name: ClassVar[str] = "opinion.alert_raised.v1"
    alert: Count
    level: AlertLevel
    reason: AlertReason
    limit_at: UtcTime | None = None
    past_at: UtcTime | None = None
    counted: Count | None = None
    households: Count | None = None
    scope: Id | None = None


class EscalationRiskDeclared(Event):
    """A person judged that it may escalate to media or group petitions (GP-5)."""

    name: ClassVar[str] = "opinion.escalation_risk_declared.v1"
    declared_by: Id
    reason: Personal


class AlertConfirmed(Event):
    """A named person confirmed the alert; from here it counts so many points (GP-6, GP-7)."""

    name: ClassVar[str] = "opinion.alert_confirmed.v1"
    alert: Count
    level: AlertLevel
    confirmed_by: Id
    points: Points


class AlertDismissed(Event):
    """A named person dismissed the alert, with the reason; it counts no points and is not raised again (GP-6)."""

    name: ClassVar[str] = "opinion.alert_dismissed.v1"
    alert: Count
    level: AlertLevel
    dismissed_by: Id
    reason: Personal


class AlertForwarded(Event):
    """The alert went to those whom the policy names for its level; plan and completion time are due (GP-6)."""

    name: ClassVar[str] = "opinion.alert_forwarded.v1"
    alert: Count
    level: AlertLevel
    to_roles: Label
    alert_plan_due_at: UtcTime


class AlertPlanSubmitted(Event):
    """Plan and completion time were submitted on the alert (GP-6)."""

    name: ClassVar[str] = "opinion.alert_plan_submitted.v1"
    alert: Count
    level: AlertLevel
    text: Personal
    completion_at: UtcTime
