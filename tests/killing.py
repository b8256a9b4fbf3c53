"""Ending processes at once, as a power cut would."""

from __future__ import annotations

import os
import signal
from contextlib import suppress
from pathlib import Path


def kill_with_children(pid: int) -> None:
    """Kill a process, and then those that it had started: they cannot outlive it, nor it bring up others."""
    children = _children_of(pid)
    for each in (pid, *children):
        with suppress(ProcessLookupError):
            os.kill(each, signal.SIGKILL)


def is_gone(pid: int) -> bool:
    """Whether a process, a child of this one or not, has ended."""
    with suppress(ChildProcessError):
        os.waitpid(pid, os.WNOHANG)
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return True
    return False


def _children_of(pid: int) -> list[int]:
    found = []
    for status in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):  # it has ended meanwhile
            # After the name, which is in brackets and may hold anything: the state, and the parent.
            if int(status.read_text().rpartition(")")[2].split()[1]) == pid:
                found.append(int(status.parent.name))
    return found
