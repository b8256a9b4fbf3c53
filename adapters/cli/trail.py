"""`caseledger trail`: the audit trail."""

from __future__ import annotations

from typing import Annotated

import typer

from ...projections.clauses import EDITIONS
from ..trailing import TrailAsked
from .moments import When, when
from .opening import opened
from .options import MOST, Db, Form, Listed
from .rendering import print_rows, say_what_is_left
from .words import MaybeCase, one_of
from .zones import finder, zones_of_cases


def trail(
    context: typer.Context,
    *,
    case: MaybeCase = None,
    edition: Annotated[
        str | None,
        typer.Option(
            "--edition",
            parser=one_of(EDITIONS),
            metavar="9001:2015",
            help=f"Show the clauses of this edition, one of {', '.join(EDITIONS)}.",
            show_default=False,
        ),
    ] = None,
    since: Annotated[
        When | None,
        typer.Option(
            "--since", parser=when, metavar="TIME", help="Recorded at or after this time.", show_default=False
        ),
    ] = None,
    until: Annotated[
        When | None,
        typer.Option(
            "--until", parser=when, metavar="TIME", help="Recorded at or before this time.", show_default=False
        ),
    ] = None,
    limit: Annotated[int, typer.Option("--limit", metavar="N", min=1, max=MOST, help="At most so many.")] = 1000,
    form: Listed = Form.TABLE,
    db: Db = None,
) -> None:
    """List who did what, when it happened and when it was recorded, and which clause it is evidence for."""
    with opened(context, db) as ledger:
        zone = finder(ledger, case=case)
        asked: TrailAsked = {
            "edition": edition,
            "since": since.since(zone) if since else None,
            "until": until.up_to(zone) if until else None,
        }
        zone_of = zones_of_cases(ledger)
        entries = ledger.figures.trail(case, limit=limit, **asked)
        listed = print_rows(entries, form, zone_of=lambda entry: zone_of(entry.case))
        say_what_is_left(listed, limit, lambda: ledger.figures.trail_size(case, **asked))
