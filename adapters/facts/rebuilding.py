"""Reading facts anew from all events, beside those who read and write."""

from __future__ import annotations

import secrets
from contextlib import contextmanager
from functools import partial
from threading import Lock
from typing import TYPE_CHECKING

from sqlalchemy import select

from ...projections.compile import streams_of
from ...projections.events import ledger_events
from ..store.errors import StoreError
from .installing import one_at_a_time
from .keeper import SIZES, chunks
from .marks import begin_rebuild, rebuild_of, set_mark
from .reach import begun, last_position

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy import Connection

    from .crew import Crew
    from .keeper import Keeper
    from .reach import Progress, Reach, Stretch


class RebuildOvertakenError(StoreError):
    """Another rebuild of the same facts has begun since; this one stopped, and the other will finish."""


def rebuild(reach: Reach, crew: Crew, keeper: Keeper, progress: Progress | None) -> None:
    """Gather the rows in a table beside, in short transactions; then exchange the contents in place.

    The exchange is one transaction that keeps appends out and first catches up with what was appended meanwhile: a
    reader sees the old rows or the new, views included. Killed at any moment, the old rows stand; what was gathered
    is dropped by the next rebuild.

    Raises:
        RebuildOvertakenError: another one of the same facts began meanwhile.

    """
    token = secrets.token_hex(16)
    # Marked and made in one go, by one at a time: another's rows would be gone if it began in between.
    with reach.writing() as connection, one_at_a_time(connection):
        begin_rebuild(connection, keeper.name, token)
        keeper.shadow.drop(connection, checkfirst=True)
        keeper.shadow.create(connection)
    with reach.reading() as connection:
        start = last_position(connection)
    gather = partial(_gather_apart, turn=Lock()) if reach.has_one_writer else _gather
    work = partial(gather, reach, keeper, token)
    for stretch, _ in crew.side_by_side(work, reach.stretches(keeper.declaration)):
        if progress:
            progress(keeper.name, stretch.done, stretch.in_all)
    position = _catch_up(reach, keeper, start, token)
    with _ours(reach, keeper, token, alone=True) as connection:
        changed = _changed(connection, keeper, position, last_position(connection))
        keeper.reread(connection, keeper.shadow, changed, old=changed)
        for statement in keeper.swap():
            connection.execute(statement)
        set_mark(connection, keeper.name, keeper.mark, position=start)
    with reach.writing() as connection, one_at_a_time(connection):
        if rebuild_of(connection, keeper.name) is None:  # or else the next rebuild's already
            keeper.shadow.drop(connection, checkfirst=True)


def _gather(reach: Reach, keeper: Keeper, token: str, stretch: Stretch) -> None:
    """Read a stretch into the table beside."""
    with _ours(reach, keeper, token) as connection:
        keeper.read_range(keeper.shadow).run(connection, _bounds(stretch))


def _gather_apart(reach: Reach, keeper: Keeper, token: str, stretch: Stretch, *, turn: Lock) -> None:
    """Read a stretch into a table of the connection's own first: others write meanwhile, and other threads gather."""
    with reach.connection() as connection:
        with begun(connection):
            keeper.gather(connection, _bounds(stretch))
        # One after the other here: SQLite would let them sleep.
        with turn, begun(connection, write=True):
            _check_ours(connection, keeper, token)
            keeper.take_gathered(connection)


def _bounds(stretch: Stretch) -> dict[str, str]:
    return {"after": stretch.after, "upto": stretch.upto}


@contextmanager
def _ours(reach: Reach, keeper: Keeper, token: str, *, alone: bool = False) -> Iterator[Connection]:
    """A writing transaction in which the table beside is this rebuild's, and stays so."""
    with reach.writing(alone=alone) as connection:
        _check_ours(connection, keeper, token)
        yield connection


def _check_ours(connection: Connection, keeper: Keeper, token: str) -> None:
    if rebuild_of(connection, keeper.name) != token:
        raise RebuildOvertakenError(
            f"another rebuild of {keeper.name} has begun; this one stopped and changed nothing. "
            "Right would be to let the other finish."
        )


def _catch_up(reach: Reach, keeper: Keeper, position: int, token: str) -> int:
    """Follow those who append, until little is left for the exchange; give the position reached."""
    while True:
        with reach.reading() as connection:
            end = last_position(connection)
            changed = _changed(connection, keeper, position, end)
        if len(changed) <= SIZES[-1]:
            return position
        for chunk in chunks(changed):
            with _ours(reach, keeper, token) as connection:
                keeper.reread(connection, keeper.shadow, chunk, old=chunk)
        position = end


def _changed(connection: Connection, keeper: Keeper, after: int, upto: int) -> list[str]:
    """The cases that had events in a range of positions."""
    events = ledger_events.c
    query = select(events.stream).distinct().where(events.position > after, events.position <= upto)
    return list(connection.execute(query.where(*streams_of(keeper.declaration, events.stream))).scalars())
