"""Measure caseledger against its peers: one command, one table. Run it by `scripts/bench`."""

from __future__ import annotations

import argparse
import json
import resource
import sys
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from benching.table import Report

RECORD = 1_000_000
QUICK = 100_000
ON_THE_COMMAND_LINE = {"ours.rebuild", "ours.check", "ours.import_boston", "followers.catch_up"}
"""Jobs that `caseledger rebuild`, `check`, `import` and `follow` do, and so as the command line runs them."""


def run_job(name: str, given: dict[str, Any]) -> None:
    """Run one job in this process, and print its figures with this process's peak of memory."""
    where, what = name.split(".")
    if name in ON_THE_COMMAND_LINE:
        from caseledger.adapters.cli.lean_sqlite import stop_counting_memory

        stop_counting_memory()
    # The peers' environment has neither caseledger nor what the table needs, so each job imports its own module only.
    jobs = import_module(f"benching.{where}")
    figures = getattr(jobs, what)(given)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    print(json.dumps({**figures, "peak": peak / (2**20 if sys.platform == "darwin" else 2**10)}))


def main() -> None:
    """Measure what is asked for, and show the table."""
    if sys.argv[1:2] == ["--job"]:
        run_job(sys.argv[2], json.loads(sys.argv[3]))
        return
    from benching.rows import GROUPS

    parser = argparse.ArgumentParser(prog="scripts/bench", description=__doc__)
    parser.add_argument("--events", type=int, default=QUICK, help=f"size of the ledger; {RECORD} for the record")
    parser.add_argument("--small", type=int, help="size of the ledger by which growth is judged; a tenth by default")
    parser.add_argument("--rows", default=",".join(GROUPS), help="which groups of rows, with commas between")
    parser.add_argument("--on", default="disk,tmpfs", help="where: disk, tmpfs, or both with a comma between")
    parser.add_argument("--rounds", type=int, default=3, help="how often each is run; medians are shown")
    parser.add_argument("--boston", type=Path, help="the Boston file, CSV or ZIP, for the import")
    parser.add_argument("--ledgers", type=Path, help="a folder to keep the synthetic ledgers in, for the next run")
    parser.add_argument("--json", type=Path, help="also write the figures there")
    parser.add_argument("--markdown", type=Path, help="also write the page there")
    parser.add_argument("--remark", default="", help="a sentence for the page, such as what else the machine did")
    options = parser.parse_args()
    chosen = options.rows.split(",")
    if unknown := set(chosen) - set(GROUPS):
        parser.error(f"no rows {', '.join(sorted(unknown))}; there are {', '.join(GROUPS)}")
    if options.boston is not None and not options.boston.exists():
        parser.error(f"no file {options.boston}")
    if unknown := set(options.on.split(",")) - {"disk", "tmpfs"}:
        parser.error(f"{', '.join(sorted(unknown))} is no place; disk and tmpfs are")

    from benching.measuring import measure

    report = None
    for report in measure(options, chosen, progress=lambda text: print(text, file=sys.stderr)):
        # After each group: a run that is broken off has not measured for nothing.
        if options.json:
            told = json.dumps(report.as_json(), ensure_ascii=False, indent=1)
            options.json.write_text(f"{told}\n", encoding="utf-8")
        if options.markdown:
            options.markdown.write_text(report.as_markdown(), encoding="utf-8")
    if report is not None:
        show(report)


def show(report: Report) -> None:
    """Print the table for a person."""
    from benching.table import HEAD
    from rich.console import Console
    from rich.table import Table

    console = Console(highlight=False, width=None if sys.stdout.isatty() else 170)
    table = Table(title=f"{report.events:,} events, medians of {report.rounds}", title_justify="left")
    for name in HEAD:
        table.add_column(name, justify="right" if name in {"ours", "theirs", "ratio", "goal"} else "left")
    for row in report.rows:
        style = {True: "green", False: "red", None: None}[row.met]
        table.add_row(*row.cells, style=style)
    console.print(table)
    for line in report.conditions():
        console.print(line)
    for row in report.rows:
        if row.note:
            console.print(f"{row.what}, {row.where}: {row.note}")
    for what, why in report.skipped.items():
        console.print(f"skipped: {what}: {why}")


if __name__ == "__main__":
    main()
