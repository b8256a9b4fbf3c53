"""Making the tables of facts, the clauses and the views, as far as they are not as declared."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from sqlalchemy import CompoundSelect, Select, delete, insert, inspect, select
from sqlalchemy.dialects import sqlite

from ...domain.canonical import digest
from ...projections.clauses import clause_rows, ledger_clauses
from ...projections.events import ledger_events
from ...projections.reports import VIEWS
from ..store.errors import LockTimeoutError
from .definitions import definitions, mark_of
from .marks import NO_MARK, Mark, ledger_facts, marks, set_mark
from .tongue import Tongue, tongue_of

if TYPE_CHECKING:
    from sqlalchemy import Connection
    from sqlalchemy.engine import Dialect

    from .keeper import Keeper

Make: TypeAlias = Callable[[], Select[*tuple[Any, ...]] | CompoundSelect[*tuple[Any, ...]]]
Views: TypeAlias = Mapping[str, Make]


def is_installed(connection: Connection, keepers: Sequence[Keeper], views: Views = VIEWS) -> bool:
    """Whether everything is there as declared; the contents may be stale."""
    if not inspect(connection).has_table(ledger_facts.name):
        return False
    found = marks(connection)
    clauses = found.get(ledger_clauses.name) == _MADE[ledger_clauses.name]
    return clauses and all(keeper.fits(found) for keeper in keepers) and _views_fit(found, views)


@contextmanager
def one_at_a_time(connection: Connection) -> Iterator[None]:
    """Keep other processes from making tables at the same time, where the transaction's own lock does not reach.

    On MariaDB and MySQL each CREATE ends the transaction, so that the lock is one of the session.
    """
    if connection.dialect.name not in {"mysql", "mariadb"}:
        yield
        return
    name = "CONCAT('caseledger.facts.', LEFT(SHA2(DATABASE(), 256), 32))"
    if connection.exec_driver_sql(f"SELECT GET_LOCK({name}, 60)").scalar() != 1:
        raise LockTimeoutError("another process kept making the tables of facts for over 60 s")
    try:
        yield
        # Before the lock goes: the next one must find the last mark too, which no CREATE has committed.
        connection.exec_driver_sql("COMMIT")
    finally:
        connection.exec_driver_sql(f"SELECT RELEASE_LOCK({name})")


def install(
    connection: Connection, keepers: Sequence[Keeper], views: Views = VIEWS, *, beside_events: bool = True
) -> None:
    """Make what is missing.

    `beside_events` says whether the events are in the same database; where they are, and there are none, empty tables
    are all that is to be built.

    A table whose columns changed is made anew, empty, and stays stale until its rebuild. Views are made from their
    selects; what else depends on a table (an analyst's own view on PostgreSQL) keeps it from being dropped, loudly.
    """
    ledger_facts.create(connection, checkfirst=True)
    ledger_clauses.create(connection, checkfirst=True)
    there = set(inspect(connection).get_table_names())
    found = marks(connection)
    no_events = beside_events and connection.execute(select(ledger_events.c.position).limit(1)).first() is None
    outdated = [keeper for keeper in keepers if keeper.name not in there or not keeper.fits(found)]
    if outdated or not _views_fit(found, views):
        for name in views:
            connection.exec_driver_sql(f"DROP VIEW IF EXISTS {name}")
    for keeper in outdated:
        keeper.table.drop(connection, checkfirst=True)
        keeper.table.create(connection)
        set_mark(connection, keeper.name, keeper.mark if no_events else Mark("", keeper.shape))
    if found.get(ledger_clauses.name, NO_MARK) != _MADE[ledger_clauses.name]:
        connection.execute(delete(ledger_clauses))
        connection.execute(insert(ledger_clauses), clause_rows())
        set_mark(connection, ledger_clauses.name, _MADE[ledger_clauses.name])
    _make_views(connection, views)


def _views_fit(found: Mapping[str, Mark], views: Views) -> bool:
    """Whether each was made from its present select, and it was remembered what the database made of it."""
    marked = {name: found.get(name, NO_MARK) for name in views}
    return all(mark.fingerprint == made(name).fingerprint and mark.shape for name, mark in marked.items())


def made(name: str) -> Mark:
    """The mark of a view, or of the clauses, as this release makes them."""
    return _MADE[name]


def _text_of(make: Make, dialect: Dialect) -> str:
    """The text of a view; made once a process, since making them is most of what a new ledger costs."""
    key = make, tongue_of(dialect)
    found = _TEXTS.get(key)
    if found is None:
        found = _TEXTS[key] = str(make().compile(dialect=dialect, compile_kwargs={"literal_binds": True}))
    return found


_TEXTS: Final[dict[tuple[Make, Tongue], str]] = {}


def _make_views(connection: Connection, views: Views) -> None:
    existing = set(inspect(connection).get_view_names())
    missing = {name: make for name, make in views.items() if name not in existing}
    for name, make in missing.items():
        connection.exec_driver_sql(f"CREATE VIEW {name} AS {_text_of(make, connection.dialect)}")
    kept = definitions(connection) if missing else {}
    for name in missing:
        set_mark(connection, name, mark_of(name, made(name).fingerprint, kept))


# In one dialect, whichever the database's: the same declaration has the same mark everywhere.
_MADE: Final = {
    name: Mark(digest(str(make().compile(dialect=sqlite.dialect()))), "") for name, make in VIEWS.items()
} | {ledger_clauses.name: Mark(digest(clause_rows()), "")}
"""The marks of what is made from something else than a declaration of facts."""
