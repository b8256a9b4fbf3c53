"""The mark of a ledger: what it says of itself, in the table `ledger_meta`."""

from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from typing import Final

from sqlalchemy import Connection, Table, delete, func, insert, inspect, select

from ...projections.events import metadata as events_metadata
from . import mariadb, sqlite_settings
from .engine import place
from .errors import NotALedgerError
from .migrations import family, release_of
from .tables import ledger_meta, store_metadata

OURS: Final = (events_metadata, store_metadata)
"""What every ledger has from its first moment."""

NEEDS: Final = "needs_release"
"""Key of the first release that reads the ledger's format: what a release that is too old tells its user."""

COPYING: Final = "copying"
"""Key that is there while a copy into this ledger is under way: no release opens it for anything else."""


@dataclass(frozen=True)
class LedgerMeta:
    """What a ledger says of itself.

    `ledger_id` tells two ledgers apart wherever they are copied to. `created_at` is written as every time in the
    ledger: `YYYY-MM-DDTHH:MM:SS.ffffffZ`. `needs` is the first release that reads it, where it says so.
    `copying` says that this is a copy which is not finished.
    """

    format: int
    ledger_id: str
    created_at: str
    needs: str | None = None
    copying: bool = False


def read_mark(connection: Connection) -> LedgerMeta | None:
    """Read the mark; None where a ledger may be made.

    Raises:
        NotALedgerError: a table with one of our names belongs to something else.
    """
    there = _ours_among(inspect(connection).get_table_names())
    if ledger_meta in there:
        _check_shape(connection, [ledger_meta])
        mark = _mark(connection)
        if mark is not None:
            return mark
    if there:
        _check_shape(connection, there)
        in_use = any(connection.scalar(select(func.count()).select_from(table)) for table in there)
        if in_use and ledger_meta in there:
            # On MariaDB another process may have been at making it: the mark comes last, and may be there by now.
            mark = _mark(connection)
            if mark is not None:
                return mark
        if in_use or family(connection.dialect) != "mariadb":
            names = ", ".join(table.name for table in there)
            raise NotALedgerError(
                f"{place(connection.engine)} has {names} but no ledger's mark in {ledger_meta.name}; "
                "give another database or schema, or restore the one that is damaged",
            )
    return None


def write_mark(connection: Connection, meta: LedgerMeta) -> None:
    """Give a new ledger its mark."""
    rows = {"format": str(meta.format), "ledger_id": meta.ledger_id, "created_at": meta.created_at}
    if meta.needs is not None:
        rows[NEEDS] = meta.needs
    if meta.copying:
        rows[COPYING] = "under way"
    if family(connection.dialect) == "mariadb":
        rows[mariadb.LOCK_KEY] = "held by the writer"
    connection.execute(insert(ledger_meta), [{"key": key, "value": value} for key, value in rows.items()])
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql(f"PRAGMA user_version = {meta.format}")
        connection.exec_driver_sql(f"PRAGMA application_id = {sqlite_settings.LEDGER_APPLICATION_ID}")


def end_copying(connection: Connection) -> None:
    """Take the mark of a copy under way from a ledger that was verified."""
    connection.execute(delete(ledger_meta).where(ledger_meta.c.key == COPYING))


def raise_format(connection: Connection, number: int) -> None:
    """Write down that the ledger has come to a format."""
    rows = {"format": str(number), NEEDS: release_of(number)}
    connection.execute(delete(ledger_meta).where(ledger_meta.c.key.in_(rows)))
    connection.execute(insert(ledger_meta), [{"key": key, "value": value} for key, value in rows.items()])
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql(f"PRAGMA user_version = {number}")


def _mark(connection: Connection) -> LedgerMeta | None:
    rows = {row.key: row.value for row in connection.execute(select(ledger_meta))}
    with suppress(KeyError, ValueError):
        return LedgerMeta(int(rows["format"]), rows["ledger_id"], rows["created_at"], rows.get(NEEDS), COPYING in rows)
    return None


def _ours_among(names: Iterable[str]) -> list[Table]:
    known = set(names)
    return [table for metadata in OURS for table in metadata.sorted_tables if table.name in known]


def _check_shape(connection: Connection, tables: Iterable[Table]) -> None:
    for table in tables:
        found = [column["name"] for column in inspect(connection).get_columns(table.name)]
        wanted = [column.name for column in table.columns]
        if found != wanted:
            raise NotALedgerError(
                f"{place(connection.engine)} has a table {table.name} of something else (columns {', '.join(found)}); "
                "a ledger needs a database or schema where its names are free",
            )
