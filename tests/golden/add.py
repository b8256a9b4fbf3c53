"""Append a sample of every event that the golden file lacks: `python -m tests.golden.add`. It never changes a line."""

from __future__ import annotations

import random
from pathlib import Path

from caseledger.adapters.keystore import MemoryKeyStore
from caseledger.domain.access import access_of, reveal
from caseledger.domain.event import Actor
from tests.stories import COMPLAINT, START, actor
from tests.telling import app_on, tell

GOLDEN = Path(__file__).with_name("events.jsonl")


def samples() -> dict[str, bytes]:
    """The first stored bytes of every event of the story, by name; the same on every run."""
    draw = random.Random(8)
    app = app_on("eventsourcing.popo", keys=MemoryKeyStore(random_bytes=draw.randbytes), random_bytes=draw.randbytes)
    tell(app)
    app.executor.record_look(
        COMPLAINT, access_of(COMPLAINT), reveal(COMPLAINT, 3, "audit", START), Actor.model_validate(actor("auditor"))
    )
    found: dict[str, bytes] = {}
    for notification in app.recorder.select_notifications(1, 10_000):
        found.setdefault(notification.topic, notification.state)
    return found


def main() -> None:
    """Append what is missing."""
    import json  # noqa: PLC0415 - only here

    lines = GOLDEN.read_bytes().splitlines() if GOLDEN.exists() else []
    known = {json.loads(line)["name"] for line in lines}
    new = [state for name, state in sorted(samples().items()) if name not in known]
    with GOLDEN.open("ab") as file:
        file.writelines(state + b"\n" for state in new)
    print(f"{len(new)} added, {len(known)} kept")  # noqa: T201 - a script


if __name__ == "__main__":
    main()
