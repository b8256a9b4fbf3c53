"""The import: rows in batches through the real commands, each row all or nothing, every row accounted for."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import islice
from typing import IO, TYPE_CHECKING, TextIO

from ...domain.refusal import CommandReused, Refused
from ..bulk import collector_waiting
from .differences import differences_of, reopened
from .loading import check_header, load_mapping
from .mapping import Mapping
from .recording import Recording, policy_of, recording, size_of
from .report import Fault, ImportReport, Tally
from .rows import BrokenRow, opened
from .seen import SeenKeys, seen_keys
from .sources import rows_of
from .translate import Translated, Translator

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from ..history import Outcome
    from ..ledger import Ledger
    from .recording import StrPath
    from .rows import AnyRow


def import_table(  # noqa: PLR0913 - what to import, by what, and four options that are given by name
    ledger: Ledger,
    file: StrPath | IO[bytes],
    mapping: Mapping | StrPath,
    *,
    dry_run: bool = False,
    rejects: StrPath | TextIO | None = None,
    progress: Callable[[str, int, int], None] | None = None,
    batch: int = 500,
) -> ImportReport:
    """Take another system's cases into the ledger, from a table with one row for each.

    Each row becomes an acceptance and, where the source closed it, an ending; ids come from the row's key, so that the
    same import again changes nothing. The rows of a batch are recorded in one transaction; if the import is broken
    off, what was recorded stays, and importing again goes on from there.

    Args:
        ledger: takes the commands.
        file: path of a CSV or Excel file, or a file open in binary mode, which is read to its end and left open.
        mapping: what the columns mean: a loaded mapping, the path of one, or the name of a shipped one.
        dry_run: decide every row, and record nothing.
        rejects: path or open text file for the rows that were not imported, with line, kind, column, value and reason.
        progress: told `("import", bytes read, bytes in all)` after each batch; zeros where the file cannot tell.
        batch: rows in one transaction, from 1.

    Returns:
        The report; `rows == imported + unchanged + differing + rejected`.

    Raises:
        InvalidMapping: the mapping is wrong, or names a column that the file does not have; nothing was recorded.
        UnreadableFile: no file, no header, or a rejects file that cannot be written; nothing was recorded.
        Refused: the center cannot be registered or the policy not adopted; nothing was recorded.
        StoreError: the database would not take a batch; earlier batches are recorded.

    """
    plan = mapping if isinstance(mapping, Mapping) else load_mapping(mapping)
    policy = policy_of(plan, file, rejects, batch=batch)
    with opened(file) as source:
        rows = rows_of(source, plan.csv, plan.excel)
        try:
            check_header(plan, rows.header)
            begun = recording(ledger, plan, policy, rejects, dry_run=dry_run)
            with begun as (entry, tally), seen_keys() as seen:
                run = _Run(entry, Translator(plan, rows.header), tally, seen)
                total = size_of(source)
                stream = iter(rows)
                while part := list(islice(stream, batch)):
                    with collector_waiting():
                        run.take(part)
                    if progress is not None:
                        progress("import", min(rows.position, total), total)
                return tally.report(plan.source, plan.center.id, dry_run=dry_run)
        finally:
            rows.release()


@dataclass
class _Run:
    """One import under way; takes the rows batch by batch."""

    entry: Recording
    translator: Translator
    tally: Tally
    seen: SeenKeys
    _closer_look: list[tuple[Translated, bool]] = field(default_factory=list)
    """Rows of the batch to be compared with their events: whether the ledger refused them as another command's."""

    def take(self, part: Sequence[AnyRow]) -> None:
        """Take one batch into the ledger, and account for each of its rows."""
        good = [row for row in (self._translated(one) for one in part) if row is not None]
        if not good:
            return
        for row, result in zip(good, self.entry.do([row.commands for row in good]), strict=True):
            self._account(row, result)
        self._compare()

    def _translated(self, row: AnyRow) -> Translated | None:
        if isinstance(row, BrokenRow):
            self.tally.rejected(Fault(row.line, row.reason))
            return None
        found = self.translator.translate(row)
        if isinstance(found, Fault):
            self.tally.rejected(found)
            return None
        before = self.seen.before(found.key, found.line, found.content)
        if before is None:
            return found
        line, same = before
        if not same:
            self.tally.rejected(self.translator.repeated_key(row, line))
            return None
        if self.entry.dry_run:
            # The first of the two was not recorded, so the ledger would take the second for new.
            self.tally.unchanged()
            return None
        return found

    def _account(self, row: Translated, result: tuple[Outcome, ...] | Refused) -> None:
        if isinstance(result, CommandReused):
            self._closer_look.append((row, True))
        elif isinstance(result, Refused):
            self.tally.rejected(self.translator.refused(row, result))
        elif not all(outcome.repeated for outcome in result):
            self.tally.recorded(updated=result[0].repeated)
        elif row.end is None:
            self._closer_look.append((row, False))
        else:
            self.tally.unchanged()

    def _compare(self) -> None:
        """Compare with the recorded events, read in one go, what was refused and what is open again in the source."""
        looked, self._closer_look = self._closer_look, []
        if not looked:
            return
        stories = self.entry.ledger.histories([row.accept.case or "" for row, _ in looked])
        for row, refused in looked:
            story = stories[row.accept.case or ""]
            found = differences_of(self.entry.ledger, row, story) if refused else reopened(row, story)
            if found:
                self.tally.differing(row.line, found, self.translator.columns)
            else:
                self.tally.unchanged()
