"""Waiting for news of the ledger: woken at once by this process's appends, and by cheap looks for those of others."""

from __future__ import annotations

from threading import Event
from time import monotonic
from typing import TYPE_CHECKING, Any, Final

from .link import Link

if TYPE_CHECKING:
    from sqlalchemy import Engine

    from ..store.bell import Bell

BETWEEN_LOOKS: Final = {"sqlite": 0.002, "postgresql": 0.005}
BETWEEN_LOOKS_ELSE: Final = 0.01
"""Seconds. SQLite tells in microseconds whether another connection has committed; a server is asked for its last
position, a round trip that reads one entry of an index."""


class Waking:
    """Waits until the ledger may have gone on; for one thread at a time.

    Args:
        engine: the ledger's.
        bell: rung by the appends of this process, where they are made through a `Ledger` of this process.

    """

    def __init__(self, engine: Engine, bell: Bell | None = None) -> None:
        self._link = Link(engine)
        self._bell = bell
        self._rung = Event()
        self._between = BETWEEN_LOOKS.get(engine.dialect.name, BETWEEN_LOOKS_ELSE)
        self._version: Any = None
        if bell is not None:
            bell.listen(self._rung)

    def wait(self, position: int, seconds: float) -> bool:
        """Wait for an event behind a position, or until `ring`; False if neither came in time.

        Raises:
            PassingError: the ledger's database is away.

        """
        until = monotonic() + seconds
        while not self._is_beyond(position):
            left = until - monotonic()
            if left <= 0:
                return False
            if self._rung.wait(min(self._between, left)):
                self._rung.clear()
                return True
        return True

    def ring(self) -> None:
        """End the present waiting, or the next."""
        self._rung.set()

    def close(self) -> None:
        """Listen no more."""
        if self._bell is not None:
            self._bell.unlisten(self._rung)
        self._link.close()

    def _is_beyond(self, position: int) -> bool:
        if self._link.engine.dialect.name == "sqlite":
            version = self._link.glance("PRAGMA data_version")
            if version == self._version:
                return False
            self._version = version
        return self._link.last_position() > position
