"""The rows on facts kept in another database: catching up, and from the commit to what an analyst sees."""

from __future__ import annotations

from contextlib import ExitStack
from typing import TYPE_CHECKING, Final

from .running import Job, middle, run
from .servers import VARIABLE, database, postgresql
from .table import Row

if TYPE_CHECKING:
    from collections.abc import Iterator
    from contextlib import AbstractContextManager

    from .rows import Bench
    from .running import Figures, Place

COMMITS: Final = 500
"""Commits whose way to the target is timed."""
BEFORE: Final = 5_000
"""Events that are in the ledger already."""
STOCK: Final = "stock ProjectionRunner"


def followers(bench: Bench, place: Place) -> Iterator[Row]:
    """Pairs of databases, each against the library's runner on the same events and facts."""
    server = postgresql()
    pairs = [("SQLite", "SQLite"), ("PostgreSQL", "SQLite"), ("PostgreSQL", "PostgreSQL")]
    if server is None:
        bench.skipped["facts kept elsewhere, PostgreSQL"] = f"no server; name one with {VARIABLE}=URL"
        pairs = pairs[:1]
    stock: list[Figures] = []
    ours: dict[tuple[str, str], list[Figures]] = {pair: [] for pair in pairs}
    for _ in range(bench.rounds):
        for pair in pairs:
            with ExitStack() as stack:
                ledger, target = (_new(kind, place, server, stack, n) for n, kind in enumerate(pair))
                source = {"source": bench.ledgers[bench.events], "events": bench.events, "ledger": ledger}
                run(Job("followers.fill", source))
                ours[pair].append(run(Job("followers.catch_up", {**source, "target": target})))
        stock.append(_stock(bench, place, server, "catch_up", events=bench.slice))
    for pair, found in ours.items():
        yield Row(
            f"catch-up of facts kept elsewhere, {pair[0]} to {pair[1]}", place.name, middle(found, "rate"), "/s", 20,
            at_least=True, against=STOCK, theirs=middle(stock, "rate"),
            note=f"theirs over the first {bench.slice:,} events, {'PostgreSQL' if server else 'memory'} to SQLite",
        )  # fmt: skip
    yield from _visible(bench, place, server, pairs)


def _visible(bench: Bench, place: Place, server: object, pairs: list[tuple[str, str]]) -> Iterator[Row]:
    before = min(BEFORE, bench.slice // 2)
    ours: dict[tuple[str, str], list[Figures]] = {pair: [] for pair in pairs}
    stock: list[Figures] = []
    for _ in range(bench.rounds):
        for pair in pairs:
            with ExitStack() as stack:
                ledger, target = (_new(kind, place, server, stack, n) for n, kind in enumerate(pair))
                given = {"source": bench.ledgers[bench.events], "events": before, "commits": min(COMMITS, before)}
                ours[pair].append(run(Job("followers.visible", {**given, "ledger": ledger, "target": target})))
        if server is not None:
            stock.append(_stock(bench, place, server, "visible", events=before, commits=min(COMMITS, before)))
    for pair, found in ours.items():
        for cut, goal in (("p50", None), ("p99", 0.005)):
            what = f"commit to visible in facts elsewhere, {cut}, {pair[0]} to {pair[1]}"
            yield Row(what, place.name, middle(found, cut), "s", goal)
    for cut in ("p50", "p99") if stock else ():
        what = f"commit to visible, {cut}, {STOCK}, PostgreSQL to SQLite"
        yield Row(what, place.name, middle(stock, cut), "s", None, note="for comparison: the peer's own")


def _new(kind: str, place: Place, server: object, stack: ExitStack, number: int) -> str:
    """An empty database."""
    if kind == "SQLite":
        return f"sqlite:///{place.fresh(f'follower-{number}')}"
    made: AbstractContextManager[str] = database(server)  # type: ignore[arg-type]  # pairs without a server are left out
    return stack.enter_context(made)


def _stock(bench: Bench, place: Place, server: object, what: str, **given: int) -> Figures:
    source = {"source": bench.ledgers[bench.events], **given}
    if server is None:
        return run(Job("stock.project", {**source, "path": place.fresh("stock")}, peers=True))
    with ExitStack() as stack:
        ledger = _new("PostgreSQL", place, server, stack, 0)
        job = {**source, "ledger": ledger, "target": place.fresh("stock")}
        return run(Job(f"stock_followers.{what}", job, peers=True))
