"""The table: one row a comparison, for a person, as Markdown and as JSON."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Sequence

HEAD: Final = ("what", "where", "ours", "against", "theirs", "ratio", "goal", "met")


@dataclass(frozen=True)
class Row:
    """One comparison. `ratio` is ours over theirs in `unit`s; `goal` bounds it (or `ours`, where there is no peer)."""

    what: str
    where: str
    ours: float
    unit: str
    goal: float | None
    at_least: bool = False
    against: str = ""
    theirs: float | None = None
    note: str = ""

    @property
    def ratio(self) -> float | None:
        """Ours over theirs."""
        return None if self.theirs is None else self.ours / self.theirs

    @property
    def met(self) -> bool | None:
        """Whether the goal is met; none where there is no goal."""
        if self.goal is None:
            return None
        judged = self.ours if self.ratio is None else self.ratio
        return judged >= self.goal if self.at_least else judged <= self.goal

    @property
    def cells(self) -> tuple[str, ...]:
        """As shown."""
        goal = "–"
        if self.goal is not None:
            sign = "≥" if self.at_least else "≤"
            goal = f"{sign} {self.goal:g} {self.unit if self.ratio is None else '×'}"
        return (
            self.what,
            self.where,
            shown(self.ours, self.unit),
            self.against or "–",
            "–" if self.theirs is None else shown(self.theirs, self.unit),
            "–" if self.ratio is None else f"{self.ratio:.2f} ×",
            goal,
            {True: "met", False: "MISSED", None: "–"}[self.met],
        )

    def as_json(self) -> dict[str, Any]:
        """All of it, what is computed included."""
        return {**asdict(self), "ratio": self.ratio, "met": self.met}


@dataclass(frozen=True)
class Report:
    """What a run found."""

    day: str
    events: int
    rounds: int
    machine: dict[str, str]
    fsync: dict[str, float]
    """How many fsyncs a second each place takes."""
    durability: dict[str, str]
    rows: tuple[Row, ...]
    skipped: dict[str, str]
    remark: str = ""

    def as_json(self) -> dict[str, Any]:
        """The whole report."""
        return {**asdict(self), "rows": [row.as_json() for row in self.rows]}

    def as_markdown(self) -> str:
        """The whole report as a page."""
        lines = [
            f"# Bench of {self.day}",
            "",
            f"{self.events:,} synthetic events in SQLite; medians of {self.rounds} interleaved runs.",
            "Each ran in a process of its own. Made by `scripts/bench`.",
            *(["", self.remark] if self.remark else []),
            "",
            *(f"- {line}" for line in self.conditions()),
            "",
            f"| {' | '.join(HEAD)} |",
            f"|{'---|' * len(HEAD)}",
            *(f"| {' | '.join(row.cells)} |" for row in self.rows),
            "",
            *(f"- {row.what}, {row.where}: {row.note}" for row in self.rows if row.note),
            *(f"- Skipped: {what}: {why}" for what, why in self.skipped.items()),
        ]
        return "\n".join(lines).rstrip() + "\n"

    def conditions(self) -> list[str]:
        """The machine, the places and the settings, a line each."""
        lines = ["machine: " + ", ".join(f"{name} {value}" for name, value in self.machine.items())]
        lines += [f"{name}: {rate:,.0f} fsync of 4 KiB a second" for name, rate in self.fsync.items()]
        settings = {name: said.replace("synchronous=2", "synchronous=FULL") for name, said in self.durability.items()}
        lines += [f"durability of {name}: {said}" for name, said in settings.items()]
        return lines


def shown(value: float, unit: str) -> str:
    """A number as a person reads it: seconds to the millisecond, rates and memory whole."""
    if unit == "s":
        return f"{value:.2f} s" if value >= 1 else f"{value * 1000:.1f} ms"
    return f"{value:,.0f} {unit}" if value >= 10 else f"{value:.2f} {unit}"


def by_place(rows: Sequence[Row]) -> list[Row]:
    """Rows of the same comparison side by side, in the order in which comparisons were first made."""
    order = list(dict.fromkeys(row.what for row in rows))
    return sorted(rows, key=lambda row: order.index(row.what))
