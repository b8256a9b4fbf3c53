"""From what drivers raise to the store's errors.

The drivers' own texts quote the rows they refuse, state bytes included, so none of them is passed on as it is:
an error says what happened, the database's code for it, and (where the text can hold no values) the database's words.
"""

from typing import Final, NamedTuple

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

from .codes import CHECKED, TAKEN, TRIGGERED, maria_kind, postgres_kind, sqlite_kind, unanswered_kind
from .errors import (
    APPEND_ONLY,
    RECORDED,
    AppendOnlyError,
    ConnectionLostError,
    ForbiddenRowError,
    LockTimeoutError,
    StoreError,
    TroubleError,
    UnsupportedDatabaseError,
)
from .taken import foreign_constraint

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
# Likewise for MariaDB and MySQL: access, unknown database or table, locks, connection, room.
_SPEAKING_ERRNOS: Final = frozenset(
    {1021, 1040, 1044, 1045, 1046, 1049, 1053, 1114, 1142, 1143, 1146, 1205, 1213, 1227, 1290, 1419}
    | {1927, 2002, 2003, 2006, 2013, 3024, 4031},
)

LOST: Final = (
    "the connection to the database was lost. What was being recorded may be there or not: the same command again, "
    "with its id, finds out"
)


class _Told(NamedTuple):
    """An error of a driver: the database's code, its words where they hold no values, and our class if we know it."""

    code: str
    words: str
    kind: type[StoreError] | None


def driver_error(dialect: Dialect) -> type[Exception]:
    """Give the class of all errors of the driver in use."""
    found: type[Exception] = dialect.loaded_dbapi.Error
    return found


def connection_lost() -> ConnectionLostError:
    """Say that a connection was lost while it was in use."""
    return ConnectionLostError(LOST)


def translate(error: BaseException, dialect: Dialect) -> PersistenceError | None:
    """Give the store's or the library's error for one of the driver or of SQLAlchemy; None if it is neither.

    `dialect` is the engine's SQLAlchemy dialect (its driver's error classes are looked up there, so that no driver
    needs to be installed but the one in use).
    """
    if isinstance(error, exc.TimeoutError):
        return LockTimeoutError("no free connection to the database within the time allowed")
    if isinstance(error, exc.DBAPIError) and error.orig is not None:
        error = error.orig
    if isinstance(error, driver_error(dialect)):
        return _from_driver(error, dialect.name)
    if isinstance(error, exc.InvalidRequestError) and "not a MariaDB variant" in str(error):
        return UnsupportedDatabaseError("the server is a MySQL; right would be mysql:// in place of mariadb://")
    if isinstance(error, exc.SQLAlchemyError):
        # Its text may quote parameters; the class is what a reader needs.
        return ProgrammingError(f"SQLAlchemy refused the statement ({type(error).__name__})")
    return None


def _from_driver(error: BaseException, database: str) -> PersistenceError:
    told = _told(error, database)
    if APPEND_ONLY in str(error):
        return AppendOnlyError(f"{APPEND_ONLY}: a recorded event is never changed or removed; append a correction")
    words = f": {told.words}" if told.words else ""
    if told.kind is not None:
        return told.kind(f"the database refused ({told.code}){words}")
    found = next((_CLASSES[base.__name__] for base in type(error).__mro__ if base.__name__ in _CLASSES), None)
    if found is IntegrityError or told.code in CHECKED:
        # A trigger's refusal is a conflict only where the trigger is the store's own.
        own = foreign_constraint(error, database, told.code) if told.code in TAKEN else None
        if own is not None:
            return ForbiddenRowError(
                f"a unique constraint that is not the ledger's, {own}, forbids this row ({told.code}); nothing was "
                "recorded. Right would be another row of the site's own, or to take back what was added to the "
                "ledger's tables"
            )
        if told.code in TAKEN and (told.code != TRIGGERED or RECORDED in str(error)):
            return IntegrityError(f"record conflict: another writer has already recorded this ({told.code})")
        return ForbiddenRowError(
            f"a constraint or trigger of the database forbids this row ({told.code}); nothing was recorded. "
            "Right would be to take back what was added to the ledger's tables"
        )
    kind = TroubleError if found is OperationalError else found or PersistenceError
    return kind(f"the database refused ({told.code}){words}")


def _told(error: BaseException, database: str) -> _Told:
    if database == "sqlite":
        name = getattr(error, "sqlite_errorname", None) or type(error).__name__
        # SQLite names tables and columns, never values.
        return _Told(name, str(error), sqlite_kind(getattr(error, "sqlite_errorcode", 0)))
    if database == "postgresql":
        state = getattr(error, "sqlstate", None)
        if state is None:
            # The server said nothing: the text is the client library's, about the connection.
            no_answer = any(base.__name__ == "OperationalError" for base in type(error).__mro__)
            return _Told("PostgreSQL", str(error), unanswered_kind(str(error)) if no_answer else None)
        words = getattr(getattr(error, "diag", None), "message_primary", None) or ""
        speaks = state.startswith(_SPEAKING_SQLSTATES)
        return _Told(f"PostgreSQL {state}", words if speaks else "", postgres_kind(state))
    number = error.args[0] if error.args else None
    if not isinstance(number, int):
        return _Told(type(error).__name__, "", None)
    words = str(error.args[1]) if len(error.args) > 1 else ""
    return _Told(f"MariaDB/MySQL {number}", words if number in _SPEAKING_ERRNOS else "", maria_kind(number, words))
