"""SQLite: one writer at a time by the database's own lock, durable at commit, positions never handed out twice."""

from collections.abc import Sequence
from typing import Final

from eventsourcing.persistence import InternalError
from sqlalchemy import Dialect, Table, bindparam, insert
from sqlalchemy.engine.interfaces import DBAPIConnection, DBAPICursor

from .errors import APPEND_ONLY, RECORDED
from .statements import Row, text_of


class SqliteInsert:
    """Insert events and know their positions."""

    def __init__(self, table: Table, dialect: Dialect) -> None:
        fields = Row._fields
        self._one = text_of(insert(table).values({f: bindparam(f) for f in fields}), dialect, fields)

    def __call__(self, cursor: DBAPICursor, rows: Sequence[Row]) -> list[int]:
        """Insert the rows in their order; give their positions."""
        if not rows:
            return []
        cursor.execute(self._one, rows[0])
        first: int = cursor.lastrowid
        if len(rows) == 1:
            return [first]
        cursor.executemany(self._one, rows[1:])
        cursor.execute("SELECT last_insert_rowid()")
        last: int = cursor.fetchall()[0][0]
        # Alone in its transaction, AUTOINCREMENT counts by ones; were it not so, a wrong position would be worse
        # than none.
        if last - first != len(rows) - 1:
            message = f"positions {first} to {last} do not fit {len(rows)} events"
            raise InternalError(message)
        return list(range(first, last + 1))


class SqliteSide:
    """What the store does differently on SQLite."""

    readers_ask = False
    appends_at_once = False

    def insert(self, table: Table, dialect: Dialect) -> SqliteInsert:
        """Make the insert for a table of events."""
        return SqliteInsert(table, dialect)

    def by_statement(self, connection: DBAPIConnection, *, on: bool) -> None:
        """Nothing to add: connections are set so from the beginning."""

    def begin(self, cursor: DBAPICursor) -> None:
        """Begin with the write lock."""
        cursor.execute("BEGIN IMMEDIATE")

    def begin_read(self, cursor: DBAPICursor) -> None:
        """Nothing to add: a plain BEGIN, and the first read fixes what is seen until its end."""

    def begin_append(self, cursor: DBAPICursor) -> None:
        """Begin with the write lock, unless this transaction has begun so already; it keeps every other writer out."""
        if not cursor.connection.in_transaction:
            cursor.execute("BEGIN IMMEDIATE")

    def lock_for_append(self, cursor: DBAPICursor) -> None:
        """As for every append."""
        self.begin_append(cursor)

    def settled(self, cursor: DBAPICursor) -> int | None:
        """There is one writer at a time: what is visible is settled."""
        del cursor
        return None


TRIGGERS: Final = (
    f"""
    CREATE TRIGGER ledger_events_no_update BEFORE UPDATE ON ledger_events
    BEGIN SELECT RAISE(ABORT, '{APPEND_ONLY}: UPDATE is refused'); END
    """,
    f"""
    CREATE TRIGGER ledger_events_no_delete BEFORE DELETE ON ledger_events
    BEGIN SELECT RAISE(ABORT, '{APPEND_ONLY}: DELETE is refused'); END
    """,
    # REPLACE removes the row in its way without firing the delete trigger, so it is met before it gets there.
    # An INSERT that leaves the position to SQLite shows -1 here. A given one must lie beyond all others, or a reader
    # who has passed it would never see it.
    f"""
    CREATE TRIGGER ledger_events_no_replace BEFORE INSERT ON ledger_events
    WHEN (NEW.position <> -1 AND EXISTS (SELECT 1 FROM ledger_events WHERE position >= NEW.position))
      OR EXISTS (SELECT 1 FROM ledger_events WHERE stream = NEW.stream AND version = NEW.version)
    BEGIN SELECT RAISE(ABORT, '{RECORDED}'); END
    """,  # noqa: S608  # constants only
)
"""UPDATE, DELETE and what slips past them. Whoever may write the file can drop a trigger: the chain of hashes is what
proves the past, the triggers keep honest hands from slipping."""
