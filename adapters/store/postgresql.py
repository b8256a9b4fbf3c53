"""PostgreSQL: appends queue behind one transaction-scoped lock, so that positions commit in their order."""

from collections.abc import Sequence
from typing import Any, Final

from sqlalchemy import BigInteger, Dialect, Integer, LargeBinary, Table, Text, bindparam, column, func, insert, select
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.engine.interfaces import DBAPICursor
from sqlalchemy.types import TypeEngine

from .errors import APPEND_ONLY
from .statements import Row, text_of

CREATE_LOCK: Final = 0x6361_7365_6C65_6467
"""Key of the advisory lock that one process holds while it creates the tables (the letters "caseledg")."""

# A sequence is not commit order: a later number may be visible first. The table's own id keys the lock, so ledgers
# in two schemas of one database do not wait for each other.
APPEND_LOCK: Final = "SELECT pg_advisory_xact_lock((1667592292::bigint << 32) | 'ledger_events'::regclass::oid::bigint)"


class PostgresInsert:
    """Insert events and know their positions."""

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

    def insert(self, table: Table, dialect: Dialect) -> PostgresInsert:
        """Make the insert for a table of events."""
        return PostgresInsert(table, dialect)

    def begin_read(self, cursor: DBAPICursor) -> None:
        """Let all selects of the transaction see one moment."""
        cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")

    def lock_for_append(self, cursor: DBAPICursor) -> None:
        """Wait until no other append is under way; held until the transaction ends, taken again at no harm."""
        cursor.execute(APPEND_LOCK)


TRIGGERS: Final = (
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
"""UPDATE, DELETE and TRUNCATE, also of no rows at all. Whoever owns the table can drop a trigger; a service's account
should not own it."""
