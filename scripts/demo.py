"""A year of two centers on a fresh ledger: the main job, end to end. Run it by `scripts/demo`."""

from __future__ import annotations

import argparse
import os
import shlex
import sys
from pathlib import Path
from time import perf_counter

from rich.console import Console
from rich.progress import track
from simulation.company import Company
from simulation.people import TWO
from simulation.recording import EntryClock

from caseledger.adapters.cli import main as caseledger
from caseledger.adapters.ledger import Ledger
from caseledger.adapters.policies import load
from caseledger.domain.catalogue import command_from

SEED = 2025
FIRST = (2025, 1)
MONTH = "2025-06"
OWN = Path("demo.db")
console = Console(highlight=False)


def make(path: Path, seed: int) -> int:
    """Write the year through the real commands, one transaction each; give the number of commands."""
    clock = EntryClock()
    steps = list(Company(seed, TWO, load("w08").values, FIRST).steps(12))
    with Ledger(f"sqlite:///{path}", clock=clock) as ledger:
        for step in track(steps, "a year of two centers", console=Console(stderr=True), transient=True):
            clock.now = step.entered
            ledger.do(command_from(step.command, {**step.values, "occurred_at": step.happened}))
    return len(steps)


def rehandled_case(path: Path) -> str:
    """The form number of the case that was handled most often."""
    with Ledger(f"sqlite:///{path}", create=False) as ledger:
        ended = ledger.find(status="ended", limit=100_000)
        states = ((ledger.replay(found.case).state, found) for found in ended if found.case.startswith("opinion:"))
        return max(states, key=lambda pair: len(pair[0].turns))[1].number


def run(path: Path, title: str, *arguments: str) -> None:
    """Say what comes, show the command, run it; a command that fails ends the demo."""
    console.print(f"\n[bold]{title}[/bold]\n$ caseledger {shlex.join(arguments)}")
    code = caseledger(["--db", str(path), *arguments])
    if code:
        sys.exit(code)


def main() -> None:
    """Make the ledger, show the figures, replay a case, check, and say what to try next."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--db", type=Path, default=OWN, help="where to put the ledger; only demo.db is replaced if there"
    )
    parser.add_argument("--seed", type=int, default=SEED, help="draws the year")
    options = parser.parse_args()
    # Tables that are too wide for a person are turned on their side, also where the output goes to a file.
    os.environ.setdefault("COLUMNS", "120")
    path: Path = options.db
    if path != OWN and path.exists():
        parser.error(f"{path} is there already; give the name of a file that is not, or remove it")
    for old in (
        path,
        *(path.with_name(path.name + end) for end in (".keys", "-wal", "-shm", ".keys-wal", ".keys-shm")),
    ):
        old.unlink(missing_ok=True)

    started = perf_counter()
    commands = make(path, options.seed)
    took = perf_counter() - started
    console.print(
        f"{commands} commands recorded in {path}, one transaction each, facts kept in the same one ({took:.0f} s)"
    )
    run(path, "Monthly opinion analysis 月顾客意见统计分析 (WR08-01-03)", "report", "monthly", "--month", MONTH)
    run(path, "Timeliness 及时率, by clock", "report", "timeliness", "--month", MONTH, "--by", "clock")
    run(path, "Callback rates 回访率, against the manual's 60 % and 40 %", "report", "callbacks", "--month", MONTH)
    run(path, "A case that had to be handled again, as an auditor sees it 再处理", "replay", rehandled_case(path))
    run(path, "Do the facts say what the events say?", "check")
    console.print(
        f"""
[bold]Try next[/bold] (. .venv/bin/activate, export CASELEDGER_DB={path}):
  caseledger find --status rehandling                  cases that went back to handling
  caseledger report surveys                            satisfaction, item by item
  caseledger report timeliness --month {MONTH} --as-of 2025-06-15T00:00:00+08:00   as it stood then
  caseledger trail --edition 9001:2015 --limit 20      evidence by ISO clause
  caseledger do accept_opinion --schema                what a command takes
  or open {path} in any SQL tool: the views report_monthly_opinions, report_timeliness …""",
        soft_wrap=True,
    )


if __name__ == "__main__":
    main()
