"""What is otherwise on MySQL than on MariaDB, which the store speaks by the same code (`mariadb`)."""

from collections.abc import Sequence
from typing import Final

from sqlalchemy import Dialect

from .errors import UnsupportedDatabaseError

OLDEST: Final = (8, 0, 29)
"""The first that knows CREATE TRIGGER IF NOT EXISTS, by which an interrupted creation is completed."""

LOCKING: Final = "LOCK TABLES"
"""What SELECT … FOR UPDATE wants beside SELECT, of an account that may neither UPDATE nor DELETE; it changes no row."""


def is_mysql(dialect: Dialect) -> bool:
    """Whether the server is a MySQL; known once the engine has connected. `mysql://` may also lead to a MariaDB."""
    return dialect.name == "mysql" and not getattr(dialect, "is_mariadb", False)


def check_version(dialect: Dialect) -> None:
    """Make sure that the server, to which the engine has connected, is no MySQL that cannot hold a ledger.

    Raises:
        UnsupportedDatabaseError: it is one before 8.0.29, or another product that says so of itself.
    """
    found = (dialect.server_version_info or ())[:3]
    if is_mysql(dialect) and found < OLDEST:
        raise UnsupportedDatabaseError(
            f"the server says it is MySQL {_dotted(found)}; right would be MySQL {_dotted(OLDEST)} or later, or MariaDB"
        )


def _dotted(version: Sequence[object]) -> str:
    return ".".join(map(str, version))
