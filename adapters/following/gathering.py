"""Gathering facts anew beside those that are there, and exchanging them in one transaction (blue/green).

The ledger is walked in stretches of whole cases, the next one read while the last is written (`walking`). What was
appended meanwhile is read again at the end, under the lock of the target's row. A reader of the target sees the old
rows or the new, also through views; a gathering that is killed leaves the old ones, and the next one begins anew.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field, replace
from functools import partial
from typing import TYPE_CHECKING, Final

from eventsourcing.persistence import PersistenceError
from sqlalchemy import select

from ...domain.values import utc_text
from ...projections.events import ledger_events
from ..facts.installing import one_at_a_time
from ..facts.marks import begin_rebuild, rebuild_of, set_mark
from ..facts.rebuilding import RebuildOvertakenError
from .aside import at_fault, cases_aside, is_of_a_case, set_aside, take_back
from .carrying import Carrier, Ends
from .place import Reached, advance, gathering, locked, make_sure
from .reading import changed, digest_at, first_after
from .walking import Walk

if TYPE_CHECKING:
    from sqlalchemy import Connection, Engine

    from ..clock import Clock
    from ..facts.reach import Progress, Stretch
    from .carrying import Line, Read
    from .patience import Patience
    from .walking import Leg

FEW: Final = 256
"""So few changed cases are left for the exchange itself."""


@dataclass
class Gathering:
    """One gathering.

    Args:
        lines: the facts to gather.
        carrier: all facts of the target; where all are gathered, the follower goes on from where the gathering read.
        source: engine of the ledger.
        target: engine of the target.
        patience: how failing databases are waited for.
        clock: gives the moment of the exchange.

    """

    lines: Sequence[Line]
    carrier: Carrier
    source: Engine
    target: Engine
    patience: Patience
    clock: Clock
    _token: str = field(default_factory=lambda: secrets.token_hex(16))
    _faults: dict[str, PersistenceError] = field(default_factory=dict)

    def run(self, progress: Progress | None = None) -> None:
        """Gather and exchange.

        Raises:
            RebuildOvertakenError: another gathering of the same facts began meanwhile; it will finish.
            PassingError: a database was away for longer than patience lasts; the old rows stand.

        """
        with closing(Ends(self.source, self.target)) as ends:
            done = self.patience.until_done
            done(lambda: self._begin(ends))
            start = done(ends.source.last_position)
            self._gather(ends, progress)
            position = self._catch_up(ends, start)
            done(lambda: self._exchange(ends, position))
            done(lambda: self._clean(ends))

    def _begin(self, ends: Ends) -> None:
        # Marked and made in one go, by one at a time: another's rows would be gone if it began in between.
        with ends.target.writing() as target, one_at_a_time(target):
            for line in self.lines:
                begin_rebuild(target, line.name, self._token)
            for line in self.lines:
                line.keeper.shadow.drop(target, checkfirst=True)
                line.keeper.shadow.create(target)

    def _gather(self, ends: Ends, progress: Progress | None) -> None:
        for leg, told in Walk(self.lines, self.carrier, self.source, self.patience).read():
            self.patience.until_done(partial(self._fill, ends, leg, told))
            if progress:
                for line in leg.lines:
                    progress(line.name, leg.stretch.done, leg.stretch.in_all)

    def _fill(self, ends: Ends, leg: Leg, told: Read | None) -> None:
        """Write a stretch; where it cannot be read or written at once, by its cases, those at fault left out."""
        stretch = leg.stretch
        try:
            if told is not None:
                with self._ours(ends, leg.lines) as target:
                    gathering(target, utc_text(self.clock()))
                    for line, rows in told:
                        line.writer.fill(target, line.keeper.shadow, stretch.after, stretch.upto, rows)
                return
        except PersistenceError as error:
            if not is_of_a_case(error):
                raise
        with closing(Ends(self.source, self.target)) as own:
            with own.source.reading() as source:
                cases = _cases(source, stretch)
            faults = at_fault(cases, lambda some: self._carry(own, leg.lines, some or [stretch.after], keep=False))
            self._faults |= faults
            self._carry(own, leg.lines, [case for case in cases if case not in faults], keep=True)

    def _catch_up(self, ends: Ends, position: int) -> int:
        """Follow those who append until little is left for the exchange; give the position reached."""
        while True:
            cases, end = self.patience.until_done(partial(self._since, ends, position))
            if len(cases) <= FEW:
                return position
            self.patience.until_done(partial(self._follow, ends, cases))
            position = end

    @staticmethod
    def _since(ends: Ends, position: int) -> tuple[list[str], int]:
        end = ends.source.last_position()
        with ends.source.reading() as source:
            return changed(source, position, end), end

    def _follow(self, ends: Ends, cases: Sequence[str]) -> None:
        try:
            self._carry(ends, self.lines, cases, keep=True)
        except PersistenceError as error:
            if not is_of_a_case(error):
                raise
            self._faults |= at_fault(cases, lambda some: self._carry(ends, self.lines, some, keep=False))
            self._carry(ends, self.lines, [case for case in cases if case not in self._faults], keep=True)

    def _carry(self, ends: Ends, lines: Sequence[Line], cases: Sequence[str], *, keep: bool) -> None:
        """Read cases and put them beside; for trial only, where it is not to be kept."""
        with ends.source.reading() as source:
            told = self.carrier.read(ends.source, source, cases, lines=lines)
        with self._ours(ends, lines, keep=keep) as target:
            Carrier.write(target, told, beside=[line.keeper.shadow for line in lines])

    def _exchange(self, ends: Ends, position: int) -> None:
        """Exchange; once more where a case at fault came meanwhile, until no other is found."""
        while True:
            if left := self._since(ends, position)[0]:
                self._follow(ends, left)  # finds the cases at fault, which the exchange itself could not
            try:
                self._exchange_at_once(ends, position)
            except PersistenceError as error:
                found = self._newly_at_fault(ends, position) if is_of_a_case(error) else {}
                if not found:
                    raise
                self._faults |= found
            else:
                return

    def _newly_at_fault(self, ends: Ends, position: int) -> dict[str, PersistenceError]:
        """The cases among what is left that cannot be carried over, beside those that are known."""
        cases = [case for case in self._since(ends, position)[0] if case not in self._faults]
        return at_fault(cases, lambda some: self._carry(ends, self.lines, some, keep=False))

    def _exchange_at_once(self, ends: Ends, position: int) -> None:
        """Read what is left, and put the gathered rows in place of the old: one transaction, under the row's lock."""
        everything = len(self.lines) == len(self.carrier.lines)
        with self._ours(ends, self.lines) as target:
            place, _ = locked(target)
            at = utc_text(self.clock())
            end = ends.source.last_position()
            with ends.source.reading() as source:
                cases = [case for case in changed(source, position, end) if case not in self._faults]
                told = self.carrier.read(ends.source, source, cases, lines=self.lines)
                firsts = {case: first_after(source, case, 0) for case in self._faults}
                digest = digest_at(source, end)
            Carrier.write(target, told, beside=[line.keeper.shadow for line in self.lines])
            for line in self.lines:
                for statement in line.keeper.swap():
                    target.execute(statement)
                set_mark(target, line.name, line.keeper.mark, position=position)
            if everything:
                take_back(target, sorted(cases_aside(target) - self._faults.keys()))
            set_aside(target, self._faults, firsts, at)
            gathering(target, None)
            make_sure(
                advance(
                    target, replace(place, gathered_at=None), Reached(end, digest, end) if everything else None, at
                )[1]
            )

    def _clean(self, ends: Ends) -> None:
        with ends.target.writing() as target, one_at_a_time(target):
            for line in self.lines:
                if rebuild_of(target, line.name) is None:  # or else the next gathering's already
                    line.keeper.shadow.drop(target, checkfirst=True)

    @contextmanager
    def _ours(self, ends: Ends, lines: Sequence[Line], *, keep: bool = True) -> Iterator[Connection]:
        """A writing transaction in which the tables beside are still this gathering's."""
        with ends.target.writing(keep=keep) as target:
            for line in lines:
                if rebuild_of(target, line.name) != self._token:
                    raise RebuildOvertakenError(
                        f"another gathering of {line.name} has begun; this one stopped and changed nothing. "
                        "Right would be to let the other finish."
                    )
            yield target


def _cases(source: Connection, stretch: Stretch) -> list[str]:
    stream = ledger_events.c.stream
    query = select(stream).distinct().where(stream > stretch.after, stream <= stretch.upto)
    return list(source.execute(query).scalars())
