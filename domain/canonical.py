"""Canonical JSON: the exact bytes that are stored and hashed. A subset of RFC 8785 (JCS)."""

from __future__ import annotations

from functools import lru_cache
from hashlib import sha256
from typing import Any

from pydantic_core import to_json

_SCALARS = frozenset({str, int, bool})


def canonical(value: object) -> bytes:
    """Write JSON in the one form the ledger stores: sorted ASCII keys, no spaces, UTF-8, no floats, no nulls.

    Raises:
        ValueError: a float, a null, a key that is not ASCII text, text that is not Unicode, or a value that JSON has
            no word for.

    """
    # pydantic's writer gives the same bytes as the standard library's, several times faster; a test compares them.
    return to_json(_in_order(value, "the top"))


def digest(value: object) -> str:
    """SHA-256 of the canonical bytes, in hexadecimal."""
    return sha256(canonical(value)).hexdigest()


def _in_order(value: Any, place: str) -> Any:  # noqa: ANN401 - JSON values have no narrower type
    """Put the keys in order, and refuse what has no single form. This runs for every event."""
    kind = type(value)
    if kind is dict:
        return {
            key: inner if type(inner := value[key]) in _SCALARS else _in_order(inner, f"{place}.{key}")
            for key in _sorted(tuple(value), place)
        }
    if kind is list or kind is tuple:
        return [inner if type(inner) in _SCALARS else _in_order(inner, f"{place}[]") for inner in value]
    if isinstance(value, (str, int)):
        return value
    raise ValueError(f"{place} holds {kind.__name__}; only text, whole numbers and true/false")


@lru_cache(1024)
def _sorted(keys: tuple[object, ...], place: str) -> tuple[str, ...]:
    """The keys in their order; events of one kind have mostly the same ones, so they are sorted once."""
    for key in keys:
        if not isinstance(key, str) or not key.isascii():
            raise ValueError(f"the key {key!r} at {place} is not ASCII text")
    return tuple(sorted(map(str, keys)))
