"""Reading events back with the library's own SQLite module, mapper and repository; run in the peers' environment.

The same events with the same values, as one writes them with the library: dataclasses with typed times, the aggregate's
attributes set by each event. It is spared what ours has to do: one class of events serves all names, words of lists and
days stay text, and the aggregate keeps fewer attributes than our state does.
"""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from datetime import datetime
from statistics import median
from time import perf_counter
from typing import TYPE_CHECKING, Any, Final
from uuid import NAMESPACE_OID, UUID, uuid5

from eventsourcing.application import Application
from eventsourcing.domain import Aggregate
from eventsourcing.utils import get_topic

if TYPE_CHECKING:
    from collections.abc import Iterator

    Given = dict[str, Any]
    Figures = dict[str, Any]

LOADS: Final = 5
"""As for our own side."""
PAGE: Final = 1000
OWN: Final = frozenset({"stream", "version"})
"""What the library's events have by other names; what we record is their timestamp."""


class Opinion(Aggregate):
    """A case: what each of its events says last."""

    class Told(Aggregate.Event):
        """Something that happened."""

        values: dict[str, Any]

        def apply(self, aggregate: Any) -> None:  # noqa: ANN401 - the library's
            """Take the values in."""
            values = self.values
            aggregate.status = values["name"]
            aggregate.counts[values["name"]] = aggregate.counts.get(values["name"], 0) + 1
            aggregate.last_at = values["occurred_at"]

    class Accepted(Aggregate.Created):
        """The first event of a case."""

        values: dict[str, Any]
        counts: dict[str, int]

    def __init__(self, values: dict[str, Any], counts: dict[str, int]) -> None:
        """Begin with the acceptance."""
        self.accepted = values
        self.counts = counts


def load(given: Given) -> Figures:
    """Load each long case through the repository."""
    with closing(_application(given)) as app:
        told = list(_told(given["source"], "WHERE stream LIKE 'opinion:long-%' ORDER BY stream, version"))
        _store(app, told)
        cases = list(dict.fromkeys(event.originator_id for event in told))
        seconds = []
        for case in cases * LOADS:
            started = perf_counter()
            app.repository.get(case)
            seconds.append(perf_counter() - started)
    return {"seconds": median(seconds), "events": len(told) // len(cases)}


def read(given: Given) -> Figures:
    """Read the events in the order of the notification log and decode each."""
    with closing(_application(given)) as app:
        _store(app, list(_told(given["source"], f"ORDER BY position LIMIT {int(given['events'])}")))
        decode = app.mapper.to_domain_event
        events, start = 0, 1
        started = perf_counter()
        while page := app.recorder.select_notifications(start, PAGE):
            events += sum(1 for event in map(decode, page) if event.originator_id)
            start = page[-1].id + 1
        seconds = perf_counter() - started
    return {"seconds": seconds, "events": events, "rate": events / seconds}


def _application(given: Given) -> Application[UUID]:
    return Application({"PERSISTENCE_MODULE": "eventsourcing.sqlite", "SQLITE_DBNAME": given["path"]})


def _told(source: str, which: str) -> Iterator[Opinion.Told | Opinion.Accepted]:
    """The events of one of our ledgers with the same values, as the library's events."""
    begun: dict[str, Any] = {"originator_topic": get_topic(Opinion), "counts": {}}
    with closing(sqlite3.connect(source)) as connection:
        query = f"SELECT stream, version, state FROM ledger_events {which}"  # noqa: S608 - constants only
        for stream, version, state in connection.execute(query).fetchall():
            values = {
                name: datetime.fromisoformat(value) if name.endswith("_at") else value
                for name, value in json.loads(state).items()
                if name not in OWN
            }
            known: dict[str, Any] = {
                "originator_id": uuid5(NAMESPACE_OID, stream),
                "originator_version": version,
                "timestamp": values.pop("recorded_at"),
                "values": values,
            }
            if version > 1:
                yield Opinion.Told(**known)
            else:
                yield Opinion.Accepted(**known, **begun)


def _store(app: Application[UUID], told: list[Opinion.Told | Opinion.Accepted]) -> None:
    for start in range(0, len(told), PAGE):
        app.recorder.insert_events([app.mapper.to_stored_event(event) for event in told[start : start + PAGE]])
