"""A PostgreSQL whose disk is really full: nothing acknowledged is lost, nothing is there by half, and it goes on.

The disk is a small file system in memory, which only root may mount; elsewhere the test is left out. On MariaDB a
ledger's tables cannot be put on another disk than the server's own.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

import pytest
from sqlalchemy import Connection, create_engine, make_url, text
from sqlalchemy.pool import NullPool

from tests.adapters.store.test_trouble import Open, events, fill, small_disk

MEBIBYTES = 16
"""An empty database takes half of it."""
ROOM = 1 << 19
"""Bytes that are left for events."""


@pytest.fixture
def server(postgresql_url: str) -> Iterator[Connection]:
    """A connection to the server, each statement of which is committed by itself."""
    engine = create_engine(postgresql_url, poolclass=NullPool, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        yield connection


@contextmanager
def reachable_folder(owner: int) -> Iterator[Path]:
    """A folder that a server can get to, which does not get into the tests' own."""
    with tempfile.TemporaryDirectory(prefix="caseledger-disk-", dir="/dev/shm") as folder:
        Path(folder).chmod(0o755)
        os.chown(folder, owner, -1)
        yield Path(folder)


@contextmanager
def database_on(disk: Path, server: Connection) -> Iterator[str]:
    """The URL of an empty database all of whose tables lie on a disk."""
    name = f"caseledger_full_{uuid4().hex[:12]}"
    server.execute(text(f"CREATE TABLESPACE {name} LOCATION '{disk}'"))
    try:
        server.execute(text(f"CREATE DATABASE {name} TEMPLATE template0 ENCODING 'UTF8' TABLESPACE {name}"))
        yield make_url(server.engine.url).set(database=name).render_as_string(hide_password=False)
    finally:
        server.execute(text(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)"))
        server.execute(text(f"DROP TABLESPACE {name}"))


def test_a_full_disk_of_postgresql_takes_nothing_by_halves_and_goes_on_when_there_is_room(
    open_store: Open, server: Connection
) -> None:
    data = Path(str(server.execute(text("SHOW data_directory")).scalar_one()))
    if os.geteuid() != 0 or not data.is_dir():
        pytest.skip("only root may mount a small disk, and the server must be on this machine")
    owner = data.stat().st_uid
    with reachable_folder(owner) as folder, small_disk(folder / "disk", MEBIBYTES) as disk:
        shutil.chown(disk, owner)
        with database_on(disk, server) as url:
            store = open_store(url)
            recorder = store.application_recorder()
            (disk / "ballast").write_bytes(bytes(shutil.disk_usage(disk).free - ROOM))
            taken = fill(recorder)
            assert len(taken) > 5
            (disk / "ballast").unlink()
            recorder.insert_events(events(len(taken)))
            asked = [f"opinion:{case}" for case in range(len(taken) + 2)]
            assert list(recorder.stream_versions(asked).values()) == [3] * (len(taken) + 1) + [0]
            assert [one.originator_version for one in recorder.select_events("opinion:0")] == [1, 2, 3]
            store.close()
