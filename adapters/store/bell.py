"""Those of this process who wait for news of a ledger."""

import threading


class Bell:
    """Wakes those of this process who wait for a commit."""

    def __init__(self) -> None:
        self._listeners: set[threading.Event] = set()
        self._lock = threading.Lock()

    def listen(self, event: threading.Event) -> None:
        """Set ``event`` at every commit from now on."""
        with self._lock:
            self._listeners.add(event)

    def unlisten(self, event: threading.Event) -> None:
        """Leave ``event`` alone from now on."""
        with self._lock:
            self._listeners.discard(event)

    def ring(self) -> None:
        """Tell all that something was committed."""
        if self._listeners:
            with self._lock:
                for event in self._listeners:
                    event.set()
