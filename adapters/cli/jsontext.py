"""Reading one JSON object that a person or a program typed, and saying exactly where it is none."""

from __future__ import annotations

import json
import sys
from typing import Any, Final

import typer

_RIGHT: Final = """give one object, such as '{"actor": {"id": "staff:li", "role": "acceptor"}, …}'"""


class _NotAllowed(Exception):  # noqa: N818 - never seen outside this module
    """JSON by its grammar, but ambiguous."""


def read_object(said: str) -> dict[str, Any]:
    """Read the value of --json; `-` stands for standard input.

    Raises:
        typer.BadParameter: not UTF-8, no JSON (with line and column), a key twice, or no object.

    """
    text = _standard_input() if said == "-" else _argument(said)
    try:
        value = json.loads(text, object_pairs_hook=_once, parse_constant=_no_number)
    except json.JSONDecodeError as error:
        raise _wrong(f"line {error.lineno}, column {error.colno}: {error.msg}") from None
    except _NotAllowed as error:
        raise _wrong(str(error)) from None
    except RecursionError:
        raise _wrong("is nested too deeply") from None
    except ValueError:
        # The only other one: Python refuses to read whole numbers of thousands of digits.
        raise _wrong("holds a number of too many digits") from None
    if not isinstance(value, dict):
        raise _wrong(f"is {_kind(value)}, not an object")
    return value


def _standard_input() -> str:
    data = sys.stdin.buffer.read()
    if not data.strip():
        raise _wrong("standard input is empty")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise _wrong(f"line {line}: byte {error.start + 1} is not UTF-8") from None


def _argument(said: str) -> str:
    # What the shell passed and Python could not decode arrives as half surrogates.
    if any("\udc80" <= character <= "\udcff" for character in said):
        raise _wrong("is not UTF-8")
    return said


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key, value in pairs:
        if key in found:
            raise _NotAllowed(f"names {key!r} twice")
        found[key] = value
    return found


def _no_number(word: str) -> object:
    raise _NotAllowed(f"holds {word}, which is no number")


def _kind(value: object) -> str:
    if value is None:
        return "null"
    return {list: "an array", str: "a text", bool: "true or false"}.get(type(value), "a number")


def _wrong(what: str) -> typer.BadParameter:
    return typer.BadParameter(f"{what}; {_RIGHT}", param_hint="'--json'")
