"""What became of each mutant: kept as JSON, shown as a table."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

SURVIVED, KILLED, TOO_LONG = "survived", "killed", "too long"
NOTICED = {KILLED, TOO_LONG}
"""A mutant that does not come to an end is noticed too."""


@dataclass(frozen=True)
class Told:
    """What became of one mutant, by which of how many tests."""

    key: str
    module: str
    function: str
    line: int
    operator: str
    difference: str
    outcome: str
    tests: int
    by: str


@dataclass
class Report:
    """What became of all of them."""

    path: Path
    told: list[Told] = field(default_factory=list)

    def survived(self) -> frozenset[str]:
        """The keys of those that survived the last run."""
        last = json.loads(self.path.read_text("utf-8"))
        return frozenset(one["key"] for one in last if one["outcome"] == SURVIVED)

    def keep(self) -> None:
        """Write down how far it is."""
        self.path.write_text(json.dumps([asdict(one) for one in self.told], indent=1, ensure_ascii=False), "utf-8")

    def killed_of_a_hundred(self) -> float:
        """How many were noticed of a hundred."""
        return 100 * sum(one.outcome in NOTICED for one in self.told) / max(len(self.told), 1)

    def table(self) -> str:
        """The figures by module, and the survivors with their changes."""
        made = Counter(one.module for one in self.told)
        killed = Counter(one.module for one in self.told if one.outcome in NOTICED)
        rows = [f"| {name} | {made[name]} | {killed[name]} | {100 * killed[name] / made[name]:.1f} |" for name in made]
        total = f"| all | {len(self.told)} | {sum(killed.values())} | {self.killed_of_a_hundred():.1f} |"
        left = [one for one in self.told if one.outcome not in NOTICED]
        survivors = [f"\n{one.module}:{one.line} {one.function} ({one.operator})\n{one.difference}" for one in left]
        return "\n".join(["| module | changes | noticed | % |", "| --- | --: | --: | --: |", *rows, total, *survivors])
