"""What can go wrong in the store, in words that hold no personal data.

Each class says whether a retry is sensible (`retry`): the same command, with the same id, sent again after a moment.
Nothing is lost by that: what was recorded is not recorded twice, and the answer is the first one's.
"""

from typing import ClassVar, Final

from eventsourcing.persistence import (
    DatabaseError,
    InterfaceError,
    OperationalError,
    PersistenceError,
    ProgrammingError,
)

APPEND_ONLY: Final = "ledger_events is append-only"
"""How the triggers' refusals begin."""

RECORDED: Final = "ledger_events: this position or stream version is already recorded"
"""What SQLite's insert trigger says; a record conflict like any other."""


class StoreError(PersistenceError):
    """A database that cannot be used as a ledger, or not now; the message says what, where, and what would be right."""

    retry: ClassVar[bool] = False
    """Whether the same again, after a moment, may go well without anybody's help."""


class UnsupportedDatabaseError(StoreError):
    """The URL names a database or driver that the store does not speak."""


class DriverMissingError(UnsupportedDatabaseError):
    """The database is one that the store speaks, but its driver is not installed: an extra of the package brings it."""


class LedgerMissingError(StoreError):
    """There is no ledger yet where one was to be opened."""


class NotALedgerError(StoreError):
    """The database or file belongs to something else."""


class LedgerFormatError(StoreError):
    """The ledger has a format that this release does not know."""


class LedgerOutdatedError(StoreError):
    """The ledger has an earlier format, and is to be upgraded before this release opens it."""


class LedgerIncompleteError(StoreError):
    """A copy of a ledger that was begun and is not verified yet; nothing may be recorded in it."""


class LedgerUnwritableError(StoreError):
    """The file or folder cannot be written."""


class LedgerSettingsError(StoreError):
    """The database did not take a setting on which durability or order rests."""


class ClosedError(StoreError, InterfaceError):
    """The ledger was closed before."""


class ForkedError(StoreError):
    """The ledger was opened before this process was forked off; each process opens its own."""


class NoTransactionError(StoreError):
    """A connection of the caller's is closed, or in no transaction, or its transaction has ended."""


class ForeignConnectionError(StoreError):
    """A connection of the caller's goes to another database or ledger, or by another driver."""


class StaleTransactionError(StoreError):
    """The caller's transaction rests on what others have changed since, and does not see it; it is to be begun anew.

    So on SQLite, and on servers at REPEATABLE READ or SERIALIZABLE.
    """

    retry = True


class TransactionBrokenError(StoreError):
    """The database has undone the caller's whole transaction, as after a deadlock on MariaDB, or with a full disk."""

    retry = True


class AppendOnlyError(StoreError, ProgrammingError):
    """An attempt to change or remove a stored event, refused by the database itself."""


class NotAllowedError(StoreError, ProgrammingError):
    """The account may not do this; `caseledger grants` prints what a service's account is to be granted."""


class ForbiddenRowError(StoreError, DatabaseError):
    """A rule of the database's that is not the ledger's forbids a row: a site's own CHECK, trigger or unique index."""


class EventTooLargeError(StoreError, DatabaseError):
    """One event is larger than MariaDB's `max_allowed_packet`; nothing was recorded."""


class TroubleError(StoreError, OperationalError):
    """The database could not do it now. Nothing was acknowledged, and what was not acknowledged may not be there."""


class AccessRefusedError(TroubleError):
    """The server answered, and has no such database or account, or the password is not the right one."""


class ConnectionLostError(TroubleError):
    """The database went away, or does not answer: it was stopped, restarts, or the network failed.

    If that happened during a commit, only the database knows whether the events are there; the same command sent again,
    with its id, finds out: it returns what was recorded, or records it now.
    """

    retry = True


class LockTimeoutError(TroubleError):
    """Others kept what this needed for longer than the lock timeout; nothing was recorded."""

    retry = True


class DeadlockError(LockTimeoutError):
    """Two waited for each other, and the database ended this one; nothing was recorded."""


class DiskFullError(TroubleError):
    """No room is left where the database writes; nothing was recorded. A retry is sensible once room was made."""


class ReadOnlyError(TroubleError):
    """The database takes no writes: a standby, a server that was set to read only, a file that lost its rights."""


class DamagedError(StoreError, DatabaseError):
    """The database's own files are damaged. Stop writing, keep a copy of them as they are, and restore a backup."""
