"""Those of this process who wait for news of a ledger."""

import threading
from collections.abc import Callable


class Bell:
    """Wakes those of this process who wait for a commit.

    Args:
        heard: called when somebody begins to listen.
    """

    def __init__(self, heard: Callable[[], None] | None = None) -> None:
        self._listeners: set[threading.Event] = set()
        self._lock = threading.Lock()
        self._heard = heard

    def listen(self, event: threading.Event) -> None:
        """Set `event` at every commit from now on."""
        with self._lock:
            self._listeners.add(event)
        if self._heard is not None:
            self._heard()

    def unlisten(self, event: threading.Event) -> None:
        """Leave `event` alone from now on."""
        with self._lock:
            self._listeners.discard(event)

    def ring(self) -> None:
        """Tell all that something was committed."""
        if self._listeners:
            with self._lock:
                for event in self._listeners:
                    event.set()
