"""Bulk work and Python's garbage collector."""

from __future__ import annotations

import gc
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator


@contextmanager
def collector_waiting() -> Iterator[None]:
    """Let the collector of reference cycles wait until a batch is done.

    A batch makes tens of thousands of objects, none of them in a cycle, and gives them all up at its end. The collector
    counts only that many were made, and would walk over everything that the process holds several times a second: an
    eighth of the time of an import. It runs again between batches, also for what other threads left meanwhile. Where
    the process has turned it off, it stays off.
    """
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()
