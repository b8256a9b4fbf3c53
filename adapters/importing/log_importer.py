"""The import of an event log: put together by case, then case by case through the real commands, all or nothing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import IO, TYPE_CHECKING, TextIO

from ...domain.refusal import CommandReused, Refused
from ..bulk import collector_waiting
from .cells import Wrong, storable
from .grouping import Grouping, LogRow, grouping
from .loading import check_header
from .log_differences import case_differences, taken_back
from .log_mapping import LogMapping, load_log_mapping
from .log_translate import LogCase, LogTranslator
from .recording import Recording, policy_of, recording, size_of
from .report import Fault, ImportReport, Tally
from .rows import BrokenRow, opened, shown
from .sources import rows_of
from .xes import XesRows

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from ...domain.event import Recorded
    from ..history import Outcome
    from ..ledger import Ledger
    from .recording import StrPath
    from .report import Difference
    from .rows import Row, Rows


def import_log(  # noqa: PLR0913 - what to import, by what, and four options that are given by name
    ledger: Ledger,
    file: StrPath | IO[bytes],
    mapping: LogMapping | StrPath,
    *,
    dry_run: bool = False,
    rejects: StrPath | TextIO | None = None,
    progress: Callable[[str, int, int], None] | None = None,
    batch: int = 500,
) -> ImportReport:
    """Take another system's cases into the ledger, from a log with a row for each thing that was done.

    The log is read once into a temporary file that puts it together by case and time; only then is anything recorded.
    A case is all or nothing: where one of its events cannot be taken in, none of them is. Ids come from the case and
    the event's own id, or its place in the case by time, so that the same import again changes nothing, and a log that
    has grown adds what is new.

    Args:
        ledger: takes the commands.
        file: path of a CSV, Excel or XES file, or a file open in binary mode, which is read to its end and left open.
        mapping: what columns and activities mean: a loaded mapping, or the path of one.
        dry_run: decide every case, and record nothing.
        rejects: path or open text file for the rows that were not imported, with line, kind, column, value and reason.
        progress: told `("read", bytes, bytes in all)`, then `("import", rows, rows in all)`.
        batch: rows in one transaction, from 1; a case is never divided.

    Returns:
        The report; `rows == imported + unchanged + differing + rejected + ignored`.

    Raises:
        InvalidMapping: the mapping is wrong, or names a column that the file does not have; nothing was recorded.
        UnreadableFile: no file, no header, broken XML, or a rejects file that cannot be written; nothing was recorded.
        Refused: the center cannot be registered or the policy not adopted; nothing was recorded.
        StoreError: the database would not take a batch; earlier batches are recorded.

    """
    plan = mapping if isinstance(mapping, LogMapping) else load_log_mapping(mapping)
    policy = policy_of(plan, file, rejects, batch=batch)
    with grouping() as grouped:
        with opened(file) as source:
            broken = _Reading(plan, grouped, progress).read(source)
        with recording(ledger, plan, policy, rejects, dry_run=dry_run) as (entry, tally):
            for fault in broken:
                tally.rejected(fault)
            run = _Run(entry, plan, LogTranslator(plan, list(plan.columns)), tally)
            done = 0
            for part in _batches(grouped.cases(), batch):
                with collector_waiting():
                    run.take(part)
                done += sum(map(len, part))
                if progress is not None:
                    progress("import", done, grouped.rows)
            return tally.report(plan.source, plan.center.id, dry_run=dry_run)


def _batches(cases: Iterator[list[LogRow]], rows: int) -> Iterator[list[list[LogRow]]]:
    part: list[list[LogRow]] = []
    size = 0
    for case in cases:
        part.append(case)
        size += len(case)
        if size >= rows:
            yield part
            part, size = [], 0
    if part:
        yield part


class _Reading:
    """The first pass: every event is put with its case; rows that belong to none are faults."""

    def __init__(self, plan: LogMapping, grouped: Grouping, progress: Callable[[str, int, int], None] | None) -> None:
        self._plan = plan
        self._grouped = grouped
        self._progress = progress
        self._columns = list(plan.columns)
        self._reader = LogTranslator(plan, self._columns)
        self._faults: list[Fault] = []

    def read(self, source: IO[bytes]) -> list[Fault]:
        """Read the file to its end."""
        plan = self._plan
        rows: Rows = XesRows(source, self._columns) if plan.xes else rows_of(source, plan.csv, plan.excel)
        total = size_of(source)
        try:
            if not isinstance(rows, XesRows):
                check_header(plan, rows.header)
            places = [rows.header.index(column) for column in self._columns]
            for number, row in enumerate(rows):
                if isinstance(row, BrokenRow):
                    self._faults.append(Fault(row.line, row.reason))
                else:
                    self._put(row, rows.header, places)
                if self._progress is not None and number % 10_000 == 0:
                    self._progress("read", min(rows.position, total), total)
            if isinstance(rows, XesRows):
                check_header(plan, list(rows.seen))
        finally:
            rows.release()
        if self._progress is not None:
            self._progress("read", total, total)
        return self._faults

    def _put(self, row: Row, header: Sequence[str], places: Sequence[int]) -> None:
        plan = self._plan
        cells = [row.cells[place] for place in places]
        fault: tuple[str | None, str] | None = None
        at = None
        try:
            case = self._reader.case_of(cells)
        except Wrong as wrong:
            value = row.cells[header.index(wrong.column or "")]
            self._faults.append(Fault(row.line, wrong.reason, wrong.column, shown(value)))
            return
        try:
            storable(header, row.cells, plan.csv.encoding if plan.csv else "utf-8")
            at = self._reader.moment_of(cells)
        except Wrong as wrong:
            fault = (wrong.column, wrong.reason)
        self._grouped.add(case, LogRow(row.line, cells, at, fault))


@dataclass
class _Run:
    """The second pass: cases in batches, each batch in one transaction."""

    entry: Recording
    plan: LogMapping
    translator: LogTranslator
    tally: Tally

    def take(self, part: list[list[LogRow]]) -> None:
        """Take one batch of cases into the ledger, and account for each of their rows."""
        good = [case for case in map(self._translated, part) if case is not None]
        stories = self.entry.ledger.histories([case.case or "" for case in good]) if good else {}
        wanted = []
        for case in good:
            story = stories[case.case or ""]
            if back := taken_back(case, self.plan.source, story):
                self._differing(case, back)
            else:
                wanted.append(case)
        if not wanted:
            return
        results = self.entry.do([case.commands for case in wanted])
        refused = []
        for case, result in zip(wanted, results, strict=True):
            story = stories[case.case or ""]
            if isinstance(result, CommandReused):
                self._differing(case, case_differences(self.entry.ledger, case, story))
            elif isinstance(result, Refused):
                refused.append(case)
            else:
                self._recorded(case, result, story)
        if refused:
            self._find_refused(refused)

    def _translated(self, rows: list[LogRow]) -> LogCase | None:
        case = self.translator.translate(rows)
        self.tally.ignored(len(case.ignored))
        if case.faults:
            self._rejected(case)
            return None
        return case if case.asked else None

    def _rejected(self, case: LogCase) -> None:
        """List every row of the case: those with a fault by it, the others by the first of these."""
        first = min(fault.line for fault in case.faults.values())
        for place, row in enumerate(case.rows):
            if place in case.faults:
                self.tally.rejected(case.faults[place])
            elif place not in case.ignored:
                self.tally.rejected(Fault(row.line, f"its case is rejected for line {first}"))

    def _find_refused(self, cases: list[LogCase]) -> None:
        """Decide once more, command by command and for nothing: of a refused group the ledger tells no place."""
        results = iter(self.entry.do([[one.command] for case in cases for one in case.asked], dry_run=True))
        for case in cases:
            answers = [(one, next(results)) for one in case.asked]
            for one, answer in answers:
                if isinstance(answer, Refused):
                    case.faults[case.rows.index(one.row)] = self.translator.refused(one, answer)
                    break
            self._rejected(case)

    def _recorded(self, case: LogCase, outcomes: tuple[Outcome, ...], story: Sequence[Recorded]) -> None:
        new = {id(one.row) for one, outcome in zip(case.asked, outcomes, strict=True) if not outcome.repeated}
        for row in case.counted:
            if id(row) in new:
                self.tally.recorded(updated=bool(story))
            else:
                self.tally.unchanged()

    def _differing(self, case: LogCase, differences: list[Difference]) -> None:
        self.tally.differing_case([row.line for row in case.counted], differences)
