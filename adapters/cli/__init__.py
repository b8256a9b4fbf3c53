"""The command line: `caseledger`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .lean_sqlite import stop_counting_memory

if TYPE_CHECKING:
    from collections.abc import Sequence


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and give its exit code; no traceback reaches a person.

    Args:
        arguments: what follows the program's name; by default those of this process.

    Returns:
        0 done, 1 refused or found wrong, 2 wrong usage, 130 interrupted, 141 the reader of the output went away.

    """
    stop_counting_memory()
    try:
        from .running import run  # noqa: PLC0415 - it takes a second, in which a person may press Ctrl-C
    except KeyboardInterrupt:
        return 130
    return run(arguments)


__all__ = ["main"]
