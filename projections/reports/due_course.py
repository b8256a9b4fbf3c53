"""The steps of the flow that wait, from the judgement to the end, with the paths that join it; one leg a step."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import and_, case, exists, not_, or_

from ...domain.opinion.steps import Step
from ...domain.opinion.timing import Clock
from ...domain.opinion.words import Kind, Severity, Validity
from ..columntypes import word
from ..facts.callbacks import CALLBACKS
from ..facts.follow_ups import FOLLOW_UPS
from ..facts.platform import PLATFORM
from ..facts.turns import TURNS
from .due_legs import Leg, Legs, leg, timed
from .moved import standing
from .sources import ONE, Source, nothing

if TYPE_CHECKING:
    from sqlalchemy import ColumnElement, FromClause


def of_duty_staff(source: Source, cases: FromClause) -> Legs:
    """What was taken in off hours is handed over (OP-3); those responsible are told of a major matter (OP-19)."""
    not_handed_over = and_(cases.c.on_duty.is_(True), cases.c.handed_over_at.is_(None))
    untold = and_(cases.c.severity == word(Severity.MAJOR), cases.c.major_reported_at.is_(None))
    return [
        timed(source, Step.HAND_OVER, Clock.HAND_OVER, cases, not_handed_over),
        timed(source, Step.REPORT_MAJOR, Clock.NOTIFY, cases, untold),
    ]


def course(source: Source, cases: FromClause) -> Legs:
    """The next step of the flow itself; every open case has one (W08-01 4.8.2)."""
    complaint = cases.c.kind == word(Kind.COMPLAINT)
    explained = and_(cases.c.explained_at.is_not(None), cases.c.not_ours_upheld.is_(None))
    at_work = cases.c.status.not_in((word("handled"), word("called_back")))
    return [
        leg(Step.REVIEW_NOT_OURS, cases, explained, at_work, due=nothing()),
        leg(Step.ASSESS, cases, complaint, cases.c.flow.is_(None), due=nothing()),
        *_handling(source, cases, and_(complaint, cases.c.flow.is_(True))),
        *_suggestions(source, cases),
        *_to_the_end(source, cases),
    ]


def _handling(source: Source, cases: FromClause, in_flow: ColumnElement[bool]) -> Legs:
    """Plan, approval, result and callback of the current turn (OP-6, OP-7, OP-10, GP-2)."""
    t, p = source(TURNS), source(PLATFORM)
    both = cases.join(t, and_(t.c.case_id == cases.c.case_id, t.c.turn == cases.c.turns))
    both = both.outerjoin(p, p.c.case_id == cases.c.case_id)
    issued = and_(p.c.issued_at.is_not(None), p.c.issued_at >= t.c.started_at)
    signed = or_(t.c.plan_approved_at.is_not(None), issued)
    proposed = t.c.plans > t.c.plans_returned
    at_work = and_(in_flow, t.c.finished_at.is_(None))
    third_party = cases.c.validity == word(Validity.THIRD_PARTY)
    to_inform = and_(third_party, cases.c.party_informed.is_not(True))

    def until(step: Step, clock: Clock, first: ColumnElement[Any], *when: ColumnElement[bool]) -> Leg:
        stands = standing(source, cases, clock, first, turn=t.c.turn, read=both)
        return leg(step, cases, *when, due=stands.due_at, read=stands.source)

    def of_first_turn(due: ColumnElement[Any]) -> ColumnElement[Any]:
        return case((t.c.turn == ONE, due), else_=nothing())

    plan, handling = of_first_turn(cases.c.plan_due_at), of_first_turn(cases.c.handling_due_at)
    finished = and_(in_flow, t.c.finished_at.is_not(None), cases.c.status != word("called_back"))
    return [
        leg(Step.INFORM_PARTY, cases, at_work, to_inform, due=nothing(), read=both),
        until(Step.PROPOSE_PLAN, Clock.PLAN, plan, at_work, not_(signed), not_(proposed)),
        leg(Step.APPROVE_PLAN, cases, at_work, not_(signed), proposed, due=nothing(), read=both),
        until(Step.FINISH, Clock.HANDLING, handling, at_work, signed, not_(to_inform)),
        until(Step.CALL_BACK, Clock.CALLBACK, t.c.callback_due_at, finished),
    ]


def _suggestions(source: Source, cases: FromClause) -> Legs:
    """A suggestion is decided and answered, where the policy has a time for the decision (GP-3)."""
    waits = and_(cases.c.kind == word(Kind.SUGGESTION), cases.c.decision_due_at.is_not(None))
    decided = cases.c.decided_at.is_not(None)
    return [
        timed(source, Step.DECIDE, Clock.DECISION, cases, waits, not_(decided)),
        leg(Step.ANSWER, cases, waits, decided, not_(_told_of_decision(source, cases)), due=nothing()),
    ]


def _told_of_decision(source: Source, cases: FromClause) -> ColumnElement[bool]:
    """Whether the customer heard from us after the decision."""
    told, called = source(FOLLOW_UPS), source(CALLBACKS)
    since = cases.c.decided_at
    return or_(
        and_(cases.c.responded_at.is_not(None), cases.c.responded_at >= since),
        exists().where(told.c.case_id == cases.c.case_id, told.c.told_at >= since).correlate(cases),
        exists().where(called.c.case_id == cases.c.case_id, called.c.called_at >= since).correlate(cases),
    )


def _to_the_end(source: Source, cases: FromClause) -> Legs:
    """What is left to do once the outcome is there: report it, tell of it, end (OP-8, OP-14, OP-20)."""
    kind, invalid = cases.c.kind, cases.c.flow.is_(False)
    decided = or_(cases.c.decision_due_at.is_(None), _told_of_decision(source, cases))
    there = or_(
        and_(kind == word(Kind.COMPLAINT), invalid),
        and_(kind == word(Kind.COMPLAINT), cases.c.flow.is_(True), cases.c.status == word("called_back")),
        and_(kind == word(Kind.INQUIRY), cases.c.responded_at.is_not(None)),
        and_(kind == word(Kind.SUGGESTION), decided),
        kind == word(Kind.PRAISE),
    )
    owed = cases.c.report_owed.is_not(None)
    judged_invalid = and_(cases.c.flow.is_not(None), invalid)
    return [
        leg(Step.TELL_DUTY_STAFF, cases, there, cases.c.duty_untold == word("yes"), due=nothing()),
        leg(Step.REPORT_BACK, cases, there, owed, due=nothing()),
        leg(Step.EXPLAIN, cases, there, not_(owed), judged_invalid, due=nothing()),
        leg(Step.END, cases, there, not_(owed), not_(judged_invalid), due=nothing()),
    ]
