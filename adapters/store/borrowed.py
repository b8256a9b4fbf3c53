"""A transaction of the caller's own: its rows and the ledger's events are committed together, or not at all.

Nothing is begun, committed or announced here. An append runs behind a savepoint, so that a version conflict leaves the
caller's transaction whole.
"""

import sqlite3
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Final, NoReturn, TypeVar

from eventsourcing.persistence import IntegrityError, PersistenceError
from sqlalchemy import Connection
from sqlalchemy.engine.interfaces import DBAPICursor

from .database import Database
from .errors import (
    DeadlockError,
    ForeignConnectionError,
    LedgerSettingsError,
    NoTransactionError,
    StaleTransactionError,
    TransactionBrokenError,
)
from .translating import translate
from .unbroken import Unbroken

T = TypeVar("T")

SAVEPOINT: Final = "caseledger"

_WHEREABOUTS: Final = {
    "sqlite": "SELECT file FROM pragma_database_list WHERE name = 'main'",
    "postgresql": "SELECT current_database(), pg_postmaster_start_time(), to_regclass('ledger_events')::oid",
    "mysql": "SELECT @@hostname, @@port, @@datadir, DATABASE()",
    "mariadb": "SELECT @@hostname, @@port, @@datadir, DATABASE()",
}
"""What is the same for two connections to one database, and for no others."""

_LEDGER_ID: Final = {
    "sqlite": """SELECT value FROM ledger_meta WHERE "key" = 'ledger_id'""",
    "postgresql": """SELECT value FROM ledger_meta WHERE "key" = 'ledger_id'""",
    "mysql": "SELECT value FROM ledger_meta WHERE `key` = 'ledger_id'",
    "mariadb": "SELECT value FROM ledger_meta WHERE `key` = 'ledger_id'",
}

_SETTINGS: Final[dict[str, tuple[tuple[str, str, tuple[Any, ...]], ...]]] = {
    "sqlite": (("synchronous", "PRAGMA synchronous", (2, 3)),),
    "postgresql": (("synchronous_commit", "SHOW synchronous_commit", ("on", "local", "remote_write", "remote_apply")),),
    "mysql": (("auto_increment_increment", "SELECT @@SESSION.auto_increment_increment", (1,)),),
    "mariadb": (("auto_increment_increment", "SELECT @@SESSION.auto_increment_increment", (1,)),),
}
"""Settings of a session on which durability or order rests, how they are read, and what they may be."""


class Borrowed:
    """The caller's connection, as far as a recorder needs a database.

    Args:
        connection: inside a transaction, to the ledger's database.
        owner: the ledger's own.
        ledger_id: what the ledger says of itself.

    Raises:
        NoTransactionError: the connection is closed, or in no transaction.
        ForeignConnectionError: it goes to another database or ledger, or by another driver.
        LedgerSettingsError: a setting of it would lose what is committed, or its order.
        StaleTransactionError: on SQLite others have written since the transaction first read.
        eventsourcing.persistence.PersistenceError: the database failed; a lock timeout where another is writing.
    """

    def __init__(self, connection: Connection, owner: Database, ledger_id: str) -> None:
        self.engine: Final = owner.engine
        self.side: Final = owner.side
        self._connection = connection
        self._owner = owner
        self._watch: Unbroken | None = None
        if connection.closed or connection.invalidated:
            raise NoTransactionError("the connection is closed; give an open one, inside `with connection.begin():`")
        self._transaction = connection.get_transaction()
        self._check_transaction()
        self._check_begun()
        self._check_place()
        self._check_settings()
        # Before any table is read: on MariaDB the first look at one fixes what the whole transaction sees.
        self._take_turn()
        if self.read(_LEDGER_ID[self.engine.dialect.name], ()) != [(ledger_id,)]:
            raise ForeignConnectionError("the connection finds another ledger; give one to this ledger's schema")
        self._watch = Unbroken(connection)

    def append(self, work: Callable[[DBAPICursor], T], *, single: bool = False) -> T:
        """Run `work` behind a savepoint: what it raises undoes it, and nothing else.

        Raises:
            NoTransactionError: the transaction has ended.
            TransactionBrokenError: the database has undone the whole transaction.
            StaleTransactionError: others have written, and the transaction's isolation level hides it.
            eventsourcing.persistence.PersistenceError: the database failed; the transaction is as before.
        """
        del single
        self._check_transaction()
        cursor = self._cursor()
        try:
            # Again, as nothing else shows if it was lost: without it a reader of the order could miss these events.
            self.side.begin_append(cursor)
            cursor.execute(f"SAVEPOINT {SAVEPOINT}")
            result = work(cursor)
            cursor.execute(f"RELEASE SAVEPOINT {SAVEPOINT}")
        except Exception as error:  # noqa: BLE001  # whatever the driver raises is translated in one place
            self._undo(error)
        return result

    def read(self, text: str, parameters: Sequence[Any]) -> list[tuple[Any, ...]]:
        """Run one select inside the transaction: it sees what was done before in it.

        Raises: as `append`.
        """
        self._check_transaction()
        cursor = self._cursor()
        try:
            cursor.execute(text, parameters)
            return list(cursor.fetchall())
        except Exception as error:  # noqa: BLE001  # as above
            self._fail(error)

    def settled(self) -> int | None:
        """How far readers of the order may go; this transaction's own events are beyond it until it is committed."""
        return self.side.settled(self._cursor()) if self.side.readers_ask else None

    def _check_transaction(self) -> None:
        self._owner.check_open()
        transaction, dialect = self._transaction, self._connection.dialect
        if transaction is None or not transaction.is_active or self._connection.get_transaction() is not transaction:
            raise NoTransactionError(
                "the connection is in no transaction, or that one has ended; begin one with `with engine.begin() as "
                "connection:`, and stay inside it",
            )
        if self._watch is not None:
            self._watch.check()
        if dialect.name != "sqlite" and dialect.detect_autocommit_setting(self._driver):
            raise NoTransactionError("the connection commits each statement by itself (AUTOCOMMIT); give another one")

    def _check_begun(self) -> None:
        """Refuse a savepoint that SQLite may have opened in no transaction: to release it would commit.

        Python's sqlite3 begins none before a SAVEPOINT, unless a write came first, which cannot be told afterwards.
        """
        if self._connection.dialect.name != "sqlite" or not self._connection.in_nested_transaction():
            return
        driver = self._driver
        begins_itself = driver.isolation_level is None and bool(self._connection.dispatch.begin)
        if not begins_itself and getattr(driver, "autocommit", None) is not False:
            raise NoTransactionError(
                "the connection may be in a savepoint and in no transaction: SQLite would commit as that ends. "
                "Call `within` before `begin_nested`, or let the engine begin its transactions with BEGIN"
            )

    def _check_place(self) -> None:
        mine, theirs = self.engine.dialect, self._connection.dialect
        if (theirs.name, theirs.driver) != (mine.name, mine.driver):
            raise ForeignConnectionError(
                f"the connection is {theirs.name}+{theirs.driver}, the ledger {mine.name}+{mine.driver}; give one to "
                "the ledger's own database, by the same driver",
            )
        query = _WHEREABOUTS[mine.name]
        (here,), (there,) = self.read(query, ()), self._owner.read(query, ())
        if mine.name == "sqlite":
            same = bool(here[0]) and Path(here[0]).resolve() == Path(there[0]).resolve()
        else:
            same = here == there
        if not same:
            raise ForeignConnectionError("the connection goes to another database than the ledger's; give one to this")

    def _check_settings(self) -> None:
        for name, query, right in _SETTINGS[self.engine.dialect.name]:
            ((found,),) = self.read(query, ())
            if found not in right:
                raise LedgerSettingsError(f"the connection keeps {name} at {found}; right would be {right[0]}")

    def _take_turn(self) -> None:
        """Keep other appends out from here on, where appends take turns: what is decided then holds."""
        cursor = self._cursor()
        begun = self.engine.dialect.name != "sqlite" or self._driver.in_transaction
        try:
            self.side.begin_append(cursor)
            if self.engine.dialect.name == "sqlite" and begun:
                # Begun without the write lock, perhaps: a write of nothing takes it, unless what was read is old.
                cursor.execute("UPDATE ledger_meta SET value = value WHERE key = ''")
        except Exception as error:  # noqa: BLE001  # as above
            if getattr(error, "sqlite_errorcode", None) == sqlite3.SQLITE_BUSY_SNAPSHOT:
                raise StaleTransactionError(
                    "others have written since this transaction first read; end it and begin again, with BEGIN "
                    "IMMEDIATE or with the ledger's command first",
                ) from None
            self._fail(error)

    def _undo(self, error: Exception) -> NoReturn:
        try:
            cursor = self._cursor()
            cursor.execute(f"ROLLBACK TO SAVEPOINT {SAVEPOINT}")
            cursor.execute(f"RELEASE SAVEPOINT {SAVEPOINT}")
        except Exception:  # noqa: BLE001  # whatever it says: the savepoint is gone, and with it all before it
            if self._watch is not None:
                self._watch.mark_broken()
            translated = translate(error, self.engine.dialect) or error
            raise TransactionBrokenError(
                f"the database has undone the whole transaction ({translated}); end it and begin again",
            ) from None
        found = error if isinstance(error, PersistenceError) else translate(error, self.engine.dialect)
        if isinstance(found, (IntegrityError, DeadlockError)):
            self._check_sees_others()
        self._fail(error)

    def _check_sees_others(self) -> None:
        """Where the transaction does not see what others commit meanwhile, to decide anew finds the same conflict."""
        level = self._connection.get_isolation_level()
        if level in {"REPEATABLE READ", "SERIALIZABLE"} and self.engine.dialect.name != "sqlite":
            raise StaleTransactionError(
                f"others have written since this transaction first read, and at {level} it does not see that; roll "
                "back and begin again, with the ledger's command first or at READ COMMITTED"
            )

    def _fail(self, error: Exception) -> NoReturn:
        translated = error if isinstance(error, PersistenceError) else translate(error, self.engine.dialect)
        # The driver's text may quote the row: it must not come along in a traceback.
        raise translated or error from None

    def _cursor(self) -> DBAPICursor:
        return self._connection.connection.cursor()

    @property
    def _driver(self) -> Any:  # noqa: ANN401 - the driver's connection
        return self._connection.connection.dbapi_connection
