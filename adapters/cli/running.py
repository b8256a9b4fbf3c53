"""Running one command: everything that can go wrong ends here, in one line and an exit code."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import typer

from .app import app
from .errors import failure, report
from .streams import abandon_output, prepare_streams

if TYPE_CHECKING:
    from collections.abc import Sequence

NAME = "caseledger"


def run(given: Sequence[str]) -> int:
    """Run one command and give its exit code; no traceback reaches a person.

    Args:
        given: what follows the program's name.

    Returns:
        0 done, 1 refused or found wrong, 2 wrong usage, 130 interrupted, 141 the reader of the output went away.

    """
    prepare_streams()
    command = typer.main.get_command(app)
    try:
        # Not the library's own main(): that one prints errors in a form of its own and hides some of them.
        with command.make_context(NAME, list(given)) as context:
            command.invoke(context)
        sys.stdout.flush()
    except typer.Exit as ended:
        return _flushed(ended.exit_code)
    except BaseException as error:  # noqa: BLE001 - the last place where anything can be turned into one clear line
        found = failure(error)
        if found.reader_gone:
            abandon_output()
        else:
            report(error, found)
        return _given_up(found.exit_code)
    return 0


def _given_up(exit_code: int) -> int:
    """What a full disk did not take is still buffered, and would be told of once more at the interpreter's end."""
    try:
        sys.stdout.flush()
    except OSError:
        abandon_output()
    return exit_code


def _flushed(exit_code: int) -> int:
    try:
        sys.stdout.flush()
    except OSError as error:
        found = failure(error)
        abandon_output()
        if not found.reader_gone:
            report(error, found)
        return found.exit_code
    return exit_code
