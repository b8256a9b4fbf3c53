"""The database in which facts are kept apart from their ledger: made, recognised, or refused."""

from __future__ import annotations

import sqlite3
from contextlib import closing, suppress
from pathlib import Path
from typing import TYPE_CHECKING

from eventsourcing.persistence import PersistenceError
from sqlalchemy import Table, inspect
from sqlalchemy.sql.visitors import iterate

from ...domain.values import utc_text
from ...projections.clauses import ledger_clauses
from ...projections.events import ledger_events
from ...projections.reports import VIEWS
from ..facts.installing import install, is_installed, one_at_a_time
from ..facts.marks import NO_MARK, ledger_facts, marks
from ..store.engine import connect, place
from ..store.errors import NotALedgerError
from ..store.sqlite_settings import FACTS_APPLICATION_ID, LEDGER_APPLICATION_ID
from ..store.tables import ledger_meta
from .errors import TargetRefusedError
from .place import begin, find
from .tables import follower_metadata, ledger_follower

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import Connection, Engine

    from ..clock import Clock
    from ..facts.installing import Views
    from ..facts.keeper import Keeper
    from .link import Link


def target_engine(url: str, lock_timeout: float) -> Engine:
    """Make the engine of a target.

    Raises:
        TargetRefusedError: it is a ledger's file, or a database in memory.
        UnsupportedDatabaseError: the URL is none, or of a database that the store does not speak.

    """
    engine = connect(url, lock_timeout=lock_timeout, application_id=FACTS_APPLICATION_ID)
    if engine.dialect.name == "sqlite":
        path = engine.url.database
        if path in {None, "", ":memory:"}:
            raise TargetRefusedError("facts in memory would be seen by nobody else; give a path or a server's URL")
        if _application_id(Path(str(path))) == LEDGER_APPLICATION_ID:
            raise _is_a_ledger(engine)
    return engine


def open_target(link: Link, ledger_id: str, keepers: Sequence[Keeper], clock: Clock) -> None:
    """Make what is missing in a target, whose facts then wait to be gathered; or recognise one of this ledger.

    Raises:
        TargetRefusedError: it is a ledger, belongs to something else, or holds the facts of another ledger.
        PersistenceError: the database failed.

    """
    views = views_over(keepers)
    try:
        with link.reading() as connection:
            if _belongs(connection, ledger_id, keepers) and is_installed(connection, keepers, views):
                return
        with link.writing() as connection, one_at_a_time(connection):
            # Whose it is comes first: MariaDB ends the transaction with each CREATE.
            if not _belongs(connection, ledger_id, keepers):
                follower_metadata.create_all(connection)
                if find(connection) is None:
                    begin(connection, ledger_id, utc_text(clock()))
                if connection.dialect.name == "sqlite":
                    connection.exec_driver_sql(f"PRAGMA application_id = {FACTS_APPLICATION_ID}")
            install(connection, keepers, views, beside_events=False)
    except NotALedgerError:
        raise TargetRefusedError(
            f"{place(link.engine)} is a SQLite database of something else; give the path of a new file"
        ) from None


def views_over(keepers: Sequence[Keeper]) -> Views:
    """The views that need no other tables than these facts: the audit trail is read off events, which stay behind."""
    there = {ledger_clauses.name, *(keeper.name for keeper in keepers)}
    return {
        name: make
        for name, make in VIEWS.items()
        if {table.name for table in iterate(make()) if isinstance(table, Table)} <= there
    }


def stale(connection: Connection, keepers: Sequence[Keeper]) -> list[str]:
    """Names of the facts that do not follow their present declaration, those never gathered included."""
    found = marks(connection)
    return [keeper.name for keeper in keepers if found.get(keeper.name, NO_MARK) != keeper.mark]


def _belongs(connection: Connection, ledger_id: str, keepers: Sequence[Keeper]) -> bool:
    """Whether the target follows this ledger already; False where it is still to be made."""
    known = inspect(connection)
    there = {*known.get_table_names(), *known.get_view_names()}
    if there & {ledger_events.name, ledger_meta.name}:
        raise _is_a_ledger(connection.engine)
    where = place(connection.engine)
    if ledger_follower.name in there:
        found = find(connection)
        if found is not None and found.ledger_id != ledger_id:
            raise TargetRefusedError(
                f"{where} holds the facts of the ledger {found.ledger_id}, not of {ledger_id}; give each ledger a "
                "target of its own"
            )
        return found is not None
    ours = {ledger_facts.name, ledger_clauses.name, *VIEWS, *(keeper.name for keeper in keepers)}
    if taken := sorted(there & ours):
        raise TargetRefusedError(
            f"{where} has {', '.join(taken)} of something else; give another database, or another schema of it"
        )
    return False


def _application_id(path: Path) -> int | None:
    """What a SQLite file says it is; None where there is none, or none that can be read."""
    if not path.is_file():
        return None
    with suppress(sqlite3.Error), closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)) as file:
        found: int = file.execute("PRAGMA application_id").fetchone()[0]
        return found
    return None


def _is_a_ledger(engine: Engine) -> PersistenceError:
    return TargetRefusedError(
        f"{place(engine)} is a ledger itself, and keeps its own facts; give another database for the facts"
    )
