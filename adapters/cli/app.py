"""The program and its commands."""

from __future__ import annotations

from typing import Annotated

import typer

from . import (
    care,
    copying,
    do,
    doctoring,
    due,
    find,
    following,
    granting,
    importing,
    making,
    policies,
    replay,
    report,
    trail,
    upgrading,
    watch,
)
from .options import Db
from .versioning import version_line

app = typer.Typer(
    name="caseledger",
    help="An event-sourced ledger of customer-service cases: commands in, events out, figures read off them.",
    epilog="Exit codes: 0 done; 1 refused, or found wrong; 2 wrong usage.",
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _version(asked: bool) -> None:
    if asked:
        typer.echo(version_line())
        raise typer.Exit


@app.callback()
def program(
    db: Db = None,
    version: Annotated[
        bool,
        typer.Option("--version", callback=_version, is_eager=True, help="Print the version, and do nothing else."),
    ] = False,
) -> None:
    """Commands in, events out, figures read off them."""


app.command("init")(making.init)
app.command("do")(do.do)
app.command("replay")(replay.replay)
app.add_typer(report.app, name="report")
app.command("due")(due.due)
app.command("watch")(watch.watch)
app.command("find")(find.find)
app.command("trail")(trail.trail)
app.command("check")(care.check)
app.command("rebuild")(care.rebuild)
app.command("follow")(following.follow)
app.command("lag")(following.lag)
app.command("upgrade")(upgrading.upgrade)
app.command("doctor")(doctoring.doctor)
app.command("grants")(granting.grants)
app.command("copy")(copying.copy)
app.command("import")(importing.import_command)
app.command("policies")(policies.policies)
