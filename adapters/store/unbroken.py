"""Whether a transaction of the caller's is still the one that was begun: databases end some without being asked."""

from contextlib import suppress
from typing import Any, Final

from sqlalchemy import Connection, event

from .errors import TransactionBrokenError

_IN_TRANSACTION: Final = 1
"""SERVER_STATUS_IN_TRANS, which MariaDB and MySQL say with every statement that gives no rows."""
_IDLE: Final = 0
_IN_ERROR: Final = 3
"""PQTRANS_IDLE and PQTRANS_INERROR of PostgreSQL's client library."""

BROKEN: Final = (
    "the database has ended the transaction that this was begun in, by a deadlock, a full disk, or a statement that "
    "commits (on MariaDB each that makes or changes a table): what was done before may be undone or committed; end "
    "this transaction and begin again"
)


class Unbroken:
    """Watches a transaction from now on, after each statement of the caller's: a later one may begin another unasked.

    Args:
        connection: in a transaction that the database has begun.
    """

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._transaction = connection.get_transaction()
        self._is_broken = False
        self._has_failed = True  # asked anew: what the driver says may be of an earlier statement
        self._look()
        event.listen(connection, "before_cursor_execute", self._before)
        event.listen(connection, "after_cursor_execute", self._after)

    def check(self) -> None:
        """Refuse to go on in another transaction than the first.

        Raises:
            TransactionBrokenError: it has ended, or PostgreSQL takes nothing more in it.
        """
        self._look()
        if self._is_broken:
            raise TransactionBrokenError(BROKEN)
        if self._connection.dialect.name == "postgresql" and self._driver.info.transaction_status == _IN_ERROR:
            raise TransactionBrokenError(
                "a statement of this transaction has failed, and the database takes no more; roll back, and begin again"
            )

    def mark_broken(self) -> None:
        """Remember it: the caller may go on as if nothing were."""
        self._is_broken = True

    def _before(self, *_: object) -> None:
        if self._is_watched:
            self._look()  # if the one before failed, it may have ended the transaction, and this one begins another
            self._has_failed = True

    def _after(self, *_: object) -> None:
        if self._is_watched:
            self._has_failed = False
            self._look()

    @property
    def _is_watched(self) -> bool:
        return not self._is_broken and self._connection.get_transaction() is self._transaction

    def _look(self) -> None:
        driver = self._driver
        match self._connection.dialect.name:
            case "sqlite":
                is_open = driver.in_transaction
            case "postgresql":
                is_open = driver.info.transaction_status != _IDLE
            case _:
                if self._has_failed:  # an error does not say how the transaction stands
                    with suppress(Exception), driver.cursor() as cursor:
                        cursor.execute("DO 0")
                is_open = bool(driver.server_status & _IN_TRANSACTION)
        self._has_failed = False
        self._is_broken = self._is_broken or not is_open

    @property
    def _driver(self) -> Any:  # noqa: ANN401 - the driver's connection
        return self._connection.connection.dbapi_connection
