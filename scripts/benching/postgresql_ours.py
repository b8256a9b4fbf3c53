"""Appending to PostgreSQL: caseledger's recorder, and psycopg alone."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import psycopg
from eventsourcing.persistence import StoredEvent

from caseledger.adapters.store.factory import SqlFactory

from .race import race, rows_of

if TYPE_CHECKING:
    from .race import Row, Write

    Given = dict[str, Any]
    Figures = dict[str, Any]

TABLE = """
    CREATE TABLE events (
        position BIGSERIAL PRIMARY KEY, stream VARCHAR(64) COLLATE "C" NOT NULL, version INTEGER NOT NULL,
        name VARCHAR(64) COLLATE "C" NOT NULL, state BYTEA NOT NULL, UNIQUE (stream, version)
    )
"""


def append(given: Given) -> Figures:
    """Append events one a commit through the recorder, facts off."""
    SqlFactory({"CASELEDGER_URL": given["url"]}).open()

    def opened() -> Write:
        recorder = SqlFactory({"CASELEDGER_URL": given["url"]}).application_recorder()
        return lambda row: recorder.insert_events([StoredEvent(*row)])

    return race(given["writers"], rows_of(given["source"], given["events"]), opened) | _settings(given)


def bare(given: Given) -> Figures:
    """Insert events one a commit through psycopg alone."""
    with psycopg.connect(given["address"], autocommit=True) as connection:
        connection.execute(TABLE)

    def opened() -> Write:
        cursor = psycopg.connect(given["address"], autocommit=True).cursor()

        def write(row: Row) -> None:
            cursor.execute("INSERT INTO events (stream, version, name, state) VALUES (%s, %s, %s, %s)", row)

        return write

    return race(given["writers"], rows_of(given["source"], given["events"]), opened) | _settings(given)


def _settings(given: Given) -> Figures:
    with psycopg.connect(given["address"]) as connection:
        names = ("fsync", "synchronous_commit", "full_page_writes")
        said = [f"{name}={connection.execute(f'SHOW {name}').fetchone()[0]}" for name in names]  # type: ignore[index]  # SHOW gives a row
    return {"durability": ", ".join(said)}
