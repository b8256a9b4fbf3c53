"""OP-9; W08-01 4.4.1.2: at least two follow-ups in every seven days since acceptance, by the center's own days."""

import pytest

from caseledger.adapters.testing import (
    accept,
    assess,
    explain_not_ours,
    follow_up,
    given,
    happened,
    review_not_ours,
)
from caseledger.domain.opinion.events import FollowedUp, OpinionAssessed
from tests.domain.story import at
from tests.policies import GROUP

ACCEPTED = accept("2026-03-02 00:30")  # a Monday where the center is, still Sunday in UTC
BEGUN = (ACCEPTED, assess("2026-03-02 09:00"))
LAST = "23:59:59.999999"
FIRST_WEEK, SECOND_WEEK, THIRD_WEEK = (at(f"2026-03-{day} {LAST}") for day in ("09", "16", "23"))


def test_the_first_seven_days_end_with_the_seventh_day_after_acceptance() -> None:
    given(ACCEPTED).when(assess("2026-03-02 09:00")).then(happened(OpinionAssessed, follow_up_due_at=FIRST_WEEK))


@pytest.mark.parametrize(
    ("judged", "owed"),
    [
        ("2026-03-09 23:59", FIRST_WEEK),
        ("2026-03-10 00:30", SECOND_WEEK),  # in UTC it is still the 9th
        ("2026-03-16 23:59", SECOND_WEEK),
        ("2026-03-17 00:30", THIRD_WEEK),
    ],
)
def test_judged_later_it_is_owed_in_the_seven_days_that_run(judged: str, owed: object) -> None:
    given(ACCEPTED).when(assess(judged)).then(happened(OpinionAssessed, follow_up_due_at=owed))


def test_one_made_before_the_judgement_counts() -> None:
    one = follow_up("2026-03-03 09:00")
    given(ACCEPTED).when(one).then(happened(FollowedUp, was_due_at=None, follow_up_due_at=None))
    given(ACCEPTED, one).when(assess("2026-03-04 09:00")).then(happened(OpinionAssessed, follow_up_due_at=FIRST_WEEK))
    given(ACCEPTED, one, follow_up("2026-03-03 10:00")).when(assess("2026-03-04 09:00")).then(
        happened(OpinionAssessed, follow_up_due_at=SECOND_WEEK)
    )


def test_in_the_third_seven_days_there_are_two_again() -> None:
    told = (*BEGUN, follow_up("2026-03-03 09:00"), follow_up("2026-03-04 09:00"))
    given(*told).when(follow_up("2026-03-20 09:00")).then(
        happened(FollowedUp, follow_up=3, was_due_at=SECOND_WEEK, follow_up_due_at=THIRD_WEEK)
    )
    given(*told, follow_up("2026-03-20 09:00")).when(follow_up("2026-03-23 09:00")).then(
        happened(FollowedUp, follow_up=4, was_due_at=THIRD_WEEK, follow_up_due_at=at(f"2026-03-30 {LAST}"))
    )


def test_a_day_begins_at_midnight_where_the_center_is() -> None:
    given(*BEGUN).when(follow_up("2026-03-10 00:30")).then(
        happened(FollowedUp, was_due_at=FIRST_WEEK, follow_up_due_at=SECOND_WEEK)
    )


def test_a_policy_may_ask_for_others() -> None:
    three_in_ten_days = GROUP.model_copy(update={"follow_ups": 3, "follow_up_days": 10})
    told = (*BEGUN, follow_up("2026-03-03 09:00"))
    owed = at(f"2026-03-12 {LAST}")
    given(*told, under=three_in_ten_days).when(follow_up("2026-03-04 09:00")).then(
        happened(FollowedUp, was_due_at=owed, follow_up_due_at=owed)
    )


def test_what_turned_out_not_to_be_ours_owes_no_more_of_them() -> None:
    """GP-4: it counts as invalid; what is told all the same is told out of courtesy."""
    invalid = (
        *BEGUN,
        follow_up("2026-03-03 09:00"),
        explain_not_ours("2026-03-03 10:00"),
        review_not_ours("2026-03-03 11:00"),
    )
    given(*invalid, under=GROUP).when(follow_up("2026-03-04 09:00")).then(
        happened(FollowedUp, follow_up=2, was_due_at=None, follow_up_due_at=None)
    )
