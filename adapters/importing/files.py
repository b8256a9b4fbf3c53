"""Import of a file of any shape: what the mapping describes decides how it is read."""

from __future__ import annotations

from typing import IO, TYPE_CHECKING, TextIO

from .importer import import_table
from .loading import read_mapping, table_mapping
from .log_importer import import_log
from .log_mapping import LogMapping, log_mapping
from .mapping import Mapping

if TYPE_CHECKING:
    import os
    from collections.abc import Callable

    from ..ledger import Ledger
    from .recording import StrPath
    from .report import ImportReport


def import_file(  # noqa: PLR0913 - what to import, by what, and four options that are given by name
    ledger: Ledger,
    file: StrPath | IO[bytes],
    mapping: Mapping | LogMapping | StrPath,
    *,
    dry_run: bool = False,
    rejects: StrPath | TextIO | None = None,
    progress: Callable[[str, int, int], None] | None = None,
    batch: int = 500,
) -> ImportReport:
    """Take another system's cases into the ledger, from a table or an event log, by CSV, Excel or XES.

    A mapping with `[log]` is that of an event log, see `import_log`; any other that of a table with one row for each
    case, see `import_table`, with the arguments and errors of both.
    """
    plan = mapping if isinstance(mapping, (Mapping, LogMapping)) else load_any(mapping)
    if isinstance(plan, LogMapping):
        return import_log(ledger, file, plan, dry_run=dry_run, rejects=rejects, progress=progress, batch=batch)
    return import_table(ledger, file, plan, dry_run=dry_run, rejects=rejects, progress=progress, batch=batch)


def load_any(given: str | os.PathLike[str]) -> Mapping | LogMapping:
    """Load a mapping of either kind by its path, or a shipped one by its name.

    Raises:
        InvalidMapping: no such file, not TOML, or wrong in its content; every place is named.

    """
    name, values = read_mapping(given)
    return log_mapping(values, name) if "log" in values or "steps" in values else table_mapping(values, name)
