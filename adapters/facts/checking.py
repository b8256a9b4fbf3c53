"""Comparing the stored facts with what their selects say now."""

from __future__ import annotations

from contextlib import closing
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from .crew import crew_of
from .reach import Stretch, before_all, beyond_all

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from .crew import Crew
    from .keeper import Keeper
    from .reach import Progress, Reach

MOST_SHOWN: Final = 100

Row = tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Difference:
    """A row of facts that is not what the events say; column names only, no values, which could identify someone."""

    facts: str
    case: str
    key: tuple[Any, ...]
    columns: tuple[str, ...]
    what: str
    """`missing` in the table, `left over` there, or `differs`."""


@dataclass(frozen=True, slots=True)
class CheckReport:
    """What a check found: how many rows were compared, and the first differences."""

    rows: dict[str, int]
    """Rows that the events give, by facts."""
    differing: int
    """How many rows differ, also beyond those listed."""
    differences: tuple[Difference, ...]

    @property
    def is_clean(self) -> bool:
        """Whether facts and events agree."""
        return not self.differing


def check(reach: Reach, keepers: Sequence[Keeper], progress: Progress | None) -> CheckReport:
    """Compare stretch by stretch, each as of one moment; no more than a stretch is in memory."""
    rows: dict[str, int] = {}
    found: list[Difference] = []
    differing = 0
    with crew_of(reach) as crew:
        for keeper in keepers:
            rows[keeper.name] = 0
            for count, differences in _compare_all(reach, crew, keeper, progress):
                rows[keeper.name] += count
                differing += len(differences)
                found += differences[: MOST_SHOWN - len(found)]
    return CheckReport(rows, differing, tuple(found))


def _compare_all(
    reach: Reach, crew: Crew, keeper: Keeper, progress: Progress | None
) -> Iterator[tuple[int, list[Difference]]]:
    """Each stretch: how many rows the events give, and what is to be said of them."""
    stretch = None
    work = partial(_compare_stretch, reach, keeper)
    for stretch, found in crew.side_by_side(work, reach.stretches(keeper.declaration)):
        yield found
        if progress:
            progress(keeper.name, stretch.done, stretch.in_all)
    # Beyond the last case there is nothing, or left-over rows, or what was begun meanwhile.
    after = stretch.upto if stretch else before_all(keeper.declaration)
    rest = Stretch(after, beyond_all(keeper.declaration), 0, 0)
    yield _compare(reach, keeper, rest, kept_after=stretch.upto if stretch else "", last=True)


def _compare_stretch(reach: Reach, keeper: Keeper, stretch: Stretch) -> tuple[int, list[Difference]]:
    """The first stretch holds all rows before the first case: there should be none."""
    is_first = stretch.after == before_all(keeper.declaration)
    return _compare(reach, keeper, stretch, kept_after="" if is_first else stretch.after, last=False)


def _compare(
    reach: Reach, keeper: Keeper, stretch: Stretch, *, kept_after: str, last: bool
) -> tuple[int, list[Difference]]:
    values = {"after": stretch.after, "upto": stretch.upto, "kept_after": kept_after}
    # The driver's own rows: a million of SQLAlchemy's would take longer than the comparison.
    with reach.reading() as connection, closing(connection.connection.cursor()) as cursor:
        keeper.compare_range(last=last).run(cursor, values)
        rows: Sequence[Row] = cursor.fetchall()
    said = {row[1:] for row in rows if not row[0]}
    kept = {row[1:] for row in rows if row[0]}
    return len(said), list(_differences(keeper, said - kept, kept - said))


def _differences(keeper: Keeper, said: set[Row], kept: set[Row]) -> Iterator[Difference]:
    """What to say of rows that are on one side only."""
    width = len(keeper.declaration.key_columns)
    told = {row[:width]: row for row in said}
    for row in sorted(kept, key=lambda one: one[:width]):
        right = told.pop(row[:width], None)
        if right is None:
            yield Difference(keeper.name, row[0], row[1:width], (), "left over")
        else:
            pairs = zip(keeper.table.c.keys(), right, row, strict=True)
            wrong = tuple(name for name, one, other in pairs if one != other)
            yield Difference(keeper.name, row[0], row[1:width], wrong, "differs")
    for key in sorted(told):
        yield Difference(keeper.name, key[0], key[1:], (), "missing")
