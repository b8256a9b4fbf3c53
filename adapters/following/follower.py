"""A runner that keeps the facts of a ledger in another database, on any of the three engines."""

from __future__ import annotations

from contextlib import closing, suppress
from functools import partial
from threading import Event, Lock, RLock
from typing import TYPE_CHECKING, Final, Self

from ...domain.values import utc_text
from ...projections.facts import ALL
from ..clock import system_clock
from ..facts.rebuilding import RebuildOvertakenError
from ..store.engine import LOCK_TIMEOUT, connect
from ..store.forks import Home
from ..store.meta import open_ledger
from .aside import SetAside, all_aside
from .carrying import Carrier, Ends
from .errors import PassingError, StoppedError
from .gathering import Gathering
from .history import check_history
from .lag import Lag, measured
from .patience import Patience, log
from .place import Place, find, pause
from .stepping import HEARTBEAT, Stepper
from .target import open_target, stale, target_engine
from .waking import Waking

if TYPE_CHECKING:
    from collections.abc import Sequence
    from types import TracebackType

    from ...projections.vocabulary import Facts as Declaration
    from ..clock import Clock
    from ..facts.reach import Progress
    from ..store.bell import Bell

BATCH: Final = 2_000
"""Events that one transaction of the target takes in at most."""
PATIENCE: Final = 60.0
ABANDONED: Final = 30.0
"""Seconds without a sign of another runner's gathering, after which this one gathers by itself."""
A_MOMENT: Final = 0.2


class Follower:
    """Keeps facts of a ledger in another database.

    `run` follows until `stop`; all other methods may be called from other threads and processes meanwhile, and any
    number of runners may share a target: each position is committed once. Facts are gathered when they are missing or
    their declaration changed, then follow. After a fork each process opens its own; in it this raises `ForkedError`.

    Args:
        source: URL of the ledger.
        target: URL of the database for the facts: an empty one, or one that follows this ledger already.
        facts: which facts, all by default; the views over them are made too.
        bell: wakes the runner at this process's own appends (`Ledger.follower` hands it in).
        clock: gives the moments at which the ledger was looked at.
        batch: how many events one transaction takes in at most.
        patience: how many seconds `catch_up`, `rebuild` and `retry` wait for a database that is away; `run` waits for
            ever.
        lock_timeout: seconds that a statement waits for another before it fails and is tried again.

    Raises:
        TargetRefusedError: the target is a ledger, belongs to something else, or follows another ledger.
        StoreError: a database cannot be reached, or the source is no ledger that this release reads.

    """

    def __init__(  # noqa: PLR0913 - each of these is one thing a service may want to set
        self,
        source: str,
        target: str,
        *,
        facts: Sequence[Declaration] = ALL,
        bell: Bell | None = None,
        clock: Clock = system_clock,
        batch: int = BATCH,
        patience: float = PATIENCE,
        lock_timeout: float = LOCK_TIMEOUT,
    ) -> None:
        """Open both databases; make the target's tables where they are missing."""
        self._clock: Final = clock
        self._home: Final = Home("the follower")
        self._batch: Final = batch
        self._stopped: Final = Event()
        self._patience: Final = Patience(self._stopped, patience)
        self._source = connect(source, lock_timeout=lock_timeout)
        self._target = target_engine(target, lock_timeout)
        try:
            self.ledger_id: Final = open_ledger(self._source).ledger_id
            self._carrier: Final = Carrier(facts, self._source, self._target)
            with self._opened() as ends:
                open_target(ends.target, self.ledger_id, self._carrier.keepers, clock)
        except BaseException:
            self._dispose()
            raise
        self._waking: Final = Waking(self._source, bell)
        self._ends: Final = Ends(self._source, self._target)
        self._stepper: Final = Stepper(self._carrier, self._ends, clock)
        self._running: Final = Lock()
        self._working: Final = RLock()

    # Following

    def run(self) -> None:
        """Follow until `stop`, waiting out whatever passes: lost connections, restarts, locks, full disks.

        Raises:
            HistoryChangedError: the ledger was put back to an earlier moment; `rebuild` follows it again.
            PersistenceError: a fault that does not pass.

        """
        self._home.check()
        patience = Patience(self._stopped)
        with self._running, suppress(StoppedError):
            self._waking.listen()
            place = patience.until_done(lambda: self._ready(patience))
            while not self._stopped.is_set():
                place = patience.until_done(self._once)
                if place.paused_at is not None:
                    self._stopped.wait(A_MOMENT)
                elif place.position is None:
                    place = patience.until_done(lambda: self._ready(patience))
                elif place.position >= place.seen:
                    patience.until_done(partial(self._waking.wait, place.position, HEARTBEAT))

    def catch_up(self, progress: Progress | None = None) -> int:
        """Follow up to the ledger's present end; give the position reached. Where it is paused, nothing moves.

        Raises:
            HistoryChangedError: as `run`.
            PassingError: a database was away for longer than `patience`.

        """
        patience = self._patience
        place = patience.until_done(lambda: self._ready(patience, progress))
        goal: int | None = None
        while True:
            place = patience.until_done(self._once)
            goal = place.seen if goal is None else goal
            reached = place.position or 0
            # Behind the last event there may be positions that no event will ever have.
            if place.paused_at is not None or reached >= min(goal, place.seen):
                return reached
            if progress:
                progress("events", reached, goal)

    def stop(self) -> None:
        """End `run` after the batch at hand; may be called from any thread, and from a signal's handler."""
        if not self._home.is_elsewhere:
            self._stopped.set()
            self._waking.end()

    def rebuild(self, names: Sequence[str] | None = None, progress: Progress | None = None) -> tuple[str, ...]:
        """Gather facts anew beside those that are there, then exchange them in one transaction; give their names.

        The runner goes on meanwhile. Of two rebuilds of the same facts the earlier one stops.

        Args:
            names: which facts; all by default, and then the target follows the ledger as it is now.
            progress: called after each stretch of cases.

        Raises:
            KeyError: no facts of that name.
            RebuildOvertakenError: another one began meanwhile.
            PassingError: as `catch_up`; the old rows stand.

        """
        known = {line.name: line for line in self._carrier.lines}
        lines = [known[name] for name in (known if names is None else names)]
        self._gather([line.name for line in lines], self._patience, progress)
        return tuple(line.name for line in lines)

    # Care

    def pause(self) -> None:
        """Let the facts stand still after the batch at hand, whichever process runs; it lasts until `resume`."""
        self._write_pause(utc_text(self._clock()))

    def resume(self) -> None:
        """Let the facts follow again."""
        self._write_pause(None)

    def lag(self) -> Lag:
        """How far the facts are behind the ledger."""
        with self._opened() as ends:
            with ends.target.reading() as target:
                place = self._place(find(target))
                late, aside = tuple(stale(target, self._carrier.keepers)), all_aside(target)
            last = ends.source.last_position()
            with ends.source.reading() as source:
                return measured(source, last, place, stale=late, set_aside=aside)

    def poisoned(self) -> tuple[SetAside, ...]:
        """The cases that were set aside because their events could not be read or their facts not written."""
        return self.lag().set_aside

    def retry(self, cases: Sequence[str] | None = None) -> tuple[str, ...]:
        """Carry over cases that were set aside (all by default); give those that could be. The others stay aside.

        Raises:
            PassingError: as `catch_up`.

        """
        self._home.check()
        with self._working:
            return self._patience.until_done(lambda: self._stepper.retry(cases))

    def close(self) -> None:
        """Stop, wait until `run` has ended, and give back all connections; in a fork, leave them to their process."""
        if self._home.is_elsewhere:
            return
        self.stop()
        with self._running, self._working:
            self._waking.close()
            self._ends.close()
            self._dispose()

    def __enter__(self) -> Self:
        """Use it in a `with` statement."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close."""
        self.close()

    # How

    def _opened(self) -> closing[Ends]:
        self._home.check()
        return closing(Ends(self._source, self._target))

    def _once(self) -> Place:
        self._home.check()
        with self._working:
            return self._stepper.step(self._batch)

    def _ready(self, patience: Patience, progress: Progress | None = None) -> Place:
        """See to it that all facts were gathered, by this runner or another, from the history that the ledger has."""
        while True:
            with self._opened() as ends:
                with ends.target.reading() as target:
                    place, late = self._place(find(target)), stale(target, self._carrier.keepers)
                check_history(ends, place)
            if place.is_built and not late:
                return place
            try:
                self._gather(late if place.is_built else None, patience, progress)
            except RebuildOvertakenError:
                log.info("another runner gathers the same facts; waiting for it")
                self._await_other()

    def _gather(self, names: Sequence[str] | None, patience: Patience, progress: Progress | None) -> None:
        self._home.check()
        lines = [line for line in self._carrier.lines if names is None or line.name in names]
        Gathering(lines, self._carrier, self._source, self._target, patience, self._clock).run(progress)

    def _await_other(self) -> None:
        """Wait for another runner's gathering, as long as it gives a sign of life."""
        last, quiet = None, 0.0
        with self._opened() as ends:
            while quiet < ABANDONED:
                with ends.target.reading() as target:
                    place = self._place(find(target))
                    if not stale(target, self._carrier.keepers):
                        return
                quiet = 0.0 if place.gathered_at != last else quiet + A_MOMENT
                last = place.gathered_at
                if self._stopped.wait(A_MOMENT):
                    raise StoppedError("stopped while another runner gathered the facts")

    def _place(self, found: Place | None) -> Place:
        if found is None:
            raise PassingError("the target's row in ledger_follower is gone")
        return found

    def _write_pause(self, at: str | None) -> None:
        def write() -> None:
            with self._opened() as ends, ends.target.writing() as target:
                pause(target, at)

        self._patience.until_done(write)

    def _dispose(self) -> None:
        self._source.dispose()
        self._target.dispose()
