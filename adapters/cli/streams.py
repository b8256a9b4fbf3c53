"""The three streams of the process: what is written to them always can be, and what is read is UTF-8."""

from __future__ import annotations

import io
import os
import sys
import unicodedata

_STEERS_DIRECTION = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


def prepare_streams() -> None:
    r"""Make output in any environment possible.

    The encoding stays the environment's (Python makes it UTF-8 in a C locale); a character that it lacks is written as
    `\uXXXX` instead of ending the program.
    """
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


def abandon_output() -> None:
    """Let what is still buffered go nowhere, so that the interpreter does not complain of it at its end."""
    try:
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, sys.stdout.fileno())
        os.close(nowhere)
    except (OSError, ValueError):
        # A stream without a file behind it (a test's) has nothing to let go of.
        return


def writes_unicode() -> bool:
    """Whether standard output takes every character."""
    return (sys.stdout.encoding or "").lower().replace("_", "-").startswith("utf")


def visible(text: str) -> str:
    """Show what would steer a terminal (control characters, reversed writing) instead of sending it there."""
    return "".join(_shown(character) for character in text)


def _shown(character: str) -> str:
    category = unicodedata.category(character)
    if category in {"Cc", "Cs", "Zl", "Zp"} or character in _STEERS_DIRECTION:
        return character.encode("unicode_escape").decode("ascii")
    return character
