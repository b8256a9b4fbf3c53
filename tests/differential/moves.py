"""What may be asked next of a case in some state: likely steps many times over, unlikely ones once."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from random import Random
from typing import Any, TypeAlias

from caseledger.domain.center_state import CenterState
from caseledger.domain.opinion.state import OpinionState
from caseledger.domain.opinion.words import PlanStatus
from caseledger.domain.order.state import OrderState
from caseledger.domain.survey.state import SurveyState
from caseledger.domain.survey.words import Entry
from tests.differential.words import code, name, words

Values: TypeAlias = dict[str, Any]
Ask: TypeAlias = tuple[str, Values]
Move: TypeAlias = Callable[[Random, datetime], Ask]

WAYS = ("phone", "visit", "letter", "email", "questionnaire")
CHANNELS = ("visit", "phone", "web", "app", "government", "other")
AMOUNTS = ("0", "0.01", "0.1", "35.00", "99.99", "1234567.89", "9999999999.99")
ITEMS = ("cleaning", "security", "true", "1", "00012", "greening")


def some(random: Random, **values: Any) -> Values:
    """These fields, each of them left out now and then: what is absent is unknown."""
    return {field: value for field, value in values.items() if random.randint(0, 2)}


def agreed(random: Random, now: datetime) -> datetime:
    """A time agreed with the customer: ahead, at the very moment, or in the past (which some policies refuse)."""
    return now + random.choice(
        (timedelta(minutes=20), timedelta(days=3), timedelta(days=40), timedelta(0), -timedelta(5))
    )


def truth(random: Random) -> bool:
    """Yes or no."""
    return bool(random.randint(0, 1))


def place(random: Random) -> Values:
    """Where it is about, of the estates that every center of these histories runs."""
    estate = random.choice((("garden", "north"), ("garden", "south"), ("1", "true"), (None, None)))
    return {} if estate[0] is None else some(random, estate=estate[0], area=estate[1])


def origin(random: Random) -> Values:
    """Where an imported case comes from."""
    return {} if random.randint(0, 2) else some(random, source=code(random), source_case=name(random, "src"))


def new_opinion(random: Random, now: datetime, center: str, others: list[str]) -> Ask:
    """Take in an opinion, a complaint more often than not."""
    return "accept_opinion", {
        "center": center,
        "kind": random.choice(("complaint", "complaint", "complaint", "inquiry", "suggestion", "praise")),
        "channel": random.choice(CHANNELS),
        **place(random),
        **origin(random),
        **some(
            random,
            level=random.choice(("center", "company")),
            category=random.choice(("noise", "pets", "other")),
            severity=random.choice(("general", "common", "major")),
            unit=name(random, "unit"),
            customer=name(random, "customer"),
            department=code(random),
            contact=words(random),
            content=words(random),
            wanted_way=random.choice(WAYS),
        ),
        **({} if random.randint(0, 2) else {"agreed_response_at": agreed(random, now)}),
        **({} if random.randint(0, 1) else {"agreed_handling_at": agreed(random, now)}),
        **({"linked_to": random.choice(others)} if others and not random.randint(0, 3) else {}),
    }


def _say(command: str, field: str, *, always: bool = True) -> Move:
    return lambda random, _now: (command, {field: words(random)} if always or random.randint(0, 1) else {})


def _assess(random: Random, _now: datetime) -> Ask:
    validity = random.choice(("valid", "valid", "valid", "third_party", "invalid"))
    severity = some(random, severity=random.choice(("general", "common", "major")))
    return "assess_opinion", {"validity": validity, "reason": words(random), **severity}


def _dispatch(random: Random, _now: datetime) -> Ask:
    kind = random.choice(("handler", "department", "supplier"))
    return "dispatch_opinion", {"to_kind": kind, "to": name(random, "staff"), **some(random, reason=words(random))}


def _transfer(random: Random, _now: datetime) -> Ask:
    told = truth(random)
    return "transfer_opinion", {"to": name(random, "department"), "reason": words(random), "explained": told}


def _tell(command: str) -> Move:
    return lambda random, _now: (command, {"way": random.choice(WAYS), **some(random, note=words(random))})


def _call_back(random: Random, _now: datetime) -> Ask:
    return "call_back_opinion", {
        "way": random.choice(WAYS),
        **some(
            random,
            handled_in_time=truth(random),
            outcome_satisfied=truth(random),
            attitude_satisfied=random.randint(0, 3) > 0,
            still_wrong=not random.randint(0, 4),
            further_needs=words(random),
        ),
    }


def _end_opinion(random: Random, _now: datetime) -> Ask:
    why = some(random, explanation=words(random), source=code(random), source_status=code(random))
    return "end_opinion", why if random.randint(0, 1) else {}


def _merge(random: Random, _now: datetime) -> Ask:
    return "merge_opinion", some(random, reason=words(random))


def _agree_time(random: Random, now: datetime) -> Ask:
    clock = random.choice(("response", "reply", "handling", "follow_up", "callback"))
    return "agree_time", {"clock": clock, "until": agreed(random, now), **some(random, reason=words(random))}


def _make_contact(random: Random, _now: datetime) -> Ask:
    severity = some(random, severity=random.choice(("general", "common", "major")))
    return "make_contact", {"way": random.choice(WAYS), "department": code(random), **severity}


def _submit_solution(random: Random, now: datetime) -> Ask:
    return "submit_solution", {"text": words(random), "completion_at": agreed(random, now)}


def _on_alerts(state: OpinionState) -> list[Move]:
    """What becomes of alerts; only some policies have them."""
    say = _say("declare_escalation_risk", "reason")
    if not state.alerts:
        return [say, say]
    level = {"level": state.alerts[-1].level.value}
    alert = state.alerts[-1]
    if alert.decided is None:
        dismiss: Move = lambda random, _now: ("dismiss_alert", {**level, "reason": words(random)})  # noqa: E731 - as its neighbours
        return [*[dismiss] * 3, *[lambda _random, _now: ("confirm_alert", level)] * 4]
    if alert.forwarded is None:
        return [lambda _random, _now: ("forward_alert", level)] * 8
    plan = lambda random, now: (  # noqa: E731 - as its neighbours
        "submit_alert_plan",
        {**level, "text": words(random), "completion_at": now + timedelta(days=3)},
    )
    return [plan] * 8


def _on_the_platform(state: OpinionState) -> list[Move]:
    """The steps of the group platform, and times agreed anew."""
    moves: list[Move] = [*_on_alerts(state), _agree_time, _agree_time, lambda _random, _now: ("confirm_deadlines", {})]
    if state.platform.contacted_at is None:
        return [*moves, lambda _random, _now: ("start_work", {}), *[_make_contact] * 2]
    if state.platform.submitted_at is None:
        return [*moves, *[_submit_solution] * 3]
    return [*moves, _submit_solution, *[_say("issue_solution", "text")] * 3]


def of_opinion(state: OpinionState) -> list[Move]:  # noqa: PLR0911 - one return a state
    """The moves of an opinion."""
    always: list[Move] = [_tell("follow_up_opinion"), _say("comment_on_opinion", "comment"), _end_opinion, _call_back]
    always += _on_the_platform(state)
    if state.responded_at is None:
        always += [_tell("respond_to_opinion")] * 2
    if not state.is_complaint:
        return [*always, _dispatch, _end_opinion]
    turn = state.turn
    if state.flow is None:
        return [*always, _dispatch, *[_assess] * 6, _merge]
    if not state.flow:
        return [*always, _assess, _end_opinion]
    if turn.finished_at is not None:
        called = any(call.turn == turn.number for call in state.callbacks)
        return [*always, *[_end_opinion if called else _call_back] * 5]
    always += [_dispatch, _transfer, _assess, _merge]
    if turn.plan_status is PlanStatus.PROPOSED:
        return [*always, *[lambda _random, _now: ("approve_plan", {})] * 4, *[_say("return_plan", "reason")] * 2]
    if turn.plan_status is PlanStatus.APPROVED:
        return [*always, *[_say("finish_handling", "result")] * 6]
    return [*always, *[_say("propose_plan", "text")] * 5]


def new_order(random: Random, now: datetime, center: str, others: list[str]) -> Ask:
    """Take in a request for work."""
    return "request_order", {
        "center": center,
        **place(random),
        **origin(random),
        **some(
            random,
            channel=random.choice(CHANNELS),
            category=random.choice(("water", "electrics", "other")),
            priority=random.choice(("urgent", "ordinary", "can_wait")),
            effort=random.choice(("light", "heavy")),
            unit=name(random, "unit"),
            customer=name(random, "customer"),
            content=words(random),
        ),
        **({} if random.randint(0, 2) else {"agreed_arrival_at": agreed(random, now)}),
        **({"linked_to": random.choice(others)} if others and not random.randint(0, 3) else {}),
    }


def _agree_price(random: Random, _now: datetime) -> Ask:
    return "agree_price", {"basis": random.choice(("posted", "negotiated")), "amount": random.choice(AMOUNTS)}


def _dispatch_order(random: Random, now: datetime) -> Ask:
    return "dispatch_order", {
        "to": name(random, "staff"),
        "to_kind": random.choice(("technician", "steward", "supplier")),
        **({} if random.randint(0, 3) == 0 else {"agreement": name(random, "agreement")}),
        **some(random, planned_completion_at=agreed(random, now), note=words(random)),
        **({} if random.randint(0, 3) else {"agreed_arrival_at": agreed(random, now)}),
    }


def _complete(state: OrderState) -> Move:
    most = state.prices[-1].amount if state.prices else 0
    fees = [amount for amount in AMOUNTS if float(amount) <= float(most)]

    def move(random: Random, _now: datetime) -> Ask:
        arrived = state.turn.first_arrived_at
        return "complete_order", {
            "tested": True,
            "signed": True,
            "qualified": random.randint(0, 3) > 0,
            "fee": random.choice(fees),
            **some(
                random,
                rating=random.choice(("satisfied", "basically_satisfied", "unsatisfied")),
                work_minutes=random.choice((0, 1, 90, 2**31 - 1)),
                work_started_at=arrived,
                material_from=random.choice(("none", "company", "customer")),
                material=words(random),
                result=words(random),
            ),
        }

    return move


def _call_back_order(random: Random, _now: datetime) -> Ask:
    return "call_back_order", {
        "way": random.choice(WAYS),
        "customer_signed": True,
        **some(
            random,
            timely=truth(random),
            manners_satisfied=truth(random),
            quality_satisfied=truth(random),
            satisfied=truth(random),
            provider_told=truth(random),
            remark=words(random),
        ),
    }


def _end_order(random: Random, _now: datetime) -> Ask:
    given = some(random, explanation=words(random), source=code(random), source_status=code(random))
    return "end_order", given if random.randint(0, 1) else random.choice(({}, {"not_sampled": True}))


def of_order(state: OrderState) -> list[Move]:
    """The moves of a service order."""
    if state.turn.completed_at is not None:
        return [_end_order, _end_order if state.callback else _call_back_order, _call_back_order]
    always: list[Move] = [_agree_price, _dispatch_order, _dispatch_order, _end_order]
    sent = state.dispatch
    if sent is None:
        return [*always, _agree_price, *[_dispatch_order] * 4]
    if sent.received_at is None:
        return [*always, *[lambda _random, _now: ("receive_order", {})] * 5]
    if sent.arrived_at is None:
        return [*always, *[lambda _random, _now: ("arrive_for_order", {})] * 5]
    return [*always, *[_complete(state)] * 5]


def new_survey(random: Random, _now: datetime, center: str, _others: list[str]) -> Ask:
    """Approve the form of a survey with some items."""
    chosen = random.sample(ITEMS, random.randint(1, 4))
    items = [{"item": item, "label": {"zh": words(random), "en": words(random)}} for item in chosen]
    scope = random.choice(("general", "topical"))
    return "approve_survey_form", {"center": center, "title": words(random), "scope": scope, "items": items}


def _distribute(random: Random, _now: datetime) -> Ask:
    return "distribute_survey", {"forms": random.randint(1, 6)}


def _return_form(state: SurveyState) -> Move:
    def move(random: Random, _now: datetime) -> Ask:
        answers = {item: random.choice(("satisfied", "basically_satisfied", "unsatisfied")) for item in state.tallies}
        return "return_survey_form", {
            "answers": some(random, **answers),
            **some(random, by_visit=truth(random), unit=name(random, "unit")),
        }

    return move


def _count(state: SurveyState) -> Move:
    def move(random: Random, _now: datetime) -> Ask:
        returned = random.randint(0, state.distributed)
        counts = {}
        for item in state.tallies:
            satisfied = random.randint(0, returned)
            basically = random.randint(0, returned - satisfied)
            unsatisfied = random.randint(0, returned - satisfied - basically)
            counts[item] = {"satisfied": satisfied, "basically_satisfied": basically, "unsatisfied": unsatisfied}
        by_visit = some(random, returned_by_visit=random.randint(0, returned))
        return "record_survey_counts", {"returned": returned, "counts": counts, **by_visit}

    return move


def of_survey(state: SurveyState) -> list[Move]:
    """The moves of a survey: its answers come form by form, or as counts."""
    close: Move = lambda _random, _now: ("close_survey", {})  # noqa: E731 - as its neighbours in the lists
    if not state.distributions:
        return [_distribute]
    if state.entry is Entry.COUNTS:
        return [close]
    if state.entry is Entry.FORMS:
        return [_distribute, _distribute, close, *[_return_form(state)] * 5]
    return [_distribute, _distribute, close, _return_form(state), _count(state)]


def of_center(random: Random, state: CenterState, policies: list[Values]) -> Ask:
    """Report other numbers of households, do a recurring duty, or adopt a policy from some day on."""
    if random.randint(0, 1):
        estate = {"center": state.id, "estate": "garden", "households": random.randint(0, 500)}
        signed = {"center": state.id, "project_manager": "staff:4", "branch_head": "staff:5"}
        duties: list[Ask] = [
            ("report_estate_households", estate),
            ("review_opinions", {"center": state.id}),
            ("sign_group_summary", signed),
        ]
        return random.choice(duties)
    if random.randint(0, 1):
        households = random.randint(0, 500)
        counts = {"total_households": households, "resident_households": random.randint(0, households)}
        return "report_households", {"center": state.id, **counts}
    return "adopt_policy", {
        "center": state.id,
        "policy": random.choice(policies),
        "in_force_from": random.choice(("2000-01-01", "2026-02-01")),
    }
