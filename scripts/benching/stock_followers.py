"""The library's own runner between two databases: events in its PostgreSQL module, facts in its SQLite module.

Its SQLite module has no subscription, and its PostgreSQL projection would be slower still; so this is the quickest pair
that the library can follow with.
"""

from __future__ import annotations

import sqlite3
from contextlib import closing
from random import Random
from time import perf_counter, sleep
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

from eventsourcing.application import Application
from eventsourcing.persistence import InfrastructureFactory, Mapper, StoredEvent
from eventsourcing.projection import ProjectionRunner
from eventsourcing.utils import Environment

from .stock import AllFacts, FactsView, ParsingMapper

if TYPE_CHECKING:
    Given = dict[str, Any]
    Figures = dict[str, Any]

PAGE: Final = 1_000
PAUSE_S: Final = 0.01


class Followed(Application[str]):
    """The application whose events are followed; only parsed."""

    name = "upstream"

    def construct_mapper(self) -> Mapper[str]:
        """Parse only."""
        return ParsingMapper()


def catch_up(given: Given) -> Figures:
    """Fill the library's PostgreSQL module, then follow with the stock runner from the beginning."""
    env, events = _env(given), _events(given)
    _fill(env, events)
    runner = ProjectionRunner(application_class=Followed, projection_class=AllFacts, view_class=FactsView, env=env)
    started = perf_counter()
    begun_at = runner.view.max_tracking_id("upstream") or 0
    with runner:
        runner.wait(len(events), timeout=3600)
        seconds = perf_counter() - started
    done = len(events) - begun_at
    return {"seconds": seconds, "events": done, "rate": done / seconds}


def visible(given: Given) -> Figures:
    """Append events one a commit, and wait until the view has them."""
    env, events = _env(given), _events({**given, "events": given["events"] + given["commits"]})
    _fill(env, events[: given["events"]])
    found, draw = [], Random(7)
    runner = ProjectionRunner(application_class=Followed, projection_class=AllFacts, view_class=FactsView, env=env)
    with runner:
        runner.wait(given["events"], timeout=3600)
        for event in events[given["events"] :]:
            (position,) = runner.app.recorder.insert_events([event]) or [None]
            committed = perf_counter()
            while (runner.view.max_tracking_id("upstream") or 0) < (position or 0):
                sleep(0.0003)
            found.append(perf_counter() - committed)
            sleep(draw.uniform(0, PAUSE_S))
    found.sort()
    return {"p50": found[len(found) // 2], "p99": found[len(found) * 99 // 100]}


def _env(given: Given) -> dict[str, str]:
    server = urlsplit(given["ledger"])
    return {
        "PERSISTENCE_MODULE": "eventsourcing.postgres",
        "ORIGINATOR_ID_TYPE": "text",
        "POSTGRES_DBNAME": server.path.strip("/"),
        "POSTGRES_HOST": server.hostname or "",
        "POSTGRES_PORT": str(server.port or 5432),
        "POSTGRES_USER": server.username or "",
        "POSTGRES_PASSWORD": server.password or "",
        "FACTS_PERSISTENCE_MODULE": "eventsourcing.sqlite",
        "FACTS_SQLITE_DBNAME": given["target"],
    }


def _fill(env: dict[str, str], events: list[StoredEvent]) -> None:
    factory = InfrastructureFactory[Any].construct(Environment("upstream", env))
    recorder = factory.application_recorder()
    for start in range(0, len(events), PAGE):
        recorder.insert_events(events[start : start + PAGE])
    factory.close()


def _events(given: Given) -> list[StoredEvent]:
    with closing(sqlite3.connect(given["source"])) as connection:
        query = "SELECT stream, version, name, state FROM ledger_events ORDER BY position LIMIT ?"
        return [StoredEvent(*row) for row in connection.execute(query, (given["events"],))]
