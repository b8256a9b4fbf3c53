"""Reaching a ledger's database for what is not appending: what can be wrong with the place, and being alone there."""

import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from eventsourcing.persistence import PersistenceError
from sqlalchemy import Connection, Engine

from . import postgresql, sqlite_settings
from .engine import WRITE, place
from .errors import LedgerUnwritableError, LockTimeoutError, NotALedgerError
from .migrations import family
from .translating import translate


@contextmanager
def looking(engine: Engine) -> Iterator[Connection]:
    """Read in one transaction; what the driver raises comes out in the store's words."""
    check_path(engine)
    with explained(engine), engine.connect() as connection, connection.begin():
        yield connection


@contextmanager
def changing(engine: Engine) -> Iterator[Connection]:
    """Write in one transaction, with no other process that makes or changes the tables of this ledger.

    On MariaDB and MySQL every CREATE and ALTER ends the transaction; the lock is one of the session and stays.
    """
    check_path(engine)
    with explained(engine), engine.connect() as plain:
        connection = plain.execution_options(**{WRITE: True})
        with _alone(connection):
            yield connection


def check_path(engine: Engine) -> None:
    """Say beforehand what SQLite would only call "unable to open database file".

    Raises:
        NotALedgerError: it is a folder.
        LedgerUnwritableError: the folder is missing, or this user may not write.
    """
    path = engine.url.database
    if engine.dialect.name != "sqlite" or path in {None, "", ":memory:"}:
        return
    file = Path(str(path))
    folder = file.absolute().parent
    try:
        if file.is_dir():
            raise NotALedgerError(f"{file} is a folder; give the path of a file in it")
        if not folder.is_dir():
            raise LedgerUnwritableError(f"there is no folder {folder}; create it first, or give another path")
        # SQLite keeps its log beside the file, so both must be open to this user.
        closed = [each for each in (folder, file) if each.exists() and not _may_write(each)]
    except PermissionError:
        closed = [folder]
    if closed:
        raise LedgerUnwritableError(
            f"{closed[0]} cannot be written by this user; a ledger needs to write its file and the folder around it",
        )


def _may_write(path: Path) -> bool:
    return os.access(path, os.W_OK, effective_ids=os.access in os.supports_effective_ids)


@contextmanager
def explained(engine: Engine) -> Iterator[None]:
    """Tell in the store's words whatever the driver raises."""
    try:
        yield
    except PersistenceError:
        raise
    except Exception as error:  # noqa: BLE001  # whatever the driver raises is told in the store's words
        cause = getattr(error, "orig", None) or error
        if isinstance(cause, sqlite3.DatabaseError):
            reason = sqlite_settings.reason(cause, engine.url.database)
            if isinstance(reason, PersistenceError):
                raise reason from None
        raise translate(error, engine.dialect) or error from None


@contextmanager
def _alone(connection: Connection) -> Iterator[None]:
    """Keep other processes from making or changing tables here at the same time; SQLite's write lock does so itself.

    Around the transaction and not within it: the next one must find what this one committed.
    """
    if family(connection.dialect) == "mariadb":
        # A lock of the session, as every CREATE ends the transaction.
        name = "CONCAT('caseledger.', LEFT(SHA2(DATABASE(), 256), 32))"
        with connection.begin():
            got = connection.exec_driver_sql(f"SELECT GET_LOCK({name}, 60)").scalar()
        if got != 1:
            raise LockTimeoutError(f"another process kept making tables in {place(connection.engine)} for over 60 s")
        try:
            with connection.begin():
                yield
        finally:
            with connection.begin():
                connection.exec_driver_sql(f"SELECT RELEASE_LOCK({name})")
        return
    with connection.begin():
        if connection.dialect.name == "postgresql":
            connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({postgresql.CREATE_LOCK})")
        yield
