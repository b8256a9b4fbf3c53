"""The events of a log, put together by case and sorted by time. On disk, so that memory stays flat."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import groupby
from operator import itemgetter
from typing import TYPE_CHECKING, Any, Final

from .rows import Unusable
from .times import LocalTime

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_SMALL: Final = 1000
_ONE: Final = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class LogRow:
    """An event of a case: its line, its mapped cells in the order of the columns, and when it was, where that is known.

    `fault` is what is wrong with the row already: the column (none: the whole row) and the reason.
    """

    line: int
    cells: list[str]
    at: datetime | None
    fault: tuple[str | None, str] | None = None


class Grouping:
    """Takes events in any order and gives them back case by case: first met, first; by time, then as in the file."""

    def __init__(self, scratch: sqlite3.Connection) -> None:
        self._scratch = scratch
        self._waiting: list[tuple[object, ...]] = []
        self.rows = 0
        scratch.executescript(
            "pragma journal_mode = off; pragma synchronous = off;"
            "create table cases (name text primary key, number integer) without rowid;"
            "create table events (number integer primary key, name text, line integer, at integer, row text)"
        )

    def add(self, case: str, row: LogRow) -> None:
        """Take an event."""
        self.rows += 1
        at = None if row.at is None else (row.at - _EPOCH) // _ONE
        packed = json.dumps([[_packed(cell) for cell in row.cells], row.fault])
        self._waiting.append((case, row.line, at, packed))
        if len(self._waiting) >= _SMALL:
            self._put()

    def cases(self) -> Iterator[list[LogRow]]:
        """Every case with its events; an event without a time stands before the others of its case."""
        self._put()
        self._scratch.execute("insert into cases select name, min(number) from events group by name")
        rows = self._scratch.execute(
            "select c.number, e.line, e.at, e.row from events e join cases c on c.name = e.name"
            " order by c.number, e.at, e.number"
        )
        for _, group in groupby(rows, key=itemgetter(0)):
            yield [_row(line, at, packed) for _, line, at, packed in group]

    def _put(self) -> None:
        self._scratch.executemany("insert into events (name, line, at, row) values (?, ?, ?, ?)", self._waiting)
        self._waiting.clear()


@contextmanager
def grouping() -> Iterator[Grouping]:
    """Keep events in a private temporary file, which SQLite removes at the end."""
    with closing(sqlite3.connect("")) as scratch:
        yield Grouping(scratch)


def _row(line: int, at: int | None, packed: str) -> LogRow:
    cells, fault = json.loads(packed)
    moment = None if at is None else _EPOCH + timedelta(microseconds=at)
    return LogRow(line, [_unpacked(cell) for cell in cells], moment, tuple(fault) if fault else None)


def _packed(cell: str) -> str | Sequence[str]:
    if isinstance(cell, Unusable):
        return ["unusable", cell, cell.reason]
    return ["time", cell.local.isoformat()] if isinstance(cell, LocalTime) else cell


def _unpacked(cell: Any) -> str:  # noqa: ANN401 - what `_packed` made
    if isinstance(cell, str):
        return cell
    if cell[0] == "unusable":
        return Unusable.because(cell[1], cell[2])
    return LocalTime.of(datetime.fromisoformat(cell[1]))
