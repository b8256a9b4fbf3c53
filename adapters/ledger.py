"""The ledger: what an embedding service imports. Commands in, events out; replay, figures, what is due."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Self, Unpack

from ..domain.access import access_of, reveal
from ..domain.refusal import Refused
from .alerting import Watcher
from .calendar import ChineseCalendar
from .caring import Care
from .clock import system_clock
from .closing import or_closed
from .due import DueList
from .figures import Figures
from .opening import application, database_of, executor_within, facts_of
from .replaying import Replay, recorded, replay
from .within import Within

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime
    from types import TracebackType

    from sqlalchemy import Connection

    from ..domain.clocks import Calendar
    from ..domain.command import Command
    from ..domain.event import Actor, Recorded
    from ..domain.personal import Erased
    from ..domain.values import Role
    from ..projections.reports.cases import CaseFound
    from ..projections.reports.due import DueStep
    from .clock import Clock, RandomBytes
    from .executing import Result
    from .history import Outcome
    from .keystore import KeyStore
    from .looking import Wanted


class Ledger(Care):
    """A ledger of customer-service cases in one database.

    Thread-safe: one `Ledger` serves all threads of a process; each command takes a connection for as long as it needs.
    Under asyncio call it through `asyncio.to_thread`; no state hangs on the calling task, so a cancelled task leaves a
    command either wholly recorded or not at all, and sending it again with its `command_id` tells which.
    After a fork each process opens its own: in the fork this one raises `ForkedError`.

    Args:
        url: SQLAlchemy URL (`sqlite:///file.db`, `sqlite://` in memory, `postgresql://…`, `mariadb://…`).
        create: make the ledger where there is none; otherwise a missing one is an error.
        clock: gives the time of recording, UTC; the system's by default.
        calendar: official working days; China's by default.
        keys: where the keys of personal data live; by default a file beside the SQLite file, a table on servers.
        facts: keep the fact tables in the transaction of each append. Off only for bulk loads; `rebuild` afterwards.
        random_bytes: what nonces and made-up command ids are drawn from, and new keys where `keys` is not given; the
            operating system's by default. Anything predictable is for tests and made-up data only: its seals protect
            nobody.

    Raises:
        StoreError: the database cannot be reached, is not ours, or has a format this release does not know; its
            subclasses say which.

    """

    def __init__(  # noqa: PLR0913 - each of these is one thing an embedding service may want to replace
        self,
        url: str = "sqlite:///caseledger.db",
        *,
        create: bool = True,
        clock: Clock | None = None,
        calendar: Calendar | None = None,
        keys: KeyStore | None = None,
        facts: bool = True,
        random_bytes: RandomBytes = os.urandom,
    ) -> None:
        self._clock = clock or system_clock
        self._own_keys = keys is None
        self._app = application(
            url,
            create=create,
            clock=self._clock,
            calendar=calendar or ChineseCalendar(),
            keys=keys,
            random_bytes=random_bytes,
        )
        self._database = database_of(self._app)
        with or_closed(self):
            self._facts = facts_of(self._app, kept=facts)
        self._figures = Figures(self._database, now=self._clock)
        self._watcher = Watcher(self._app.executor, self._database)
        self._due = DueList(self._database, self._app.streams.center, now=self._clock)

    # Commands in, events out

    def do(self, command: Command) -> Outcome:
        """Record what a command says happened.

        A command that was recorded before, by its `command_id`, changes nothing and returns the first events.

        Raises:
            Refused: by a rule; nothing was recorded.
            ConflictError: others changed the same cases again and again; nothing was recorded, the same command may
                be sent again.
            StoreError: the database would not take it; nothing was recorded. After a `ConnectionLostError` only the
                same command sent again tells whether it was.
        """
        result = self._app.executor.execute([[command]])[0]
        if isinstance(result, Refused):
            raise result
        return result[0]

    def do_batch(self, groups: Sequence[Sequence[Command]], *, dry_run: bool = False) -> list[Result]:
        """Decide groups of commands and record what happened in one transaction.

        Each group is all or nothing: where one of its commands is refused, the group leaves no trace. Later groups see
        what earlier ones did. The clock is read once a group.

        Args:
            groups: commands that belong together, in order.
            dry_run: decide, and record nothing.

        Returns:
            For each group the outcomes of its commands, or the refusal, which is not raised.

        Raises:
            ConflictError: as `do`; nothing of the batch was recorded.
            StoreError: as `do`; nothing of the batch was recorded.
        """
        return self._app.executor.execute(groups, dry_run=dry_run)

    def within(self, connection: Connection) -> Within:
        """Record commands inside a transaction of your own on the ledger's database: both are committed, or neither.

        On SQLite and MariaDB other writers of the ledger wait until your transaction ends, on PostgreSQL its followers
        do: keep it short, and do not call the ledger's own `do` inside. After your commit `announce` wakes who waits
        for news; otherwise they look by themselves within 50 ms.

        Args:
            connection: SQLAlchemy's, of any engine for the same database and driver, in a transaction.

        Raises:
            NoTransactionError: it is closed, or in no transaction.
            ForeignConnectionError: it goes to another database.
            LedgerSettingsError: it would lose what is committed (`synchronous`), or its order.
            StaleTransactionError: on SQLite others have written since the transaction first read.
            StoreError: the database failed.
        """
        return Within(executor_within(self._app, connection))

    def announce(self) -> None:
        """Wake subscriptions and followers, of this process and of others: for after a commit of your own."""
        self._database.announce()

    # Cases

    def replay(self, case: str, *, version: int | None = None, at: datetime | None = None) -> Replay:
        """Show a case as it stood after a version, or as the ledger knew it at a moment.

        Args:
            case: its id, or the number on its form.
            version: the last event to take in.
            at: aware moment; events recorded later are left out.

        Raises:
            UnknownCase: no such case, or it was not recorded yet at that moment.
        """
        return replay(self._app, self._figures, case, version=version, at=at)

    def histories(self, cases: Sequence[str]) -> dict[str, tuple[Recorded, ...]]:
        """Read the events of several cases by their ids, in one round trip; an unknown case has none.

        Raises:
            UnknownCase: one of them can be no id.
            StoreError: the database failed.

        """
        return recorded(self._app.streams, cases)

    def reveal(self, case: str, *, actor: Actor, purpose: str) -> dict[int, dict[str, str | Erased]]:
        """Read the sealed personal words of a case, by version and field. The look itself is recorded first.

        Raises:
            UnknownCase: no such case.
            MissingDetail: the purpose is no code.
            SealBrokenError: sealed words were changed or moved.

        """
        story = self.replay(case)
        look = reveal(story.case, story.events[-1].version, purpose, self._clock())
        self._app.executor.record_look(story.case, access_of(story.case), look, actor)
        opened = ((record.version, self._app.vault.open(record)) for record in story.events)
        return {version: words for version, words in opened if words}

    def says(self, record: Recorded, field: str, words: str | None) -> bool | None:
        """Whether a sealed field of a recorded event holds exactly these words, which the caller has already.

        The words that are sealed are never returned, so it is no look at them and leaves no record; an import compares
        so what its source says with what is recorded. To read them is `reveal`.

        Args:
            record: as `replay` and `histories` give it.
            field: of its event, such as `content`.
            words: None asks whether nothing was said.

        Returns:
            None where it cannot be told: the person was erased, or the event has no such field for personal words.

        Raises:
            SealBrokenError: the sealed words were changed, or moved from another event.

        """
        return self._app.vault.says(record, field, words)

    # Figures

    @property
    def figures(self) -> Figures:
        """The reading side, as typed rows.

        `monthly`, `timeliness`, `callbacks`, `alert_points`, `corrective_actions`, `surveys`, `find` and `trail`; how
        much the last two would give, `number_found` and `trail_size`.
        """
        return self._figures

    def find(self, *, limit: int = 100, **wanted: Unpack[Wanted]) -> list[CaseFound]:
        """Find cases by what is known of them; all that is given must hold. Latest first.

        Args:
            limit: at most so many.
            wanted: `number` on the form, `unit`, `customer`, `status` or `center`.

        Raises:
            Refused: a status or center that there is not.
            StoreError: the database failed.
        """
        return self._figures.find(limit=limit, **wanted)

    # What is due

    def due(
        self,
        *,
        center: str | None = None,
        role: Role | str | None = None,
        as_of: datetime | None = None,
        limit: int | None = None,
    ) -> list[DueStep]:
        """What must be done next in every open case, and until when; the most urgent first.

        Args:
            center: of this center only.
            role: what someone in this role may do, by the policy that governs each case.
            as_of: aware moment at which it is asked, now by default. An earlier one goes through the events of all
                cases, seconds for a million of them.
            limit: at most so many.

        Raises:
            Refused: a role or a center that there is not.

        """
        return self._due.steps(center=center, role=role, as_of=as_of, limit=limit)

    def watch(self, as_of: datetime | None = None) -> list[Outcome]:
        """Raise what is called for: alerts (GP-5), re-handling of what came again (OP-12), confirmed deadlines (OP-6).

        Safe to run as often and in as many processes as one likes: each alert is raised once per case and level.

        Args:
            as_of: aware moment at which it is judged what is called for, now by default; what is raised happens now.

        Returns:
            What was raised now.

        """
        return self._watcher.watch(as_of)

    # Its end

    def close(self) -> None:
        """Give back all connections; the ledger cannot be used afterwards."""
        self._app.close()
        if self._own_keys:
            self._app.vault.keys.close()

    def __enter__(self) -> Self:
        """Use it in a `with` statement."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close."""
        self.close()
