"""What was changed behind the store of what is made from declarations: found, and made anew."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from sqlalchemy import inspect, select

from ...projections.clauses import clause_rows, ledger_clauses
from ...projections.reports import VIEWS
from ..store.likeness import differences
from .definitions import definitions, mark_of
from .installing import is_installed, made
from .marks import NO_MARK, ledger_facts, marks, set_mark

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from sqlalchemy import Connection

    from .keeper import Keeper


class Change(NamedTuple):
    """What is not as it was made, and in what; `can_be_seen`: whether this account can tell."""

    name: str
    what: str
    can_be_seen: bool = True


def changes(connection: Connection, keepers: Sequence[Keeper]) -> Iterator[Change]:
    """Say what is missing or not as it was made: tables of facts, the map of clauses, views."""
    found = inspect(connection)
    tables = set(found.get_table_names())
    for table in (ledger_facts, ledger_clauses, *(keeper.table for keeper in keepers)):
        if table.name not in tables:
            yield Change(table.name, "it is missing")
            continue
        for what in differences(found, table):
            yield Change(table.name, what)
    if ledger_clauses.name in tables and not _says_the_clauses(connection):
        yield Change(ledger_clauses.name, "it does not say which clauses the events are evidence for")
    if ledger_facts.name in tables:
        yield from _of_views(connection)


def _says_the_clauses(connection: Connection) -> bool:
    columns = ledger_clauses.columns.keys()
    if [column["name"] for column in inspect(connection).get_columns(ledger_clauses.name)] != columns:
        return True  # said already, and not to be read
    kept = {tuple(row) for row in connection.execute(select(ledger_clauses))}
    return kept == {tuple(row[name] for name in columns) for row in clause_rows()}


def _of_views(connection: Connection) -> Iterator[Change]:
    there, remembered = definitions(connection), marks(connection)
    for name in VIEWS:
        mark = remembered.get(name, NO_MARK)
        if name not in there:
            yield Change(name, "it is missing")
        elif mark.fingerprint != made(name).fingerprint or not mark.shape:
            yield Change(name, "it was made by another release")
        elif not there[name]:
            yield Change(name, "what it selects cannot be seen by this account", can_be_seen=False)
        elif mark != mark_of(name, mark.fingerprint, there):
            yield Change(name, "somebody replaced it: it is not as it was made")


def forget_changed(connection: Connection, keepers: Sequence[Keeper]) -> None:
    """Drop what is not as it was made, so that `install` makes it anew; the tables' rows wait for their rebuild."""
    worn = {change.name for change in changes(connection, keepers) if change.can_be_seen}
    tables = [keeper for keeper in keepers if keeper.name in worn]
    if worn:  # PostgreSQL drops no table under a view
        for name in VIEWS:
            connection.exec_driver_sql(f"DROP VIEW IF EXISTS {name}")
    for keeper in tables:
        keeper.table.drop(connection, checkfirst=True)
    if ledger_facts.name in worn:
        ledger_facts.drop(connection, checkfirst=True)
        ledger_facts.create(connection)
    if ledger_clauses.name in worn:
        ledger_clauses.drop(connection, checkfirst=True)
        set_mark(connection, ledger_clauses.name, NO_MARK)


def is_whole(connection: Connection, keepers: Sequence[Keeper]) -> bool:
    """Whether nothing is missing or changed."""
    if not is_installed(connection, keepers):
        return False
    return not any(change.can_be_seen for change in changes(connection, keepers))
