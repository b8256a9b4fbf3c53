"""Facts in a ledger's database: made, refreshed with each append, rebuilt beside readers, checked with the events.

A changed declaration is noticed when the ledger is opened, by its fingerprint. Up to `CHEAP` events its facts are
rebuilt there and then; beyond that opening fails with `FactsStaleError`, which says what to run: figures from half a
table would be worse than none.
"""

from __future__ import annotations

from collections.abc import Sequence
from time import sleep
from typing import TYPE_CHECKING, Final

from sqlalchemy import func, select

from ...domain.checks import known
from ...projections.events import ledger_events
from ...projections.facts import ALL
from ..store.errors import NotAllowedError, StoreError
from ..watching import logger, watched
from .checking import CheckReport, Difference, check
from .crew import crew_of
from .installing import install, is_installed, one_at_a_time
from .keeper import Keeper, Statement
from .live import Live, Touched
from .marks import NO_MARK, following, forget, made_elsewhere, marks
from .mending import Change, changes, forget_changed, is_whole
from .reach import Progress, Reach
from .rebuilding import RebuildOvertakenError, rebuild
from .waiting import await_other

if TYPE_CHECKING:
    from eventsourcing.persistence import StoredEvent
    from sqlalchemy import Connection, Engine
    from sqlalchemy.engine.interfaces import DBAPICursor

    from ...projections.vocabulary import Facts as Declaration

__all__ = ["CHEAP", "CheckReport", "Difference", "Facts", "FactsStaleError", "Progress", "RebuildOvertakenError"]

_log: Final = logger("facts")

CHEAP: Final = 100_000
"""Up to how many events a changed declaration is rebuilt when the ledger is opened (a few seconds)."""

ATTEMPTS: Final = 3
ABANDONED: Final = 30.0
"""Seconds without any facts finished, after which another process's rebuild is taken for dead."""
A_MOMENT: Final = 0.1


class FactsStaleError(StoreError):
    """Facts were made by another release's declaration, and rebuilding them takes a while."""


class Facts:
    """The facts of one ledger.

    Args:
        engine: made by `store.engine.connect`.
        declarations: which facts to keep.

    """

    def __init__(self, engine: Engine, declarations: Sequence[Declaration] = ALL) -> None:
        self._reach = Reach(engine)
        self._keepers = {one.name: Keeper(one, engine) for one in declarations}
        self._forget = Statement(forget(self._keepers), engine)
        mine = {name: keeper.mark for name, keeper in self._keepers.items()}
        self._live = Live(self._all, engine) if engine.dialect.name in {"mysql", "mariadb"} else None
        self._following_mine = Statement(following(mine), engine)
        self._made_elsewhere = Statement(made_elsewhere(mine), engine)

    def open(self) -> None:
        """Make what is missing, and rebuild stale facts where that is cheap.

        Raises:
            FactsStaleError: facts are stale and the ledger holds more than `CHEAP` events, or this account may not make
                tables.
            PersistenceError: the database failed.

        """
        try:
            self._open()
        except NotAllowedError as error:
            raise FactsStaleError(
                "the facts were made by another release or lack events, and this account may not make them anew "
                f"({error}). Right would be `caseledger rebuild`, once, by an account that may change the tables."
            ) from None

    def _open(self) -> None:
        self.make()
        for _ in range(ATTEMPTS):
            stale = self.stale()
            if not stale:
                return
            self._check_cheap(stale)
            try:
                self.rebuild(stale)
            except RebuildOvertakenError:
                self._await_other(stale)
        if self.stale():
            raise RebuildOvertakenError(
                f"others began to rebuild the same facts {ATTEMPTS} times while the ledger was opened. Right would be "
                "`caseledger rebuild`, once, with nothing else that opens it"
            )

    def _await_other(self, stale: Sequence[str]) -> None:
        """Wait for another process's rebuild, as when several of a service start at once after an update."""
        quiet = 0.0
        while stale and quiet < ABANDONED:
            sleep(A_MOMENT)
            now = self.stale()
            quiet = 0.0 if now != stale else quiet + A_MOMENT
            stale = now

    def _check_cheap(self, stale: Sequence[str]) -> None:
        with self._reach.reading() as connection:
            events = connection.execute(select(func.count()).select_from(ledger_events)).scalar_one()
        if events > CHEAP:
            raise FactsStaleError(
                f"the facts {', '.join(stale)} were made by another release, and {events} events are to be read for "
                "new ones. Right would be `caseledger rebuild`, once; nothing was changed."
            )

    def make(self) -> None:
        """Make what is missing; a ledger that has everything is only looked at."""
        with self._reach.reading() as connection:
            if is_installed(connection, self._all):
                return
        with self._reach.writing(alone=True) as connection, one_at_a_time(connection):
            self.install(connection)

    def changes(self) -> tuple[Change, ...]:
        """Say what is missing or not as it was made."""
        with self._reach.reading() as connection:
            return tuple(changes(connection, self._all))

    def install(self, connection: Connection) -> None:
        """Make the tables, clauses and views, in the caller's transaction; see `installing.install`."""
        install(connection, self._all)

    def stale(self) -> tuple[str, ...]:
        """Names of the facts that were not built by their present declaration."""
        with self._reach.reading() as connection:
            found = marks(connection)
        return tuple(keeper.name for keeper in self._all if found.get(keeper.name, NO_MARK) != keeper.mark)

    def outdate(self, cursor: DBAPICursor, stored_events: Sequence[StoredEvent]) -> None:
        """Say, in the transaction of an append that refreshes nothing, that the facts lack it: they are stale now."""
        del stored_events
        self._forget.run(cursor, {})

    def refresh(self, cursor: DBAPICursor, stored_events: Sequence[StoredEvent]) -> None:
        """Read the touched cases anew, in the transaction of the append: readers see what was just written.

        Only declarations that name one of the appended events are refreshed. Where another release has made the facts
        since this process opened the ledger, its rows are left alone, and marked as out of date.
        """
        if self._is_made_elsewhere(cursor):
            self._forget.run(cursor, {})
            return
        touched = self._touched(stored_events)
        if self._live is not None:
            self._live.refresh(cursor, touched, stored_events)
            return
        for one in touched:
            one.keeper.reread(cursor, one.keeper.table, list(one.cases), old=one.old)

    def _is_made_elsewhere(self, cursor: DBAPICursor) -> bool:
        # Nearly always all are ours, which takes the server a third of the time to say.
        self._following_mine.run(cursor, {})
        if cursor.fetchone() == (len(self._keepers),):
            return False
        self._made_elsewhere.run(cursor, {})
        return cursor.fetchone() is not None

    def _touched(self, stored_events: Sequence[StoredEvent]) -> list[Touched]:
        named: dict[str, dict[str, None]] = {}
        new: set[str] = set()
        for event in stored_events:
            stream = str(event.originator_id)
            named.setdefault(event.topic, {})[stream] = None
            if event.originator_version == 1:
                new.add(stream)
        touched = (
            Touched(
                keeper,
                {case: case not in new for name, cases in named.items() if name in keeper.names for case in cases},
            )
            for keeper in self._all
        )
        return [one for one in touched if one.cases]

    def rebuild(
        self, names: Sequence[str] | None = None, progress: Progress | None = None, *, wait: bool = False
    ) -> tuple[str, ...]:
        """Read facts anew from all events, beside those who read and write; give the names of those rebuilt.

        A reader sees the old rows or the new, never half; no append made meanwhile is lost; a rebuild that is killed
        leaves the old rows. What is missing or was changed behind the store (`changes`) is made anew first: such a
        table is empty until it is rebuilt.

        Args:
            names: which facts, beside those that had to be made anew; all by default.
            progress: called after each chunk of cases.
            wait: whether to wait for another rebuild that begins meanwhile, which reads all that this one would.

        Raises:
            UnknownCode: no facts of that name.
            RebuildOvertakenError: another rebuild of the same facts began meanwhile; with `wait`, and gives no sign of
                life for `ABANDONED` seconds.
            PersistenceError: the database failed; the facts are as before.

        """
        for name in names or ():
            known(name, self._keepers, where="names", rule="facts")
        wanted = {*(self._keepers if names is None else names), *self._mend()}
        chosen = [keeper for keeper in self._all if keeper.name in wanted]
        with crew_of(self._reach) as crew:
            for keeper in chosen:
                with watched(_log, "rebuilt", {"facts": keeper.name}):
                    try:
                        rebuild(self._reach, crew, keeper, progress)
                    except RebuildOvertakenError:
                        if not wait:
                            raise
                        await_other(self._reach, keeper, ABANDONED)
        return tuple(keeper.name for keeper in chosen)

    def check(self, progress: Progress | None = None) -> CheckReport:
        """Compare the stored facts with what their selects say now; holds no more than a chunk of cases in memory.

        Raises:
            PersistenceError: the database failed.

        """
        return check(self._reach, self._all, progress)

    def _mend(self) -> tuple[str, ...]:
        """Make anew what is missing or changed; give the facts that wait for their rebuild since."""
        with self._reach.reading() as connection:
            if is_whole(connection, self._all):
                return ()
        with self._reach.writing(alone=True) as connection, one_at_a_time(connection):
            forget_changed(connection, self._all)
            self.install(connection)
        return self.stale()

    @property
    def _all(self) -> tuple[Keeper, ...]:
        return tuple(self._keepers.values())
