"""The import: rows in batches through the real commands, each row all or nothing, every row accounted for."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import IO, TYPE_CHECKING, TextIO, TypeAlias

from ...domain.refusal import CommandReused, Refused
from .. import policies
from ..bulk import collector_waiting
from .differences import differences_of, reopened
from .loading import check_header, check_policy, load_mapping
from .mapping import Mapping
from .report import Fault, ImportReport, Tally, rejects_file
from .rows import BrokenRow, UnreadableFile, opened
from .seen import SeenKeys, seen_keys
from .setting_up import setting_up
from .sources import rows_of
from .translate import Translated, Translator

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from ...domain.command import Command
    from ..history import Outcome
    from ..ledger import Ledger
    from .rows import AnyRow

    StrPath: TypeAlias = str | os.PathLike[str]


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
    if batch < 1:
        raise ValueError(f"batch is {batch}; a batch has at least one row")
    plan = mapping if isinstance(mapping, Mapping) else load_mapping(mapping)
    policy = policies.load(plan.policy.name)
    check_policy(plan, policy)
    not_the_same(file, rejects)
    with opened(file) as source:
        rows = rows_of(source, plan.csv, plan.excel)
        try:
            check_header(plan, rows.header)
            setup, center_differs = setting_up(ledger, plan, policy)
            with rejects_file(rejects) as write, seen_keys() as seen:
                tally = Tally(write)
                tally.also_differing(center_differs)
                run = _Run(ledger, Translator(plan, rows.header), tally, seen, setup, dry_run=dry_run)
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

    ledger: Ledger
    translator: Translator
    tally: Tally
    seen: SeenKeys
    setup: list[Command]
    dry_run: bool
    _closer_look: list[tuple[Translated, bool]] = field(default_factory=list)
    """Rows of the batch to be compared with their events: whether the ledger refused them as another command's."""

    def take(self, part: Sequence[AnyRow]) -> None:
        """Take one batch into the ledger, and account for each of its rows."""
        good = [row for row in (self._translated(one) for one in part) if row is not None]
        if not good:
            return
        # A dry run leaves nothing behind, not even the center: each of its batches begins with it.
        before = [self.setup] if self.setup else []
        results = self.ledger.do_batch([*before, *(row.commands for row in good)], dry_run=self.dry_run)
        if before and isinstance(first := results[0], Refused):
            raise first
        if not self.dry_run:
            self.setup = []
        for row, result in zip(good, results[len(before) :], strict=True):
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
        if self.dry_run:
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
        stories = self.ledger.histories([row.accept.case or "" for row, _ in looked])
        for row, refused in looked:
            story = stories[row.accept.case or ""]
            found = differences_of(self.ledger, row, story) if refused else reopened(row, story)
            if found:
                self.tally.differing(row.line, found, self.translator.columns)
            else:
                self.tally.unchanged()


import_csv = import_table
"""The name from before tables came from Excel too."""


def not_the_same(file: StrPath | IO[bytes], rejects: StrPath | TextIO | None) -> None:
    """Refuse to write the rejects over what is to be imported.

    Raises:
        UnreadableFile: they are one file.

    """
    if not isinstance(file, (str, os.PathLike)) or not isinstance(rejects, (str, os.PathLike)):
        return
    source, target = Path(file), Path(rejects)
    if source.exists() and target.exists() and source.samefile(target):
        raise UnreadableFile("the rejects file is the file to be imported", right="another path for the rejects")


def size_of(file: IO[bytes]) -> int:
    """Bytes in all, 0 where the file cannot tell."""
    if not file.seekable():
        return 0
    here = file.tell()
    size = file.seek(0, os.SEEK_END)
    file.seek(here)
    return size
