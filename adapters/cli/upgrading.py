"""`caseledger upgrade`: lead a ledger of an earlier release to the format of this one."""

from __future__ import annotations

import typer

from ..store.engine import connect
from ..store.upgrading import upgrade as upgrade_ledger
from .opening import url_of
from .options import Db, Form, Listed
from .rendering import print_json, say


def upgrade(context: typer.Context, *, form: Listed = Form.TABLE, db: Db = None) -> None:
    """Lead the ledger's tables to the format of this release; one that is there already is left as it is."""
    engine = connect(url_of(context, db))
    try:
        done = upgrade_ledger(engine)
    finally:
        engine.dispose()
    if form is Form.JSON:
        print_json({"format": done.meta.format, "steps": [step.number for step in done.steps]})
        return
    for step in done.steps:
        say(f"took the step to format {step.number}: {step.what}")
    say(f"the ledger has format {done.meta.format}, which this release writes")
