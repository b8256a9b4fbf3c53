"""A bare writer and a bare copier between two SQLite files: what a follower cannot go below on the machine as it is."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from multiprocessing import get_context
from random import Random
from statistics import quantiles
from time import perf_counter, sleep
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from multiprocessing.connection import Connection

    Given = dict[str, Any]
    Figures = dict[str, Any]

LOOK_S: Final = 0.0003
PAUSE_S: Final = 0.01
COPIER_LOOKS_S: Final = 0.002
"""As our followers look for other processes' commits."""
SPAWNED: Final = get_context("spawn")


def visible(given: Given) -> Figures:
    """Insert rows one a commit, and look when another process has copied them into another file."""
    with closing(_open(given["path"], "FULL")) as source, closing(_open(given["target"], "NORMAL")) as target:
        source.execute("CREATE TABLE events (position INTEGER PRIMARY KEY AUTOINCREMENT, state BLOB NOT NULL)")
        target.execute("CREATE TABLE events (position INTEGER PRIMARY KEY, state BLOB NOT NULL)")
        ours, theirs = SPAWNED.Pipe()
        copier = SPAWNED.Process(target=_copy, args=(theirs, given["path"], given["target"]))
        copier.start()
        ours.recv()
        found, draw = [], Random(7)
        for _ in range(given["commits"]):
            (position,) = source.execute(
                "INSERT INTO events (state) VALUES (?) RETURNING position", (bytes(900),)
            ).fetchone()
            committed = perf_counter()
            while (target.execute("SELECT max(position) FROM events").fetchone()[0] or 0) < position:
                sleep(LOOK_S)
            found.append(perf_counter() - committed)
            sleep(draw.uniform(0, PAUSE_S))
        ours.send("stop")
        copier.join()
    cuts = quantiles(found, n=100)
    return {"p50": cuts[49], "p99": cuts[98]}


def _copy(pipe: Connection, source: str, target: str) -> None:
    with closing(_open(source, "FULL")) as events, closing(_open(target, "NORMAL")) as copies:
        pipe.send("copying")
        version, position = None, 0
        while not pipe.poll(COPIER_LOOKS_S):
            now = events.execute("PRAGMA data_version").fetchone()
            if now == version:
                continue
            version = now
            rows = events.execute("SELECT position, state FROM events WHERE position > ?", (position,)).fetchall()
            if rows:
                copies.execute("BEGIN IMMEDIATE")
                copies.executemany("INSERT INTO events VALUES (?, ?)", rows)
                copies.execute("COMMIT")
                position = rows[-1][0]


def _open(path: str, synchronous: str) -> sqlite3.Connection:
    connection = sqlite3.connect(path, isolation_level=None)
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute(f"PRAGMA synchronous = {synchronous}")
    return connection
