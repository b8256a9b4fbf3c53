"""The shape of the one table that holds the truth; every projection reads it, the event store writes it."""

from typing import Final

from sqlalchemy import (
    BigInteger,
    Column,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    UniqueConstraint,
)
from sqlalchemy.dialects import mysql, postgresql
from sqlalchemy.types import TypeEngine

TEXT_LENGTH: Final = 64
"""Longest stream id and longest stored event name, in characters."""


def binary_text(length: int = TEXT_LENGTH) -> TypeEngine[str]:
    """Text that compares and sorts by its bytes, alike on every database.

    A linguistic collation would call two ids equal that differ in case, and sort them by the server's locale.
    SQLite compares by bytes unless told otherwise.
    """
    return (
        String(length)
        .with_variant(postgresql.VARCHAR(length, collation="C"), "postgresql")
        .with_variant(mysql.VARCHAR(length, charset="utf8mb4", collation="utf8mb4_bin"), "mysql", "mariadb")
    )


def position_number() -> TypeEngine[int]:
    """Sixty-four bits; SQLite numbers rows by itself only in a column that is declared INTEGER."""
    return BigInteger().with_variant(Integer(), "sqlite")


def state_bytes() -> TypeEngine[bytes]:
    """Exact bytes of any length (MySQL's plain BLOB ends at 64 KiB)."""
    return LargeBinary().with_variant(mysql.LONGBLOB(), "mysql", "mariadb")


def events_table(name: str, metadata: MetaData) -> Table:
    """Declare a table of stored events: one row an event, numbered in the order of commits.

    * `position`: place in the whole ledger, ascending, unique, never handed out twice; gaps are allowed.
    * `stream`, `version`: the case and the event's number (1, 2, 3 …) within it.
    * `name`: stored, versioned event name such as `opinion.accepted.v1`.
    * `state`: the exact canonical JSON bytes, as they are hashed.
    """
    return Table(
        name,
        metadata,
        Column("position", position_number(), primary_key=True, autoincrement=True),
        Column("stream", binary_text(), nullable=False),
        Column("version", Integer(), nullable=False),
        Column("name", binary_text(), nullable=False),
        Column("state", state_bytes(), nullable=False),
        UniqueConstraint("stream", "version", name=f"{name}_stream_version"),
        # AUTOINCREMENT: without it SQLite hands the last position out again once its row is gone.
        sqlite_autoincrement=True,
        mysql_engine="InnoDB",
        mysql_charset="utf8mb4",
        mysql_collate="utf8mb4_bin",
        mariadb_engine="InnoDB",
        mariadb_charset="utf8mb4",
        mariadb_collate="utf8mb4_bin",
    )


metadata: Final = MetaData()
ledger_events: Final = events_table("ledger_events", metadata)
