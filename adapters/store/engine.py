"""Make a SQLAlchemy engine whose every connection is safe for a ledger: settings made, then read back.

Accepted URLs: `sqlite:///path`, `sqlite://` (in memory), `postgresql://…` (psycopg 3), `mysql://…` and
`mariadb://…` (PyMySQL).
"""

import math
import os.path
import sqlite3
from collections.abc import Callable
from contextlib import closing
from time import monotonic
from typing import Any, Final

from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import ArgumentError, InvalidatePoolError
from sqlalchemy.pool import ConnectionPoolEntry, QueuePool

from . import mysql, sqlite_settings
from .errors import DriverMissingError, LedgerSettingsError, UnsupportedDatabaseError
from .forks import refuse_in_forks

LOCK_TIMEOUT: Final = 5.0
"""Seconds a writer waits for its turn unless told otherwise."""

TRUSTED_FOR: Final = 1.0
"""Seconds that a connection to a server may lie idle before it is asked whether the server is still there."""

WRITE: Final = "caseledger_write"
"""Execution option: on SQLite a transaction of such a connection takes the write lock when it begins."""

IDENTITY: Final = "caseledger_application_id"
"""Execution option of a SQLite engine: the application id that its file has, or is to be given."""

NAMED: Final = "caseledger_named"
"""Execution option of a SQLite engine: the whole path as it was given, links in it not followed."""

_DRIVERS: Final = {
    "sqlite": "sqlite+pysqlite",
    "sqlite+pysqlite": "sqlite+pysqlite",
    "postgresql": "postgresql+psycopg",
    "postgresql+psycopg": "postgresql+psycopg",
    "mysql": "mysql+pymysql",
    "mysql+pymysql": "mysql+pymysql",
    "mariadb": "mariadb+pymysql",
    "mariadb+pymysql": "mariadb+pymysql",
}

_SQL_MODE: Final = "STRICT_ALL_TABLES,ERROR_FOR_DIVISION_BY_ZERO,NO_ENGINE_SUBSTITUTION"


def connect(
    url: str,
    *,
    lock_timeout: float = LOCK_TIMEOUT,
    application_id: int = sqlite_settings.LEDGER_APPLICATION_ID,
) -> Engine:
    """Make the engine for a ledger's database; nothing is opened until it is first used.

    Args:
        url: where the database is; a plain path is not accepted here. The path of a SQLite file is looked up once,
            here: a change of the working directory, or of a link, changes nothing for this engine.
        lock_timeout: seconds that a statement or a writer waits for another before it fails.
        application_id: what a SQLite file says it is; a file that says otherwise is left untouched.

    Raises:
        UnsupportedDatabaseError: the URL is none, or its database or driver is not one the store speaks.
        DriverMissingError: the driver of this database is not installed.
    """
    target = _target(url)
    if lock_timeout <= 0:
        raise UnsupportedDatabaseError(f"a lock timeout is a number of seconds above 0, not {lock_timeout}")
    try:
        match target.get_backend_name():
            case "sqlite":
                engine = _sqlite(target, lock_timeout, application_id)
            case "postgresql":
                engine = _postgresql(target, lock_timeout)
            case _:
                engine = _mariadb(target, lock_timeout)
    except ModuleNotFoundError as missing:
        extra = "postgresql" if target.get_backend_name() == "postgresql" else "mariadb"
        raise DriverMissingError(
            f"the driver {missing.name} is not installed; right would be: pip install 'caseledger[{extra}]'"
        ) from None
    refuse_in_forks(engine)
    return engine


def place(engine: Engine) -> str:
    """Say where a database is, without its password."""
    if engine.dialect.name == "sqlite":
        return engine.url.database or "memory"
    return engine.url.render_as_string(hide_password=True)


def _target(url: str) -> URL:
    accepted = "sqlite:///path, sqlite:// (in memory), postgresql://…, mariadb://… and mysql://… are"
    try:
        parsed = make_url(url)
    except ArgumentError:
        # The text is not repeated: what is no URL may still hold a password.
        raise UnsupportedDatabaseError(f"not a database URL; {accepted}") from None
    driver = _DRIVERS.get(parsed.drivername)
    if driver is None:
        raise UnsupportedDatabaseError(f"no store for {parsed.drivername}://; {accepted}")
    if "@" in (parsed.host or ""):
        # The rest of a password would be taken for the host, and told to whoever reads that it is not found.
        raise UnsupportedDatabaseError("the URL has an @ too many; one in a user's name or password is written %40")
    target = parsed.set(drivername=driver)
    if target.get_backend_name() == "sqlite" and target.query:
        # "uri=true" and its like would change what the path means and which settings hold.
        raise UnsupportedDatabaseError("a SQLite URL takes a path and no further parameters; " + accepted)
    if target.get_backend_name() in {"mysql", "mariadb"} and not target.database:
        raise UnsupportedDatabaseError(f"{parsed.drivername}:// needs the name of a database after the host")
    return target


def _sqlite(named: URL, lock_timeout: float, application_id: int) -> Engine:
    in_memory = named.database in {None, "", ":memory:"}
    target = named if in_memory else named.set(database=_found(os.path.realpath, named))
    sizes: dict[str, Any] = {}
    if in_memory:
        # The database lives in its connection. There is one, and whoever has it out has the database alone:
        # readers and writers of all threads take turns.
        sizes = {"pool_size": 1, "max_overflow": 0, "pool_timeout": lock_timeout}
    engine = create_engine(
        target,
        poolclass=QueuePool,
        hide_parameters=True,
        connect_args={"timeout": lock_timeout, "check_same_thread": False},
        **sizes,
    )
    path = None if in_memory else target.database

    @event.listens_for(engine, "connect")
    def settle(connection: sqlite3.Connection, _record: object) -> None:
        sqlite_settings.settle(connection, path, lock_timeout, application_id)

    engine.update_execution_options(**{IDENTITY: application_id})
    if not in_memory:
        engine.update_execution_options(**{NAMED: _found(os.path.abspath, named)})

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        # sqlite3 would begin only before the first write, and then without the lock.
        writes = connection.get_execution_options().get(WRITE)
        connection.connection.cursor().execute("BEGIN IMMEDIATE" if writes else "BEGIN")

    return engine


def _found(look: Callable[[str], str], target: URL) -> str:
    try:
        return look(str(target.database))
    except (OSError, ValueError) as error:
        # A relative path in a working directory that is gone, or one with a character that no path holds.
        why = error.strerror if isinstance(error, OSError) else error
        raise UnsupportedDatabaseError(
            f"the path of the SQLite file leads nowhere ({why}); right would be one from the root"
        ) from None


def _ask_the_idle(engine: Engine) -> None:
    """Ask a connection that lay idle whether its server is still there, and make new ones if it is not.

    To ask each time would cost a round trip a statement, and would still not tell what happens the moment after. Once
    one connection was found lost, all others are asked.
    """
    last_loss = 0.0

    @event.listens_for(engine, "invalidate")
    def lose(_connection: DBAPIConnection, _record: object, _error: BaseException | None) -> None:
        nonlocal last_loss
        last_loss = monotonic()

    @event.listens_for(engine, "checkin")
    def rest(_connection: DBAPIConnection | None, record: ConnectionPoolEntry) -> None:
        record.info["idle since"] = monotonic()

    @event.listens_for(engine, "checkout")
    def ask(connection: DBAPIConnection, record: ConnectionPoolEntry, _proxy: object) -> None:
        since = record.info.get("idle since")
        if since is None or (since > last_loss and monotonic() - since < TRUSTED_FOR):
            return
        try:
            engine.dialect.do_ping(connection)
        except engine.dialect.loaded_dbapi.Error:
            raise InvalidatePoolError from None


def _postgresql(target: URL, lock_timeout: float) -> Engine:
    engine = create_engine(
        target,
        hide_parameters=True,
        paramstyle="format",
        isolation_level="READ COMMITTED",
    )
    _ask_the_idle(engine)

    @event.listens_for(engine, "connect")
    def settle(connection: DBAPIConnection, _record: object) -> None:
        with closing(connection.cursor()) as cursor:
            cursor.execute(f"SET lock_timeout = {math.ceil(lock_timeout * 1000)}")
            cursor.execute("SET time zone 'UTC'")
            cursor.execute("SET default_transaction_isolation = 'read committed'")
            cursor.execute("SET client_encoding = 'UTF8'")
            cursor.execute("SHOW synchronous_commit")
            if cursor.fetchall()[0][0] == "off":
                # A commit that may be lost is not acknowledged; stricter settings of the site are left as they are.
                cursor.execute("SET synchronous_commit = on")
            cursor.execute("SHOW server_encoding")
            encoding = cursor.fetchall()[0][0]
        connection.commit()
        if encoding != "UTF8":
            raise LedgerSettingsError(f"{place(engine)} is encoded in {encoding}; a ledger needs a UTF8 database")

    return engine


def _mariadb(target: URL, lock_timeout: float) -> Engine:
    engine = create_engine(
        target.update_query_dict({"charset": "utf8mb4"}),
        hide_parameters=True,
        paramstyle="format",
        pool_recycle=3600,
    )
    _ask_the_idle(engine)

    @event.listens_for(engine, "connect")
    def settle(connection: DBAPIConnection, _record: object) -> None:
        wanted = {
            "sql_mode": _SQL_MODE,
            "time_zone": "+00:00",
            "innodb_lock_wait_timeout": max(1, math.ceil(lock_timeout)),
            "auto_increment_increment": 1,
            "auto_increment_offset": 1,
        }
        mysql.check_version(engine.dialect)
        with closing(connection.cursor()) as cursor:
            # The clauses of SET may not be bound, and nothing here comes from outside.
            cursor.execute("SET NAMES utf8mb4 COLLATE utf8mb4_bin")
            cursor.execute("SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED")
            for name, value in wanted.items():
                cursor.execute(f"SET SESSION {name} = %s", (value,))
            cursor.execute("SELECT " + ", ".join(f"@@SESSION.{name}" for name in wanted))
            found = dict(zip(wanted, cursor.fetchall()[0], strict=True))
        connection.commit()
        for name, value in wanted.items():
            if set(str(found[name]).split(",")) != set(str(value).split(",")):
                raise LedgerSettingsError(f"{place(engine)} keeps {name} at {found[name]}; a ledger needs {value}")

    return engine
