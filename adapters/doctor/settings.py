"""Whether the database is set so that what it acknowledged is there after a crash, and compared byte by byte."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from sqlalchemy import text

from ...projections.facts import ALL
from ..store.mariadb import LEAST_PACKET
from ..store.migrations import family
from ..store.reaching import looking
from .finding import Finding, Severity

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from sqlalchemy import Connection, Engine

_FACTS: Final = frozenset(facts.name for facts in ALL)
_LOST: Final = "what was acknowledged can be lost when the machine or server fails"
_TORN: Final = "a page that was half written when the machine failed is not repaired"
_NO_WAL: Final = "another program turned the write-ahead log off; readers and writers wait for each other"

# Setting: the values that will do, how bad another is, what it means, what would be right.
Rule = tuple[frozenset[str], Severity, str, str]

RULES: Final[dict[str, dict[str, Rule]]] = {
    "sqlite": {
        "encoding": (frozenset({"UTF-8"}), Severity.FAULT, "texts are stored as no ledger stores them", "a new file"),
        "journal_mode": (frozenset({"wal", "memory"}), Severity.WARNING, _NO_WAL, "PRAGMA journal_mode = WAL"),
        "synchronous": (frozenset({"2", "3"}), Severity.FAULT, _LOST, "PRAGMA synchronous = FULL"),
        "quick_check": (frozenset({"ok"}), Severity.FAULT, "the file is damaged", "keep a copy, restore a backup"),
    },
    "postgresql": {
        "fsync": (frozenset({"on"}), Severity.FAULT, _LOST, "fsync = on"),
        "full_page_writes": (frozenset({"on"}), Severity.FAULT, _TORN, "full_page_writes = on"),
        "server_encoding": (frozenset({"UTF8"}), Severity.FAULT, "not every text fits", "a database in UTF8"),
        "synchronous_commit": (
            frozenset({"on", "local", "remote_write", "remote_apply"}),
            Severity.FAULT,
            _LOST,
            "synchronous_commit = on",
        ),
    },
    "mariadb": {
        "innodb_flush_log_at_trx_commit": (
            frozenset({"1", "3"}),
            Severity.FAULT,
            _LOST,
            "innodb_flush_log_at_trx_commit = 1",
        ),
        "innodb_doublewrite": (
            frozenset({"1", "ON", "DETECT_AND_RECOVER"}),
            Severity.WARNING,
            _TORN,
            "innodb_doublewrite = ON, unless the file system writes whole pages",
        ),
        "sync_binlog": (
            frozenset({"1"}),
            Severity.WARNING,
            "the binary log, and replicas with it, can lack what the server acknowledged",
            "sync_binlog = 1",
        ),
        "transaction_isolation": (
            frozenset({"READ-COMMITTED", "REPEATABLE-READ", "SERIALIZABLE"}),
            Severity.FAULT,
            "others' uncommitted rows are read",
            "READ COMMITTED",
        ),
    },
}


def of(engine: Engine) -> Iterator[Finding]:
    """Read the settings that connections of the store have, and the server's."""
    with looking(engine) as connection:
        kind = family(connection.dialect)
        found = _READ[kind](connection)
        yield from judged(kind, found)
        if kind == "mariadb":
            yield from _packet(connection)
            yield from _tables(connection)
        if kind == "postgresql":
            yield from _kept(connection)


def judged(kind: str, found: Mapping[str, str]) -> Iterator[Finding]:
    """Judge the values of settings; one that is not given is not judged.

    Args:
        kind: `sqlite`, `postgresql` or `mariadb`.
        found: the settings' values as the database writes them.
    """
    for name, (right, severity, meaning, remedy) in RULES[kind].items():
        if name in found and found[name] not in right:
            yield Finding(severity, "settings", f"it is {found[name]}: {meaning}", name, remedy)


def _sqlite(connection: Connection) -> dict[str, str]:
    return {name: str(connection.exec_driver_sql(f"PRAGMA {name}").scalars().first()) for name in RULES["sqlite"]}


def _postgresql(connection: Connection) -> dict[str, str]:
    rows = connection.execute(
        text("SELECT name, setting FROM pg_settings WHERE name = ANY(:names)"), {"names": list(RULES["postgresql"])}
    )
    return {row.name: row.setting for row in rows}


def _mariadb(connection: Connection) -> dict[str, str]:
    rows = connection.exec_driver_sql(
        "SHOW GLOBAL VARIABLES WHERE variable_name IN ("
        "'innodb_flush_log_at_trx_commit', 'innodb_doublewrite', 'sync_binlog', 'log_bin')"
    ).all()
    found = {str(name).lower(): str(value) for name, value in rows}
    if found.pop("log_bin", "OFF") != "ON":  # without a binary log there is nothing to keep in step
        found.pop("sync_binlog", None)
    # MariaDB calls it so from 11.1 on, and by the older name too.
    isolation = connection.exec_driver_sql(
        "SHOW SESSION VARIABLES WHERE variable_name IN ('transaction_isolation', 'tx_isolation')"
    ).first()
    return found | ({"transaction_isolation": str(isolation[1])} if isolation else {})


def _packet(connection: Connection) -> Iterator[Finding]:
    most: int = connection.exec_driver_sql("SELECT @@GLOBAL.max_allowed_packet").scalar_one()
    if most < LEAST_PACKET:
        what = f"it is {most}: the server ends the connection of whoever records several large events at once"
        right = f"max_allowed_packet = {LEAST_PACKET} at least"
        yield Finding(Severity.FAULT, "settings", what, "max_allowed_packet", right)


def _tables(connection: Connection) -> Iterator[Finding]:
    query = text(
        "SELECT table_name AS name, engine, table_collation AS collation FROM information_schema.tables "
        "WHERE table_schema = DATABASE() AND table_type = 'BASE TABLE'"
    )
    for name, engine, collation in connection.execute(query):
        if not name.startswith("ledger_") and name not in _FACTS:
            continue
        if engine != "InnoDB":
            what = f"its engine is {engine}, which knows no transactions"
            yield Finding(Severity.FAULT, "settings", what, name, f"ALTER TABLE {name} ENGINE = InnoDB")
        if collation != "utf8mb4_bin":
            what = f"it compares by {collation}, for which different ids may be equal"
            right = f"ALTER TABLE {name} CONVERT TO CHARACTER SET utf8mb4 COLLATE utf8mb4_bin"
            yield Finding(Severity.FAULT, "settings", what, name, right)


def _kept(connection: Connection) -> Iterator[Finding]:
    query = text(
        "SELECT relname, relpersistence = 'p' AS kept, relrowsecurity AS hidden FROM pg_class "
        "WHERE relnamespace = current_schema()::regnamespace AND relkind = 'r' AND relname LIKE 'ledger\\_%'"
    )
    for name, kept, hidden in connection.execute(query):
        if not kept:
            what = "it is UNLOGGED: a crash of the server empties it"
            yield Finding(Severity.FAULT, "settings", what, name, f"ALTER TABLE {name} SET LOGGED")
        if hidden:
            what = "row level security is on: rows may be hidden from whoever reads"
            yield Finding(Severity.FAULT, "settings", what, name, f"ALTER TABLE {name} DISABLE ROW LEVEL SECURITY")


_READ: Final = {"sqlite": _sqlite, "postgresql": _postgresql, "mariadb": _mariadb}
