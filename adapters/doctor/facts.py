"""Whether the facts are there, follow their declarations, and say what the events say."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import MetaData, inspect, select

from ...projections.compile import select_of, table_of
from ...projections.events import ledger_events
from ...projections.facts import ALL
from ...projections.reports import VIEWS
from ...projections.vocabulary import CASE_COLUMN
from ..facts import Facts
from ..facts.marks import ledger_facts
from ..store.reaching import looking
from .events import newest_streams
from .finding import Finding, fault, warning

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from sqlalchemy import Connection, Engine, Executable

    from ...projections.vocabulary import Facts as Declaration
    from ..facts.reach import Progress

_MAKE = "open the ledger with an account that may make tables, or `caseledger rebuild`"


def of(engine: Engine, *, full: bool, progress: Progress | None = None) -> Iterator[Finding]:
    """Look at the tables, views and marks, and compare the newest cases, or all."""
    facts = Facts(engine)
    with looking(engine) as connection:
        found = inspect(connection)
        tables, views = set(found.get_table_names()), set(found.get_view_names())
    wanted = [ledger_facts.name, *(one.name for one in ALL)]
    missing = [name for name in wanted if name not in tables] + [name for name in VIEWS if name not in views]
    for name in missing:
        yield fault("facts", "it is missing", name, _MAKE)
    for one in ALL:
        if f"{one.name}_rebuilt" in tables:
            what = "a rebuild is under way, or was killed and left this table behind"
            yield warning(
                "facts", what, f"{one.name}_rebuilt", f"`caseledger rebuild {one.name}`, if none is under way"
            )
    if missing:
        return
    stale = facts.stale()
    for name in stale:
        what = "made by another release's declaration, or without the newest events"
        yield fault("facts", what, name, f"`caseledger rebuild {name}`")
    if stale:
        return  # what they say is of no interest, and their columns may be others
    if full:
        report = facts.check(progress)
        for difference in report.differences:
            yield _differs(difference.facts, difference.case, difference.what)
    else:
        streams = newest_streams(engine)
        for one in ALL:
            yield from _sampled(engine, one, [s for s in streams if s.startswith(f"{one.stream_kind}:")])


def _sampled(engine: Engine, declaration: Declaration, streams: Sequence[str]) -> Iterator[Finding]:
    if not streams:
        return
    table = table_of(declaration, MetaData())
    with looking(engine) as connection:
        said = _rows(connection, select_of(declaration, streams=[ledger_events.c.stream.in_(streams)]))
        kept = _rows(connection, select(*table.c).where(table.c[CASE_COLUMN].in_(streams)))
    for case in sorted({row[0] for row in said ^ kept}):
        yield _differs(declaration.name, case, "differs")


def _rows(connection: Connection, query: Executable) -> set[tuple[Any, ...]]:
    return {tuple(row) for row in connection.execute(query)}


def _differs(name: str, case: str, what: str) -> Finding:
    said = "its facts are not what its events say" if what == "differs" else f"a row of its facts is {what}"
    return fault(
        "facts", said, f"{name} {case}", f"`caseledger check` shows all of it, `caseledger rebuild {name}` mends"
    )
