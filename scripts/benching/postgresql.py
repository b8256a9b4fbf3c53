"""Rows on PostgreSQL: one event a commit by one writer and by eight, on a server of the bench's own at each place."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final
from urllib.parse import parse_qs, urlsplit

from .running import Job, middle, run
from .servers import started
from .table import Row

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .rows import Bench
    from .running import Figures, Place

WRITERS: Final = (1, 8)
MODULES: Final = {
    "library's PostgreSQL module": "eventsourcing.postgres",
    "eventsourcing-sqlalchemy": "eventsourcing_sqlalchemy",
}
BARE: Final = "psycopg, bare"
GOALS: Final = {
    ("library's PostgreSQL module", 1): 1.5,
    ("library's PostgreSQL module", 8): 3.0,
    ("eventsourcing-sqlalchemy", 1): 4.0,
    ("eventsourcing-sqlalchemy", 8): 4.0,
    (BARE, 1): 0.4,
    (BARE, 8): 0.4,
}


def postgresql(bench: Bench, place: Place) -> Iterator[Row]:
    """One event a commit through the recorders, each contestant in an empty database of the same server."""
    server = started(place)
    common: dict[str, Any] = {"source": bench.ledgers[bench.events], "events": bench.slice}
    for writers in WRITERS:
        rates: dict[str, list[Figures]] = {}
        for turn in range(bench.rounds):
            for name, job in _jobs(server, {**common, "writers": writers}, f"w{writers}_{turn}"):
                rates.setdefault(name, []).append(run(job))
        bench.said(f"PostgreSQL, all contestants, {place.name}", rates["caseledger"][0])
        ours = middle(rates["caseledger"], "rate")
        what = f"PostgreSQL, one event a commit, {writers} writer{'s' if writers > 1 else ''}"
        for (name, of), goal in GOALS.items():
            if of == writers:
                theirs = middle(rates[name], "rate")
                yield Row(what, place.name, ours, "/s", goal, at_least=True, against=name, theirs=theirs)
    server.cleanup()


def _jobs(server: Any, given: dict[str, Any], turn: str) -> Iterator[tuple[str, Job]]:  # noqa: ANN401 - as above
    yield "caseledger", Job("postgresql_ours.append", {**given, **_database(server, f"ours_{turn}")})
    for name, module in MODULES.items():
        where = _database(server, f"{module.replace('.', '_')}_{turn}")
        yield name, Job("postgresql_stock.append", {**given, **where, "module": module}, peers=True)
    yield BARE, Job("postgresql_ours.bare", {**given, **_database(server, f"bare_{turn}")})


def _database(server: Any, name: str) -> dict[str, str]:  # noqa: ANN401 - as above
    """An empty database, and how each contestant is told of it."""
    server.psql(f"CREATE DATABASE \"{name}\" TEMPLATE template0 ENCODING 'UTF8'")
    address = server.get_uri(database=name)
    parts = urlsplit(address)
    host = parse_qs(parts.query).get("host", [parts.hostname or "127.0.0.1"])[0]
    return {
        "url": address.replace("postgresql://", "postgresql+psycopg://"),
        "address": address,
        "database": name,
        "host": host,
        "port": str(parts.port or 5432),
        "user": parts.username or "postgres",
    }
