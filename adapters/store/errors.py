"""What can go wrong in the store, in words that hold no personal data.

The drivers' own texts quote the rows they refuse, state bytes included, so none of them is passed on as it is:
an error says what happened, the database's code for it, and (where the text can hold no values) the database's words.
"""

from typing import Final

from eventsourcing.persistence import (
    DatabaseError,
    DataError,
    IntegrityError,
    InterfaceError,
    InternalError,
    NotSupportedError,
    OperationalError,
    PersistenceError,
    ProgrammingError,
)
from sqlalchemy import Dialect, exc

APPEND_ONLY: Final = "ledger_events is append-only"
"""How the triggers' refusals begin."""

RECORDED: Final = "ledger_events: this position or stream version is already recorded"
"""What SQLite's insert trigger says; a record conflict like any other."""


class StoreError(PersistenceError):
    """A database that cannot be used as a ledger; the message says what, where, and what would be right."""


class UnsupportedDatabaseError(StoreError):
    """The URL names a database or driver that the store does not speak."""


class LedgerMissingError(StoreError):
    """There is no ledger yet where one was to be opened."""


class NotALedgerError(StoreError):
    """The database or file belongs to something else."""


class LedgerFormatError(StoreError):
    """The ledger has a format that this release does not know."""


class LedgerOutdatedError(StoreError):
    """The ledger has an earlier format, and is to be upgraded before this release opens it."""


class LedgerUnwritableError(StoreError):
    """The file or folder cannot be written."""


class LedgerSettingsError(StoreError):
    """The database did not take a setting on which durability or order rests."""


class AppendOnlyError(ProgrammingError):
    """An attempt to change or remove a stored event, refused by the database itself."""


_CLASSES: Final[dict[str, type[PersistenceError]]] = {
    "InterfaceError": InterfaceError,
    "DataError": DataError,
    "OperationalError": OperationalError,
    "IntegrityError": IntegrityError,
    "InternalError": InternalError,
    "ProgrammingError": ProgrammingError,
    "NotSupportedError": NotSupportedError,
    "DatabaseError": DatabaseError,
}

# Classes of SQLSTATE whose messages name tables, roles and limits, never values.
_SPEAKING_SQLSTATES: Final = ("08", "25", "28", "3D", "40", "42", "53", "55", "57", "58", "XX")
# Likewise for MariaDB and MySQL: access, unknown database or table, locks, connection.
_SPEAKING_ERRNOS: Final = frozenset(
    {1044, 1045, 1046, 1049, 1142, 1146, 1205, 1213, 1290, 2002, 2003, 2006, 2013, 3024},
)
_OPERATIONAL_SQLSTATES: Final = ("08", "40", "53", "55", "57", "58")
_TAKEN: Final = frozenset(
    {
        "PostgreSQL 23505",
        "MariaDB/MySQL 1062",
        "SQLITE_CONSTRAINT_PRIMARYKEY",
        "SQLITE_CONSTRAINT_ROWID",
        "SQLITE_CONSTRAINT_TRIGGER",
        "SQLITE_CONSTRAINT_UNIQUE",
    },
)


def driver_error(dialect: Dialect) -> type[Exception]:
    """Give the class of all errors of the driver in use."""
    found: type[Exception] = dialect.loaded_dbapi.Error
    return found


def translate(error: BaseException, dialect: Dialect) -> PersistenceError | None:
    """Give the library's error for one of the driver or of SQLAlchemy; None if it is neither.

    ``dialect`` is the engine's SQLAlchemy dialect (its driver's error classes are looked up there, so that no driver
    needs to be installed but the one in use).
    """
    if isinstance(error, exc.TimeoutError):
        return OperationalError("no free connection to the database within the time allowed")
    if isinstance(error, exc.DBAPIError) and error.orig is not None:
        error = error.orig
    if isinstance(error, driver_error(dialect)):
        return _from_driver(error, dialect.name)
    if isinstance(error, exc.SQLAlchemyError):
        # Its text may quote parameters; the class is what a reader needs.
        return ProgrammingError(f"SQLAlchemy refused the statement ({type(error).__name__})")
    return None


def _from_driver(error: BaseException, database: str) -> PersistenceError:
    name, speaking, operational = _describe(error, database)
    text = str(error)
    if APPEND_ONLY in text:
        return AppendOnlyError(f"{APPEND_ONLY}: a recorded event is never changed or removed; append a correction")
    found = next((_CLASSES[base.__name__] for base in type(error).__mro__ if base.__name__ in _CLASSES), None)
    kind = OperationalError if operational else found or PersistenceError
    if kind is IntegrityError:
        if name in _TAKEN:
            return IntegrityError(f"record conflict: another writer has already recorded this ({name})")
        return IntegrityError(f"the database forbids this row ({name})")
    words = f": {speaking}" if speaking else ""
    return kind(f"the database refused ({name}){words}")


def _describe(error: BaseException, database: str) -> tuple[str, str, bool]:
    """Name the error's code, the database's words where they hold no values, and whether a retry may help."""
    if database == "sqlite":
        # SQLite names tables and columns, never values.
        return getattr(error, "sqlite_errorname", type(error).__name__), str(error), False
    if database == "postgresql":
        state = getattr(error, "sqlstate", None)
        if state is None:
            # The server said nothing: the text is the client library's, about the connection.
            return "PostgreSQL", str(error), False
        words = getattr(getattr(error, "diag", None), "message_primary", None) or ""
        speaks = state.startswith(_SPEAKING_SQLSTATES)
        return f"PostgreSQL {state}", words if speaks else "", state.startswith(_OPERATIONAL_SQLSTATES)
    number = error.args[0] if error.args else None
    words = str(error.args[1]) if number in _SPEAKING_ERRNOS and len(error.args) > 1 else ""
    return f"MariaDB/MySQL {number}" if isinstance(number, int) else type(error).__name__, words, False
