"""The library's own runner between two databases: events in its PostgreSQL module, facts in SQLite or PostgreSQL.

Its SQLite module has no subscription, and MariaDB it does not speak; so these are the pairs that it can follow with.
"""

from __future__ import annotations

import sqlite3
from contextlib import closing
from random import Random
from time import perf_counter, sleep
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import parse_qs, urlsplit

from eventsourcing.application import Application
from eventsourcing.persistence import InfrastructureFactory, Mapper, StoredEvent, Tracking
from eventsourcing.postgres import PostgresDatastore, PostgresTrackingRecorder
from eventsourcing.projection import Projection, ProjectionRunner
from eventsourcing.utils import Environment
from psycopg.sql import SQL, Composed

from .stock import AllFacts, FactsView, ParsingMapper, until
from .stock_facts import CHANGES, INDICES, TABLES, on_postgresql

if TYPE_CHECKING:
    from collections.abc import Sequence

    Given = dict[str, Any]
    Figures = dict[str, Any]

PAGE: Final = 50
"""Events that are put in at once; of a megabyte psycopg never gets to the end in a pipeline through a Unix socket."""
PAUSE_S: Final = 0.01


class Followed(Application[str]):
    """The application whose events are followed; only parsed."""

    name = "upstream"

    def construct_mapper(self) -> Mapper[str]:
        """Parse only."""
        return ParsingMapper()


class PostgresFactsView(PostgresTrackingRecorder):
    """The tables of facts in PostgreSQL, kept in the transaction of the position."""

    def __init__(self, datastore: PostgresDatastore, **kwargs: Any) -> None:
        super().__init__(datastore, **kwargs)
        self.sql_create_statements += [_composed(one) for one in (*TABLES, *INDICES)]
        self._words = {change: on_postgresql(change).encode() for some in CHANGES.values() for change in some}

    def keep(self, changes: Sequence[str], values: dict[str, Any], tracking: Tracking) -> None:
        """Change rows and the position in one transaction: two round trips, each statement prepared."""
        with self.datastore.get_connection() as connection, connection.pipeline(), connection.transaction():
            cursor = connection.cursor()
            for change in changes:
                cursor.execute(self._words[change], values, prepare=True)
            self._insert_tracking(cursor, tracking)


class AllPostgresFacts(Projection[PostgresFactsView]):
    """Folds each event into its rows."""

    name = "facts"
    process_event: Any = AllFacts.process_event  # the library dispatches by class; here all events are of one


def _composed(statement: str) -> Composed:
    words: Any = on_postgresql(statement)  # the library wants it so, and psycopg that it be written in the program
    return SQL(words).format()


def catch_up(given: Given) -> Figures:
    """Fill the library's PostgreSQL module, then follow with the stock runner from the beginning."""
    env, events = _env(given), _events(given)
    _fill(env, events)
    runner = _runner(env)
    started = perf_counter()
    begun_at = runner.view.max_tracking_id("upstream") or 0
    with runner:
        until(runner, len(events))
        seconds = perf_counter() - started
    done = len(events) - begun_at
    return {"seconds": seconds, "events": done, "rate": done / seconds}


def visible(given: Given) -> Figures:
    """Append events one a commit, and wait until the view has them."""
    env, events = _env(given), _events({**given, "events": given["events"] + given["commits"]})
    _fill(env, events[: given["events"]])
    found, draw = [], Random(7)
    runner = _runner(env)
    with runner:
        until(runner, given["events"])
        for event in events[given["events"] :]:
            (position,) = runner.app.recorder.insert_events([event]) or [None]
            committed = perf_counter()
            while (runner.view.max_tracking_id("upstream") or 0) < (position or 0):
                sleep(0.0003)
            found.append(perf_counter() - committed)
            sleep(draw.uniform(0, PAUSE_S))
    found.sort()
    return {"p50": found[len(found) // 2], "p99": found[len(found) * 99 // 100]}


def _runner(env: dict[str, str]) -> ProjectionRunner[Any, Any]:
    keeps = (AllPostgresFacts, PostgresFactsView) if "FACTS_POSTGRES_DBNAME" in env else (AllFacts, FactsView)
    projection, view = keeps
    return ProjectionRunner(application_class=Followed, projection_class=projection, view_class=view, env=env)


def _env(given: Given) -> dict[str, str]:
    env = {"PERSISTENCE_MODULE": "eventsourcing.postgres", "ORIGINATOR_ID_TYPE": "text", **_postgres(given["ledger"])}
    if given["target"].startswith("sqlite:///"):
        target = given["target"].removeprefix("sqlite:///")
        return {**env, "FACTS_PERSISTENCE_MODULE": "eventsourcing.sqlite", "FACTS_SQLITE_DBNAME": target}
    facts = {f"FACTS_{name}": value for name, value in _postgres(given["target"]).items()}
    return {**env, "FACTS_PERSISTENCE_MODULE": "eventsourcing.postgres", **facts}


def _postgres(url: str) -> dict[str, str]:
    server = urlsplit(url)
    return {
        "POSTGRES_DBNAME": server.path.strip("/"),
        "POSTGRES_HOST": parse_qs(server.query).get("host", [server.hostname or ""])[0],
        "POSTGRES_PORT": str(server.port or 5432),
        "POSTGRES_USER": server.username or "",
        "POSTGRES_PASSWORD": server.password or "",
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
