"""Whether the facts are there, follow their declarations, and say what the events say."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import MetaData, inspect, select

from ...projections.compile import select_of, table_of
from ...projections.events import ledger_events
from ...projections.facts import ALL
from ...projections.vocabulary import CASE_COLUMN
from ..facts import Facts
from ..facts.marks import ledger_facts
from ..store.reaching import looking
from .events import newest_streams
from .finding import Finding, fault, note, warning

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from sqlalchemy import Connection, Engine, Executable

    from ...projections.vocabulary import Facts as Declaration
    from ..facts.reach import Progress

_MAKE: Final = "`caseledger rebuild`, with the account that owns the tables"
_SEE: Final = "`caseledger doctor` with the account that owns the tables"


def of(engine: Engine, *, full: bool, progress: Progress | None = None) -> Iterator[Finding]:
    """Look at the tables, views and marks, and compare the newest cases, or all."""
    facts = Facts(engine)
    with looking(engine) as connection:
        tables = set(inspect(connection).get_table_names())
    changed = facts.changes()
    for one in changed:
        tell, remedy = (fault, _MAKE) if one.can_be_seen else (note, _SEE)
        yield tell("facts", one.what, one.name, remedy)
    for declared in ALL:
        beside = f"{declared.name}_rebuilt"
        if beside in tables:
            what = "a rebuild is under way, or was killed and left this table behind"
            yield warning("facts", what, beside, f"`caseledger rebuild {declared.name}`, if none is under way")
    if {one.name for one in changed} & {ledger_facts.name, *(declared.name for declared in ALL)}:
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
        for declared in ALL:
            yield from _sampled(engine, declared, [s for s in streams if s.startswith(f"{declared.stream_kind}:")])


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
    # Rebuilt at once they would agree, and nobody could tell any more which of the two was changed.
    first = "first keep a copy of the database and find out which side was changed; `caseledger check` shows all of it"
    return fault("facts", said, f"{name} {case}", f"{first}. Then `caseledger rebuild {name}` mends the facts")
