"""What the databases' codes mean for a ledger: SQLite's results, PostgreSQL's SQLSTATE, MariaDB's error numbers."""

import re
import sqlite3
from typing import Final

from .errors import (
    AccessRefusedError,
    ConnectionLostError,
    DamagedError,
    DeadlockError,
    DiskFullError,
    LockTimeoutError,
    NotAllowedError,
    ReadOnlyError,
    StoreError,
    TroubleError,
)

Kind = type[StoreError] | None

CHECKED: Final = frozenset({"MariaDB/MySQL 4025", "MariaDB/MySQL 3819"})
"""A violated CHECK, which PyMySQL calls an operational error."""

TRIGGERED: Final = "SQLITE_CONSTRAINT_TRIGGER"

TAKEN: Final = frozenset(
    {
        "PostgreSQL 23505",
        "MariaDB/MySQL 1062",
        "SQLITE_CONSTRAINT_PRIMARYKEY",
        "SQLITE_CONSTRAINT_ROWID",
        TRIGGERED,
        "SQLITE_CONSTRAINT_UNIQUE",
    },
)
"""The codes by which each database says that a version or position is taken."""

_SQLITE: Final[dict[int, type[StoreError]]] = {
    sqlite3.SQLITE_BUSY: LockTimeoutError,
    sqlite3.SQLITE_LOCKED: LockTimeoutError,
    sqlite3.SQLITE_FULL: DiskFullError,
    sqlite3.SQLITE_READONLY: ReadOnlyError,
    sqlite3.SQLITE_IOERR: TroubleError,
    sqlite3.SQLITE_CORRUPT: DamagedError,
    sqlite3.SQLITE_NOTADB: DamagedError,
}

# The longest beginning that fits counts.
_POSTGRESQL: Final[dict[str, type[StoreError]]] = {
    "08": ConnectionLostError,
    "28": AccessRefusedError,
    "3D": AccessRefusedError,
    "25006": ReadOnlyError,
    "40": DeadlockError,
    "42501": NotAllowedError,
    "53": TroubleError,
    "53100": DiskFullError,
    "53300": ConnectionLostError,
    "55": TroubleError,
    "55P03": LockTimeoutError,
    "57": TroubleError,
    "57014": LockTimeoutError,
    "57P01": ConnectionLostError,
    "57P02": ConnectionLostError,
    "57P03": ConnectionLostError,
    "58": TroubleError,
    "XX001": DamagedError,
    "XX002": DamagedError,
}

_MARIADB: Final[dict[int, type[StoreError]]] = {
    **dict.fromkeys((1205, 3024, 1969), LockTimeoutError),
    1213: DeadlockError,
    # Too many connections; shutting down; the connection was killed; not reachable; gone; on MySQL cut off as idle.
    **dict.fromkeys((1040, 1053, 1203, 1927, 2002, 2003, 2006, 2013, 2055, 4031), ConnectionLostError),
    # No such account, or another password; no such database; not from this host; not without a password.
    **dict.fromkeys((1045, 1049, 1130, 1698), AccessRefusedError),
    # Disk full; the table is full, which InnoDB also says of its disk.
    **dict.fromkeys((1021, 1114), DiskFullError),
    **dict.fromkeys((1290, 1792, 1836, 3100), ReadOnlyError),
    # 1419: no triggers for this account while there is a binary log.
    **dict.fromkeys((1044, 1142, 1143, 1227, 1370, 1419), NotAllowedError),
    **dict.fromkeys((126, 145, 1034, 1194, 1712, 1877), DamagedError),
}
# In the languages of this package's people; in another one it counts as a connection that was lost.
_REFUSED: Final = re.compile(
    r"(database|role) .* does not exist|authentication failed|pg_hba\.conf|not permitted to log in|no password supplied"
    r"|数据库.*不存在|角色.*不存在|认证失败|不允许登录"
)
_WRITE_FAILED: Final = frozenset({3, 1026})
_NO_ROOM: Final = "28"
"""ENOSPC, as the server quotes it for a file that it could not write."""


def unanswered_kind(words: str) -> type[StoreError]:
    """Judge why PostgreSQL gave no connection: its client library passes the server's words on, but not their code."""
    return AccessRefusedError if _REFUSED.search(words) else ConnectionLostError


def sqlite_kind(code: int) -> Kind:
    """Judge an extended result code by its primary one, its last eight bits."""
    return _SQLITE.get(code & 0xFF)


def postgres_kind(state: str) -> Kind:
    """Judge a SQLSTATE."""
    return _POSTGRESQL.get(state) or _POSTGRESQL.get(state[:2])


def maria_kind(number: int, words: str) -> Kind:
    """Judge an error number; two of them say only in their words whether room or the disk itself failed."""
    if number in _WRITE_FAILED:
        return DiskFullError if _NO_ROOM in words else TroubleError
    return _MARIADB.get(number)
