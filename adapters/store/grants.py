"""What to grant the accounts that use a ledger, so that no account in daily use can change what is recorded.

Three accounts: the **owner** makes the ledger, upgrades it and rebuilds its facts (`caseledger init`, `upgrade`,
`rebuild`), and is not used for anything else; a **service** records commands and reads figures; a **reader** queries
facts and views, and never meets an event or a key. The triggers already refuse changes to everybody; grants make sure
that who runs the service cannot drop the triggers, and on MariaDB also that nobody truncates, which fires none.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from sqlalchemy import Engine, inspect

from .engine import place
from .errors import StoreError, UnsupportedDatabaseError
from .migrations import family
from .mysql import LOCKING, is_mysql
from .reaching import looking

_ACCOUNT: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_.-]{0,62}(@[A-Za-z0-9_.%:-]{1,60})?\Z")

STORE: Final = {
    "ledger_events": ("SELECT", "INSERT"),
    "ledger_meta": ("SELECT",),
    "ledger_tracking": ("SELECT", "INSERT", "UPDATE"),
    # No DELETE: a person is erased by emptying the person's keys, and the row stays to say so.
    "ledger_keys": ("SELECT", "INSERT", "UPDATE"),
    "ledger_snapshots": ("SELECT", "INSERT"),
    "ledger_clauses": ("SELECT",),
    # Which facts are stale: an append that leaves them out says so.
    "ledger_facts": ("SELECT", "UPDATE"),
}
FACTS: Final = ("SELECT", "INSERT", "UPDATE", "DELETE")
"""Facts are read off the events anew with every append; they prove nothing by themselves."""


class AccountError(StoreError):
    """A name that no account can have."""


@dataclass(frozen=True)
class Names:
    """The tables and views of the facts, as their declarations name them."""

    facts: tuple[str, ...]
    views: tuple[str, ...]


def service_grants(engine: Engine, account: str, names: Names) -> list[str]:
    """Give the statements by which the owner lets an account record and read, and no more.

    Args:
        engine: of the ledger, which is there already.
        account: of PostgreSQL a role, of MariaDB a user, as `name` (from anywhere) or `name@host`.
        names: the facts and views that there are.

    Raises:
        UnsupportedDatabaseError: SQLite has no accounts; the rights of the file and its folder are what counts there.
        AccountError: no account can have this name.
    """
    allowed = STORE | dict.fromkeys(names.facts, FACTS) | dict.fromkeys(names.views, ("SELECT",))
    found = _grants(engine, account, allowed)
    if family(engine.dialect) == "postgresql":
        # Drawing positions, and not setting them: no UPDATE.
        sequence = f"{_schema(engine)}.ledger_events_position_seq"
        found.append(f"GRANT USAGE, SELECT ON SEQUENCE {sequence} TO {_account(engine, account)}")
    if is_mysql(engine.dialect):
        # For the lock of the writer on a row that the service may not change. It is granted on whole databases only,
        # whose names are patterns there.
        pattern = re.sub(r"([_%])", r"\\\1", _schema(engine))
        found.append(f"GRANT {LOCKING} ON {pattern}.* TO {_account(engine, account)}")
    return found


def reader_grants(engine: Engine, account: str, names: Names) -> list[str]:
    """Give the statements by which the owner lets an account query facts and views, without events and keys.

    Raises: as `service_grants`.
    """
    return _grants(engine, account, dict.fromkeys((*names.facts, *names.views, "ledger_clauses"), ("SELECT",)))


def _grants(engine: Engine, account: str, allowed: Mapping[str, tuple[str, ...]]) -> list[str]:
    there = _there(engine)
    whom = _account(engine, account)
    schema = _schema(engine)
    granted = [
        f"GRANT {', '.join(rights)} ON {schema}.{name} TO {whom}" for name, rights in allowed.items() if name in there
    ]
    if family(engine.dialect) == "postgresql":
        granted.insert(0, f"GRANT USAGE ON SCHEMA {schema} TO {whom}")
    return granted


def _there(engine: Engine) -> set[str]:
    if family(engine.dialect) == "sqlite":
        raise UnsupportedDatabaseError(
            f"{place(engine)} is a SQLite file, which knows no accounts; whoever may write the file and its folder may "
            "change it. Right would be a user of the system for the service alone, or a server",
        )
    with looking(engine) as connection:
        found = inspect(connection)
        return {*found.get_table_names(), *found.get_view_names()}


def _account(engine: Engine, account: str) -> str:
    if not _ACCOUNT.match(account):
        raise AccountError(
            "this is the name of no account; right would be letters, digits, _ . - and, on MariaDB, @ and a host"
        )
    if family(engine.dialect) == "postgresql":
        return _quoted(engine, account)
    name, _, host = account.partition("@")
    return f"'{name}'@'{host or '%'}'"


def _schema(engine: Engine) -> str:
    """Where the tables are, quoted: a schema of PostgreSQL, a database of MariaDB."""
    if family(engine.dialect) == "mariadb":
        return _quoted(engine, str(engine.url.database))
    with looking(engine) as connection:
        return _quoted(engine, connection.exec_driver_sql("SELECT current_schema()").scalar_one())


def _quoted(engine: Engine, name: str) -> str:
    return str(engine.dialect.identifier_preparer.quote_identifier(name))
