"""What every SQLite connection of a ledger is set to, and the check that a file is ours before it is touched."""

import sqlite3
import time
from typing import Final

from .errors import LedgerSettingsError, LedgerUnwritableError, NotALedgerError

LEDGER_APPLICATION_ID: Final = 0x434C_4447
"""`PRAGMA application_id` of a ledger: the letters CLDG. `file` and others read it at byte 68."""

KEYS_APPLICATION_ID: Final = 0x434C_4B59
"""`PRAGMA application_id` of a key file: the letters CLKY."""

FACTS_APPLICATION_ID: Final = 0x434C_4446
"""`PRAGMA application_id` of a SQLite file that holds facts only: the letters CLDF."""

_FULL: Final = 2

_CACHE_KIB: Final = 16 * 1024
"""Pages that a connection keeps: those of the cases of some weeks, which lie mixed, so that reading case by case finds
most pages there. SQLite's own 2 MiB make it read each page again for nearly every case."""


def settle(connection: sqlite3.Connection, path: str | None, lock_timeout: float, application_id: int) -> None:
    """Set a new connection, and read the settings back.

    Nothing is written to a file of another kind: turning on the write-ahead log would change it for its owner.

    Raises:
        NotALedgerError: the file is no SQLite database or belongs to something else.
        LedgerUnwritableError: the file or its folder cannot be written.
        LedgerSettingsError: a setting did not hold.
    """
    connection.isolation_level = None
    try:
        if path is not None:
            _check_owner(connection, path, application_id)
            _turn_on_log(connection, lock_timeout)
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute("PRAGMA foreign_keys = ON")
        connection.execute(f"PRAGMA cache_size = -{_CACHE_KIB}")
        connection.execute(f"PRAGMA busy_timeout = {int(lock_timeout * 1000)}")
        _check_settings(connection, path, lock_timeout)
    except sqlite3.DatabaseError as error:
        connection.close()
        raise reason(error, path) from None
    except BaseException:
        connection.close()
        raise


def _check_owner(connection: sqlite3.Connection, path: str, application_id: int) -> None:
    (found,) = connection.execute("PRAGMA application_id").fetchone()
    if found == application_id:
        return
    if found == FACTS_APPLICATION_ID and application_id == LEDGER_APPLICATION_ID:
        raise NotALedgerError(
            f"{path} holds the facts of a ledger, which a follower keeps there, and no ledger. Right would be its "
            "views in plain SQL, or the path of the ledger itself",
        )
    (tables,) = connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
    if found or tables:
        raise NotALedgerError(
            f"{path} is a SQLite database of something else (application id {found}, {tables} tables and the like); "
            "give the path of a ledger, or of a file that does not exist yet",
        )


def _turn_on_log(connection: sqlite3.Connection, lock_timeout: float) -> None:
    deadline = time.monotonic() + lock_timeout
    while True:
        try:
            connection.execute("PRAGMA journal_mode = WAL")
        except sqlite3.OperationalError as error:
            # Two processes that make a file at once: SQLite does not wait here by itself.
            if error.sqlite_errorcode != sqlite3.SQLITE_BUSY or time.monotonic() > deadline:
                raise
            time.sleep(0.01)
        else:
            return


def _check_settings(connection: sqlite3.Connection, path: str | None, lock_timeout: float) -> None:
    wanted: dict[str, int | str] = {
        "journal_mode": "memory" if path is None else "wal",
        "synchronous": _FULL,
        "foreign_keys": 1,
        "busy_timeout": int(lock_timeout * 1000),
    }
    for name, value in wanted.items():
        (found,) = connection.execute(f"PRAGMA {name}").fetchone()
        if found != value:
            raise LedgerSettingsError(f"{path or 'memory'}: SQLite keeps {name} at {found}; a ledger needs {value}")


def reason(error: sqlite3.DatabaseError, path: str | None) -> Exception:
    """Say what a failed opening means; an error that is none of these is left to the store's translation."""
    primary = getattr(error, "sqlite_errorcode", 0) & 0xFF
    if primary in {sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_PERM}:
        return LedgerUnwritableError(
            f"{path} cannot be written ({error}); a ledger needs a file and a folder that its user may write to",
        )
    if primary == sqlite3.SQLITE_NOTADB:
        return NotALedgerError(f"{path} is not a SQLite database; give the path of a ledger, or of a new file")
    return error
