"""Years of a property company that never was, written into a ledger through the real commands. Run `scripts/simulate`.

The same options give the same bytes: events, ids, keys and nonces are all drawn from the seed. So its seals protect
nobody, and there is nobody to protect.
"""

from __future__ import annotations

import argparse
import sys
from datetime import datetime
from pathlib import Path
from random import Random
from time import perf_counter
from typing import NamedTuple

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn
from simulation.company import Company
from simulation.people import centers
from simulation.recording import BATCH, EntryClock, Tally, record

from caseledger.adapters.ledger import Ledger
from caseledger.adapters.policies import load
from caseledger.adapters.store.errors import StoreError

USUAL_MONTHS = 36
POLICIES = ("w08", "group400", "handbook")
console = Console(highlight=False)


class Made(NamedTuple):
    """What was written, and how long it took in seconds."""

    tally: Tally
    seconds: float


def options_from(arguments: list[str] | None = None) -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(prog="scripts/simulate", description=__doc__)
    parser.add_argument("--db", default="simulated.db", help="a new SQLite file, or the URL of an empty database")
    parser.add_argument("--centers", type=positive, default=50)
    parser.add_argument("--households", type=positive, default=1000, help="of a center, on average")
    parser.add_argument("--staff", type=positive, default=12, help="of a center")
    parser.add_argument("--first", type=month, default=(2023, 9), metavar="YYYY-MM", help="first month (2023-09)")
    parser.add_argument("--months", type=positive, help=f"how many ({USUAL_MONTHS}; with --events as many as it takes)")
    parser.add_argument("--events", type=positive, help="stop near so many events")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument(
        "--policy", choices=("w08", "group400", "handbook"), default="w08", help="of every center (w08)"
    )
    parser.add_argument(
        "--facts", action=argparse.BooleanOptionalAction, default=True, help="keep the facts with each append"
    )
    parser.add_argument("--batch", type=positive, default=BATCH, help=f"commands in a transaction ({BATCH})")
    return parser.parse_args(arguments)


def positive(text: str) -> int:
    """Read a number of things, at least one."""
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError("is less than 1")
    return number


def month(text: str) -> tuple[int, int]:
    """Read a month."""
    read = datetime.strptime(text, "%Y-%m")  # noqa: DTZ007 - a month is a month anywhere
    return read.year, read.month


def simulate(options: argparse.Namespace, *, show: bool = False) -> Made:
    """Write the company into its ledger.

    Raises:
        StoreError: the database would not take it.

    """
    people = centers(options.seed, options.centers, options.households, options.staff)
    company = Company(options.seed, people, load(options.policy).values, options.first)
    months = options.months or (None if options.events else USUAL_MONTHS)
    clock = EntryClock()
    url = options.db if ":" in options.db else f"sqlite:///{options.db}"
    drawn = Random(f"{options.seed}/bytes").randbytes
    started = perf_counter()
    with Ledger(url, clock=clock, facts=options.facts, random_bytes=drawn) as ledger, bar(show) as progress:
        task = progress.add_task("", total=options.events)

        def tell(tally: Tally) -> None:
            where = f"{clock.now:%Y-%m-%d}, {tally.events} events"
            progress.update(task, completed=tally.events, description=where)

        steps = company.steps(months)
        tally = record(ledger, clock, steps, events=options.events, batch=options.batch, progress=tell)
    return Made(tally, perf_counter() - started)


def bar(show: bool) -> Progress:  # noqa: FBT001 - whether or not is the whole question
    """A line that says how far it is, on a terminal."""
    parts = (TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())
    return Progress(*parts, console=Console(stderr=True), transient=True, disable=not (show and sys.stderr.isatty()))


def main() -> None:
    """Write it, and say how fast."""
    options = options_from()
    if ":" not in options.db and Path(options.db).exists():
        sys.exit(
            f"scripts/simulate: {options.db} is there already; give another --db, or remove it and {options.db}.keys"
        )
    try:
        (tally, seconds) = simulate(options, show=True)
    except StoreError as error:
        sys.exit(f"scripts/simulate: {error}")
    console.print(
        f"{tally.commands} commands, {tally.events} events in {options.db} "
        f"({options.centers} centers, seed {options.seed}, facts {'kept' if options.facts else 'left out'}): "
        f"{seconds:.1f} s, {tally.commands / seconds:.0f} commands/s, {tally.events / seconds:.0f} events/s"
    )


if __name__ == "__main__":
    main()
