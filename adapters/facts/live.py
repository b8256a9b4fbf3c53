"""Facts kept in the append's own transaction on MariaDB and MySQL, which are slow at JSON: read off in memory.

The events of the touched cases are fetched in that transaction, the declared selects run on them in memory (see
`workshop`), and the rows are written back: they are committed or rolled back with the append, as everywhere else.
"""

from __future__ import annotations

from threading import Lock
from typing import TYPE_CHECKING, Final, NamedTuple
from weakref import finalize

from .keeper import SIZES, Statement, chunks, events_of, values_of
from .rows import Put
from .workshop import Workshop, tools_for

if TYPE_CHECKING:
    from collections.abc import Sequence

    from eventsourcing.persistence import StoredEvent
    from sqlalchemy import Engine
    from sqlalchemy.engine.interfaces import DBAPICursor

    from .keeper import Keeper
    from .values import Row
    from .workshop import Event


class Touched(NamedTuple):
    """A declaration that names appended events, and the cases these are of."""

    keeper: Keeper
    cases: dict[str, bool]
    """By case whether it may have rows already: one that begins in this append has none."""

    @property
    def old(self) -> list[str]:
        """The cases that may have rows."""
        return [case for case, is_old in self.cases.items() if is_old]


class Live:
    """Reads touched cases anew in memory and writes their rows, all in the transaction of the append.

    Threads may share it.

    Args:
        keepers: the declarations.
        engine: the ledger's, on MariaDB or MySQL.

    """

    def __init__(self, keepers: Sequence[Keeper], engine: Engine) -> None:
        self._declarations: Final = tuple(keeper.declaration for keeper in keepers)
        self._engine: Final = engine
        self._puts: Final[dict[str, Put]] = {}
        self._reads: Final[dict[int, Statement]] = {}
        self._workshop: Workshop | None = None
        self._turn: Final = Lock()

    def refresh(self, cursor: DBAPICursor, touched: Sequence[Touched], appended: Sequence[StoredEvent]) -> None:
        """Put the rows that the touched cases have now in place of those that they had.

        Raises:
            UnreadableError: an event of theirs is no JSON, or no UTF-8.

        """
        # All events of a stream that begins in this append are in it.
        begun: dict[str, list[Event]] = {str(one.originator_id): [] for one in appended if one.originator_version == 1}
        for one in appended:
            if (stream := str(one.originator_id)) in begun:
                begun[stream].append((stream, one.originator_version, one.topic, one.state))
        cases = list(dict.fromkeys(case for one in touched for case in one.cases))
        for first in range(0, len(cases), SIZES[-1]):
            some = cases[first : first + SIZES[-1]]
            events = [event for case in some for event in begun.get(case, ())]
            events += self._stored(cursor, [case for case in some if case not in begun])
            for each, rows in self._told(touched, events):
                self._exchange(cursor, each, some, rows)

    def _stored(self, cursor: DBAPICursor, cases: Sequence[str]) -> list[Event]:
        found: list[Event] = []
        for chunk in chunks(cases):
            size = len(chunk)
            if size not in self._reads:
                # Of this moment also where a caller's transaction sees an earlier one, as an INSERT … SELECT reads.
                # Nobody waits for these locks: appends take turns, and events do not change.
                self._reads[size] = Statement(events_of(size).with_for_update(read=True), self._engine)
            self._reads[size].run(cursor, values_of(chunk))
            found += cursor.fetchall()
        return found

    def _told(self, touched: Sequence[Touched], events: Sequence[Event]) -> list[tuple[Touched, list[Row]]]:
        with self._turn:
            if self._workshop is None:
                self._workshop = Workshop(tools_for(self._declarations))
                finalize(self, self._workshop.close)
            self._workshop.take(events)
            return [(one, self._workshop.rows(one.keeper.name)) for one in touched]

    def _exchange(self, cursor: DBAPICursor, touched: Touched, cases: Sequence[str], rows: Sequence[Row]) -> None:
        """Of cases that only another declaration is asked about, rows stay as they are."""
        keeper = touched.keeper
        rows = [row for row in rows if row[0] in touched.cases]
        old = [case for case in cases if touched.cases.get(case)]
        keeper.drop(cursor, keeper.table, old)
        if keeper.name not in self._puts:
            self._puts[keeper.name] = Put(keeper.table, self._engine, source="sqlite")
        self._puts[keeper.name](cursor, rows)
