"""Whether the tables, their keys and their triggers are there as the store makes them."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Final

from sqlalchemy import Connection, Table, inspect, text
from sqlalchemy.exc import DBAPIError

from ...projections.events import ledger_events
from ..store.dialects import triggers_of
from ..store.engine import place
from ..store.errors import NotAllowedError
from ..store.likeness import differences
from ..store.mark import OURS, read_mark
from ..store.migrations import family, format_on, steps_for
from ..store.mysql import is_mysql
from ..store.reaching import looking
from ..store.translating import translate
from .finding import Finding, fault, note, warning

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy import Engine

_MADE: Final = re.compile(r"CREATE (?:OR REPLACE )?(TRIGGER|FUNCTION) (?:IF NOT EXISTS )?(\w+)")
_BODY: Final = re.compile(r"AS \$(\w+)\$(.*)\$\1\$", re.DOTALL)
_WORD: Final = re.compile(r"\w+|[^\w\s]")

# Name, definition in the database's own words, and whether it is at work.
_FOUND: Final = {
    "sqlite": "SELECT name, sql, 1 FROM sqlite_master WHERE type = 'trigger'",
    "postgresql": (
        "SELECT tgname, pg_get_triggerdef(t.oid), (tgenabled IN ('O', 'A'))::int FROM pg_trigger t "
        "WHERE tgrelid = 'ledger_events'::regclass AND NOT tgisinternal "
        "UNION ALL SELECT proname, prosrc, 1 FROM pg_proc WHERE pronamespace = current_schema()::regnamespace"
    ),
    "mariadb": (
        # Who may not change a trigger sees its name only: an empty statement.
        "SELECT trigger_name, IF(COALESCE(action_statement, '') = '', NULL, CONCAT_WS(' ', 'CREATE TRIGGER', "
        "trigger_name, action_timing, event_manipulation, 'ON', event_object_table, 'FOR EACH', action_orientation, "
        "action_statement)), 1 "
        "FROM information_schema.triggers WHERE trigger_schema = DATABASE()"
    ),
}

# What else is done where events are recorded: triggers, and on PostgreSQL rules.
_BESIDE: Final = {
    "sqlite": "SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = 'ledger_events'",
    "postgresql": (
        "SELECT tgname FROM pg_trigger WHERE tgrelid = 'ledger_events'::regclass AND NOT tgisinternal "
        "UNION ALL SELECT rulename FROM pg_rewrite WHERE ev_class = 'ledger_events'::regclass"
    ),
    "mariadb": (
        "SELECT trigger_name FROM information_schema.triggers "
        "WHERE trigger_schema = DATABASE() AND event_object_table = 'ledger_events'"
    ),
}


def of_place(engine: Engine) -> Iterator[Finding]:
    """Whether there is a ledger that this release opens."""
    where = place(engine)
    database = engine.url.database
    if engine.dialect.name == "sqlite" and database and not Path(database).exists():
        yield fault("opening", "there is no such file", where, "give the path of a ledger")
        return
    with looking(engine) as connection:
        meta = read_mark(connection)
    if meta is None:
        yield fault("opening", "there is no ledger here", where, "`caseledger init`, or give another place")
        return
    known = format_on(engine.dialect)
    if meta.format > known:
        right = f"use caseledger {meta.needs} or later" if meta.needs else "use the release that wrote it"
        yield fault("format", f"format {meta.format}; this release reads up to {known}", where, right)
    elif steps_for(engine.dialect, after=meta.format):
        yield warning("format", f"format {meta.format}; this release writes {known}", where, "`caseledger upgrade`")
    if meta.copying:
        yield fault("copy", "a copy into it was begun and is not finished", where, "the same `caseledger copy` again")


def of_tables(engine: Engine) -> Iterator[Finding]:
    """Whether every table, key and trigger is there and as it was made."""
    with looking(engine) as connection:
        found = inspect(connection)
        there = set(found.get_table_names())
        for table in (table for metadata in OURS for table in metadata.sorted_tables):
            yield from _table(connection, table, there)
        if ledger_events.name in there:
            yield from _unique(connection)
        yield from _triggers(connection)


def _table(connection: Connection, table: Table, there: set[str]) -> Iterator[Finding]:
    if table.name not in there:
        yield fault("tables", "the table is missing", table.name, "restore a backup")
        return
    for said in differences(inspect(connection), table):
        yield fault("tables", said, table.name, _remedy(connection, table, said))


def _remedy(connection: Connection, table: Table, said: str) -> str:
    key = ", ".join(table.primary_key.columns.keys())
    if said.startswith("its primary key"):
        return f"ALTER TABLE {table.name} ADD PRIMARY KEY ({key})"
    column = table.columns.get(said.partition(" ")[0])
    if column is None or said.startswith("its"):
        return "take the change back, or restore a backup"
    kind = column.type.compile(connection.dialect)
    how = "DROP" if column.nullable else "SET"
    plain = "" if column.nullable else " NOT NULL"
    return {
        "postgresql": f"ALTER TABLE {table.name} ALTER COLUMN {column.name} {how} NOT NULL",
        "mariadb": f"ALTER TABLE {table.name} MODIFY {column.name} {kind}{plain}",
        "sqlite": "`caseledger copy` into a new file, and use that one",
    }[family(connection.dialect)]


def _unique(connection: Connection) -> Iterator[Finding]:
    found = inspect(connection)
    unique: list[list[str | None]] = [
        list(one["column_names"]) for one in found.get_unique_constraints("ledger_events")
    ]
    unique += [
        one["column_names"]
        for one in found.get_indexes("ledger_events")
        if one["unique"] and not any(name.endswith("_where") for name in one.get("dialect_options", {}))
    ]
    if ["stream", "version"] not in unique:
        yield fault(
            "tables",
            "nothing keeps two events from taking one version of a stream",
            "ledger_events",
            "ALTER TABLE ledger_events ADD CONSTRAINT ledger_events_stream_version UNIQUE (stream, version)",
        )


def _triggers(connection: Connection) -> Iterator[Finding]:
    wanted = {made[2]: statement for statement in triggers_of(connection.dialect) if (made := _MADE.search(statement))}
    rows = connection.execute(text(_FOUND[family(connection.dialect)])).all()
    found = {name: (definition, bool(at_work)) for name, definition, at_work in rows}
    for name, statement in wanted.items():
        remedy = f"as the tables' owner: {' '.join(statement.split())}"
        if name not in found and not _is_hidden(connection, name):
            yield fault("triggers", "it is missing: events are not protected", name, remedy)
        elif name not in found or found[name][0] is None:
            right = "`caseledger doctor` with the account that owns the tables"
            yield note("triggers", "it is there; what it does cannot be seen by this account", name, right)
        elif not found[name][1]:
            yield fault("triggers", "it is disabled: events are not protected", name, "as the tables' owner: enable it")
        elif not _same(statement, found[name][0]):
            yield fault("triggers", "it is not as the store made it", name, f"drop it, and {remedy}")
    for name in connection.execute(text(_BESIDE[family(connection.dialect)])).scalars():
        if name not in wanted:
            what = "the store did not make it: it can change, refuse or swallow what is recorded"
            yield warning("triggers", what, name, "drop it, unless it is yours and leaves ledger_events as it is")


def _is_hidden(connection: Connection, name: str) -> bool:
    """Whether there is a trigger that MySQL does not show at all to who may not change it."""
    if not is_mysql(connection.dialect):
        return False
    try:
        connection.exec_driver_sql(f"SHOW CREATE TRIGGER {name}")
    except DBAPIError as error:
        return isinstance(translate(error, connection.dialect), NotAllowedError)
    return False


def _same(made: str, found: str) -> bool:
    """Whether a definition says the same; the databases give it back in another layout and order of words."""
    body = _BODY.search(made)
    if body is not None:  # of a function the database keeps the body as it was
        return body[2].split() == found.split()
    return sorted(_words(made)) == sorted(_words(found))


def _words(definition: str) -> list[str]:
    leave_out = {"IF", "NOT", "EXISTS"} if "IF NOT EXISTS" in definition.partition(" ON ")[0] else set()
    schema = re.search(r" ON (\w+\.)", definition)
    plain = definition.replace(schema[1], "") if schema else definition
    return [word for word in _WORD.findall(plain) if word not in leave_out]
