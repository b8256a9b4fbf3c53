"""MariaDB and MySQL: appends queue behind one row's lock, so that positions commit in their order."""

from collections.abc import Sequence
from typing import Any, Final

from sqlalchemy import ColumnElement, Dialect, Table, bindparam, insert
from sqlalchemy.engine.interfaces import DBAPIConnection, DBAPICursor

from .errors import APPEND_ONLY, EventTooLargeError
from .statements import Row, text_of

LOCK_KEY: Final = "append-lock"
"""Key of the row in `ledger_meta` that a writer holds until it commits."""

APPEND_LOCK: Final = f"SELECT value FROM ledger_meta WHERE `key` = '{LOCK_KEY}' FOR UPDATE"  # noqa: S608  # constants only

BATCHES: Final = (100, 10, 1)
"""How many rows one statement inserts: three texts serve any number of events."""

STATEMENT_BYTES: Final = 512 * 1024
"""How long a statement of several rows gets at most: half of the smallest `max_allowed_packet` that is in use."""

LEAST_PACKET: Final = 2 * STATEMENT_BYTES
"""Bytes that a server must take in one statement; MariaDB's own default is sixteen times that."""

_LARGEST_PACKET: Final = "SELECT @@max_allowed_packet"


def _bound(name: str) -> ColumnElement[Any]:
    return bindparam(name)


def _insert_of(size: int, table: Table, dialect: Dialect) -> str:
    names = [{field: f"{field}_{number}" for field in Row._fields} for number in range(size)]
    values: list[dict[str, ColumnElement[Any]]] = [
        {field: bindparam(name) for field, name in row.items()} for row in names
    ]
    return text_of(insert(table).values(values), dialect, [name for row in names for name in row.values()])


class MariaInsert:
    """Insert events and know their positions."""

    def __init__(self, table: Table, dialect: Dialect) -> None:
        self._texts = {size: _insert_of(size, table, dialect) for size in BATCHES}

    def __call__(self, cursor: DBAPICursor, rows: Sequence[Row]) -> list[int]:
        """Insert the rows in their order; give their positions."""
        positions: list[int] = []
        while rest := rows[len(positions) :]:
            size = next(size for size in self._texts if size == 1 or (len(rest) >= size and _fits(rest[:size])))
            if size == 1:
                _check_packet(cursor, rest[0])
            cursor.execute(self._texts[size], [value for row in rest[:size] for value in row])
            # InnoDB numbers the rows of one INSERT … VALUES without gaps; lastrowid is the first of them.
            positions.extend(range(cursor.lastrowid, cursor.lastrowid + size))
        return positions


def _length(row: Row) -> int:
    """How many bytes of a statement a row takes at most: each of its own may be escaped, names and commas beside."""
    return 2 * (len(row.state) + len(row.stream) + len(row.name)) + 100


def _fits(rows: Sequence[Row]) -> bool:
    return sum(map(_length, rows)) <= STATEMENT_BYTES


def _check_packet(cursor: DBAPICursor, row: Row) -> None:
    """Ask before an event is sent that the server may not take: it would end the connection, and not say why."""
    if _length(row) <= STATEMENT_BYTES:
        return
    cursor.execute(_LARGEST_PACKET)
    ((most,),) = cursor.fetchall()
    if _length(row) > most:
        raise EventTooLargeError(
            f"an event of {row.stream} may take {_length(row)} bytes of a statement, and the server takes {most}; "
            "right would be a larger max_allowed_packet, or fewer words"
        )


class MariaSide:
    """What the store does differently on MariaDB and MySQL."""

    readers_ask = False
    appends_at_once = False

    def insert(self, table: Table, dialect: Dialect) -> MariaInsert:
        """Make the insert for a table of events."""
        return MariaInsert(table, dialect)

    def by_statement(self, connection: DBAPIConnection, *, on: bool) -> None:
        """Let each statement be a transaction, or no longer."""
        connection.autocommit(on)

    def begin(self, cursor: DBAPICursor) -> None:
        """Begin a transaction."""
        cursor.execute("BEGIN")

    def begin_read(self, cursor: DBAPICursor) -> None:
        """Let all selects of the transaction see one moment."""
        cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        cursor.execute("START TRANSACTION WITH CONSISTENT SNAPSHOT, READ ONLY")

    def begin_append(self, cursor: DBAPICursor) -> None:
        """Wait until no other append is under way; held until the transaction ends, taken again at no harm."""
        cursor.execute(APPEND_LOCK)

    def lock_for_append(self, cursor: DBAPICursor) -> None:
        """As for every append."""
        cursor.execute(APPEND_LOCK)

    def settled(self, cursor: DBAPICursor) -> int | None:
        """Appends commit in the order of their positions: what is visible is settled."""
        del cursor
        return None


_REFUSAL: Final = "FOR EACH ROW SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT ="

TRIGGERS: Final = (
    f"""
    CREATE TRIGGER IF NOT EXISTS ledger_events_no_update BEFORE UPDATE ON ledger_events
    {_REFUSAL} '{APPEND_ONLY}: UPDATE is refused'
    """,
    f"""
    CREATE TRIGGER IF NOT EXISTS ledger_events_no_delete BEFORE DELETE ON ledger_events
    {_REFUSAL} '{APPEND_ONLY}: DELETE is refused'
    """,
)
"""UPDATE and DELETE, REPLACE included (it deletes, and fires the trigger). TRUNCATE fires none: it needs the DROP
privilege, which a service's account should not be granted."""
