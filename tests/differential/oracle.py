"""What the facts should say, worked out of the replayed states alone: from each column's label and rule, case by case.

The envelope of the first event is asked for one thing only, the policy that governs the case, which no state holds.
Days and months are computed here from the moment and the center's zone, never taken from the recorded `local_date`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from enum import Enum
from typing import Any, TypeAlias
from zoneinfo import ZoneInfo

from caseledger.domain.canonical import digest
from caseledger.domain.center import CenterState
from caseledger.domain.event import PolicyRef
from caseledger.domain.opinion.state import OpinionState
from caseledger.domain.order.state import OrderState
from caseledger.domain.survey.state import SurveyState

Row: TypeAlias = dict[str, Any]
Key: TypeAlias = tuple[Any, ...]


@dataclass(frozen=True)
class Case:
    """A case as it was replayed: its state, the policy of its first event, and the zone of its center."""

    id: str
    state: Any
    policy: PolicyRef | None
    zone: ZoneInfo


Oracle: TypeAlias = Callable[[Case], Iterable[Row]]


def plain(value: object) -> object:
    """A value as the tables hold it: times as UTC text of one width, days as ISO text, coded words as their codes."""
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, datetime):
        return value.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="microseconds") + "Z"
    return value.isoformat() if isinstance(value, date) else value


def rows_of(name: str, cases: Iterable[Case]) -> dict[Key, Row]:
    """Every row that the facts of this name should have, by its key."""
    kind, key, tell = ORACLES[name]
    rows = [
        {column: plain(value) for column, value in row.items()}
        for case in cases
        if case.state is not None and case.id.startswith(f"{kind}:")
        for row in tell(case)
    ]
    found = {tuple(row[part] for part in key): row for row in rows}
    assert len(found) == len(rows), f"the oracle of {name} gives a key twice"
    return found


def day(moment: datetime | None, zone: ZoneInfo) -> str | None:
    """The local day of a moment."""
    return None if moment is None else moment.astimezone(zone).strftime("%Y-%m-%d")


def month(moment: datetime | None, zone: ZoneInfo) -> str | None:
    """The local month of a moment."""
    return None if moment is None else moment.astimezone(zone).strftime("%Y-%m")


def final(values: Sequence[Any]) -> Any:  # noqa: ANN401 - whatever the sequence holds
    """The last of them, or nothing."""
    return values[-1] if values else None


def centers(case: Case) -> Iterable[Row]:
    """One row a center."""
    state: CenterState = case.state
    start, policy = state.policies[-1] if state.policies else (None, None)
    yield {
        "case_id": case.id,
        "label": state.label,
        "time_zone": state.time_zone,
        "registered_at": state.registered_at,
        "total_households": state.total_households,
        "resident_households": state.resident_households,
        "households_at": state.households_at,
        "policies": len(state.policies),
        "policy_digest": digest(policy.model_dump(mode="json", exclude_none=True)) if policy else None,
        "policy_from": start,
    }


def opinions(case: Case) -> Iterable[Row]:
    """One row an opinion."""
    state: OpinionState = case.state
    said = state.accepted
    finished = [turn for turn in state.turns if turn.finished_at is not None]
    first_finished = finished[0].finished_at if finished else None
    steps = sum(turn.plans + turn.plans_returned + (turn.plan_approved_at is not None) for turn in state.turns)
    last_call = final(state.callbacks)
    yield {
        "case_id": case.id,
        "center": said.center,
        "number": said.number,
        "kind": said.kind,
        "channel": said.channel,
        "level": said.level,
        "category": said.category,
        "severity": state.severity,
        "estate": said.estate,
        "area": said.area,
        "unit": said.unit,
        "customer": said.customer,
        "department": said.department,
        "source": said.source,
        "source_case": said.source_case,
        "linked_to": said.linked_to,
        "accepted_on": day(state.accepted_at, case.zone),
        "month": month(state.accepted_at, case.zone),
        "accepted_at": state.accepted_at,
        "response_due_at": said.response_due_at,
        "response_agreed": said.response_agreed,
        "plan_due_at": said.plan_due_at,
        "plan_due_provisional": said.plan_due_provisional,
        "handling_due_at": said.handling_due_at,
        "handling_due_early": said.handling_due_early,
        "calendar": said.calendar,
        "policy_name": case.policy.name if case.policy else None,
        "policy_version": case.policy.version if case.policy else None,
        "policy_digest": case.policy.digest if case.policy else None,
        "validity": state.validity,
        "flow": state.flow,
        "assessed_at": state.assessed_at,
        "assessed_by": state.assessed_by,
        "dispatches": state.dispatches,
        "handler": state.handler,
        "responded_at": state.responded_at,
        "plans": steps,
        "plan_proposed_at": state.turns[0].plan_first_proposed_at,
        "turns": len(state.turns),
        "rehandled_at": state.turns[1].started_at if len(state.turns) > 1 else None,
        "first_finished_at": first_finished,
        "finished_at": finished[-1].finished_at if finished else None,
        "finished_turn": finished[-1].number if finished else None,
        "callbacks": len(state.callbacks),
        "called_back_at": state.callbacks[0].at if state.callbacks else None,
        "called_back_turn": last_call.turn if last_call else None,
        "control_end_at": last_call.at if last_call else None,
        "follow_ups": len(state.follow_ups),
        "comments": state.comments,
        "ended_at": state.ended_at,
        "ended_month": month(state.ended_at, case.zone),
        "ending": state.ending,
        "source_status": state.source_status,
        "handled_at": first_finished or state.ended_at,
        "status": state.status,
    }


def turns(case: Case) -> Iterable[Row]:
    """One row a turn of handling of an opinion."""
    state: OpinionState = case.state
    for turn in state.turns:
        calls = [call for call in state.callbacks if call.turn == turn.number]
        yield {
            "case_id": case.id,
            "turn": turn.number,
            "started_at": turn.started_at,
            "plans": turn.plans,
            "plan_first_proposed_at": turn.plan_first_proposed_at,
            "plan_last_proposed_at": turn.plan_last_proposed_at,
            "plan_approved_at": turn.plan_approved_at,
            "plans_returned": turn.plans_returned,
            "finished_at": turn.finished_at,
            "callback_due_at": turn.callback_due_at,
            "callbacks": len(calls),
            "called_back_at": calls[0].at if calls else None,
            "satisfied": calls[-1].satisfied if calls else None,
        }


def callbacks(case: Case) -> Iterable[Row]:
    """One row a callback of an opinion."""
    state: OpinionState = case.state
    for call in state.callbacks:
        yield {
            "case_id": case.id,
            "callback": call.number,
            "turn": call.turn,
            "called_at": call.at,
            "called_on": day(call.at, case.zone),
            "way": call.way,
            "handled_in_time": call.handled_in_time,
            "outcome_satisfied": call.outcome_satisfied,
            "attitude_satisfied": call.attitude_satisfied,
            "satisfied": call.satisfied,
        }


def follow_ups(case: Case) -> Iterable[Row]:
    """One row a message to the customer of an open opinion."""
    state: OpinionState = case.state
    for told in state.follow_ups:
        yield {
            "case_id": case.id,
            "follow_up": told.number,
            "turn": told.turn,
            "told_at": told.at,
            "told_on": day(told.at, case.zone),
            "way": told.way,
        }


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


ORACLES: dict[str, tuple[str, tuple[str, ...], Oracle]] = {
    "fact_centers": ("center", ("case_id",), centers),
    "fact_opinions": ("opinion", ("case_id",), opinions),
    "fact_turns": ("opinion", ("case_id", "turn"), turns),
    "fact_callbacks": ("opinion", ("case_id", "callback"), callbacks),
    "fact_follow_ups": ("opinion", ("case_id", "follow_up"), follow_ups),
    "fact_orders": ("order", ("case_id",), orders),
    "fact_surveys": ("survey", ("case_id",), surveys),
    "fact_survey_items": ("survey", ("case_id", "item"), survey_items),
}
"""By the name of the facts: the kind of case they are about, their key, and what they should say of one."""
