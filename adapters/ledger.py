"""The ledger: what an embedding service imports. Commands in, events out; replay, figures, and the care of facts."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Self

from ..domain.access import access_of, reveal
from ..domain.event import Recorded
from ..domain.refusal import Refused, UnknownCase
from ..domain.terms import aware
from ..projections.facts import ALL
from .alerting import Watcher
from .application import CaseApplication
from .calendar import ChineseCalendar
from .clock import system_clock
from .doctor import Diagnosis, examine_engine
from .due import DueList
from .facts import Facts
from .figures import Figures
from .following import Follower
from .history import History, Outcome
from .keystore import keys_beside
from .store.borrowed import Borrowed
from .store.factory import SqlFactory
from .store.recorder import SqlApplicationRecorder
from .vault import Vault
from .within import Within

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime
    from types import TracebackType

    from sqlalchemy import Connection

    from ..domain.clocks import Calendar
    from ..domain.command import Command
    from ..domain.event import Actor
    from ..domain.personal import Erased
    from ..domain.values import Role
    from ..projections.reports.cases import CaseFound
    from ..projections.reports.due import DueStep
    from ..projections.vocabulary import Facts as Declaration
    from .application import Result
    from .clock import Clock, RandomBytes
    from .facts import CheckReport, Progress
    from .keystore import KeyStore
    from .store.database import Database


_NAME: Final = re.compile(r"^[A-Za-z0-9][A-Za-z0-9._:-]{0,63}\Z")
"""Ids and form numbers; anything else is in no ledger, and databases differ in what they say to it."""
_MOST: Final = 2**31


@dataclass(frozen=True, slots=True)
class Replay:
    """A case as it stood: the state after the last of its events that are shown."""

    case: str
    number: str | None
    state: Any
    events: tuple[Recorded, ...]


class Ledger:
    """A ledger of customer-service cases in one database.

    Thread-safe: one `Ledger` serves all threads of a process; each command takes a connection for as long as it needs.
    Under asyncio call it through `asyncio.to_thread`; no state hangs on the calling task, so a cancelled task leaves a
    command either wholly recorded or not at all, and sending it again with its `command_id` tells which.

    Args:
        url: SQLAlchemy URL (`sqlite:///file.db`, `sqlite://` in memory, `postgresql://…`, `mariadb://…`).
        create: make the ledger where there is none; otherwise a missing one is an error.
        clock: gives the time of recording, UTC; the system's by default.
        calendar: official working days; China's by default.
        keys: where the keys of personal data live; by default a file beside the SQLite file, a table on servers.
        facts: keep the fact tables in the transaction of each append. Off only for bulk loads; `rebuild` afterwards.
        random_bytes: what keys, nonces and made-up ids are drawn from, where `keys` is not given; the operating
            system's by default. Anything predictable is for tests and made-up data only: its seals protect nobody.

    Raises:
        StoreError: the database cannot be reached, is not ours, or has a format this release does not know.

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
        """Open the database, and make the ledger if need be."""
        settings = {
            "PERSISTENCE_MODULE": "caseledger.adapters.store",
            "CASELEDGER_URL": url,
            "CREATE_TABLE": "yes" if create else "no",
        }
        self._clock = clock or system_clock
        self._own_keys = keys is None
        self._app = CaseApplication(
            settings,
            vault=lambda factory: Vault(
                keys if keys is not None else keys_beside(_database(factory).engine, random_bytes=random_bytes),
                random_bytes,
            ),
            clock=self._clock,
            calendar=calendar or ChineseCalendar(),
            random_bytes=random_bytes,
        )
        self._database = _database(self._app.factory)
        self._facts = Facts(self._database.engine)
        if facts:
            self._facts.open()
        else:
            self._facts.make()
        if isinstance(self._app.recorder, SqlApplicationRecorder):
            self._app.recorder.on_append = self._facts.refresh if facts else self._facts.outdate
        self._figures = Figures(self._database, now=self._clock)
        self._watcher = Watcher(self._app, self._database)
        self._due = DueList(self._database, self._app.center, now=self._clock)

    # Commands in, events out

    def do(self, command: Command) -> Outcome:
        """Record what a command says happened.

        A command that was recorded before, by its `command_id`, changes nothing and returns the first events.

        Raises:
            Refused: by a rule; nothing was recorded.
            StoreError: the database would not take it; nothing was recorded.

        """
        result = self._app.execute([[command]])[0]
        if isinstance(result, Refused):
            raise result
        return result[0]

    def do_batch(self, groups: Sequence[Sequence[Command]], *, dry_run: bool = False) -> list[Result]:
        """Record groups of commands in one transaction; see `CaseApplication.execute`."""
        return self._app.execute(groups, dry_run=dry_run)

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
        recorder = self._app.recorder
        if not isinstance(recorder, SqlApplicationRecorder):
            raise TypeError(f"{type(recorder).__name__} is not the ledger's own recorder")
        ledger_id = _factory(self._app.factory).open().ledger_id
        borrowed = Borrowed(connection, self._database, ledger_id)
        return Within(self._app.on(recorder.borrowing(borrowed)))

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
        if version is not None and not 0 < version < _MOST:
            raise UnknownCase(f"{case} has no version {version}", rule="ids", right="1 or above", where="version")
        aware(at, where="at")
        stream = self._stream(case)
        history = self._app.history(stream, version=version)
        if at is not None:
            history = History.of(stream, [record for record in history.events if record.recorded_at <= at])
            if not history.events:
                raise UnknownCase(
                    f"{case} was not in the ledger at that moment", rule="ids", right="a later moment", where="at"
                )
        return Replay(stream, getattr(history.events[0].event, "number", None), history.state, history.events)

    def histories(self, cases: Sequence[str]) -> dict[str, tuple[Recorded, ...]]:
        """Read the events of several cases by their ids, in one round trip; an unknown case has none."""
        return {case: history.events for case, history in self._app.histories(cases).items()}

    def reveal(self, case: str, *, actor: Actor, purpose: str) -> dict[int, dict[str, str | Erased]]:
        """Read the sealed personal words of a case, by version and field. The look itself is recorded first.

        Raises:
            UnknownCase: no such case.
            MissingDetail: the purpose is no code.
            SealBrokenError: sealed words were changed or moved.

        """
        replay = self.replay(case)
        look = reveal(replay.case, replay.events[-1].version, purpose, self._clock())
        self._app.record_look(replay.case, access_of(replay.case), look, actor)
        opened = ((record.version, self._app.vault.open(record)) for record in replay.events)
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
        """The reading side, as typed rows: monthly, timeliness, callbacks, surveys, trail."""
        return self._figures

    def find(  # noqa: PLR0913 - one for each way to look
        self,
        *,
        number: str | None = None,
        unit: str | None = None,
        customer: str | None = None,
        status: str | None = None,
        center: str | None = None,
        limit: int = 100,
    ) -> list[CaseFound]:
        """Find cases by what is known of them; all that is given must hold. Latest first."""
        return self._figures.find(
            number=number, unit=unit, customer=customer, status=status, center=center, limit=limit
        )

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

    # Care

    def check(self, progress: Progress | None = None) -> CheckReport:
        """Compare the facts with what the events say; see `Facts.check`."""
        self._database.check_open()
        return self._facts.check(progress)

    def doctor(self, *, full: bool = False) -> Diagnosis:
        """Say what is wrong with the ledger and how to mend it; see `caseledger.adapters.doctor`.

        Args:
            full: read every event and compare every fact, not only those of the newest cases.

        """
        return examine_engine(self._database.engine, keystore=self._app.vault.keys, full=full)

    def rebuild(self, names: Sequence[str] | None = None, progress: Progress | None = None) -> tuple[str, ...]:
        """Read the facts anew from the events, beside those who read and write; see `Facts.rebuild`."""
        self._database.check_open()
        return self._facts.rebuild(names, progress)

    def follower(self, target: str, facts: Sequence[Declaration] = ALL) -> Follower:
        """Make a runner that keeps facts in another database, woken at once by what this ledger records.

        The runner has connections of its own; close it too. See `Follower`, also for what is raised.
        """
        url = self._database.engine.url.render_as_string(hide_password=False)
        return Follower(url, target, facts=facts, bell=self._database.bell, clock=self._clock)

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

    def _stream(self, case: str) -> str:
        if not _NAME.match(case):
            raise UnknownCase("no case has such an id", rule="ids", right="an id or a form number", where="case")
        if ":" in case:
            return case
        found = self._figures.find(number=case)
        if not found:
            raise UnknownCase(
                f"no case has the number {case}", rule="ids", right="an id or a form number", where="case"
            )
        return found[0].case


def _database(factory: object) -> Database:
    return _factory(factory).database


def _factory(factory: object) -> SqlFactory:
    if not isinstance(factory, SqlFactory):
        raise TypeError(f"{type(factory).__name__} is not the ledger's own persistence module")
    return factory
