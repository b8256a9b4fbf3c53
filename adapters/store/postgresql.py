"""PostgreSQL: appends beside each other, in an order that readers can trust (how: `postgresql_order`)."""

from collections.abc import Sequence
from typing import Any, Final

from sqlalchemy import BigInteger, Dialect, Integer, LargeBinary, Table, Text, bindparam, column, func, insert, select
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.engine.interfaces import DBAPIConnection, DBAPICursor
from sqlalchemy.types import TypeEngine

from ...projections.events import ledger_events
from .errors import APPEND_ONLY
from .postgresql_order import FUNCTIONS, KEEP_OUT, settled
from .statements import Insert, Row, text_of

CREATE_LOCK: Final = 0x6361_7365_6C65_6467
"""Key of the advisory lock that one process holds while it creates the tables (the letters "caseledg")."""

APPEND_ONE: Final = "SELECT ledger_append_one(%s, %s, %s, %s)"
APPEND: Final = "SELECT ledger_append(%s::text[], %s::integer[], %s::text[], %s::bytea[])"


def append(cursor: DBAPICursor, rows: Sequence[Row]) -> list[int]:
    """Insert events of the ledger in their order, in one round trip; give their positions."""
    if len(rows) == 1:
        cursor.execute(APPEND_ONE, rows[0])
    elif rows:
        cursor.execute(APPEND, [list(values) for values in zip(*rows, strict=True)])
    else:
        return []
    first: int = cursor.fetchall()[0][0]
    return list(range(first, first + len(rows)))


class PostgresInsert:
    """Insert rows of another table than the ledger's, where no reader follows an order, and know their positions."""

    def __init__(self, table: Table, dialect: Dialect) -> None:
        fields = Row._fields
        position = table.c.position
        one = insert(table).values({f: bindparam(f) for f in fields}).returning(position)
        self._one = text_of(one, dialect, fields)
        # One statement for any number of rows: a list for each column, numbered, so that the sequence counts in order.
        kinds: dict[str, TypeEngine[Any]] = {
            "stream": Text(),
            "version": Integer(),
            "name": Text(),
            "state": LargeBinary(),
        }
        rows = (
            func.unnest(*(bindparam(f, type_=ARRAY(kinds[f])) for f in fields))
            .table_valued(*(column(f, kinds[f]) for f in fields), with_ordinality="n", name="given")
            .render_derived()
        )
        listed = select(*(rows.c[f] for f in fields)).order_by(column("n", BigInteger()))
        many = insert(table).from_select(list(fields), listed).returning(position)
        self._many = text_of(many, dialect, fields)

    def __call__(self, cursor: DBAPICursor, rows: Sequence[Row]) -> list[int]:
        """Insert the rows in their order; give their positions."""
        if not rows:
            return []
        if len(rows) == 1:
            cursor.execute(self._one, rows[0])
            return [position for (position,) in cursor.fetchall()]
        cursor.execute(self._many, [list(values) for values in zip(*rows, strict=True)])
        return sorted(position for (position,) in cursor.fetchall())


class PostgresSide:
    """What the store does differently on PostgreSQL."""

    readers_ask = True
    appends_at_once = True

    def insert(self, table: Table, dialect: Dialect) -> Insert:
        """Make the insert for a table of events."""
        return append if table is ledger_events else PostgresInsert(table, dialect)

    def by_statement(self, connection: DBAPIConnection, *, on: bool) -> None:
        """Let each statement be a transaction, or no longer."""
        connection.autocommit = on

    def begin(self, cursor: DBAPICursor) -> None:
        """Begin a transaction."""
        cursor.execute("BEGIN")

    def begin_read(self, cursor: DBAPICursor) -> None:
        """Let all selects of the transaction see one moment."""
        cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")

    def begin_append(self, cursor: DBAPICursor) -> None:
        """Nothing to add: the append itself says that it is in flight."""

    def lock_for_append(self, cursor: DBAPICursor) -> None:
        """Wait until no other append is under way; held until the transaction ends, taken again at no harm."""
        cursor.execute(KEEP_OUT)

    def settled(self, cursor: DBAPICursor) -> int | None:
        """Give the position that readers of the order may go to, in a select that comes after this."""
        return settled(cursor)


TRIGGERS: Final = (
    *FUNCTIONS,
    f"""
    CREATE FUNCTION ledger_events_refuse() RETURNS trigger LANGUAGE plpgsql AS $refuse$
    BEGIN RAISE EXCEPTION '{APPEND_ONLY}: % is refused', TG_OP; END
    $refuse$
    """,
    """
    CREATE TRIGGER ledger_events_no_change BEFORE UPDATE OR DELETE OR TRUNCATE ON ledger_events
    FOR EACH STATEMENT EXECUTE FUNCTION ledger_events_refuse()
    """,
)
"""What appends and reads the order; and refusals of UPDATE, DELETE and TRUNCATE, also of no rows at all. Whoever owns
the table can drop a trigger; a service's account should not own it."""
