"""What the facts of service orders and surveys should say, column by column from its label and rule."""

from __future__ import annotations

from collections.abc import Iterable

from caseledger.domain.order.state import OrderState
from caseledger.domain.survey.state import SurveyState
from tests.differential.replayed import Case, Row, day, final, month


def orders(case: Case) -> Iterable[Row]:
    """One row a service order."""
    state: OrderState = case.state
    asked = state.requested
    first, turn = state.turns[0], state.turn
    price, sent, call = final(state.prices), final(state.dispatches), final(state.callbacks)
    yield {
        "case_id": case.id,
        "center": asked.center,
        "number": asked.number,
        "channel": asked.channel,
        "category": asked.category,
        "priority": asked.priority,
        "effort": asked.effort,
        "estate": asked.estate,
        "area": asked.area,
        "unit": asked.unit,
        "customer": asked.customer,
        "source": asked.source,
        "source_case": asked.source_case,
        "linked_to": asked.linked_to,
        "requested_on": day(state.requested_at, case.zone),
        "month": month(state.requested_at, case.zone),
        "requested_at": state.requested_at,
        "policy_name": case.policy.name if case.policy else None,
        "policy_version": case.policy.version if case.policy else None,
        "policy_digest": case.policy.digest if case.policy else None,
        "prices": len(state.prices),
        "price_basis": price.basis if price else None,
        "price": price.amount if price else None,
        "priced_at": state.prices[0].at if price else None,
        "dispatches": len(state.dispatches),
        "provider_kind": sent.to_kind if sent else None,
        "provider": sent.to if sent else None,
        "agreement": sent.agreement if sent else None,
        "planned_completion_at": sent.planned_completion_at if sent else None,
        "received_at": first.first_received_at,
        "arrival_agreed": turn.arrival_agreed,
        "arrival_due_at": turn.arrival_due_at,
        "arrived_at": first.first_arrived_at,
        "completed_at": turn.completed_at,
        "completed_on": day(turn.completed_at, case.zone),
        "completed_month": month(turn.completed_at, case.zone),
        "qualified": first.qualified,
        "rating": turn.rating,
        "work_started_at": turn.work_started_at,
        "work_minutes": turn.work_minutes,
        "fee": turn.fee,
        "callback_due_at": turn.callback_due_at,
        "callbacks": len(state.callbacks),
        "called_back_at": state.callbacks[0].at if call else None,
        "callback_way": call.way if call else None,
        "by_visit": call.by_visit if call else None,
        "timely": call.timely if call else None,
        "manners_satisfied": call.manners_satisfied if call else None,
        "quality_satisfied": call.quality_satisfied if call else None,
        "satisfied": call.satisfied if call else None,
        "ended_at": state.ended_at,
        "ended_month": month(state.ended_at, case.zone),
        "ending": state.ending,
        "status": state.status,
    }


def surveys(case: Case) -> Iterable[Row]:
    """One row a survey."""
    state: SurveyState = case.state
    form, closed = state.approved, state.figures
    yield {
        "case_id": case.id,
        "center": form.center,
        "number": form.number,
        "title": form.title,
        "scope": form.scope,
        "items": len(state.items),
        "method": form.method,
        "approved_on": day(state.approved_at, case.zone),
        "month": month(state.approved_at, case.zone),
        "approved_at": state.approved_at,
        "policy_name": case.policy.name if case.policy else None,
        "policy_version": case.policy.version if case.policy else None,
        "policy_digest": case.policy.digest if case.policy else None,
        "distributions": state.distributions,
        "distributed": state.distributed if state.distributions else None,
        "resident_households": state.resident_households if state.distributions else None,
        "distribution_met": state.distribution_met,
        "returned": state.returned,
        "returned_by_visit": state.returned_by_visit,
        "return_met": closed.return_target_met if closed else None,
        "closed_at": state.closed_at,
        "closed_month": month(state.closed_at, case.zone),
        "items_rated": closed.items_rated if closed else None,
        "satisfied": closed.satisfied if closed else None,
        "basically_satisfied": closed.basically_satisfied if closed else None,
        "unsatisfied": closed.unsatisfied if closed else None,
        "numerator": closed.numerator if closed else None,
        "denominator": closed.denominator if closed else None,
        "percent": closed.percent if closed else None,
        "status": state.status,
    }


def survey_items(case: Case) -> Iterable[Row]:
    """One row an item of a survey's form."""
    state: SurveyState = case.state
    closed = {figures.item: figures for figures in state.item_figures}
    for place, item in enumerate(state.items, start=1):
        tally, figures = state.tallies[item.item], closed.get(item.item)
        yield {
            "case_id": case.id,
            "item": item.item,
            "center": state.center,
            "number": state.approved.number,
            "scope": state.approved.scope,
            "place": place,
            "label_zh": item.label_zh,
            "label_en": item.label_en,
            "method": state.approved.method,
            "satisfied": tally.satisfied,
            "basically_satisfied": tally.basically_satisfied,
            "unsatisfied": tally.unsatisfied,
            "distributed": figures.distributed if figures else None,
            "returned": figures.returned if figures else None,
            "numerator": figures.numerator if figures else None,
            "denominator": figures.denominator if figures else None,
            "percent": figures.percent if figures else None,
        }
