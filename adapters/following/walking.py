"""The walk through a ledger: stretch by stretch of whole cases, a few of them read ahead by threads.

All facts about a kind of case are read off a stretch while its events are still in the database's cache. Where none of
the events is there that rows begin with, a declaration is not asked: of most there are few (a deadline that was moved,
an alert), and each would have to look at every event to find none.
"""

from __future__ import annotations

from collections import deque
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from dataclasses import dataclass
from functools import partial
from itertools import islice
from queue import SimpleQueue
from typing import TYPE_CHECKING, Final

from eventsourcing.persistence import PersistenceError

from .aside import is_of_a_case
from .carrying import Source

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from sqlalchemy import Engine

    from ..facts.reach import Stretch
    from .carrying import Carrier, Line, Read
    from .patience import Patience

READERS: Final = 2
"""Threads that read; SQLite and the drivers let others run while they work."""
AHEAD: Final = 4
"""Stretches that are read before they are needed; so many are in memory at once."""


@dataclass(frozen=True, slots=True)
class Leg:
    """A stretch of cases of one kind, and the declarations that are about such cases."""

    lines: tuple[Line, ...]
    stretch: Stretch


class Walk:
    """One walk; it only reads.

    Args:
        lines: the facts to read.
        carrier: knows how.
        source: engine of the ledger.
        patience: how a failing database is waited for.

    """

    def __init__(self, lines: Sequence[Line], carrier: Carrier, source: Engine, patience: Patience) -> None:
        self._carrier = carrier
        self._source = source
        self._patience = patience
        self._kinds: dict[str, list[Line]] = {}
        for line in lines:
            self._kinds.setdefault(line.teller.declaration.stream_kind, []).append(line)

    def read(self) -> Iterator[tuple[Leg, Read | None]]:
        """Each stretch in its order, with what was read off it; None where it cannot be read at once.

        Raises:
            PassingError: the database was away for longer than patience lasts.

        """
        with ThreadPoolExecutor(READERS, thread_name_prefix="gathering") as pool, self._links() as links:
            legs = self._legs()
            ahead = deque((leg, pool.submit(self._told, links, leg)) for leg in islice(legs, AHEAD))
            while ahead:
                leg, reading = ahead.popleft()
                told = reading.result()
                ahead += [(one, pool.submit(self._told, links, one)) for one in islice(legs, 1)]
                yield leg, told

    def _legs(self) -> Iterator[Leg]:
        with closing(Source(self._source)) as link:
            for lines in self._kinds.values():
                for stretch in self._patience.until_done(partial(_stretches, link, lines[0])):
                    yield Leg(tuple(lines), stretch)

    @contextmanager
    def _links(self) -> Iterator[SimpleQueue[Source]]:
        """Connections to the ledger, one for each thread that reads."""
        links = [Source(self._source) for _ in range(READERS)]
        waiting: SimpleQueue[Source] = SimpleQueue()
        for link in links:
            waiting.put(link)
        try:
            yield waiting
        finally:
            for link in links:
                link.close()

    def _told(self, links: SimpleQueue[Source], leg: Leg) -> Read | None:
        link = links.get()
        try:
            return self._patience.until_done(lambda: self._read(link, leg))
        except PersistenceError as error:
            if not is_of_a_case(error):
                raise
            return None
        finally:
            links.put(link)

    def _read(self, link: Source, leg: Leg) -> Read:
        with link.reading() as moment:
            return self._carrier.read_stretch(link, moment, leg.lines, leg.stretch)


def _stretches(link: Source, line: Line) -> list[Stretch]:
    return list(link.stretches(line.teller.declaration))
