"""OP-10, OP-11: what a callback comes to on the whole, when it is entered and when it is corrected."""

from typing import Any

import pytest

from caseledger.adapters.testing import call_back, correct_callback
from caseledger.domain.opinion.checks import satisfaction


@pytest.mark.parametrize(
    ("answers", "comes_to"),
    [
        ({}, None),  # the customer answered none of the questions
        ({"handled_in_time": True}, True),
        ({"handled_in_time": False}, True),  # late, and nothing is still wrong
        ({"outcome_satisfied": True}, True),
        ({"attitude_satisfied": True}, True),
        ({"outcome_satisfied": False, "attitude_satisfied": True, "handled_in_time": True}, False),
        ({"outcome_satisfied": True, "attitude_satisfied": False, "handled_in_time": True}, False),
        ({"still_wrong": True}, False),
        ({"outcome_satisfied": True, "attitude_satisfied": True, "handled_in_time": True, "still_wrong": True}, False),
    ],
)
def test_anything_still_wrong_is_a_no_and_no_answer_is_unknown(answers: dict[str, Any], comes_to: bool | None) -> None:  # noqa: FBT001 - the expected value
    none = {"handled_in_time": None, "outcome_satisfied": None, "attitude_satisfied": None} | answers
    assert satisfaction(call_back("2026-03-03 12:00", **none)) is comes_to
    assert satisfaction(correct_callback("2026-03-04 12:00", **none)) is comes_to
