"""Whether a database finds fault with its own files, and facts with their events."""

from __future__ import annotations

from sqlalchemy import Connection, Engine, text

from caseledger.adapters.ledger import Ledger

AMCHECK = "SELECT 1 FROM pg_available_extensions WHERE name = 'amcheck'"
INDEXES = """
    SELECT bt_index_check(index.oid, heapallindexed => true)
    FROM pg_class index
    JOIN pg_am ON pg_am.oid = index.relam AND pg_am.amname = 'btree'
    WHERE index.relkind = 'i' AND index.relnamespace = 'public'::regnamespace
"""
"""Every index is in order, and every row of its table is in it; fails by raising."""


def all_is_sound(ledger: Ledger) -> None:
    """The database's own integrity checks find nothing, and the facts are what the events say."""
    database_is_sound(ledger._database.engine)
    report = ledger.check()
    assert report.is_clean, report.differences


def database_is_sound(engine: Engine) -> None:
    """The database finds no fault with its own files."""
    with engine.connect() as connection:
        match engine.dialect.name:
            case "sqlite":
                assert connection.execute(text("PRAGMA integrity_check")).scalars().all() == ["ok"]
            case "postgresql":
                _postgresql(connection)
            case _:
                _mariadb(connection)


def _postgresql(connection: Connection) -> None:
    if connection.execute(text(AMCHECK)).first() is None:
        return  # the wheel comes without it; the ledger's own checks are made all the same
    connection.execute(text("CREATE EXTENSION IF NOT EXISTS amcheck"))
    assert connection.execute(text(INDEXES)).all()
    connection.rollback()


def _mariadb(connection: Connection) -> None:
    tables = connection.execute(text("SHOW FULL TABLES WHERE Table_type = 'BASE TABLE'")).scalars().all()
    checked = connection.execute(text("CHECK TABLE " + ", ".join(f"`{table}`" for table in tables) + " EXTENDED")).all()
    assert [row.Msg_text for row in checked] == ["OK"] * len(tables), checked
