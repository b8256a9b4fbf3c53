"""What is measured of facts kept in another database; each job runs in a process of its own and gives its figures."""

from __future__ import annotations

import sqlite3
from contextlib import closing, contextmanager
from multiprocessing import get_context
from random import Random
from statistics import quantiles
from threading import Thread
from time import perf_counter, sleep
from typing import TYPE_CHECKING, Any, Final

from eventsourcing.persistence import StoredEvent
from sqlalchemy import create_engine, make_url
from sqlalchemy.pool import NullPool

from caseledger.adapters.following import Follower, link
from caseledger.adapters.store.factory import SqlFactory

if TYPE_CHECKING:
    from collections.abc import Iterator
    from multiprocessing.connection import Connection

    from caseledger.adapters.store.bell import Bell

    Given = dict[str, Any]
    Figures = dict[str, Any]

PAGE: Final = 1_000
LOOK_S: Final = 0.0003
PAUSE_S: Final = 0.01
SPAWNED: Final = get_context("spawn")
LOOKERS: Final = {"postgresql": "postgresql+psycopg", "mariadb": "mariadb+pymysql"}


def fill(given: Given) -> Figures:
    """Put events of a SQLite ledger into another one."""
    started = perf_counter()
    with closing(_factory(given["ledger"])) as factory:
        recorder = factory.application_recorder()
        for page in _pages(given):
            recorder.insert_events(page)
    return {"seconds": perf_counter() - started}


def catch_up(given: Given) -> Figures:
    """Gather all facts of a ledger in an empty database."""
    link.EASY.clear()  # as durable as what the stock runner commits
    with Follower(given["ledger"], given["target"]) as follower:
        started = perf_counter()
        follower.catch_up()
        seconds = perf_counter() - started
        lag = follower.lag()
        if not lag.is_current:
            raise SystemExit(f"the facts are not current: {lag}")
    return {"seconds": seconds, "events": lag.last, "rate": lag.last / seconds}


def visible(given: Given) -> Figures:
    """Append events one a commit beside a runner; look when the target says that they are there.

    The runner is in another process, or `beside` in a thread of this one, as a service that embeds both has it.
    """
    fill(given)
    running = _beside if given["beside"] else _elsewhere
    with closing(_factory(given["ledger"])) as factory, running(given, factory.database.bell):
        recorder = factory.application_recorder()
        found, draw = [], Random(7)
        with closing(_looking(given["target"])) as connection:
            cursor = connection.cursor()
            for page in _pages({**given, "after": given["events"], "events": given["commits"]}):
                for event in page:
                    (position,) = recorder.insert_events([event])
                    committed = perf_counter()
                    while _position(cursor) < position:
                        sleep(LOOK_S)
                    found.append(perf_counter() - committed)
                    sleep(draw.uniform(0, PAUSE_S))
    return percentiles(found)


@contextmanager
def _beside(given: Given, bell: Bell | None) -> Iterator[None]:
    """A runner in a thread of this process, woken by its commits where there is a bell."""
    with Follower(given["ledger"], given["target"], bell=bell) as follower:
        follower.catch_up()
        running = Thread(target=follower.run)
        running.start()
        try:
            yield
        finally:
            follower.stop()
            running.join()


@contextmanager
def _elsewhere(given: Given, _bell: Bell) -> Iterator[None]:
    """A runner in another process, which has caught up."""
    ours, theirs = SPAWNED.Pipe()
    runner = SPAWNED.Process(target=_follow, args=(theirs, given))
    runner.start()
    ours.recv()
    try:
        yield
    finally:
        ours.send("stop")
        runner.join()


def _follow(pipe: Connection, given: Given) -> None:
    """Run a follower until told to stop."""
    with _beside(given, None):
        pipe.send("running")
        pipe.recv()


def _looking(target: str) -> Any:  # noqa: ANN401 - a driver's connection
    """Somebody who reads the target, each look a transaction of its own."""
    url = make_url(target)
    url = url.set(drivername=LOOKERS.get(url.drivername, url.drivername))
    return create_engine(url, poolclass=NullPool, isolation_level="AUTOCOMMIT").connect().connection


def _position(cursor: Any) -> int:  # noqa: ANN401 - a driver's
    cursor.execute("SELECT position FROM ledger_follower")
    (position,) = cursor.fetchone()
    return int(position)


def percentiles(seconds: list[float]) -> Figures:
    """The middle and the 99th of a hundred."""
    cuts = quantiles(seconds, n=100)
    return {"p50": cuts[49], "p99": cuts[98]}


def _factory(url: str) -> SqlFactory:
    return SqlFactory({"PERSISTENCE_MODULE": "caseledger.adapters.store", "CASELEDGER_URL": url})


def _pages(given: Given) -> Iterator[list[StoredEvent]]:
    with closing(sqlite3.connect(given["source"])) as connection:
        query = "SELECT stream, version, name, state FROM ledger_events ORDER BY position LIMIT ? OFFSET ?"
        rows = connection.execute(query, (given["events"], given.get("after", 0)))
        while page := rows.fetchmany(PAGE):
            yield [StoredEvent(*row) for row in page]
