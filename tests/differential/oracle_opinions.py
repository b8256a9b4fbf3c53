"""What the facts of centers and opinions should say, column by column from its label and rule."""

from __future__ import annotations

from collections.abc import Iterable

from caseledger.domain.canonical import digest
from caseledger.domain.center_state import CenterState
from caseledger.domain.opinion.state import OpinionState
from tests.differential.replayed import Case, Row, day, final, month


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
        "review_due_at": state.review_due_at,
        "reviewed_at": state.reviewed_at,
        "summary_due_at": state.summary_due_at,
        "signed_at": state.signed_at,
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
        "start_due_at": said.start_due_at,
        "contact_due_at": said.contact_due_at,
        "reply_due_at": said.reply_due_at,
        "reply_due_provisional": said.reply_due_provisional,
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
        "follow_up_due_at": state.follow_up_due_at,
        "comments": state.comments,
        "on_duty": said.on_duty,
        "category_said": said.category_said,
        "handed_over_at": state.duty.handed_over_at,
        "adopted": state.decision.adopted if state.decision else None,
        "decided_at": state.decision.at if state.decision else None,
        "not_ours_upheld": state.not_ours.upheld if state.not_ours else None,
        **_paths(case),
        "corrections": state.corrections.total,
        "merged_into": state.merging.into,
        "second_complaints": state.merging.second_complaints,
        "ended_at": state.ended_at,
        "ended_month": month(state.ended_at, case.zone),
        "ending": state.ending,
        "source_status": state.source_status,
        "handled_at": first_finished or state.ended_at,
        "status": state.status,
    }


def _paths(case: Case) -> Row:
    """The columns of the paths beside the flow."""
    state: OpinionState = case.state
    said, found, down = state.accepted, state.notice, state.handed_down
    return {
        "decision_due_at": said.decision_due_at,
        "explanation_due_at": said.explanation_due_at,
        "explained_at": state.explained_at,
        "hand_over_due_at": said.hand_over_due_at,
        "hand_over_due_provisional": said.hand_over_due_provisional,
        "duty_told_at": state.duty.told_at,
        "duty_untold": "yes" if state.accepted.on_duty and state.duty.told_at is None else None,
        "major_at": found.since if found else None,
        "notify_due_at": found.due_at if found else None,
        "notify_due_provisional": found.provisional if found and found.due_at else None,
        "major_reported_at": state.major_reported_at,
        "party_informed": bool(state.parties),
        "report_owed": len(state.turns) if down and down.reported_turn != len(state.turns) else None,
    }


def turns(case: Case) -> Iterable[Row]:
    """One row a turn of handling of an opinion."""
    state: OpinionState = case.state
    again = {one.turn for one in state.repetitions.treated}
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
            "satisfied": False if turn.number in again else calls[-1].satisfied if calls else None,
            "ended_at": turn.ended_at,
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
            "corrected": call.number in state.corrections.callbacks,
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
            "due_at": told.was_due_at,
        }
