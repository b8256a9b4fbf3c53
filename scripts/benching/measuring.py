"""A whole run: the ledgers are written, each group of rows is measured at each place, the report is put together."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING

from . import synthetic
from .boston import extracted
from .rows import GROUPS, Bench
from .running import Job, Place, machine, places, run
from .table import Report, by_place

if TYPE_CHECKING:
    import argparse

    from .table import Row


def measure(options: argparse.Namespace, chosen: Sequence[str], progress: Callable[[str], None]) -> Iterator[Report]:
    """Measure the chosen groups of rows; give the report as far as it has come after each, and say how far that is."""
    about = machine()
    sizes = (options.small or options.events // 10, options.events)
    rows: list[Row] = []
    with places(options.on.split(",")) as there:
        # Written where it is quickest; every place gets a copy.
        source = there[-1]
        fsync = {place.name: run(Job("plain.fsync", {"path": place.fresh("probe")}))["rate"] for place in there}
        ledgers = {}
        for size in sizes:
            ledgers[size] = _written(size, options.ledgers, source, progress)
        csv = None if options.boston is None else extracted(options.boston, source.folder)
        months = {size: synthetic.last_month(size) for size in sizes}
        bench = Bench(options.events, options.rounds, csv, ledgers, months, small=sizes[0])
        for place in there:
            for name in chosen:
                progress(f"{name}, {place.name}")
                rows += GROUPS[name](bench, place)
                yield Report(
                    day=f"{datetime.now(UTC):%Y-%m-%d}",
                    events=options.events,
                    rounds=options.rounds,
                    machine=about,
                    fsync=fsync,
                    durability=bench.durability,
                    rows=tuple(by_place(rows)),
                    skipped=bench.skipped,
                    remark=options.remark,
                )


def _written(size: int, kept: Path | None, source: Place, progress: Callable[[str], None]) -> str:
    """The path of a synthetic ledger: one that is kept, if the story that it was written by is still the same."""
    story = sha256(Path(synthetic.__file__).read_bytes()).hexdigest()[:12]
    path = source.fresh(f"source-{size}") if kept is None else str(kept / f"{size}-{story}.db")
    if kept is None or not Path(path).exists():
        progress(f"writing a ledger of {size:,} events")
        run(Job("ours.make", {"path": f"{path}.new", "events": size}))
        Path(f"{path}.new").rename(path)
    return path
