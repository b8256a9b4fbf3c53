"""Writers beside each other, a process each; standard library only, as the peers' environment imports it too."""

from __future__ import annotations

import multiprocessing
import sqlite3
from contextlib import closing
from time import perf_counter
from typing import TYPE_CHECKING, Any
from zlib import crc32

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    Row = tuple[str, int, str, bytes]
    Write = Callable[[Row], object]
    Figures = dict[str, Any]


def race(writers: int, rows: Sequence[Row], opened: Callable[[], Write]) -> Figures:
    """Let so many writers record the rows, one a commit, each stream by one of them; the clock runs from first to last.

    Args:
        writers: how many processes.
        rows: all events.
        opened: connects, in the writer's own process, and gives what records one event.

    Raises:
        SystemExit: a writer failed.

    """
    context = multiprocessing.get_context("fork")
    ready = context.Barrier(writers + 1)
    shares: list[list[Row]] = [[] for _ in range(writers)]
    for row in rows:
        shares[crc32(row[0].encode()) % writers].append(row)

    def work(share: list[Row]) -> None:
        write = opened()
        ready.wait()
        for row in share:
            write(row)

    processes = [context.Process(target=work, args=(share,)) for share in shares]
    for process in processes:
        process.start()
    ready.wait()
    started = perf_counter()
    for process in processes:
        process.join()
    seconds = perf_counter() - started
    if any(process.exitcode for process in processes):
        raise SystemExit("a writer failed")
    return {"seconds": seconds, "events": len(rows), "rate": len(rows) / seconds}


def rows_of(source: str, events: int) -> list[Row]:
    """The first events of a SQLite ledger."""
    with closing(sqlite3.connect(source)) as connection:
        query = "SELECT stream, version, name, state FROM ledger_events ORDER BY position LIMIT ?"
        return connection.execute(query, (events,)).fetchall()
