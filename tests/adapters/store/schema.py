"""What a ledger's tables look like to the database itself: columns, keys, triggers and their functions."""

import re
from typing import Any

from sqlalchemy import Connection, Engine, inspect, text

from caseledger.adapters.store.migrations import family

TRIGGERS = {
    "sqlite": "SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND name LIKE 'ledger%'",
    "postgresql": (
        "SELECT tgname, pg_get_triggerdef(oid) || tgenabled::text FROM pg_trigger WHERE NOT tgisinternal "
        "UNION ALL SELECT proname, pg_get_functiondef(oid) FROM pg_proc WHERE proname LIKE 'ledger%'"
    ),
    "mariadb": (
        "SELECT trigger_name, CONCAT_WS(' ', action_timing, event_manipulation, event_object_table, action_statement) "
        "FROM information_schema.triggers WHERE trigger_schema = DATABASE()"
    ),
}


def schema_of(engine: Engine) -> dict[str, Any]:
    """Everything about the tables of the store that a step could leave different from what a new ledger has."""
    found = inspect(engine)
    names = [name for name in found.get_table_names() if name.startswith("ledger_") and name not in LATER]
    with engine.connect() as connection:
        return {
            "columns": {name: [_column(one) for one in found.get_columns(name)] for name in names},
            "primary": {name: found.get_pk_constraint(name)["constrained_columns"] for name in names},
            "unique": {
                name: sorted((str(one["name"]), one["column_names"]) for one in found.get_unique_constraints(name))
                for name in names
            },
            "indexes": {
                name: sorted((str(one["name"]), one["column_names"]) for one in found.get_indexes(name))
                for name in names
            },
            "triggers": _triggers(connection),
        }


LATER = {"ledger_facts", "ledger_clauses", "ledger_keys", "ledger_snapshots"}
"""Made by others than the store, on first use."""


def _column(found: Any) -> tuple[Any, ...]:  # noqa: ANN401 - what the library's inspector gives
    return found["name"], str(found["type"]), found["nullable"], str(found.get("default"))


def _triggers(connection: Connection) -> dict[str, str]:
    rows = connection.execute(text(TRIGGERS[family(connection.dialect)])).all()
    return {name: re.sub(r"\s+", " ", sql).strip() for name, sql in rows}
