"""Alerts of three levels: what may be asked and what is decided; each is raised once per case (GP-5 to GP-7)."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Final

from ..checks import moment_of, not_early
from ..growth import replace
from ..personal import PersonalText
from ..refusal import MissingDetail, WrongState, WrongTime
from ..terms import Terms
from ..values import Count, Id, UtcTime, utc_text
from .alert_causes import past_limit, to_raise
from .alert_events import (
    AlertConfirmed,
    AlertDismissed,
    AlertForwarded,
    AlertPlanSubmitted,
    AlertRaised,
    AlertReason,
    EscalationRiskDeclared,
)
from .alert_state import Alert
from .checks import words
from .commands import OfOpinion
from .theme import Theme
from .words import AlertLevel

if TYPE_CHECKING:
    from ..event import Event
    from ..policy import AlertRules
    from .state import OpinionState


# Commands


class RaiseAlert(OfOpinion):
    """Raise an alert; given by the watch. An alert that was raised before is not raised again (GP-5, GP-6)."""

    name: ClassVar[str] = "raise_alert"
    level: AlertLevel
    reason: AlertReason
    counted: Count | None = None
    households: Count | None = None
    scope: Id | None = None


class DeclareEscalationRisk(OfOpinion):
    """Say that it may escalate to media or group petitions; raises red (GP-5)."""

    name: ClassVar[str] = "declare_escalation_risk"
    reason: PersonalText


class OfAlert(OfOpinion):
    """A command about an alert of the case, named by its level."""

    level: AlertLevel


class ConfirmAlert(OfAlert):
    """Confirm an alert, as the named person (GP-6)."""

    name: ClassVar[str] = "confirm_alert"


class DismissAlert(OfAlert):
    """Dismiss an alert, with the reason (GP-6)."""

    name: ClassVar[str] = "dismiss_alert"
    reason: PersonalText


class ForwardAlert(OfAlert):
    """Forward a confirmed alert to those whom the policy names for its level (GP-6)."""

    name: ClassVar[str] = "forward_alert"


class SubmitAlertPlan(OfAlert):
    """Submit plan and completion time on a forwarded alert (GP-6)."""

    name: ClassVar[str] = "submit_alert_plan"
    text: PersonalText
    completion_at: UtcTime


# Decide


def _rules(terms: Terms) -> AlertRules:
    if terms.rules.alerts is None:
        raise WrongState(f"the policy {terms.rules.name} has no alerts", rule="GP-5", right="a case under group400")
    return terms.rules.alerts


def _raise(command: RaiseAlert, state: OpinionState, terms: Terms) -> tuple[Event, ...]:
    rules = _rules(terms)
    if any(alert.level is command.level for alert in state.alerts):
        return ()
    moment = moment_of(command, terms, since=state.accepted_at)
    told = {"occurred_at": moment, "alert": len(state.alerts) + 1, "level": command.level, "reason": command.reason}
    if command.reason is AlertReason.SHARE:
        _reaches(command, rules)
        counts = command.model_dump(include={"counted", "households", "scope"})
        return (AlertRaised.model_validate(told | counts),)
    if command.reason is AlertReason.ESCALATION_RISK:
        raise WrongState("a person declares that", rule="GP-5", right="declare_escalation_risk", where="reason")
    if (command.level, command.reason) not in to_raise(state, terms, moment):
        past = past_limit(state, command.level, terms)
        said = f", not before {utc_text(past[1])}" if past else ""
        raise WrongTime(
            f"the case calls for no {command.level.en} alert because it is {command.reason.en}",
            rule="GP-5",
            right=f"an alert that the case calls for{said}",
            where="level",
        )
    past = past_limit(state, command.level, terms) if command.reason is AlertReason.OVERDUE else None
    limits = {"limit_at": past[0], "past_at": past[1]} if past else {}
    return (AlertRaised.model_validate(told | limits),)


def _reaches(command: RaiseAlert, rules: AlertRules) -> None:
    """Refuse a share that is not reached, or is no reason for this level (GP-5)."""
    share = rules.share
    if share is None or command.level is not AlertLevel.RED:
        raise WrongState("a share of households raises red only", rule="GP-5", right="level red", where="level")
    if command.counted is None or not command.households or command.scope is None:
        raise MissingDetail(
            "a share needs its numbers", rule="GP-5", right="counted, households and scope", where="counted"
        )
    if command.counted * 100 < share.percent * command.households:
        raise WrongState(
            f"{command.counted} of {command.households} households is less than {share.percent} %",
            rule="GP-5",
            right="at least that share",
            where="counted",
        )


def _declare(command: DeclareEscalationRisk, state: OpinionState, terms: Terms) -> tuple[Event, ...]:
    _rules(terms)
    moment = moment_of(command, terms, since=state.accepted_at)
    declared = EscalationRiskDeclared(
        occurred_at=moment, declared_by=command.actor.id, reason=words(command.reason, command, state)
    )
    if any(alert.level is AlertLevel.RED for alert in state.alerts):
        return (declared,)
    red = AlertRaised(
        occurred_at=moment, alert=len(state.alerts) + 1, level=AlertLevel.RED, reason=AlertReason.ESCALATION_RISK
    )
    return (declared, red)


def _found(command: OfAlert, state: OpinionState) -> Alert:
    for alert in state.alerts:
        if alert.level is command.level:
            return alert
    raise WrongState(
        f"no {command.level.en} alert was raised", rule="GP-6", right="an alert of the case", where="level"
    )


def _undecided(command: OfAlert, state: OpinionState) -> Alert:
    alert = _found(command, state)
    if alert.decided_at is not None:
        raise WrongState(
            f"the {alert.level.en} alert was decided at {utc_text(alert.decided_at)}",
            rule="GP-6",
            right="an open alert",
        )
    return alert


def _confirm(command: ConfirmAlert, state: OpinionState, terms: Terms) -> tuple[Event, ...]:
    alert = _undecided(command, state)
    return (
        AlertConfirmed(
            occurred_at=moment_of(command, terms, since=alert.raised_at, step="alert"),
            alert=alert.number,
            level=alert.level,
            confirmed_by=command.actor.id,
            points=_rules(terms).of(alert.level).points,
        ),
    )


def _dismiss(command: DismissAlert, state: OpinionState, terms: Terms) -> tuple[Event, ...]:
    alert = _undecided(command, state)
    return (
        AlertDismissed(
            occurred_at=moment_of(command, terms, since=alert.raised_at, step="alert"),
            alert=alert.number,
            level=alert.level,
            dismissed_by=command.actor.id,
            reason=words(command.reason, command, state),
        ),
    )


def _forward(command: ForwardAlert, state: OpinionState, terms: Terms) -> tuple[Event, ...]:
    alert = _found(command, state)
    if not alert.confirmed or alert.decided_at is None or alert.forwarded_at is not None:
        raise WrongState("it does not wait to be forwarded", rule="GP-6", right="confirm_alert first, and once")
    moment = moment_of(command, terms, since=alert.decided_at, step="confirmation")
    rule = _rules(terms).of(alert.level)
    return (
        AlertForwarded(
            occurred_at=moment,
            alert=alert.number,
            level=alert.level,
            to_roles=", ".join(rule.forward_to),
            alert_plan_due_at=terms.due(moment, rule.plan).at,
        ),
    )


def _submit(command: SubmitAlertPlan, state: OpinionState, terms: Terms) -> tuple[Event, ...]:
    alert = _found(command, state)
    if alert.forwarded_at is None or alert.planned_at is not None:
        raise WrongState("no plan is asked for on it", rule="GP-6", right="forward_alert first, and one plan")
    moment = moment_of(command, terms, since=alert.forwarded_at, step="forwarding")
    not_early(command.completion_at, moment, terms, where="completion_at", rule="GP-6")
    return (
        AlertPlanSubmitted(
            occurred_at=moment,
            alert=alert.number,
            level=alert.level,
            text=words(command.text, command, state),
            completion_at=command.completion_at,
        ),
    )


def _evolve(state: OpinionState, event: Event) -> OpinionState:
    match event:
        case AlertRaised():
            return replace(state, alerts=(*state.alerts, Alert(event)))
        case AlertConfirmed() | AlertDismissed():
            confirmed = isinstance(event, AlertConfirmed)
            return _with(state, replace(state.alerts[event.alert - 1], decided=event, confirmed=confirmed))
        case AlertForwarded():
            return _with(state, replace(state.alerts[event.alert - 1], forwarded=event))
        case AlertPlanSubmitted():
            return _with(state, replace(state.alerts[event.alert - 1], planned=event))
        case _:
            return state


def _with(state: OpinionState, changed: Alert) -> OpinionState:
    alerts = (changed if one.number == changed.number else one for one in state.alerts)
    return replace(state, alerts=tuple(alerts))


THEME: Final = Theme(
    events=(
        AlertRaised,
        EscalationRiskDeclared,
        AlertConfirmed,
        AlertDismissed,
        AlertForwarded,
        AlertPlanSubmitted,
    ),
    answers={
        RaiseAlert: _raise,
        DeclareEscalationRisk: _declare,
        ConfirmAlert: _confirm,
        DismissAlert: _dismiss,
        ForwardAlert: _forward,
        SubmitAlertPlan: _submit,
    },
    evolve=_evolve,
    # A case that has ended may be the one that reached a share; an alert is decided whatever became of its case.
    after_end=frozenset({RaiseAlert, ConfirmAlert, DismissAlert, ForwardAlert, SubmitAlertPlan}),
)
