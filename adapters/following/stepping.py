"""One step of following: some events further, in one transaction of the target."""

from __future__ import annotations

from contextlib import AbstractContextManager, nullcontext
from dataclasses import replace
from itertools import count
from time import monotonic
from typing import TYPE_CHECKING, Final, NamedTuple

from eventsourcing.persistence import PersistenceError

from ...domain.values import utc_text
from ..facts.rows import COPIED_FROM
from .aside import all_aside, at_fault, cases_aside, is_of_a_case, set_aside, take_back
from .history import check_history
from .place import Place, advance, find, locked, look, make_sure, move_on, overtaken
from .quick import together
from .reading import Newsreader, first_after

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from collections.abc import Set as AbstractSet

    from sqlalchemy import Connection

    from ..clock import Clock
    from .carrying import Carrier, Ends, Told
    from .reading import News

HEARTBEAT: Final = 5.0
"""Seconds after which the target is told that a runner has looked, though nothing was new."""


class _Known(NamedTuple):
    """Where the follower stood after a step, which cases were set aside, and when that was by the monotonic clock."""

    place: Place
    aside: frozenset[str]
    since: float


class Stepper:
    """Moves a target along, a batch of events at a time.

    The target's row is locked first and the ledger read after, so that of two runners the second sees what the first
    has done, and facts never go back to an earlier reading. The row is moved by a guarded update in the transaction of
    the facts: whatever is done to connections and processes, each position is committed once.

    A runner that knows from its last step where the follower stands reads first and locks by the guarded update, which
    finds the row only where nothing was committed since (`_quick_step`): what is read then is no older either.

    Args:
        carrier: the declarations.
        ends: connections of the thread that steps.
        clock: gives the moment of each look at the ledger.

    """

    def __init__(self, carrier: Carrier, ends: Ends, clock: Clock) -> None:
        self._carrier: Final = carrier
        self._ends: Final = ends
        self._clock: Final = clock
        self._news: Final = Newsreader(ends.source.engine, whole=carrier.fetches)
        self._known: _Known | None = None
        self._trusted: int | None = None

    def step(self, most: int) -> Place:
        """Take in at most so many events; give where the follower stands then. A paused one stays where it is.

        Raises:
            PassingError, OvertakenError: nothing was changed; try again.

        """
        faults: dict[str, PersistenceError] = {}
        for known in count():
            try:
                return self._quick_step(most) or self._step(most, faults)
            except PersistenceError as error:
                # Once more also where none was found: another case at fault may have come since, or it has passed.
                if not is_of_a_case(error) or len(faults) < known:
                    raise
            faults |= self._at_fault(most, faults)
        raise AssertionError("counting has no end")

    def _at_fault(self, most: int, known: Mapping[str, PersistenceError]) -> dict[str, PersistenceError]:
        """Find the cases among the next events that cannot be carried over, beside those that are known."""
        seen = self._ends.source.last_position()
        with self._ends.target.reading() as target, self._ends.source.reading() as source:
            place = find(target)
            new = self._news.news(source, place, seen, most) if place else None
            left = known.keys() | cases_aside(target)
        return at_fault([case for case in new.cases if case not in left], self._try) if new else {}

    def retry(self, cases: Sequence[str] | None) -> tuple[str, ...]:
        """Carry over cases that were set aside (all by default), each by itself; give those that could be."""
        self._known = None
        with self._ends.target.reading() as target:
            waiting = [one.case for one in all_aside(target) if cases is None or one.case in cases]
        return tuple(case for case in waiting if self._retried(case))

    def _quick_step(self, most: int) -> Place | None:
        """Take in what is new since the last step without asking the target first; None where that cannot be.

        Two round trips: reading, then the guarded move with the rows and the commit. Whatever was committed in between
        by others, the move finds no row then, and the step by the row's lock learns anew where the follower stands.
        """
        known, self._known = self._known, None
        if known is None:
            return None
        with self._moment() as source:
            new = self._news.news_at_once(source, known.place, most)
            told = [] if new is None else self._read(source, new, known.aside)
        if self._trusted != self._ends.source.opened:
            return None  # a new connection: the history is looked at first
        if new is None:
            if monotonic() - known.since >= HEARTBEAT:
                return None  # the target is to say that a runner has looked
            self._known = known
            return replace(known.place, seen=known.place.position or 0)
        if any(len(one.rows) >= COPIED_FROM for one in told):
            return None  # COPY cannot go together with anything else
        with overtaken(), self._ends.target.writing_at_once() as target:
            moved = move_on(target, known.place, new.reached, utc_text(self._clock()))
            self._carrier.write(target, told)
        self._known = _Known(moved, known.aside, monotonic())
        return moved

    def _step(self, most: int, faults: Mapping[str, PersistenceError]) -> Place:
        place, aside = self._locked_step(most, faults)
        # With more to come, there may be too much for a quick step.
        if place.paused_at is None and place.position is not None and place.position >= place.seen:
            self._known = _Known(place, aside, monotonic())
        return place

    def _locked_step(self, most: int, faults: Mapping[str, PersistenceError]) -> tuple[Place, frozenset[str]]:
        with self._ends.target.writing() as target:
            place, aside = locked(target)
            at = utc_text(self._clock())
            seen = self._ends.source.last_position()
            self._look_back(place)
            with self._moment() as source:
                new = self._news.news(source, place, seen, most)
                if new is None or place.paused_at is not None or place.position is None:
                    return look(target, place, seen if new else place.position or 0, at), aside
                left = frozenset(faults.keys() | aside)
                told = self._read(source, new, left)
                positions = {case: first_after(source, case, place.position) for case in faults}
            if faults:
                set_aside(target, faults, positions, at)
            # COPY cannot go together with anything else.
            few = all(len(one.rows) < COPIED_FROM for one in told)
            with together(target) if few else nullcontext():
                self._carrier.write(target, told)
                moved, cursor = advance(target, place, new.reached, at)
            make_sure(cursor)
        return moved, left

    def _look_back(self, place: Place) -> None:
        """Make sure of the history on each new connection: a server that is restored has ended the last one."""
        if self._trusted != self._ends.source.opened:
            check_history(self._ends, place)
            self._trusted = self._ends.source.opened

    def _read(self, source: Connection, new: News, left: AbstractSet[str]) -> list[Told]:
        """Read the cases that have something new, but for some."""
        cases = [case for case in new.cases if case not in left]
        return self._carrier.read(self._ends.source, source, cases, new=new)

    def _moment(self) -> AbstractContextManager[Connection]:
        """One moment of the ledger: a transaction, or where one statement asks for all, that statement."""
        return self._ends.source.asking() if self._carrier.fetches else self._ends.source.reading()

    def _try(self, cases: Sequence[str]) -> None:
        """Carry cases over and take it back."""
        # A case that there is not, of each kind, runs every statement and finds nothing.
        nobody = [f"{line.teller.declaration.stream_kind}:-" for line in self._carrier.lines]
        with self._ends.target.writing(keep=False) as target:
            with self._ends.source.reading() as source:
                told = self._carrier.read(self._ends.source, source, cases or nobody)
            self._carrier.write(target, told)

    def _retried(self, case: str) -> bool:
        try:
            with self._ends.target.writing() as target:
                place, _ = locked(target)
                with self._ends.source.reading() as source:
                    told = self._carrier.read(self._ends.source, source, [case])
                self._carrier.write(target, told)
                take_back(target, [case])
                make_sure(advance(target, place, None, place.at)[1])
        except PersistenceError as error:
            if not is_of_a_case(error):
                raise
            with self._ends.target.writing() as target:
                set_aside(target, {case: error}, {case: 0}, utc_text(self._clock()))
            return False
        return True
