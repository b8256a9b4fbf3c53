"""The command line: `caseledger`."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from .lean_sqlite import stop_counting_memory
from .versioning import version_line

if TYPE_CHECKING:
    from collections.abc import Sequence


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and give its exit code; no traceback reaches a person.

    Args:
        arguments: what follows the program's name; by default those of this process.

    Returns:
        0 done, 1 refused or found wrong, 2 wrong usage, 130 interrupted, 141 the reader of the output went away.

    """
    given = list(sys.argv[1:] if arguments is None else arguments)
    if given == ["--version"] and _written(version_line()):
        return 0
    stop_counting_memory()
    try:
        from .running import run  # noqa: PLC0415 - it takes a second, in which a person may press Ctrl-C
    except KeyboardInterrupt:
        return 130
    return run(given)


def _written(text: str) -> bool:
    """Print at once what needs nothing of the ledger; what cannot be written is told of by the rest of the program."""
    try:
        print(text, flush=True)  # noqa: T201 - the answer
    except OSError:
        return False
    return True


__all__ = ["main"]
