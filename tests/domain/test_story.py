"""The stories themselves: one that does not come true says so in the domain's words."""

import pytest

from caseledger.domain.opinion.commands import AcceptOpinion, EndOpinion
from caseledger.domain.opinion.events import OpinionAccepted, OpinionEnded
from tests.domain.story import CENTER, at, do, given, happened

PRAISE = do(AcceptOpinion, "2026-03-02 09:00", center=CENTER, case="opinion:1", kind="praise", channel="phone")


def failure(told: object) -> str:
    assert isinstance(told, pytest.ExceptionInfo)
    return str(told.value)


def test_a_story_that_comes_true_is_quiet() -> None:
    given().when(PRAISE).then(happened(OpinionAccepted, turn=1)).then_known(status="accepted", accepted__turn=1)


def test_a_wrong_field_is_named_with_both_values() -> None:
    with pytest.raises(AssertionError) as told:
        given().when(PRAISE).then(happened(OpinionAccepted, turn=2, occurred_at=at("2026-03-02 09:00")))
    assert "When accept opinion by the acceptor at 2026-03-02 09:00" in failure(told)
    assert "But turn is 1, not 2" in failure(told)
    assert "praise 表扬" in failure(told)


def test_an_event_too_few_or_too_many_is_told() -> None:
    with pytest.raises(AssertionError) as told:
        given().when(PRAISE).then(happened(OpinionAccepted), happened(OpinionEnded))
    assert "opinion.ended.v1 did not happen there" in failure(told)
    with pytest.raises(AssertionError) as told:
        given().when(PRAISE).then_nothing_happened()
    assert "opinion.accepted.v1 happened, which was not expected" in failure(told)


def test_a_field_that_no_event_has_is_not_taken_for_absent() -> None:
    with pytest.raises(AssertionError, match="has no field colour"):
        given().when(PRAISE).then(happened(OpinionAccepted, colour=None))


def test_an_unexpected_refusal_is_told() -> None:
    with pytest.raises(AssertionError) as told:
        given(PRAISE).when(PRAISE).then(happened(OpinionAccepted))
    assert "Given accept opinion" in failure(told)
    assert "But it was refused: case: opinion:1 is in the ledger (rule ids)" in failure(told)


def test_a_refusal_by_another_rule_or_none_at_all_is_told() -> None:
    with pytest.raises(AssertionError, match="the rule was ids"):
        given(PRAISE).when(PRAISE).then_refused(rule="OP-1")
    with pytest.raises(AssertionError, match="it was not refused"):
        given(PRAISE).when(do(EndOpinion, "2026-03-02 10:00", case="opinion:1")).then_refused(rule="OP-14")
    with pytest.raises(AssertionError, match="handled"):
        given().when(PRAISE).then_known(status="handled")
