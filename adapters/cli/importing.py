"""`caseledger import`: another system's history."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from ..importing import ImportReport, import_file, shipped_mappings
from .errors import REFUSED
from .opening import opened
from .options import Db, Form, Listed
from .progress import progress
from .rendering import print_json, print_rows, say


def import_command(
    context: typer.Context,
    file: Annotated[
        Path,
        typer.Argument(
            metavar="FILE", help="The file: CSV, Excel (.xlsx) or XES, as the mapping says.", show_default=False
        ),
    ],
    *,
    mapping: Annotated[
        str,
        typer.Option(
            "--mapping",
            metavar="MAPPING",
            help=f"A mapping's path, or the name of a shipped one ({', '.join(shipped_mappings())}).",
            show_default=False,
        ),
    ],
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would come of it, and record nothing.")] = False,
    rejects: Annotated[
        Path | None,
        typer.Option(
            "--rejects",
            metavar="FILE",
            help="Write every row that was not imported there, as CSV: line, kind, column, value, reason.",
            show_default=False,
        ),
    ] = None,
    form: Listed = Form.TABLE,
    db: Db = None,
) -> None:
    """Take in another system's cases from CSV, Excel or an event log, through the real commands.

    The same import again changes nothing. Rows that were rejected, or that the ledger holds with another content, end
    with exit code 1; all other rows are imported.
    """
    with opened(context, db) as ledger, progress() as step:
        report = import_file(ledger, file, mapping, dry_run=dry_run, rejects=rejects, progress=step)
    if form is Form.JSON:
        print_json(report)
    else:
        _tell(report, rejects)
    if report.rejected or report.differences:
        raise typer.Exit(REFUSED)


def _tell(report: ImportReport, rejects: Path | None) -> None:
    say(f"{report.source} → {report.center}" + (" (dry run: nothing was recorded)" if report.dry_run else ""))
    counts: tuple[str, ...] = ("rows", "imported", "updated", "unchanged", "differing", "rejected")
    counts += ("ignored",) if report.ignored else ()
    print_rows([{name: getattr(report, name) for name in counts}], Form.TABLE)
    if report.differences:
        say("what the ledger holds otherwise, the first of it:")
        print_rows(report.differences, Form.TABLE)
    if report.first_rejects:
        say("rejected, the first of them:")
        print_rows(report.first_rejects, Form.TABLE)
    if rejects is not None and (report.rejected or report.differing):
        say(f"all of them are in {rejects}")
