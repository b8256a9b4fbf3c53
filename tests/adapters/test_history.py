"""Histories, which threads share: whoever asks first for the state of one folds it."""

from __future__ import annotations

import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from types import FrameType
from typing import Any

from caseledger.adapters.history import History
from tests.stories import CENTER, everything
from tests.telling import app_on, tell


def overtaken(work: Callable[[], object], after: int, other: Callable[[], object]) -> tuple[object, bool]:
    """What a thread gets that another overtakes after so many steps in `History`, and whether it took so many."""
    left = after

    def trace(frame: FrameType, event: str, _given: Any) -> Any:  # noqa: ANN401 - as Python calls it
        nonlocal left
        if frame.f_globals["__name__"] != History.__module__:
            return None
        frame.f_trace_opcodes = True
        if event == "opcode":
            left -= 1
            if left == 0:
                with ThreadPoolExecutor(1) as another:
                    another.submit(other).result()
        return trace

    def traced() -> object:
        sys.settrace(trace)
        try:
            return work()
        finally:
            sys.settrace(None)

    with ThreadPoolExecutor(1) as thread:
        return thread.submit(traced).result(), left <= 0


def test_a_state_is_folded_alike_wherever_one_thread_overtakes_another() -> None:
    app = app_on("eventsourcing.popo")
    tell(app, everything()[:3])
    told = app.streams.history(CENTER).events
    state = History.of(CENTER, told).state
    after, reached = 0, True
    while reached:
        after += 1
        shared = History.of(CENTER, told[:1]).plus(told[1:])
        fold = partial(getattr, shared, "state")
        found, reached = overtaken(fold, after, fold)
        assert found == state
    assert after > len(told)
