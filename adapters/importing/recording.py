"""What every import begins with and records by, whichever shape the file has."""

from __future__ import annotations

import os
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, TYPE_CHECKING, TextIO, TypeAlias

from ...domain.refusal import Refused
from .. import policies
from .loading import check_policy
from .report import Tally, rejects_file
from .rows import UnreadableFile
from .setting_up import setting_up

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from ...domain.command import Command
    from ...domain.policy import Policy
    from ..history import Outcome
    from ..ledger import Ledger
    from .log_mapping import LogMapping
    from .mapping import Mapping

    StrPath: TypeAlias = str | os.PathLike[str]


@dataclass
class Recording:
    """Groups of commands on their way into the ledger; `setup` is what the center needs before the first of them."""

    ledger: Ledger
    setup: list[Command]
    dry_run: bool

    def do(self, groups: Sequence[Sequence[Command]], *, dry_run: bool = False) -> list[tuple[Outcome, ...] | Refused]:
        """Record groups in one transaction, each all or nothing; in a dry run only decide them.

        Raises:
            Refused: the center cannot be registered, or the policy not adopted.

        """
        dry_run = dry_run or self.dry_run
        # A dry run leaves nothing behind, not even the center: each of its batches begins with it.
        before = [self.setup] if self.setup else []
        results = self.ledger.do_batch([*before, *groups], dry_run=dry_run)
        if before and isinstance(first := results[0], Refused):
            raise first
        if not dry_run:
            self.setup = []
        return results[len(before) :]


def policy_of(
    plan: Mapping | LogMapping, file: StrPath | IO[bytes], rejects: StrPath | TextIO | None, *, batch: int
) -> Policy:
    """Give the policy under which the history runs, after all that can be checked before the file is opened.

    Raises:
        ValueError: a batch without rows.
        InvalidMapping: the policy has clocks, or not the categories.
        UnreadableFile: the rejects would be written over what is to be imported.

    """
    if batch < 1:
        raise ValueError(f"batch is {batch}; a batch has at least one row")
    policy = policies.load(plan.policy.name)
    check_policy(plan, policy)
    _not_the_same(file, rejects)
    return policy


@contextmanager
def recording(
    ledger: Ledger, plan: Mapping | LogMapping, policy: Policy, rejects: StrPath | TextIO | None, *, dry_run: bool
) -> Iterator[tuple[Recording, Tally]]:
    """Begin: what the center needs first, and the tally, which writes the rejects file.

    Raises: as `setting_up` and `rejects_file`.

    """
    setup, center_differs = setting_up(ledger, plan, policy)
    with rejects_file(rejects) as write:
        tally = Tally(write)
        tally.also_differing(center_differs)
        yield Recording(ledger, setup, dry_run), tally


def _not_the_same(file: StrPath | IO[bytes], rejects: StrPath | TextIO | None) -> None:
    """Refuse to write the rejects over what is to be imported."""
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
