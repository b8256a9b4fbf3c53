"""`caseledger doctor`: what is wrong with a ledger, and how to mend it."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated

import typer

from ..doctor import examine
from .errors import REFUSED
from .opening import place_of, url_of
from .options import Db, Form, Listed
from .progress import progress
from .rendering import print_json, say

Full = Annotated[
    bool, typer.Option("--full", help="Read every event and compare every fact, not only those of the newest cases.")
]
AsJson = Annotated[bool, typer.Option("--json", help="The same as --format json.")]


def doctor(
    context: typer.Context, *, full: Full = False, as_json: AsJson = False, form: Listed = Form.TABLE, db: Db = None
) -> None:
    """Say what is wrong with the ledger, and how to mend it; anything to mend ends with exit code 1."""
    url = url_of(context, db)
    with progress() as step:
        found = examine(url, full=full, progress=step)
    if as_json or form is Form.JSON:
        print_json({"well": found.is_well, "findings": [asdict(one) for one in found.findings]})
    else:
        for one in found.findings:
            say(f"{one.severity.value} {one.check}: {one.where}: {one.what}. Right would be: {one.remedy}")
        if found.is_well:
            say(
                f"nothing is wrong with {place_of(url)}"
                + ("" if full else " as far as was looked; --full looks at all")
            )
    if not found.is_well:
        raise typer.Exit(REFUSED)
