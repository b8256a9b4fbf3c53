"""The care of a ledger: whether facts and events agree, what is wrong, facts read anew, facts kept elsewhere."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..projections.facts import ALL
from .doctor import Diagnosis, examine_engine
from .following import Follower

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ..projections.vocabulary import Facts as Declaration
    from .application import CaseApplication
    from .clock import Clock
    from .facts import CheckReport, Facts, Progress
    from .store.database import Database


class Care:
    """What `Ledger` does for those who run it."""

    _app: CaseApplication
    _clock: Clock
    _database: Database
    _facts: Facts

    def check(self, progress: Progress | None = None) -> CheckReport:
        """Compare the stored facts with what the events say now; holds no more than a chunk of cases in memory.

        Args:
            progress: called after each chunk with the name of the facts, cases done, cases in all.

        Raises:
            StoreError: the database failed.

        """
        self._database.check_open()
        return self._facts.check(progress)

    def doctor(self, *, full: bool = False) -> Diagnosis:
        """Say what is wrong with the ledger and how to mend it. Nothing is changed by looking.

        What cannot be looked at, as where the database fails, is itself among what is found.

        Args:
            full: read every event and compare every fact, not only those of the newest cases.

        Raises:
            ForkedError: this ledger was opened before a fork.

        """
        self._database.check_open()
        return examine_engine(self._database.engine, keystore=self._app.vault.keys, full=full)

    def rebuild(self, names: Sequence[str] | None = None, progress: Progress | None = None) -> tuple[str, ...]:
        """Read facts anew from all events, beside those who read and write.

        A reader sees the old rows or the new, never half; no append made meanwhile is lost; a rebuild that is killed
        leaves the old rows.

        Args:
            names: which facts, such as `fact_opinions`; all by default.
            progress: called after each chunk of cases with the name of the facts, cases done, cases in all.

        Returns:
            The names of those rebuilt.

        Raises:
            UnknownCode: no facts of that name.
            RebuildOvertakenError: another rebuild of the same facts began meanwhile, and gives no sign of life for 30
                s; else it is waited for.
            StoreError: the database failed; the facts are as before.

        """
        self._database.check_open()
        return self._facts.rebuild(names, progress, wait=True)

    def follower(self, target: str, facts: Sequence[Declaration] | None = None) -> Follower:
        """Make a runner that keeps facts, or some of them, in another database, woken at once by what is recorded here.

        The runner has connections of its own; close it too.

        Args:
            target: SQLAlchemy URL of the database for the facts: an empty one, or one that follows this ledger already.
            facts: which facts, all by default; the views over them are made too.

        Raises:
            TargetRefusedError: the target is a ledger, belongs to something else, or follows another ledger.
            StoreError: a database cannot be reached.

        """
        url = self._database.engine.url.render_as_string(hide_password=False)
        return Follower(url, target, facts=ALL if facts is None else facts, bell=self._database.bell, clock=self._clock)
