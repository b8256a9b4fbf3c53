"""OP-12; W08-01 4.4.2.5: the same again within a month after handling, where nobody could be called back."""

from typing import Any

import pytest

from caseledger.adapters.testing import (
    Story,
    accept,
    approve,
    assess,
    call_back,
    correct_assessment,
    end,
    finish,
    given,
    happened,
    propose,
    treat_as_unsatisfied,
)
from caseledger.domain.command import Command
from caseledger.domain.opinion.corrective import CorrectiveActionCalled
from caseledger.domain.opinion.deadlines import DeadlineMoved
from caseledger.domain.opinion.events import RehandlingStarted
from caseledger.domain.opinion.repetition import TreatedAsUnsatisfied, could_repeat
from caseledger.domain.policy import Policy
from caseledger.domain.refusal import Refused, UnknownCase, WrongState
from tests.domain.story import W08, Anything

DAY = "2026-03-31"
HANDLED = (
    accept(f"{DAY} 09:00", unit="unit:1", estate="garden", area="north"),
    assess(f"{DAY} 10:00"),
    propose(f"{DAY} 11:00"),
    approve(f"{DAY} 12:00"),
    finish(f"{DAY} 13:00"),
)
SILENT = (*HANDLED, end(f"{DAY} 14:00", explanation="未留联系方式"))
"""Handled on the last of March; nobody could be called back."""
CALLS_FOR_ACTION = happened(CorrectiveActionCalled, reason="came_again")
"""OP-15: what came again asks for corrective action too."""
TOLD_LATER = happened(DeadlineMoved, clock="follow_up", because="reopened")
"""OP-9: the customer is told how it is going from then on."""
WITHOUT_RULE = W08.model_copy(update={"repetition": None})


def later(when: str = "2026-04-10 09:00", **fields: Anything) -> dict[str, Story]:
    """Another opinion of the center, alike unless the fields say otherwise."""
    like = {"unit": "unit:1", "estate": "garden", "area": "north", "case": "opinion:2"}
    return {"opinion:2": given(accept(when, **(like | fields)))}


def asked(beside: dict[str, Story], *steps: Command, under: Policy = W08, when: str = "2026-05-02 09:00") -> Story:
    return given(*(steps or SILENT), under=under, beside=beside).when(treat_as_unsatisfied(when))


def test_the_earlier_case_counts_as_unsatisfied_and_is_handled_again() -> None:
    """该意见视为回访不满意,进行再处理."""
    asked(later()).then(
        happened(TreatedAsUnsatisfied, turn=1, repetition=1, by_case="opinion:2", satisfied=False),
        happened(RehandlingStarted, turn=2, callback=0),
        TOLD_LATER,
        CALLS_FOR_ACTION,
    ).then_known(is_open=True, status="rehandling", repetitions__by_cases=("opinion:2",))


def test_the_same_case_does_so_once_and_another_one_again() -> None:
    again = (treat_as_unsatisfied("2026-04-10 10:00"), propose("2026-04-10 11:00"), approve("2026-04-10 12:00"))
    story = given(*SILENT, beside=later())
    for step in (*again, finish("2026-04-10 13:00"), end("2026-04-10 14:00", explanation="仍未留联系方式")):
        story.when(step)
    story.when(treat_as_unsatisfied("2026-04-11 09:00")).then_nothing_happened()
    third = given(accept("2026-04-20 09:00", case="opinion:3", unit="unit:1"))
    story.others = {"opinion:3": third.state}
    story.when(treat_as_unsatisfied("2026-04-20 10:00", by_case="opinion:3")).then(
        happened(TreatedAsUnsatisfied, turn=2, repetition=2, by_case="opinion:3"),
        happened(RehandlingStarted, turn=3, callback=0),
        TOLD_LATER,
        CALLS_FOR_ACTION,
    )


@pytest.mark.parametrize(
    ("when", "taken"),
    [
        ("2026-03-31 13:00:00", False),  # as it was being finished: not after it
        ("2026-03-31 13:00:01", True),
        ("2026-04-30 23:59:59.999999", True),  # April has no 31st: the month ends with its last day
        ("2026-05-01 00:00", False),
    ],
)
def test_one_month_after_handling_ends_with_the_last_day_of_the_next_month(when: str, *, taken: bool) -> None:
    """在处理后一个月内."""
    story = asked(later(when))
    if taken:
        story.then(happened(TreatedAsUnsatisfied), happened(RehandlingStarted), TOLD_LATER, CALLS_FOR_ACTION)
    else:
        story.then_refused(rule="OP-12", kind=WrongState, where="by_case")


@pytest.mark.parametrize(
    ("other", "alike"),
    [
        ({}, True),
        ({"category": "pets"}, False),
        ({"unit": "unit:2"}, False),  # another dwelling, though at the same place
        ({"unit": None}, True),  # where the unit is not known, the place decides
        ({"unit": None, "area": "south"}, False),
        ({"unit": None, "area": None}, False),  # neither is known in full
        ({"category": None}, False),
    ],
)
def test_alike_are_the_same_category_and_the_same_unit_else_the_same_place(
    other: dict[str, Any], *, alike: bool
) -> None:
    """相同类别, 相同房产 (where both are known) or else 相同地点: likeness is a value of the policy."""
    story = asked(later(**other))
    if alike:
        story.then(happened(TreatedAsUnsatisfied), happened(RehandlingStarted), TOLD_LATER, CALLS_FOR_ACTION)
    else:
        story.then_refused(rule="OP-12", kind=WrongState, where="by_case")


INVALID = (HANDLED[0], assess(f"{DAY} 10:00", validity="invalid"))


@pytest.mark.parametrize(
    "steps",
    [
        HANDLED,  # still open
        (*HANDLED, call_back("2026-03-31 14:00"), end("2026-03-31 15:00")),  # called back
        (*HANDLED, call_back("2026-03-31 14:00"), end("2026-03-31 15:00", explanation="补充")),
        (*HANDLED[:-1], end("2026-03-31 15:00", explanation="撤回")),  # ended before it was handled
        (*INVALID, end("2026-03-31 15:00", explanation="不属实")),  # did not run through handling
        (
            *HANDLED,
            call_back("2026-03-31 14:00", outcome_satisfied=False),
            end("2026-03-31 15:00", explanation="无法处理"),
        ),  # its last turn was not handled
    ],
)
def test_only_what_ended_handled_and_without_a_callback_waits_for_it(steps: tuple[Command, ...]) -> None:
    assert not could_repeat(given(*steps).state)
    asked(later(), *steps).then_refused(rule="OP-12", kind=WrongState, where="case")


def test_a_second_turn_that_nobody_could_be_asked_about_waits_too() -> None:
    twice = (
        *HANDLED,
        call_back("2026-03-31 14:00", outcome_satisfied=False),
        propose("2026-03-31 15:00"),
        approve("2026-03-31 16:00"),
        finish("2026-03-31 17:00"),
        end("2026-03-31 18:00", explanation="已搬离"),
    )
    asked(later(), *twice).then(
        happened(TreatedAsUnsatisfied, turn=2, repetition=1),
        happened(RehandlingStarted, turn=3, callback=1),
        TOLD_LATER,
        CALLS_FOR_ACTION,
    )


def test_a_callback_before_it_was_handled_is_none_and_it_waits_too() -> None:
    """Called back of free will while it counted as invalid; once handled, nobody could be reached (OP-10)."""
    early = (
        HANDLED[0],
        assess(f"{DAY} 09:30", validity="invalid"),
        call_back(f"{DAY} 09:40"),
        correct_assessment(f"{DAY} 10:00", validity="valid"),
        *SILENT[2:],
    )
    asked(later(), *early).then(
        happened(TreatedAsUnsatisfied, turn=1, repetition=1),
        happened(RehandlingStarted, turn=2, callback=1),
        TOLD_LATER,
        CALLS_FOR_ACTION,
    )


def test_a_policy_without_the_rule_has_no_repetitions() -> None:
    asked(later(), under=WITHOUT_RULE).then_refused(rule="OP-12", kind=WrongState, where="by_case")


@pytest.mark.parametrize(
    ("beside", "kind"),
    [
        ({}, UnknownCase),
        ({"opinion:2": given(accept("2026-04-10 09:00", case="opinion:2", center="center:gz01"))}, WrongState),
    ],
)
def test_the_other_case_is_one_of_the_same_center(beside: dict[str, Story], kind: type[Refused]) -> None:
    asked(beside).then_refused(rule="OP-12", kind=kind, where="by_case")
