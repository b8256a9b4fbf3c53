"""Waiting for news of the ledger: at once where the store brings it, and by a look every so often where it is lost."""

from __future__ import annotations

from threading import Event
from time import monotonic
from typing import TYPE_CHECKING, Final

from ..store.bell import Bell
from ..store.news import News
from .link import Link

if TYPE_CHECKING:
    from sqlalchemy import Engine

BETWEEN_LOOKS: Final = 0.05
"""Seconds; what rolled back appends were holding up, and lost news, are found by looking."""


class Waking:
    """Waits until the ledger has gone on; for one thread at a time.

    Args:
        engine: the ledger's.
        bell: rung by the store whenever this process or another appends, where there is one of a `Ledger` already.

    """

    def __init__(self, engine: Engine, bell: Bell | None = None) -> None:
        # A connection of its own: another thread may be at work on the follower's while this one waits.
        self._link = Link(engine)
        self._rung = Event()
        self._ended = False
        self._own = None if bell is not None else Bell()
        self._bell = bell or self._own
        self._news = News(engine, self._own) if self._own is not None else None

    def listen(self) -> None:
        """Be rung from now on."""
        if self._bell is not None:
            self._bell.listen(self._rung)
        if self._news is not None:
            self._news.watch()

    def wait(self, position: int, seconds: float) -> None:
        """Wait for a sign of an event behind a position, for so many seconds at most, or until `end`.

        Raises:
            PassingError: the ledger's database is away.

        """
        until = monotonic() + seconds
        while (left := until - monotonic()) > 0:
            rung = self._rung.wait(min(BETWEEN_LOOKS, left))
            self._rung.clear()
            # Whoever is rung reads at once: to ask first whether there is an event would be a round trip more.
            if rung or self._ended or self._link.last_position() > position:
                return

    def end(self) -> None:
        """End the present waiting, and any other."""
        self._ended = True
        self._rung.set()

    def close(self) -> None:
        """Listen no more."""
        if self._bell is not None:
            self._bell.unlisten(self._rung)
        if self._news is not None:
            self._news.close()
        self._link.close()
