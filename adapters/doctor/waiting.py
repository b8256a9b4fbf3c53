"""What readers and followers of the ledger's order wait for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from sqlalchemy import text

from ..store.postgresql_order import in_flight
from ..store.reaching import looking
from .finding import Finding, note, warning

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy import Engine

LONG: Final = 60.0
"""Seconds after which an append that is not committed is worth a warning."""


def of(engine: Engine) -> Iterator[Finding]:
    """Look for appends under way that others stop short of. On SQLite and MariaDB appends take turns, and none do."""
    if engine.dialect.name != "postgresql":
        return
    with looking(engine) as connection:
        (now,) = connection.execute(text("SELECT clock_timestamp()")).one()
        for one in in_flight(connection):
            seconds = None if one.since is None else (now - one.since).total_seconds()
            age = "for an unknown time" if seconds is None else f"for {seconds:.0f} s"
            upto = "the present end" if one.beyond is None else f"position {one.beyond}"
            what = f"an append is under way {age} ({one.state or 'state unknown'}): followers stop at {upto}"
            where = f"server process {one.process}"
            if seconds is not None and seconds < LONG:
                yield note("waiting", what, where, "nothing, if it ends soon")
            else:
                right = f"let its client commit, or: SELECT pg_terminate_backend({one.process})"
                yield warning("waiting", what, where, right)
