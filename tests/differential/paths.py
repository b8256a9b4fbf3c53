"""What may be asked of an opinion beside the flow itself: duty staff, third parties, the company, corrections."""

from __future__ import annotations

from datetime import datetime
from random import Random

from caseledger.domain.opinion.state import OpinionState
from caseledger.domain.opinion.words import Kind, Level, PlanStatus, Severity
from tests.differential.moves import WAYS, Ask, Move, Values, place, some, truth
from tests.differential.words import code, name, words


def _inform(random: Random, _now: datetime) -> Ask:
    return "inform_party", {
        "party": name(random, "party"),
        "way": random.choice(WAYS),
        **some(random, note=words(random)),
    }


def _investigate(random: Random, _now: datetime) -> Ask:
    found = {"on_site": truth(random), "findings": words(random), **some(random, shortcoming=truth(random))}
    return "investigate_opinion", found


def _progress(random: Random, _now: datetime) -> Ask:
    minutes = some(random, spent_minutes=random.choice((0, 90)), needed_minutes=random.choice((0, 2**31 - 1)))
    return "report_progress", {"stands": words(random), **minutes}


def _attach(random: Random, _now: datetime) -> Ask:
    digest = f"{random.getrandbits(256):064x}"
    return "attach_to_opinion", {
        "reference": name(random, "archive"),
        "sha256": digest,
        **some(random, form=code(random)),
    }


def _correct(random: Random, _now: datetime) -> Ask:
    details: Values = some(
        random,
        channel=random.choice(("phone", "web")),
        category="other",
        unit=name(random, "unit"),
        customer=name(random, "customer"),
        department=code(random),
        contact=words(random),
    )
    unknown = [] if random.randint(0, 2) else ["estate", "area"]
    return "correct_opinion", {
        "reason": words(random),
        "unknown": unknown,
        **details,
        **({} if unknown else place(random)),
    }


def _correct_assessment(random: Random, _now: datetime) -> Ask:
    validity = random.choice(("valid", "third_party", "invalid"))
    severity = some(random, severity=random.choice(("general", "common", "major")))
    return "correct_assessment", {"validity": validity, "reason": words(random), **severity}


def _correct_callback(state: OpinionState) -> Move:
    def move(random: Random, _now: datetime) -> Ask:
        answers = some(
            random, handled_in_time=truth(random), outcome_satisfied=truth(random), attitude_satisfied=truth(random)
        )
        number = random.randint(1, len(state.callbacks) + 1)
        return "correct_callback", {"callback": number, "reason": words(random), **answers}

    return move


def _take_action(random: Random, _now: datetime) -> Ask:
    kind = some(random, kind=random.choice(("corrective", "preventive")), record=name(random, "ca"))
    return "record_corrective_action", {"measure": words(random), **kind}


def _decide(random: Random, _now: datetime) -> Ask:
    return "decide_suggestion", {"adopted": truth(random), **some(random, reason=words(random))}


def _to_center(state: OpinionState) -> Move:
    return lambda _random, _now: ("dispatch_opinion", {"to_kind": "center", "to": state.center})


def _told(command: str, field: str) -> Move:
    return lambda random, _now: (command, {field: words(random)})


def _to_someone(command: str) -> Move:
    return lambda random, _now: (command, {"to": name(random, "staff"), **some(random, note=words(random))})


def _review(random: Random, _now: datetime) -> Ask:
    return "review_not_ours", {"upheld": truth(random), "reason": words(random)}


def _refer(random: Random, _now: datetime) -> Ask:
    level = random.choice(("qa", "deputy_general_manager", "general_manager"))
    return "refer_plan", {"to_level": level, "reason": words(random)}


def _track(state: OpinionState) -> Move:
    return lambda random, _now: ("track_party", {"party": random.choice(state.parties), "stands": words(random)})


def _report_back(random: Random, _now: datetime) -> Ask:
    return "report_back", {"outcome": words(random), **some(random, without_callback=words(random))}


def beside_the_flow(state: OpinionState) -> list[Move]:
    """The moves that the state lets one expect."""
    explained = state.not_ours is not None
    may: tuple[tuple[bool, Move], ...] = (
        (True, _attach),
        (True, _correct),
        (True, _progress),
        (True, _investigate),
        (state.is_complaint and bool(state.flow), _inform),
        (bool(state.parties), _track(state)),
        (state.accepted.on_duty is True, _to_someone("hand_over_opinion")),
        (state.accepted.on_duty is True, _told("tell_duty_staff", "outcome")),
        (state.severity is Severity.MAJOR, _to_someone("report_major")),
        (state.accepted.level is Level.COMPANY, _to_center(state)),
        (state.handed_down is not None, _report_back),
        (state.is_complaint and not explained, _told("explain_not_ours", "explanation")),
        (explained, _review),
        (bool(state.corrective.standing), _take_action),
        (state.assessments > 0, _correct_assessment),
        (bool(state.callbacks), _correct_callback(state)),
    )
    again = [_correct_callback(state)] * 4 if state.callbacks and not state.corrections.callbacks else []
    decides = state.accepted.kind is Kind.SUGGESTION and state.decision is None
    again += [_refer] * 4 if state.turn.plan_status is PlanStatus.PROPOSED and state.flow else []
    return [*(move for holds, move in may if holds), *([_decide] * 6 if decides else []), *again]
