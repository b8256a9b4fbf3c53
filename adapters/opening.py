"""Opening a ledger: its application on one database, its facts beside it, and both inside a caller's transaction."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from .application import CaseApplication
from .facts import Facts
from .keystore import keys_beside
from .store.borrowed import Borrowed
from .store.factory import SqlFactory
from .store.recorder import SqlApplicationRecorder
from .streams import Streams
from .vault import Vault

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from ..domain.clocks import Calendar
    from .clock import Clock, RandomBytes
    from .executing import Executor
    from .keystore import KeyStore
    from .store.database import Database


def application(  # noqa: PLR0913 - each of these is one thing an embedding service may want to replace
    url: str, *, create: bool, clock: Clock, calendar: Calendar, keys: KeyStore | None, random_bytes: RandomBytes
) -> CaseApplication:
    """Open the database, and make the ledger if need be; see `Ledger`, also for what is raised."""
    settings = {
        "PERSISTENCE_MODULE": "caseledger.adapters.store",
        "CASELEDGER_URL": url,
        "CREATE_TABLE": "yes" if create else "no",
    }
    return CaseApplication(
        settings,
        vault=lambda factory: Vault(
            keys if keys is not None else keys_beside(_own(factory).database.engine, random_bytes=random_bytes),
            random_bytes,
        ),
        clock=clock,
        calendar=calendar,
        random_bytes=random_bytes,
    )


def database_of(app: CaseApplication) -> Database:
    """The database of an application that was opened here."""
    return _own(app.factory).database


def facts_of(app: CaseApplication, *, kept: bool) -> Facts:
    """Open the facts beside the events; `kept` in the transaction of each append, or marked as out of date by it."""
    facts = Facts(database_of(app).engine)
    if kept:
        facts.open()
    else:
        facts.make()
    if isinstance(app.recorder, SqlApplicationRecorder):
        app.recorder.on_append = facts.refresh if kept else facts.outdate
    return facts


def executor_within(app: CaseApplication, connection: Connection) -> Executor:
    """An executor on a connection of the caller's, in his transaction; see `Ledger.within`, also for errors."""
    recorder = app.recorder
    if not isinstance(recorder, SqlApplicationRecorder):
        raise TypeError(f"{type(recorder).__name__} is not the ledger's own recorder")
    borrowed = Borrowed(connection, database_of(app), _own(app.factory).open().ledger_id)
    # Of its own turns too: a thread of another transaction may have one, and wait for the end of this.
    return replace(app.executor, streams=Streams(recorder.borrowing(borrowed)))


def ledger_id_of(app: CaseApplication) -> str | None:
    """What the ledger says of itself; another persistence module says nothing."""
    return app.factory.open().ledger_id if isinstance(app.factory, SqlFactory) else None


def _own(factory: object) -> SqlFactory:
    if not isinstance(factory, SqlFactory):
        raise TypeError(f"{type(factory).__name__} is not the ledger's own persistence module")
    return factory
