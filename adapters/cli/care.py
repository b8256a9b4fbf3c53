"""`caseledger check` and `caseledger rebuild`: the care of the facts."""

from __future__ import annotations

from collections import Counter
from typing import Annotated

import typer

from ...projections.facts import ALL
from ..facts import CheckReport
from .errors import REFUSED
from .opening import opened
from .options import Db, Form, Listed
from .progress import progress
from .rendering import print_json, print_rows, say


def check(context: typer.Context, *, form: Listed = Form.TABLE, db: Db = None) -> None:
    """Compare the facts with the events; a difference is a fault, and ends with exit code 1."""
    with opened(context, db) as ledger, progress() as step:
        found = ledger.check(step)
    if form is Form.JSON:
        print_json(
            {
                "clean": found.is_clean,
                "rows": found.rows,
                "differing": found.differing,
                "differences": found.differences,
            }
        )
    else:
        _tell(found)
    if not found.is_clean:
        raise typer.Exit(REFUSED)


def rebuild(
    context: typer.Context,
    names: Annotated[
        list[str] | None, typer.Argument(metavar="[NAME]...", help="Which facts. Default: all.", show_default=False)
    ] = None,
    *,
    form: Listed = Form.TABLE,
    db: Db = None,
) -> None:
    """Read facts anew from the events, beside those who read and write."""
    known = [declaration.name for declaration in ALL]
    for name in names or ():
        if name not in known:
            raise typer.BadParameter(
                f"{name!r} is the name of no facts; give some of {', '.join(known)}", param_hint="'NAME'"
            )
    # Stale facts are what this command is for, so they must not keep it from opening the ledger.
    with opened(context, db, facts=False) as ledger, progress() as step:
        done = ledger.rebuild(names or None, step)
    if form is Form.JSON:
        print_json({"rebuilt": done})
        return
    for name in done:
        say(f"rebuilt {name}")


def _tell(found: CheckReport) -> None:
    differing = Counter(one.facts for one in found.differences)
    print_rows(
        ({"facts": name, "rows": rows, "differing": differing[name]} for name, rows in found.rows.items()), Form.TABLE
    )
    if found.is_clean:
        say("the facts say what the events say")
        return
    said = "first keep a copy and find out which side was changed; then `caseledger rebuild` reads the facts anew"
    say(f"{found.differing} rows differ from the events: {said}. The first of them:")
    print_rows(found.differences, Form.TABLE)
