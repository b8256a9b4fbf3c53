"""The rows on facts kept in another database: catching up, and from the commit to what an analyst sees."""

from __future__ import annotations

from contextlib import ExitStack
from typing import TYPE_CHECKING, Final

from .running import Job, middle, run
from .servers import VARIABLES, database, server
from .table import Row

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy import URL

    from .rows import Bench
    from .running import Figures, Place

    Servers = dict[str, URL]
    Pair = tuple[str, str]

COMMITS: Final = 500
"""Commits whose way to the target is timed."""
BEFORE: Final = 5_000
"""Events that are in the ledger already."""
STOCK: Final = "stock ProjectionRunner"
BARE: Final = "a bare writer and copier"
PAIRS: Final = (
    ("SQLite", "SQLite"),
    ("PostgreSQL", "SQLite"),
    ("PostgreSQL", "PostgreSQL"),
    ("MariaDB", "SQLite"),
    ("MariaDB", "MariaDB"),
)
SOON: Final = {"SQLite": 0.005, "PostgreSQL": 0.005, "MariaDB": 0.05}
"""Seconds within which 99 of a hundred commits are to be visible, by where the ledger is."""


def followers(bench: Bench, place: Place) -> Iterator[Row]:
    """Pairs of databases, each against the library's runner on the same events and facts."""
    servers = _servers(bench)
    pairs = [pair for pair in PAIRS if all(kind == "SQLite" or kind in servers for kind in pair)]
    stock: list[Figures] = []
    ours: dict[Pair, list[Figures]] = {pair: [] for pair in pairs}
    for _ in range(bench.rounds):
        for pair in pairs:
            with ExitStack() as stack:
                ledger, target = (_new(kind, place, servers, stack, n) for n, kind in enumerate(pair))
                source = {"source": bench.ledgers[bench.events], "events": bench.events, "ledger": ledger}
                run(Job("followers.fill", source))
                ours[pair].append(run(Job("followers.catch_up", {**source, "target": target})))
        stock.append(_stock(bench, place, servers, "catch_up", events=bench.slice))
    for pair, found in ours.items():
        yield Row(
            f"catch-up of facts kept elsewhere, {pair[0]} to {pair[1]}", place.name, middle(found, "rate"), "/s", 20,
            at_least=True, against=STOCK, theirs=middle(stock, "rate"),
            note=f"theirs over the first {bench.slice:,} events, "
            f"{'PostgreSQL' if 'PostgreSQL' in servers else 'memory'} to SQLite",
        )  # fmt: skip
    yield from _visible(bench, place, servers, pairs)


def _visible(bench: Bench, place: Place, servers: Servers, pairs: list[Pair]) -> Iterator[Row]:
    before = min(BEFORE, bench.slice // 2)
    commits = min(COMMITS, before)
    ours: dict[Pair, list[Figures]] = {pair: [] for pair in pairs}
    theirs: dict[str, list[Figures]] = {BARE: [], STOCK: []}
    for _ in range(bench.rounds):
        for pair in pairs:
            with ExitStack() as stack:
                ledger, target = (_new(kind, place, servers, stack, n) for n, kind in enumerate(pair))
                given = {"source": bench.ledgers[bench.events], "events": before, "commits": commits}
                ours[pair].append(run(Job("followers.visible", {**given, "ledger": ledger, "target": target})))
        bare = {"path": place.fresh("bare"), "target": place.fresh("bare-copy"), "commits": commits}
        theirs[BARE].append(run(Job("plain_copying.visible", bare)))
        if "PostgreSQL" in servers:
            theirs[STOCK].append(_stock(bench, place, servers, "visible", events=before, commits=commits))
    for pair, found in ours.items():
        for cut, goal in (("p50", None), ("p99", SOON[pair[0]])):
            what = f"commit to visible in facts elsewhere, {cut}, {pair[0]} to {pair[1]}"
            yield Row(what, place.name, middle(found, cut), "s", goal, note="the runner is another process")
    for name, between in ((BARE, "SQLite to SQLite, another process"), (STOCK, "PostgreSQL to SQLite, one process")):
        for cut in ("p50", "p99") if theirs[name] else ():
            what = f"commit to visible, {cut}, {name}"
            yield Row(what, place.name, middle(theirs[name], cut), "s", None, note=f"for comparison: {between}")


def _servers(bench: Bench) -> Servers:
    found = {}
    for kind, variable in VARIABLES.items():
        at = server(kind)
        if at is None:
            bench.skipped[f"facts kept elsewhere, {kind}"] = f"no server; name one with {variable}=URL"
        else:
            found[kind] = at
    return found


def _new(kind: str, place: Place, servers: Servers, stack: ExitStack, number: int) -> str:
    """An empty database."""
    if kind == "SQLite":
        return f"sqlite:///{place.fresh(f'follower-{number}')}"
    return stack.enter_context(database(kind, servers[kind]))


def _stock(bench: Bench, place: Place, servers: Servers, what: str, **given: int) -> Figures:
    source = {"source": bench.ledgers[bench.events], **given}
    if "PostgreSQL" not in servers:
        return run(Job("stock.project", {**source, "path": place.fresh("stock")}, peers=True))
    with ExitStack() as stack:
        ledger = _new("PostgreSQL", place, servers, stack, 0)
        job = {**source, "ledger": ledger, "target": place.fresh("stock")}
        return run(Job(f"stock_followers.{what}", job, peers=True))
