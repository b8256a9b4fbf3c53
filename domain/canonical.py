"""Canonical JSON: the exact bytes that are stored and hashed. A subset of RFC 8785 (JCS)."""

from __future__ import annotations

import json
from hashlib import sha256
from typing import Any


def canonical(value: Any) -> bytes:  # noqa: ANN401 - JSON values have no narrower type
    """Write JSON in the one form the ledger stores: sorted ASCII keys, no spaces, UTF-8, no floats, no nulls.

    Raises:
        ValueError: a float, a null, a key that is not ASCII text, or a value that JSON has no word for.

    """
    if not _is_plain(value):
        raise ValueError(_fault(value, "the top"))
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False).encode()


def digest(value: Any) -> str:  # noqa: ANN401 - as above
    """SHA-256 of the canonical bytes, in hexadecimal."""
    return sha256(canonical(value)).hexdigest()


_SCALARS = frozenset({str, int, bool})


def _is_plain(value: object) -> bool:
    """Whether JSON has a word for it that is the same everywhere; this runs for every event, so it names no place."""
    kind = type(value)
    if kind is dict:
        return all(
            type(key) is str and key.isascii() and (type(inner) in _SCALARS or _is_plain(inner))
            for key, inner in value.items()  # type: ignore[attr-defined]  # a dict, as just seen
        )
    if kind is list or kind is tuple:
        return all(type(inner) in _SCALARS or _is_plain(inner) for inner in value)  # type: ignore[attr-defined]  # as above
    return kind in _SCALARS or isinstance(value, (str, int))


def _fault(value: object, place: str) -> str:
    """Say what is not plain, and where."""
    if isinstance(value, dict):
        for key, inner in value.items():
            if not isinstance(key, str) or not key.isascii():
                return f"the key {key!r} at {place} is not ASCII text"
            if not _is_plain(inner):
                return _fault(inner, f"{place}.{key}")
    if isinstance(value, (list, tuple)):
        return _fault(next(inner for inner in value if not _is_plain(inner)), f"{place}[]")
    return f"{place} holds {type(value).__name__}; only text, whole numbers and true/false"
