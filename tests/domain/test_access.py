"""Each look at personal data is on record, in a stream beside the case (PD)."""

import pytest

from caseledger.domain.access import PersonalDataRevealed, access_of, reveal
from caseledger.domain.refusal import MissingDetail
from tests.domain.story import at

MOMENT = at("2026-03-02 09:00")
LONGEST = "opinion:" + "7" * 56  # an id has at most 64 characters
# SHA-256 by another hand: printf 'opinion:777…', with fifty sevens, | sha256sum
SHA256 = "cd4e0135db67390b80e86405ba3db5081a266aafa29757febd37da8de4922c60"


def test_a_look_says_at_what_up_to_where_for_what_and_when() -> None:
    assert reveal("opinion:1", 7, "callback", MOMENT) == PersonalDataRevealed(
        occurred_at=MOMENT, case="opinion:1", up_to_version=7, purpose="callback"
    )


@pytest.mark.parametrize("purpose", ["", "because Mr Wang asked", "张先生要求"])
def test_what_could_hold_a_name_is_no_purpose(purpose: str) -> None:
    with pytest.raises(MissingDetail) as refused:
        reveal("opinion:1", 7, purpose, MOMENT)
    assert (refused.value.rule, refused.value.where) == ("PD", "purpose")
    assert purpose == "" or purpose not in str(refused.value)


def test_the_looks_at_a_case_have_a_stream_of_their_own_whose_name_is_an_id_too() -> None:
    assert access_of("opinion:1") == "access:opinion:1"
    assert access_of(LONGEST[:57]) == f"access:{LONGEST[:57]}"  # 64 characters
    long = access_of(LONGEST[:58])
    assert long == f"access:{SHA256[:40]}"
    assert access_of(LONGEST) not in {long, access_of(LONGEST[:57])}
    assert len(access_of(LONGEST)) <= 64
