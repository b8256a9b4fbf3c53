"""Acceptance of an opinion: what must be known, and the deadlines that start with it (OP-1 to OP-6)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..personal import personal
from ..refusal import MissingDetail
from ..terms import Terms, known, known_place, moment_of, not_early
from .events import OpinionAccepted
from .words import Kind, Level

if TYPE_CHECKING:
    from .commands import AcceptOpinion


def accept(command: AcceptOpinion, terms: Terms) -> tuple[OpinionAccepted]:
    """Take the opinion in with its number and deadlines.

    Raises:
        Refused: unknown category, estate or area; a time that cannot be; an agreed time before acceptance, where the
            policy refuses that.

    """
    if command.case is None or terms.number is None:
        raise MissingDetail("it has no id or number yet", rule="ids", right="ids and numbers from outside the domain")
    policy = terms.rules
    known(command.category, policy.categories, where="category", rule="OP-4")
    known_place(terms, command.estate, command.area, rule="OP-3")
    moment = moment_of(command, terms)
    complaint = command.kind is Kind.COMPLAINT
    response = terms.due(moment, policy.response) if complaint else None
    at_company = command.level is Level.COMPANY
    plan = terms.due(moment, policy.plan_at_company if at_company else policy.plan_at_center) if complaint else None
    agreed = command.agreed_response_at
    handling = command.agreed_handling_at
    not_early(agreed, moment, terms, where="agreed_response_at", rule="OP-5")
    early = not_early(handling, moment, terms, where="agreed_handling_at", rule="OP-5")
    subject = command.customer or command.case
    copied = command.model_dump(include=_COPIED)
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
            calendar=terms.edition(policy.plan_at_company if at_company else policy.plan_at_center)
            if complaint
            else None,
            **copied,
        ),
    )


_COPIED = {
    "center",
    "kind",
    "channel",
    "level",
    "category",
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
