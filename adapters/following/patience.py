"""Trying again: at once where another runner was quicker, after a growing pause where a database is away."""

from __future__ import annotations

import logging
from collections.abc import Callable
from random import uniform
from threading import Event
from time import monotonic
from typing import Final, TypeVar

from .errors import OvertakenError, PassingError, StoppedError

T = TypeVar("T")

SHORTEST: Final = 0.05
LONGEST: Final = 5.0
"""Seconds between two tries; each pause is twice as long as the one before, give or take a quarter."""

log: Final = logging.getLogger("caseledger.following")


class Patience:
    """Repeats work through passing errors.

    Args:
        stopped: set by whoever wants the waiting to end.
        seconds: how long a database may be away; for ever where there is no limit.

    """

    def __init__(self, stopped: Event, seconds: float | None = None) -> None:
        self._stopped = stopped
        self._seconds = seconds

    def until_done(self, work: Callable[[], T]) -> T:
        """Do the work, again and again while what hinders it passes by itself.

        Raises:
            PassingError: the database was away for longer than allowed.
            StoppedError: `stopped` was set meanwhile.

        """
        pause, since = SHORTEST, monotonic()
        while True:
            try:
                return work()
            except OvertakenError:
                log.debug("another runner was quicker")
            except PassingError as error:
                if self._seconds is not None and monotonic() - since > self._seconds:
                    raise
                log.warning("waiting %.2f s for a database: %s", pause, error)
                self._stopped.wait(pause * uniform(0.75, 1.25))  # noqa: S311 - no secret
                pause = min(2 * pause, LONGEST)
            if self._stopped.is_set():
                raise StoppedError("stopped while waiting for a database; the facts stand where they stood")
