"""Whether there is room left where the ledger writes, as far as this machine can see it."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Final

from .finding import Finding, warning

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy import Engine

LEAST: Final = 256 * 1024 * 1024
"""Bytes that should be free at least."""
LONGEST_LOG: Final = 256 * 1024 * 1024
"""Bytes of the write-ahead log beyond which some reader keeps it from being taken over into the file."""


def of(engine: Engine) -> Iterator[Finding]:
    """Look at the disk of a SQLite ledger; a server's disk is for the server's own watch."""
    path = engine.url.database
    if engine.dialect.name != "sqlite" or path in {None, "", ":memory:"}:
        return
    file = Path(str(path))
    free = shutil.disk_usage(file.absolute().parent).free
    # A rebuild of facts writes them a second time, beside the old ones.
    wanted = max(LEAST, file.stat().st_size)
    if free < wanted:
        what = f"{free // 2**20} MiB are free; a rebuild of facts may need {wanted // 2**20} MiB"
        yield warning("room", what, str(file.parent), "make room, or move the ledger to a larger disk")
    log = Path(f"{file}-wal")
    if log.exists() and log.stat().st_size > LONGEST_LOG:
        what = f"it has grown to {log.stat().st_size // 2**20} MiB: a reader has held on to an old state for long"
        yield warning("room", what, str(log), "end the program that keeps a reading transaction open")
