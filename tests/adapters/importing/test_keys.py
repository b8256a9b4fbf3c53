"""A source's key becomes part of our ids, so that it can be turned back and no two keys become one."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from caseledger.adapters.importing.cells import key_in_ids

KEYS = st.text(st.characters(codec="utf-8", exclude_characters="\x00"), min_size=1, max_size=12)


@pytest.mark.parametrize(
    ("key", "written"),
    [
        (["101000295613"], "101000295613"),
        (["WR-2023.7"], "k:_w_r-2023.7"),
        (["a_b"], "a__5fb"),
        (["梯"], "k:__e6__a2__af"),
        (["7", "B"], "7:_b"),
    ],
)
def test_how_a_key_is_written(key: list[str], written: str) -> None:
    assert key_in_ids(key) == written


@given(KEYS, KEYS)
def test_two_keys_never_become_one(one: str, other: str) -> None:
    assert (key_in_ids([one]) == key_in_ids([other])) == (one == other)


@given(st.lists(KEYS, min_size=2, max_size=2), st.lists(KEYS, min_size=2, max_size=2))
def test_nor_do_two_keys_of_two_columns(one: list[str], other: list[str]) -> None:
    assert (key_in_ids(one) == key_in_ids(other)) == (one == other)


@given(KEYS)
def test_a_key_holds_only_what_ids_may(key: str) -> None:
    assert re.fullmatch("[a-z0-9][a-z0-9._:-]*", key_in_ids([key]))


def test_two_columns_are_not_confused_with_one() -> None:
    assert key_in_ids(["a", "b"]) != key_in_ids(["a:b"])
