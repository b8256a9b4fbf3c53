"""Acceptance of an opinion: what must be known, and the deadlines that start with it (OP-1 to OP-6)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..checks import known, known_place, moment_of, not_early
from ..personal import personal
from ..policy import Unit
from ..refusal import MissingDetail
from ..terms import Terms
from ..values import Role
from .checks import own_category
from .events import OpinionAccepted
from .linking import opens_anew
from .timing import Clock
from .words import Kind, Level, Severity

if TYPE_CHECKING:
    from datetime import datetime

    from ..policy import Limit, Policy
    from .commands import AcceptOpinion


def accept(command: AcceptOpinion, terms: Terms) -> tuple[OpinionAccepted]:
    """Take the opinion in with its number and deadlines.

    Raises:
        Refused: unknown category, estate or area; a time that cannot be; an agreed time before acceptance, where the
            policy refuses that; a link to a case that is still open, or not the center's.

    """
    if command.case is None or terms.number is None:
        raise MissingDetail("it has no id or number yet", rule="ids", right="ids and numbers from outside the domain")
    policy = terms.rules
    category = own_category(command.category, policy)
    known(category, policy.categories, where="category", rule="OP-4")
    known_place(terms, command.estate, command.area, rule="OP-3")
    opens_anew(command.linked_to, terms)
    moment = moment_of(command, terms)
    complaint = command.kind is Kind.COMPLAINT
    response = terms.due(moment, policy.response) if complaint else None
    at_company = command.level is Level.COMPANY
    plan_limit = (policy.plan_at_company if at_company else policy.plan_at_center) if complaint else None
    plan = terms.due(moment, plan_limit)
    clocks = _started(command, policy)
    agreed = command.agreed_response_at
    handling = command.agreed_handling_at
    not_early(agreed, moment, terms, where="agreed_response_at", rule="OP-5")
    early = not_early(handling, moment, terms, where="agreed_handling_at", rule="OP-5")
    subject = command.customer or command.case
    return (
        OpinionAccepted(
            occurred_at=moment,
            number=terms.number,
            contact=personal(command.contact, subject),
            place=personal(command.place, subject),
            content=personal(command.content, subject),
            response_due_at=agreed or (response.at if response else None),
            response_agreed=agreed is not None,
            plan_due_at=plan.at if plan else None,
            plan_due_provisional=plan.provisional if plan else False,
            handling_due_at=handling,
            handling_due_early=early,
            calendar=terms.edition(plan_limit, *clocks.values()),
            category=category,
            category_said=command.category if category != command.category else None,
            on_duty=True if command.actor.role is Role.DUTY_STAFF else None,
            **_first_set(clocks, moment, terms),
            **{name: getattr(command, name) for name in _COPIED},
        ),
    )


def _started(command: AcceptOpinion, policy: Policy) -> dict[Clock, Limit]:
    """The clocks beside response and plan that start with this acceptance, each with its limit."""
    starts: list[Clock] = []
    if command.kind is Kind.COMPLAINT:
        starts += (Clock.START, Clock.CONTACT, Clock.REPLY, Clock.EXPLANATION)
        if command.severity is Severity.MAJOR:
            starts.append(Clock.NOTIFY)
    if command.kind is Kind.SUGGESTION:
        starts.append(Clock.DECISION)
    if command.actor.role is Role.DUTY_STAFF:
        starts.append(Clock.HAND_OVER)
    limits = {clock: getattr(policy, clock) for clock in starts}
    return {clock: limit for clock, limit in limits.items() if limit is not None}


def _first_set(clocks: dict[Clock, Limit], moment: datetime, terms: Terms) -> dict[str, Any]:
    """Their deadlines, by the names of the event's fields."""
    fields: dict[str, Any] = {}
    for clock, limit in clocks.items():
        fields |= due_fields(clock, limit, moment, terms)
    return fields


def due_fields(clock: Clock, limit: Limit | None, moment: datetime, terms: Terms) -> dict[str, Any]:
    """The fields of an event that record a clock's first deadline; none where the policy has no such clock."""
    due = terms.due(moment, limit)
    if due is None:
        return {}
    fields: dict[str, Any] = {f"{clock}_due_at": due.at}
    if limit is not None and limit.unit is Unit.WORKING_DAYS:
        fields[f"{clock}_due_provisional"] = due.provisional
    return fields


def notice_due(severity: Severity | None, before: Severity | None, moment: datetime, terms: Terms) -> dict[str, Any]:
    """The fields that record until when a major matter is told to those concerned, where it is first judged so now."""
    if severity is not Severity.MAJOR or before is Severity.MAJOR:
        return {}
    limit = terms.rules.notify
    return due_fields(Clock.NOTIFY, limit, moment, terms) | {"calendar": terms.edition(limit)}


_COPIED = {
    "center",
    "kind",
    "channel",
    "level",
    "severity",
    "estate",
    "area",
    "unit",
    "customer",
    "department",
    "wanted_way",
    "wanted_at",
    "linked_to",
    "source",
    "source_case",
}
