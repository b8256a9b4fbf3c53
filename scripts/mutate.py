"""Change the domain's deciding code one thing at a time and see whether a test notices. Run it by `scripts/mutate`."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

import pytest
from mutating.run import Mutation
from mutating.told import Report

ROOT = Path(__file__).resolve().parent.parent
DOMAIN = ROOT / "domain"
DECLARED = {"__init__", "alert_events", "commands", "events", "theme", "words"}
"""Modules that only declare: words, events, commands. What decides nothing by itself is not changed."""
LEAST = 90
"""So many of a hundred changes at least are noticed, or the run fails."""


def modules(names: list[str]) -> dict[str, Path]:
    """The modules in question by their full names; all of them where none is named."""
    files = [DOMAIN / "clocks.py", DOMAIN / "access.py", *sorted((DOMAIN / "opinion").glob("*.py"))]
    deciding = {path.stem: path for path in files if path.stem not in DECLARED}
    if unknown := set(names) - deciding.keys():
        sys.exit(f"scripts/mutate: no module {', '.join(sorted(unknown))}; there are {', '.join(deciding)}")
    return {
        "caseledger.domain." + ".".join(path.relative_to(DOMAIN).with_suffix("").parts): path
        for name, path in deciding.items()
        if name in names or not names
    }


def main() -> int:
    """Run what is asked for and say how it went."""
    parser = argparse.ArgumentParser(prog="scripts/mutate", description=__doc__)
    parser.add_argument("modules", nargs="*", help="by their short names: clocks, timing, decide")
    parser.add_argument("--sample", type=int, help="so many changes of each module, drawn by the seed")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--again", action="store_true", help="only those that survived last time")
    parser.add_argument("--report", type=Path, default=ROOT / "build" / "mutation.json")
    options = parser.parse_args()
    options.report.parent.mkdir(exist_ok=True)
    report = Report(options.report)
    mutation = Mutation(
        modules(options.modules), report, options.sample, options.seed, report.survived() if options.again else None
    )
    # One process, for each change is tried in a fork of it; no cache, and no database but what is in memory.
    arguments = ["-q", "-p", "no:xdist", "-p", "no:cacheprovider", "-m", "not postgresql and not mariadb"]
    code = pytest.main([*arguments, f"--rootdir={ROOT}", str(ROOT / "tests" / "domain")], plugins=[mutation])
    if code not in {pytest.ExitCode.OK, pytest.ExitCode.NO_TESTS_COLLECTED}:
        return int(code)
    print(report.table())
    return 0 if report.killed_of_a_hundred() >= LEAST else 1


if __name__ == "__main__":
    sys.exit(main())
