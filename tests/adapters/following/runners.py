"""What the processes do that follow beside the test's own, until they are killed or told to stop."""

from __future__ import annotations

from multiprocessing.connection import Connection
from threading import Thread

from caseledger.adapters.following import Follower


def follow(pipe: Connection, source: str, target: str, batch: int) -> None:
    """Run a follower until the parent says a word."""
    with Follower(source, target, batch=batch) as follower:
        thread = Thread(target=follower.run)
        thread.start()
        pipe.send("running")
        pipe.recv()
        follower.stop()
        thread.join()
    pipe.send("stopped")
