"""`caseledger watch`: raise alerts, and what else a case calls for by itself; once for cron, or in a loop."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Annotated

import typer

from ..store.errors import StoreError
from .labels import event_words
from .opening import opened
from .options import AsOf, Db, Form, Listed
from .rendering import print_rows
from .zones import finder, zones_of_cases

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ..history import Outcome
    from ..ledger import Ledger


def watch(
    context: typer.Context,
    *,
    every: Annotated[
        float | None,
        typer.Option(
            "--every",
            metavar="SECONDS",
            min=1,
            help="Look again after so many seconds, until it is stopped. Default: once.",
            show_default=False,
        ),
    ] = None,
    as_of: AsOf = None,
    form: Listed = Form.TABLE,
    db: Db = None,
) -> None:
    """Raise what is called for: alerts, re-handling of what came again, confirmed deadlines; and list what was raised.

    It may run as often and in as many places as one likes: each alert is raised once per case and level. With --every
    it waits out a database that restarts.
    """
    with opened(context, db) as ledger:
        zone_of = zones_of_cases(ledger)
        while True:
            try:
                moment = as_of.up_to(finder(ledger)) if as_of else None
                print_rows(_lines(ledger, ledger.watch(moment)), form, zone_of=lambda line: zone_of(str(line["case"])))
            except StoreError as error:
                if every is None or not error.retry:
                    raise
                typer.echo(f"caseledger: {error}; looking again in {every:g} s", err=True)
            if every is None:
                return
            time.sleep(every)


def _lines(ledger: Ledger, raised: list[Outcome]) -> Iterator[dict[str, object]]:
    for outcome in raised:
        number = next(ledger.figures.trail(outcome.case, limit=1)).number
        for record in outcome.events:
            level = getattr(record.event, "level", None)
            reason = getattr(record.event, "reason", None) or getattr(record.event, "because", None)
            yield {
                "case": outcome.case,
                "number": number,
                "what": event_words(record.name),
                "level": level,
                "reason": reason,
                "recorded_at": record.recorded_at,
            }
