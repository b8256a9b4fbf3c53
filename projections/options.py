"""How tables of projections are made on MariaDB and MySQL: transactional, all of Unicode, compared by bytes."""

from __future__ import annotations

from typing import Any, Final

PLAIN: Final[dict[str, Any]] = {
    "mysql_engine": "InnoDB",
    "mysql_charset": "utf8mb4",
    "mysql_collate": "utf8mb4_bin",
    "mariadb_engine": "InnoDB",
    "mariadb_charset": "utf8mb4",
    "mariadb_collate": "utf8mb4_bin",
}
