"""`caseledger copy`: move a ledger to another database."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated

import typer

from ..copying import copy_ledger
from .opening import place_of, url_as_said
from .options import Form, Listed
from .progress import progress
from .rendering import print_json, say

From = Annotated[str, typer.Option("--from", metavar="URL", help="The ledger to move: a path, or a database URL.")]
To = Annotated[
    str, typer.Option("--to", metavar="URL", help="Where to: a place without a ledger, or with this copy interrupted.")
]
Keys = Annotated[
    bool,
    typer.Option(
        "--keys/--no-keys", help="Copy the keys of personal data too, or leave them to be copied in another way."
    ),
]


def copy(source: From, target: To, *, keys: Keys = True, form: Listed = Form.TABLE) -> None:
    """Move a whole ledger to another database, verified; the same again goes on after an interruption."""
    start, goal = url_as_said(source, "'--from'"), url_as_said(target, "'--to'")
    with progress() as step:
        report = copy_ledger(start, goal, keys=keys, progress=step)
    if form is Form.JSON:
        print_json(asdict(report))
        return
    say(f"{report.events} events up to position {report.last_position} are at {place_of(goal)}, {report.copied} new")
    say(f"both sides: {report.digest}")
    if report.keys is None:
        say("keys of personal data: left alone")
    else:
        say(f"keys of personal data: {report.keys}, as at the source")
    say(f"it is the same ledger, {report.ledger_id}: go on at the target, and retire {place_of(start)}")
