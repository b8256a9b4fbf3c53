"""Canonical JSON: one form for the bytes that are stored and hashed."""

import hashlib
import json
import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from caseledger.domain.canonical import canonical, digest
from tests.domain.story import Anything


def test_keys_are_sorted_and_nothing_is_spaced_or_escaped() -> None:
    value = {"b": 1, "a": [True, "电梯“坏”了 😀"], "A": {"z": "", "y": -5}}
    assert canonical(value) == '{"A":{"y":-5,"z":""},"a":[true,"电梯“坏”了 😀"],"b":1}'.encode()


def test_control_characters_are_escaped_as_rfc_8785_has_them() -> None:
    assert canonical('\b\t\n\f\r"\\/\x0f\x7f') == b'"\\b\\t\\n\\f\\r\\"\\\\/\\u000f\x7f"'


@pytest.mark.parametrize(
    ("bad", "says"),
    [
        (1.0, "float"),
        ({"a": None}, "NoneType"),
        ({"a": [1, {"b": 0.5}]}, r"\.a\[\]\.b holds float"),
        ({"é": 1}, "not ASCII"),
        ({1: 1}, "not ASCII text"),
        (b"x", "bytes"),
    ],
)
def test_what_has_no_single_form_is_refused(bad: Anything, says: str) -> None:
    with pytest.raises(ValueError, match=says):
        canonical(bad)


def test_digest_is_that_of_the_bytes() -> None:
    assert digest({"a": 1}) == hashlib.sha256(b'{"a":1}').hexdigest()


_PLAIN = st.recursive(
    st.text() | st.integers() | st.booleans(),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.text(string.printable, max_size=6), inner, max_size=6)
    ),
)


@given(_PLAIN)
def test_the_bytes_are_those_of_the_standard_library(value: Anything) -> None:
    written = json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    assert canonical(value) == written.encode()


def test_text_that_is_no_unicode_is_refused() -> None:
    with pytest.raises(ValueError, match="surrogates"):
        canonical({"a": "\ud800"})
