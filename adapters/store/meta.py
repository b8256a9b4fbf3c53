"""The ledger knows itself: its tables are made in one step, marked, and a database that is not ours is refused."""

import uuid
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import Connection, Engine

from .dialects import triggers_of
from .engine import place
from .errors import LedgerMissingError, NotAllowedError
from .mark import OURS, LedgerMeta, read_mark, write_mark
from .migrations import format_on, release_of, statements
from .reaching import changing, check_path, explained, looking
from .tables import snapshot_metadata
from .upgrading import present


def create_ledger(engine: Engine, *, ledger_id: str | None = None, created_at: str | None = None) -> LedgerMeta:
    """Make a ledger's tables, triggers and mark; a ledger that is there already is opened and left as it is.

    All or nothing on SQLite and PostgreSQL. MariaDB and MySQL commit each table by itself; there the mark comes last,
    and what an interrupted creation left (empty tables of our shape, no mark) is completed. Processes that do it at
    once wait for each other. On a server our tables may live beside a service's own.

    Args:
        engine: made by `connect`.
        ledger_id: a UUID; by default a random one.
        created_at: by default this machine's clock.

    Raises:
        NotALedgerError: the file, or a table with one of our names, belongs to something else.
        LedgerFormatError: the ledger was made by a later release.
        LedgerOutdatedError: it was made by an earlier one, and is to be upgraded first.
        LedgerIncompleteError: it is a copy that is not finished.
        LedgerUnwritableError: the file or folder cannot be written.
        eventsourcing.persistence.PersistenceError: the database failed.
    """
    return present(make_ledger(engine, ledger_id=ledger_id, created_at=created_at), engine)


def make_ledger(
    engine: Engine, *, ledger_id: str | None = None, created_at: str | None = None, copying: bool = False
) -> LedgerMeta:
    """Make a ledger where there is none, and give the mark of the one that is there then, whatever it says.

    Args:
        engine: made by `connect`.
        ledger_id: as for `create_ledger`.
        created_at: as for `create_ledger`.
        copying: begin it as a copy, which nobody opens until it is finished.

    Raises: as `create_ledger`, but for what opening a ledger would refuse.
    """
    # A look first: an account that may not make tables opens what is there, and no lock is taken.
    found = _looked_up(engine)
    if found is not None:
        return found
    number = format_on(engine.dialect)
    meta = LedgerMeta(
        number,
        ledger_id or str(uuid.uuid4()),
        created_at or datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ"),
        release_of(number),
        copying,
    )
    with changing(engine) as connection:
        found = read_mark(connection)
        if found is None:
            _create(connection, meta)
    return found or meta


def open_ledger(engine: Engine) -> LedgerMeta:
    """Read a ledger's mark and make sure that this release may write to it.

    Raises:
        LedgerMissingError: there is no ledger yet.
        NotALedgerError, LedgerFormatError, LedgerOutdatedError, LedgerUnwritableError,
            eventsourcing.persistence.PersistenceError: as `create_ledger`.
    """
    check_path(engine)
    if engine.dialect.name == "sqlite" and engine.url.database and not Path(engine.url.database).exists():
        raise LedgerMissingError(f"there is no ledger at {place(engine)}; create one, or give the path of an old one")
    found = _looked_up(engine)
    if found is None:
        raise LedgerMissingError(f"there is no ledger in {place(engine)} yet; create one first")
    return present(found, engine)


def _looked_up(engine: Engine) -> LedgerMeta | None:
    try:
        with looking(engine) as connection:
            return read_mark(connection)
    except NotAllowedError as error:
        raise NotAllowedError(
            f"{error}. This account may not read the ledger itself. Right would be the service's account (`caseledger "
            "grants --account NAME` prints what it needs); a reader's account asks the facts and views in plain SQL"
        ) from None


def create_snapshot_table(engine: Engine) -> None:
    """Make the table for snapshots if it is not there."""
    with explained(engine):
        snapshot_metadata.create_all(engine)


def _create(connection: Connection, meta: LedgerMeta) -> None:
    for metadata in OURS:
        metadata.create_all(connection)
    statements(*triggers_of(connection.dialect))(connection)
    write_mark(connection, meta)
