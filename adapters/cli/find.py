"""`caseledger find`: cases by what is known of them."""

from __future__ import annotations

from typing import Annotated

import typer

from ...projections.reports.statuses import WORDS
from ..looking import Wanted
from .opening import opened
from .options import MOST, Db, Form, Tabled
from .rendering import print_rows, say_what_is_left
from .words import Center, one_of, word
from .zones import make_sure_of, zones_of_centers


def find(
    context: typer.Context,
    *,
    number: Annotated[
        str | None,
        typer.Option("--number", parser=word, metavar="NUMBER", help="The number on the form.", show_default=False),
    ] = None,
    unit: Annotated[
        str | None,
        typer.Option(
            "--unit", parser=word, metavar="ID", help="The dwelling or office it is about.", show_default=False
        ),
    ] = None,
    customer: Annotated[
        str | None,
        typer.Option("--customer", parser=word, metavar="ID", help="Id of the customer.", show_default=False),
    ] = None,
    status: Annotated[
        str | None,
        typer.Option(
            "--status",
            parser=one_of(WORDS),
            metavar="WORD",
            help=f"Where it stands, one of {', '.join(WORDS)}.",
            show_default=False,
        ),
    ] = None,
    center: Center = None,
    limit: Annotated[int, typer.Option("--limit", metavar="N", min=1, max=MOST, help="At most so many.")] = 100,
    form: Tabled = Form.TABLE,
    db: Db = None,
) -> None:
    """Find cases; several conditions must all hold. `replay` tells what happened to one."""
    wanted: Wanted = {"number": number, "unit": unit, "customer": customer, "status": status, "center": center}
    with opened(context, db) as ledger:
        make_sure_of(ledger, center)
        rows = ledger.figures.find(**wanted, limit=limit)
        listed = print_rows(rows, form, zone_of=zones_of_centers(ledger, lambda row: row.center))
        say_what_is_left(listed, limit, lambda: ledger.figures.number_found(**wanted))
