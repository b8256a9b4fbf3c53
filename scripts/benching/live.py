"""The rows on facts kept in the transaction of each append, against the same commands without."""

from __future__ import annotations

from contextlib import ExitStack
from typing import TYPE_CHECKING, Any, Final

from .running import Job, middle, run
from .servers import VARIABLES, database, server
from .table import Row

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from .rows import Bench
    from .running import Figures, Place

    Given = dict[str, Any]

RATE: Final = "/s"
BATCH: Final = 500
SIZES: Final = (("one command a commit", 1, 0.25), (f"{BATCH} commands a commit", BATCH, 0.5))


def live(bench: Bench, place: Place) -> Iterator[Row]:
    """On SQLite."""
    yield from _rows(bench, place, "", lambda _: {"path": place.fresh("commands")})


def live_on_servers(bench: Bench, place: Place) -> Iterator[Row]:
    """On the servers that are there; where they keep their data is theirs."""
    for kind, variable in VARIABLES.items():
        at = server(kind)
        if at is None:
            bench.skipped[f"live facts on {kind}"] = f"no server; name one with {variable}=URL"
            continue

        def new(stack: ExitStack, kind: str = kind, at: Any = at) -> Given:  # noqa: ANN401 - a URL
            return {"url": stack.enter_context(database(kind, at))}

        yield from _rows(bench, place, f"{kind}, ", new)


def _rows(bench: Bench, place: Place, on: str, new: Callable[[ExitStack], Given]) -> Iterator[Row]:
    for what, size, goal in SIZES:
        found: dict[bool, list[Figures]] = {False: [], True: []}
        for _ in range(bench.rounds):
            for facts, figures in found.items():
                count = bench.slice // (10 if size == 1 else 4)
                with ExitStack() as stack:
                    given = {**new(stack), "commands": count, "facts": facts, "batch": size}
                    figures.append(run(Job("ours.command", given)))
        off, on_ = (middle(found[facts], "rate") for facts in (False, True))
        yield Row(f"{on}{what}, facts on", place.name, on_, RATE, goal, at_least=True, against="facts off", theirs=off)
        if size == 1:
            added = middle(found[True], "each") - middle(found[False], "each")
            yield Row(f"{on}{what}, what facts add", place.name, added, "s", 0.001)
