"""The ledger knows itself: its tables are made in one step, marked, and a database that is not ours is refused."""

import os
import sqlite3
import uuid
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from eventsourcing.persistence import OperationalError, PersistenceError
from sqlalchemy import Connection, Engine, Table, func, inspect, select

from ...projections.events import metadata as events_metadata
from . import mariadb, postgresql, sqlite_settings
from .dialects import triggers_of
from .engine import WRITE, place
from .errors import LedgerFormatError, LedgerMissingError, LedgerUnwritableError, NotALedgerError, translate
from .tables import ledger_meta, snapshot_metadata, store_metadata

FORMAT: Final = 1
"""Version of the tables and of what their bytes mean; a release refuses a ledger with a higher one."""

_OURS: Final = (events_metadata, store_metadata)


@dataclass(frozen=True)
class LedgerMeta:
    """What a ledger says of itself.

    ``ledger_id`` tells two ledgers apart wherever they are copied to. ``created_at`` is written as every time in the
    ledger: ``YYYY-MM-DDTHH:MM:SS.ffffffZ``.
    """

    format: int
    ledger_id: str
    created_at: str


def create_ledger(engine: Engine, *, ledger_id: str | None = None, created_at: str | None = None) -> LedgerMeta:
    """Make a ledger's tables, triggers and mark; a ledger that is there already is opened and left as it is.

    All or nothing on SQLite and PostgreSQL. MariaDB and MySQL commit each table by itself; there the mark comes last,
    and what an interrupted creation left (empty tables of our shape, no mark) is completed. Processes that do it at
    once wait for each other. On a server our tables may live beside a service's own.

    Args:
        engine: made by :func:`~.engine.connect`.
        ledger_id: a UUID; by default a random one.
        created_at: by default this machine's clock.

    Raises:
        NotALedgerError: the file, or a table with one of our names, belongs to something else.
        LedgerFormatError: the ledger was made by a later release.
        LedgerUnwritableError: the file or folder cannot be written.
        eventsourcing.persistence.PersistenceError: the database failed.
    """
    _check_path(engine)
    meta = LedgerMeta(
        FORMAT,
        ledger_id or str(uuid.uuid4()),
        created_at or datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ"),
    )
    with _explained(engine), engine.connect() as plain:
        connection = plain.execution_options(**{WRITE: True})
        with connection.begin(), _alone(connection):
            found = _read(connection)
            if found is None:
                _create(connection, meta)
    return _known(found or meta, engine)


def open_ledger(engine: Engine) -> LedgerMeta:
    """Read a ledger's mark and make sure that this release may write to it.

    Raises:
        LedgerMissingError: there is no ledger yet.
        NotALedgerError, LedgerFormatError, LedgerUnwritableError, eventsourcing.persistence.PersistenceError:
            as :func:`create_ledger`.
    """
    _check_path(engine)
    if engine.dialect.name == "sqlite" and engine.url.database and not Path(engine.url.database).exists():
        raise LedgerMissingError(f"there is no ledger at {place(engine)}; create one, or give the path of an old one")
    with _explained(engine), engine.connect() as connection, connection.begin():
        found = _read(connection)
    if found is None:
        raise LedgerMissingError(f"there is no ledger in {place(engine)} yet; create one first")
    return _known(found, engine)


def create_snapshot_table(engine: Engine) -> None:
    """Make the table for snapshots if it is not there."""
    with _explained(engine):
        snapshot_metadata.create_all(engine)


def _known(meta: LedgerMeta, engine: Engine) -> LedgerMeta:
    if meta.format != FORMAT:
        raise LedgerFormatError(
            f"the ledger in {place(engine)} has format {meta.format}; this release reads format {FORMAT}; "
            "use the release of caseledger that wrote the ledger, or a later one",
        )
    return meta


def _read(connection: Connection) -> LedgerMeta | None:
    """Read the mark; None where a ledger may be made."""
    there = _ours_among(inspect(connection).get_table_names())
    if ledger_meta in there:
        _check_shape(connection, [ledger_meta])
        rows = {row.key: row.value for row in connection.execute(select(ledger_meta))}
        with suppress(KeyError, ValueError):
            return LedgerMeta(int(rows["format"]), rows["ledger_id"], rows["created_at"])
    if there:
        _check_shape(connection, there)
        in_use = any(connection.scalar(select(func.count()).select_from(table)) for table in there)
        if in_use or connection.dialect.name not in {"mysql", "mariadb"}:
            names = ", ".join(table.name for table in there)
            raise NotALedgerError(
                f"{place(connection.engine)} has {names} but no ledger's mark in {ledger_meta.name}; "
                "give another database or schema, or restore the one that is damaged",
            )
    return None


def _ours_among(names: Iterable[str]) -> list[Table]:
    known = set(names)
    return [table for metadata in _OURS for table in metadata.sorted_tables if table.name in known]


def _check_shape(connection: Connection, tables: Iterable[Table]) -> None:
    for table in tables:
        found = [column["name"] for column in inspect(connection).get_columns(table.name)]
        wanted = [column.name for column in table.columns]
        if found != wanted:
            raise NotALedgerError(
                f"{place(connection.engine)} has a table {table.name} of something else (columns {', '.join(found)}); "
                "a ledger needs a database or schema where its names are free",
            )


@contextmanager
def _alone(connection: Connection) -> Iterator[None]:
    """Keep other processes from creating a ledger here at the same time (SQLite's write lock does so by itself)."""
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({postgresql.CREATE_LOCK})")
    if connection.dialect.name not in {"mysql", "mariadb"}:
        yield
        return
    # A lock of the session, as every CREATE ends the transaction.
    name = "CONCAT('caseledger.', MD5(DATABASE()))"
    if connection.exec_driver_sql(f"SELECT GET_LOCK({name}, 60)").scalar() != 1:
        raise OperationalError(f"another process kept creating a ledger in {place(connection.engine)} for over 60 s")
    try:
        yield
    finally:
        connection.exec_driver_sql(f"SELECT RELEASE_LOCK({name})")


def _create(connection: Connection, meta: LedgerMeta) -> None:
    for metadata in _OURS:
        metadata.create_all(connection)
    for trigger in triggers_of(connection.dialect):
        # Without parameters: a percent sign in a trigger is its own.
        connection.exec_driver_sql(trigger, execution_options={"no_parameters": True})
    rows = {"format": str(meta.format), "ledger_id": meta.ledger_id, "created_at": meta.created_at}
    if connection.dialect.name in {"mysql", "mariadb"}:
        rows[mariadb.LOCK_KEY] = "held by the writer"
    connection.execute(ledger_meta.insert(), [{"key": key, "value": value} for key, value in rows.items()])
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql(f"PRAGMA user_version = {meta.format}")
        connection.exec_driver_sql(f"PRAGMA application_id = {sqlite_settings.LEDGER_APPLICATION_ID}")


def _check_path(engine: Engine) -> None:
    """Say beforehand what SQLite would only call "unable to open database file"."""
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
def _explained(engine: Engine) -> Iterator[None]:
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
