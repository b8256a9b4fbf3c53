"""The rows on facts kept in another database: catching up, and from the commit to what an analyst sees."""

from __future__ import annotations

from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING, Final

from .running import Job, middle, run
from .servers import VARIABLES, database, own, server, settings
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
RUNNERS: Final = {True: "runner in the writer's process", False: "runner in another process"}
SOON: Final = {"SQLite": 0.005, "PostgreSQL": 0.005, "MariaDB": 0.05}
"""Seconds within which 99 of a hundred commits are to be visible, by where the ledger is."""


def followers(bench: Bench, place: Place) -> Iterator[Row]:
    """Pairs of databases, each against the library's runner into a database of the same kind."""
    with ExitStack() as stack:
        servers = _servers(bench, place, stack)
        pairs = [pair for pair in PAIRS if all(kind == "SQLite" or kind in servers for kind in pair)]
        yield from _caught_up(bench, place, servers, pairs)
        yield from _visible(bench, place, servers, pairs)


def _caught_up(bench: Bench, place: Place, servers: Servers, pairs: list[Pair]) -> Iterator[Row]:
    given = {"source": bench.ledgers[bench.events], "events": bench.events}
    ours: dict[Pair, list[Figures]] = {pair: [] for pair in pairs}
    theirs: dict[str, list[Figures]] = {kind: [] for kind in _kinds_of_stock(servers)}
    for _ in range(bench.rounds):
        for pair in pairs:
            with _empty(pair, place, servers) as urls:
                run(Job("followers.fill", {**given, **urls}))
                ours[pair].append(run(Job("followers.catch_up", {**given, **urls})))
        for kind, found in theirs.items():
            found.append(_stock(bench, place, servers, kind, "catch_up", events=bench.slice))
    for pair, found in ours.items():
        # The library speaks no MariaDB: a server stands against a server.
        kind = pair[1] if pair[1] in theirs else next(reversed(theirs))
        yield Row(
            f"catch-up of facts kept elsewhere, {pair[0]} to {pair[1]}", place.name, middle(found, "rate"), "/s", 20,
            at_least=True, against=STOCK, theirs=middle(theirs[kind], "rate"),
            note=f"theirs over the first {bench.slice:,} events, "
            f"{'PostgreSQL' if 'PostgreSQL' in servers else 'memory'} to {kind}",
        )  # fmt: skip


def _visible(bench: Bench, place: Place, servers: Servers, pairs: list[Pair]) -> Iterator[Row]:
    before = min(BEFORE, bench.slice // 2)
    commits = min(COMMITS, before)
    ours: dict[tuple[Pair, bool], list[Figures]] = {(pair, beside): [] for pair in pairs for beside in RUNNERS}
    theirs: dict[str, list[Figures]] = {}
    for _ in range(bench.rounds):
        for (pair, beside), found in ours.items():
            with _empty(pair, place, servers) as urls:
                given = {"source": bench.ledgers[bench.events], "events": before, "commits": commits, "beside": beside}
                found.append(run(Job("followers.visible", {**given, **urls})))
        bare = {"path": place.fresh("bare"), "target": place.fresh("bare-copy"), "commits": commits}
        theirs.setdefault(f"{BARE}, SQLite to SQLite, {RUNNERS[False]}", []).append(
            run(Job("plain_copying.visible", bare))
        )
        for kind in _kinds_of_stock(servers) if "PostgreSQL" in servers else ():
            name = f"{STOCK}, PostgreSQL to {kind}, {RUNNERS[True]}"
            figures = _stock(bench, place, servers, kind, "visible", events=before, commits=commits)
            theirs.setdefault(name, []).append(figures)
    for (pair, beside), found in ours.items():
        for cut, goal in (("p50", None), ("p99", SOON[pair[0]])):
            what = f"commit to visible in facts elsewhere, {cut}, {pair[0]} to {pair[1]}, {RUNNERS[beside]}"
            yield Row(what, place.name, middle(found, cut), "s", goal)
    for name, found in theirs.items():
        for cut in ("p50", "p99"):
            yield Row(f"commit to visible, {cut}, {name}", place.name, middle(found, cut), "s", None, note="to compare")


def _servers(bench: Bench, place: Place, stack: ExitStack) -> Servers:
    """Servers whose data is at the place; where this machine cannot run one, one that runs already."""
    found = {}
    for kind, variable in VARIABLES.items():
        at = stack.enter_context(own(kind, place))
        kept = "" if at is not None else "; where it keeps its data is its own"
        at = at or server(kind)
        if at is None:
            bench.skipped[f"facts kept elsewhere, {kind}"] = f"no server; name one with {variable}=URL"
        else:
            found[kind] = at
            bench.durability[f"followers' {kind}, {place.name}"] = settings(kind, at) + kept
    return found


def _kinds_of_stock(servers: Servers) -> tuple[str, ...]:
    """Where the library's runner can keep facts."""
    return ("SQLite", "PostgreSQL") if "PostgreSQL" in servers else ("SQLite",)


@contextmanager
def _empty(pair: Pair, place: Place, servers: Servers) -> Iterator[dict[str, str]]:
    """Two empty databases."""
    with ExitStack() as stack:
        ledger, target = (_new(kind, place, servers, stack, number) for number, kind in enumerate(pair))
        yield {"ledger": ledger, "target": target}


def _new(kind: str, place: Place, servers: Servers, stack: ExitStack, number: int) -> str:
    if kind == "SQLite":
        return f"sqlite:///{place.fresh(f'follower-{number}')}"
    return stack.enter_context(database(kind, servers[kind]))


def _stock(bench: Bench, place: Place, servers: Servers, kind: str, what: str, **given: int) -> Figures:
    source = {"source": bench.ledgers[bench.events], **given}
    if "PostgreSQL" not in servers:
        return run(Job("stock.project", {**source, "path": place.fresh("stock")}, peers=True))
    with _empty(("PostgreSQL", kind), place, servers) as urls:
        return run(Job(f"stock_followers.{what}", {**source, **urls}, peers=True))
