"""The peers that need the standard library only: what SQLite and JSON alone take. Each job gives its figures."""

from __future__ import annotations

import json
import os
import sqlite3
from contextlib import closing
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    Given = dict[str, Any]
    Figures = dict[str, Any]

TABLE: Final = """
    CREATE TABLE events (
        position INTEGER PRIMARY KEY AUTOINCREMENT, stream VARCHAR(64) NOT NULL, version INTEGER NOT NULL,
        name VARCHAR(64) NOT NULL, state BLOB NOT NULL, UNIQUE (stream, version)
    )
"""
INSERT: Final = "INSERT INTO events (stream, version, name, state) VALUES (?, ?, ?, ?)"
PROBES: Final = 200


def parse(given: Given) -> Figures:
    """Read all events in their order and parse their JSON, and nothing else."""
    with closing(sqlite3.connect(given["path"])) as connection:
        started = perf_counter()
        cursor = connection.execute("SELECT stream, version, name, state FROM ledger_events ORDER BY position")
        events = 0
        while rows := cursor.fetchmany(1000):
            for row in rows:
                json.loads(row[3])
            events += len(rows)
        seconds = perf_counter() - started
    return {"seconds": seconds, "events": events, "rate": events / seconds}


def insert(given: Given) -> Figures:
    """Insert the events of another ledger, so many a transaction; `per_commit` 1 is one a commit."""
    rows = _rows(given)
    size = given["per_commit"]
    with closing(_new(given["path"])) as connection:
        started = perf_counter()
        for start in range(0, len(rows), size):
            connection.execute("BEGIN IMMEDIATE")
            connection.executemany(INSERT, rows[start : start + size])
            connection.execute("COMMIT")
        seconds = perf_counter() - started
        mode, full = (connection.execute(f"PRAGMA {name}").fetchone()[0] for name in ("journal_mode", "synchronous"))
    durability = f"journal_mode={mode}, synchronous={full}"
    return {"seconds": seconds, "events": len(rows), "rate": len(rows) / seconds, "durability": durability}


def fsync(given: Given) -> Figures:
    """How many times a second four kilobytes reach the disk."""
    page = b"\0" * 4096
    with Path(given["path"]).open("wb", buffering=0) as file:
        started = perf_counter()
        for _ in range(PROBES):
            file.write(page)
            os.fsync(file.fileno())
        seconds = perf_counter() - started
    return {"seconds": seconds, "rate": PROBES / seconds}


def _new(path: str) -> sqlite3.Connection:
    connection = sqlite3.connect(path, isolation_level=None)
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute(TABLE)
    return connection


def _rows(given: Given) -> list[tuple[Any, ...]]:
    with closing(sqlite3.connect(given["source"])) as connection:
        query = "SELECT stream, version, name, state FROM ledger_events ORDER BY position LIMIT ?"
        return connection.execute(query, (given.get("events", -1),)).fetchall()
