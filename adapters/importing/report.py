"""What an import came to, row by row and in total."""

from __future__ import annotations

import csv
import os
from collections import Counter
from collections.abc import Callable
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Final, Literal, TextIO, TypeAlias

from .rows import UnreadableFile, shown

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

Kind = Literal["rejected", "differing"]
SHOWN_DIFFERENCES: Final = 100
SHOWN_REJECTS: Final = 20
MASK: Final = "•••"
"""Stands for the words of a cell that may be about a person."""


@dataclass(frozen=True, slots=True)
class Fault:
    """Why a row was not imported: the line it begins on, and the column and value that it is about, if it is about one.

    `value` is masked unless the column becomes a code, an id or a time; `kind` tells rejected rows from differing ones.
    """

    line: int
    reason: str
    column: str | None = None
    value: str | None = None
    kind: Kind = "rejected"


@dataclass(frozen=True, slots=True)
class Difference:
    """A field of a row that is in the ledger with another value; `line` is none for the center and its policy.

    Absent values are none. Personal words are sealed: both values are masked, and `field` names all fields of the
    command that may be meant where there are several.
    """

    line: int | None
    case: str
    field: str
    recorded: str | None
    new: str | None


@dataclass(frozen=True)
class ImportReport:
    """What an import came to: `rows == imported + unchanged + differing + rejected + ignored`, always.

    `ignored` are events of a log that its mapping leaves out; of a table no row is left out.

    `imported`: something was recorded for the row; of these, `updated` are cases that were in the ledger and have ended
    in the source since. `unchanged`: all of it was in the ledger already. `differing`: the ledger holds another content
    for it; nothing was changed. `rejected`: the row cannot be taken in. On a dry run the same, without recording.

    `differences` and `first_rejects` show the first of them; `differing_fields` and `rejected_columns` count them all
    (rejected rows that are about no single column under an empty name). The rejects file has every row.
    """

    source: str
    center: str
    dry_run: bool = False
    rows: int = 0
    imported: int = 0
    updated: int = 0
    unchanged: int = 0
    differing: int = 0
    rejected: int = 0
    ignored: int = 0
    differences: tuple[Difference, ...] = ()
    first_rejects: tuple[Fault, ...] = ()
    differing_fields: dict[str, int] = field(default_factory=dict)
    rejected_columns: dict[str, int] = field(default_factory=dict)


RejectsWriter: TypeAlias = Callable[[Fault], None]
"""Takes each row that was not imported."""


class Tally:
    """Counts while the import runs; keeps only the first rejects and differences, so that memory stays flat."""

    def __init__(self, write: RejectsWriter) -> None:
        self._write = write
        self._counts: Counter[str] = Counter()
        self._fields: Counter[str] = Counter()
        self._columns: Counter[str] = Counter()
        self._differences: list[Difference] = []
        self._rejects: list[Fault] = []

    def recorded(self, *, updated: bool) -> None:
        """A row for which something was recorded."""
        self._counts["imported"] += 1
        self._counts["updated"] += updated

    def unchanged(self) -> None:
        """A row that was in the ledger just so."""
        self._counts["unchanged"] += 1

    def rejected(self, fault: Fault) -> None:
        """A row that cannot be taken in."""
        self._counts["rejected"] += 1
        self._columns[fault.column or ""] += 1
        if len(self._rejects) < SHOWN_REJECTS:
            self._rejects.append(fault)
        self._write(fault)

    def differing(self, line: int, differences: list[Difference], columns: dict[str, str]) -> None:
        """A row that the ledger holds otherwise; `columns` names the column behind each field."""
        self._counts["differing"] += 1
        self.also_differing(differences)
        first = differences[0]
        self._write(
            Fault(
                line, f"differs from the ledger: {_told(differences)}", columns.get(first.field), first.new, "differing"
            )
        )

    def ignored(self, rows: int) -> None:
        """Events that the mapping leaves out."""
        self._counts["ignored"] += rows

    def differing_case(self, lines: Sequence[int], differences: list[Difference]) -> None:
        """The rows of a case that the ledger holds otherwise; the file lists each of them."""
        self.also_differing(differences)
        by_line: dict[int | None, list[Difference]] = {}
        for one in differences:
            by_line.setdefault(one.line, []).append(one)
        others = f"its case {differences[0].case} differs from the ledger: {_told(by_line.get(None, differences))}"
        for line in lines:
            own = by_line.get(line)
            reason = f"differs from the ledger: {_told(own)}" if own else others
            self._counts["differing"] += 1
            self._write(Fault(line, reason, None, None, "differing"))

    def also_differing(self, differences: list[Difference]) -> None:
        """Differences that belong to no row: the center's and its policy's."""
        self._fields.update(one.field for one in differences)
        self._differences.extend(differences[: SHOWN_DIFFERENCES - len(self._differences)])

    def report(self, source: str, center: str, *, dry_run: bool) -> ImportReport:
        """The totals so far."""
        counts = self._counts
        return ImportReport(
            source=source,
            center=center,
            dry_run=dry_run,
            rows=sum(counts[name] for name in ("imported", "unchanged", "differing", "rejected", "ignored")),
            imported=counts["imported"],
            updated=counts["updated"],
            unchanged=counts["unchanged"],
            differing=counts["differing"],
            rejected=counts["rejected"],
            ignored=counts["ignored"],
            differences=tuple(self._differences),
            first_rejects=tuple(self._rejects),
            differing_fields=dict(self._fields),
            rejected_columns=dict(self._columns),
        )


@contextmanager
def rejects_file(given: str | os.PathLike[str] | TextIO | None) -> Iterator[RejectsWriter]:
    """Open the rejects file (CSV: line, kind, column, value, reason), or keep none.

    Raises:
        UnreadableFile: it cannot be written; nothing was imported.

    """
    if given is None:
        yield lambda _fault: None
    elif isinstance(given, (str, os.PathLike)):
        try:
            file = Path(given).open("w", encoding="utf-8", newline="")  # noqa: SIM115 - closed below; here only opening may fail
        except OSError as error:
            what = f"rejects file {os.fspath(given)}: {error.strerror}"
            raise UnreadableFile(what, right="a path that can be written") from None
        with file:
            yield _writer(file)
    else:
        yield _writer(given)


def _writer(file: TextIO) -> RejectsWriter:
    rows = csv.writer(file)
    rows.writerow(["line", "kind", "column", "value", "reason"])

    def write(fault: Fault) -> None:
        rows.writerow([fault.line, fault.kind, fault.column or "", shown(fault.value or ""), shown(fault.reason)])

    return write


def _told(differences: list[Difference]) -> str:
    return "; ".join(f"{one.field}: recorded {_or_none(one.recorded)}, now {_or_none(one.new)}" for one in differences)


def _or_none(value: str | None) -> str:
    return "nothing" if value is None else repr(value)
