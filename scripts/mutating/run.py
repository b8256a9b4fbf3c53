"""The run, inside pytest: collect once, see which tests run which lines, then try each mutant in a fork."""

from __future__ import annotations

import sys
import time
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING

import coverage  # type: ignore[import-not-found]  # build/mutation has it
import pytest
from _pytest.runner import runtestprotocol

from .fork import outcome
from .mutants import Mutant, mutants_of
from .told import KILLED, SURVIVED, Told

if TYPE_CHECKING:
    from collections.abc import Sequence

    from .told import Report

LAST = 8
"""So many of the tests that noticed something last are tried first."""
SECONDS = 20.0
"""Of processor time; all tests of the domain together take less. A mutant that takes more does not come to an end."""


def is_random(item: pytest.Item) -> bool:
    """Whether its examples are drawn by Hypothesis."""
    return bool(getattr(getattr(item, "obj", None), "is_hypothesis_test", False))


@dataclass
class Mutation:
    """A plugin that takes the place of pytest's own loop over the tests."""

    modules: dict[str, Path]
    report: Report
    sample: int | None = None
    seed: int = 1
    only: frozenset[str] | None = None
    seconds: dict[str, float] = field(default_factory=dict)
    by_line: dict[tuple[str, int], set[str]] = field(default_factory=lambda: defaultdict(set))
    killers: list[str] = field(default_factory=list)

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        """Try every mutant that is asked for."""
        # Random histories are left out: they take most of the time, and what only they notice is noticed by chance.
        items = {item.nodeid: item for item in session.items if not is_random(item)}
        self._see(list(items.values()))
        for module, path in self.modules.items():
            began = time.monotonic()
            found = self._chosen(module, mutants_of(path, module))
            told = [self._tried(mutant, items) for mutant in found]
            self.report.told += told
            self.report.keep()
            counted = dict(Counter(one.outcome for one in told))
            print(f"{module}: {counted}, {time.monotonic() - began:.0f} s", file=sys.stderr, flush=True)
        return True

    def _chosen(self, module: str, found: list[Mutant]) -> list[Mutant]:
        if self.only is not None:
            return [one for one in found if one.key in self.only]
        if self.sample is None or len(found) <= self.sample:
            return found
        picked = Random(f"{self.seed} {module}").sample(range(len(found)), self.sample)
        return [found[number] for number in sorted(picked)]

    def _see(self, items: Sequence[pytest.Item]) -> None:
        """Run every test once, unchanged: it passes, takes so long, and runs these lines."""
        seen = coverage.Coverage(data_file=None, include=[str(path) for path in self.modules.values()])
        seen.start()
        for item, after in zip(items, [*items[1:], None], strict=True):
            seen.switch_context(item.nodeid)
            began = time.process_time()
            reports = runtestprotocol(item, log=False, nextitem=after)
            self.seconds[item.nodeid] = time.process_time() - began
            if failed := [report for report in reports if report.failed]:
                pytest.exit(f"{item.nodeid} fails as it is:\n{failed[0].longreprtext}", returncode=1)
        seen.stop()
        data = seen.get_data()
        for path in data.measured_files():
            for line, contexts in data.contexts_by_lineno(path).items():
                self.by_line[str(Path(path).resolve()), line].update(filter(None, contexts))

    def _tried(self, mutant: Mutant, items: dict[str, pytest.Item]) -> Told:
        path = str(self.modules[mutant.module].resolve())
        names = set[str]().union(*(self.by_line[path, line] for line in mutant.lines))
        # What noticed the last ones is likely to notice this one; of the others the quick ones come first.
        tests = sorted(names, key=lambda name: (name not in self.killers[-LAST:], self.seconds[name]))
        came, by = outcome(mutant, [items[name] for name in tests], SECONDS) if tests else (SURVIVED, "")
        if came == KILLED:
            self.killers.append(by)
        module = mutant.module.removeprefix("caseledger.domain.")
        operator = mutant.operator.removeprefix("operator_")
        return Told(
            mutant.key, module, mutant.function, mutant.lines.start, operator, mutant.difference, came, len(tests), by
        )
