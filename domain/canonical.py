"""Canonical JSON: the exact bytes that are stored and hashed. A subset of RFC 8785 (JCS)."""

from __future__ import annotations

from hashlib import sha256
from typing import Any

from pydantic_core import to_json

_SCALARS = frozenset({str, int, bool})


def canonical(value: Any) -> bytes:  # noqa: ANN401 - JSON values have no narrower type
    """Write JSON in the one form the ledger stores: sorted ASCII keys, no spaces, UTF-8, no floats, no nulls.

    Raises:
        ValueError: a float, a null, a key that is not ASCII text, text that is not Unicode, or a value that JSON has
            no word for.

    """
    # pydantic's writer gives the same bytes as the standard library's, several times faster; a test compares them.
    return to_json(_in_order(value, "the top"))


def digest(value: Any) -> str:  # noqa: ANN401 - as above
    """SHA-256 of the canonical bytes, in hexadecimal."""
    return sha256(canonical(value)).hexdigest()


def _in_order(value: Any, place: str) -> Any:  # noqa: ANN401 - as above
    """Put the keys in order, and refuse what has no single form. This runs for every event."""
    kind = type(value)
    if kind is dict:
        if not _are_ascii(value):
            _refuse_key(value, place)
        return {
            key: inner if type(inner) in _SCALARS else _in_order(inner, f"{place}.{key}")
            for key, inner in sorted(value.items())
        }
    if kind is list or kind is tuple:
        return [inner if type(inner) in _SCALARS else _in_order(inner, f"{place}[]") for inner in value]
    if isinstance(value, (str, int)):
        return value
    raise ValueError(f"{place} holds {kind.__name__}; only text, whole numbers and true/false")


def _are_ascii(value: dict[Any, Any]) -> bool:
    try:
        return "".join(value).isascii()
    except TypeError:
        return False


def _refuse_key(value: dict[Any, Any], place: str) -> None:
    key = next(key for key in value if not isinstance(key, str) or not key.isascii())
    raise ValueError(f"the key {key!r} at {place} is not ASCII text")
