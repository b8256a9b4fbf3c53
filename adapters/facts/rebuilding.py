"""Reading facts anew from all events, beside those who read and write."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select

from ...projections.compile import streams_of
from ...projections.events import ledger_events
from .keeper import SIZES, chunks
from .marks import set_mark
from .reach import last_position

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from .keeper import Keeper
    from .reach import Progress, Reach


def rebuild(reach: Reach, keeper: Keeper, progress: Progress | None) -> None:
    """Gather the rows in a table beside, in short transactions; then exchange the contents in place.

    The exchange is one transaction that keeps appends out and first catches up with what was appended meanwhile: a
    reader sees the old rows or the new, views included. Killed at any moment, the old rows stand; what was gathered is
    dropped by the next rebuild.
    """
    shadow = keeper.shadow
    with reach.writing() as connection:
        shadow.drop(connection, checkfirst=True)
        shadow.create(connection)
    with reach.reading() as connection:
        start = last_position(connection)
    for stretch in reach.stretches(keeper.declaration):
        with reach.writing() as connection:
            keeper.read_range(shadow).run(connection, {"after": stretch.after, "upto": stretch.upto})
        if progress:
            progress(keeper.name, stretch.done, stretch.in_all)
    position = _catch_up(reach, keeper, start)
    with reach.writing(alone=True) as connection:
        changed = _changed(connection, keeper, position, last_position(connection))
        keeper.reread(connection, shadow, changed, old=changed)
        for statement in keeper.swap():
            connection.execute(statement)
        set_mark(connection, keeper.name, keeper.mark, position=start)
    with reach.writing() as connection:
        shadow.drop(connection, checkfirst=True)


def _catch_up(reach: Reach, keeper: Keeper, position: int) -> int:
    """Follow those who append, until little is left for the exchange; give the position reached."""
    while True:
        with reach.reading() as connection:
            end = last_position(connection)
            changed = _changed(connection, keeper, position, end)
        if len(changed) <= SIZES[-1]:
            return position
        for chunk in chunks(changed):
            with reach.writing() as connection:
                keeper.reread(connection, keeper.shadow, chunk, old=chunk)
        position = end


def _changed(connection: Connection, keeper: Keeper, after: int, upto: int) -> list[str]:
    """The cases that had events in a range of positions."""
    events = ledger_events.c
    query = select(events.stream).distinct().where(events.position > after, events.position <= upto)
    return list(connection.execute(query.where(*streams_of(keeper.declaration, events.stream))).scalars())
