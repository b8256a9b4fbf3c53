"""What can go wrong, as one clear line on standard error and an exit code."""

from __future__ import annotations

import os
import sys
import traceback
from dataclasses import dataclass
from typing import Final

import typer
from eventsourcing.persistence import PersistenceError
from sqlalchemy.exc import SQLAlchemyError

from ...domain.refusal import Refused
from .streams import visible

DONE: Final = 0
REFUSED: Final = 1
WRONG_USAGE: Final = 2
INTERRUPTED: Final = 130
"""128 + SIGINT, as shells count."""
READER_GONE: Final = 141
"""128 + SIGPIPE: `caseledger trail | head` wanted no more."""

_ANY_USAGE_ERROR: Final = typer.BadParameter.__mro__[2]
"""The library's class of all errors in options and arguments; where it lies differs between releases of typer."""


class Hindered(Exception):  # noqa: N818 - as a refusal, an answer and not a malfunction
    """The command cannot be done; the message says what, where, and what would be right. Holds no personal data."""


@dataclass(frozen=True, slots=True)
class Failure:
    """How an error ends the program: the exit code, and what a person is told."""

    exit_code: int
    told: str
    reader_gone: bool = False


def failure(error: BaseException) -> Failure:
    """Judge an error: a refusal or a hindrance, wrong usage, an interruption, or a fault of this program."""
    if isinstance(error, BrokenPipeError):
        return Failure(READER_GONE, "", reader_gone=True)
    if isinstance(error, KeyboardInterrupt | typer.Abort):
        return Failure(INTERRUPTED, "interrupted; what was recorded before stays recorded")
    if isinstance(error, _ANY_USAGE_ERROR):
        return Failure(WRONG_USAGE, _usage(error))
    return Failure(REFUSED, _told(error))


def report(error: BaseException, found: Failure) -> None:
    """Write the line, and the traceback where CASELEDGER_DEBUG asks for it."""
    if os.environ.get("CASELEDGER_DEBUG") and found.exit_code != WRONG_USAGE:
        traceback.print_exception(error, file=sys.stderr)
    one_line = visible(" ".join(found.told.split()))
    try:
        sys.stderr.write(f"caseledger: {one_line}\n")
        sys.stderr.flush()
    except OSError:
        # Nobody is left to be told; the exit code still says it.
        return


def _told(error: BaseException) -> str:
    if isinstance(error, Refused | PersistenceError | Hindered):
        return str(error)
    if isinstance(error, OSError):
        return _of_the_system(error)
    if isinstance(error, SQLAlchemyError):
        # Its text may quote values of rows, which are people's.
        return f"the database refused what was asked of it ({type(error).__name__})"
    return (
        f"a fault of caseledger, not of what was asked ({type(error).__name__}); please report it. "
        "CASELEDGER_DEBUG=1 shows where it happened; what that prints may hold personal data."
    )


def _usage(error: BaseException) -> str:
    context = getattr(error, "ctx", None)
    path = context.command_path if context else "caseledger"
    words = (
        getattr(error, "format_message", error.__str__)()
        .removeprefix("Invalid value for ")
        .removeprefix("Invalid value: ")
    )
    return f"wrong usage: {words.rstrip('.')}. `{path} --help` shows what is right."


def _of_the_system(error: OSError) -> str:
    """The system's own words and the file; an error without a number has words of its own."""
    words = error.strerror or str(error) or type(error).__name__
    if error.filename is None:
        return words
    name = os.fsdecode(error.filename) if isinstance(error.filename, str | bytes) else str(error.filename)
    return f"{name}: {words}"
