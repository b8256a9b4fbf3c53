"""The store's own small tables beside the events: what the ledger knows of itself, how far followers are."""

from typing import Any, Final

from sqlalchemy import Column, MetaData, Table

from ...projections.events import binary_text, events_table, position_number

PLAIN: Final[dict[str, Any]] = {
    "mysql_engine": "InnoDB",
    "mysql_charset": "utf8mb4",
    "mysql_collate": "utf8mb4_bin",
    "mariadb_engine": "InnoDB",
    "mariadb_charset": "utf8mb4",
    "mariadb_collate": "utf8mb4_bin",
}
"""Table options for MariaDB and MySQL: transactional, all of Unicode, compared by bytes."""

store_metadata: Final = MetaData()

ledger_meta: Final = Table(
    "ledger_meta",
    store_metadata,
    Column("key", binary_text(), primary_key=True),
    Column("value", binary_text(255), nullable=False),
    **PLAIN,
)

ledger_tracking: Final = Table(
    "ledger_tracking",
    store_metadata,
    Column("follower", binary_text(191), primary_key=True),
    Column("position", position_number(), nullable=False, autoincrement=False),
    **PLAIN,
)

snapshot_metadata: Final = MetaData()
"""Apart from the others: only a ledger that takes snapshots has this table."""

ledger_snapshots: Final = events_table("ledger_snapshots", snapshot_metadata)
