"""`caseledger report`: the monthly figures."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, fields, replace
from functools import partial
from typing import Annotated, Final, TypeVar
from zoneinfo import ZoneInfo

import typer
from typer.models import OptionInfo

from ...domain.opinion.timing import Verdict
from ...projections.reports.corrective import CorrectiveCall
from ...projections.reports.sources import GROUPS
from ..ledger import Ledger
from .moments import Months, When, months
from .opening import opened
from .options import AsOf, Db, Form, KnownAt, Tabled
from .people import shown
from .rendering import print_rows
from .words import Center, one_of
from .zones import finder, make_sure_of, zone_of_center, zones_of_centers

app = typer.Typer(help="Monthly figures; each rate comes with its numerator and denominator.")

Row = TypeVar("Row")


@dataclass(frozen=True, slots=True)
class Verdicts:
    """What is said of the clocks that are wanted."""

    each: tuple[Verdict, ...] = tuple(Verdict)


def verdicts(said: str) -> Verdicts:
    """Read the words for what is said of a clock, separated by commas."""
    words = [word.strip() for word in said.split(",")]
    if unknown := [word for word in words if word not in list(Verdict)]:
        raise typer.BadParameter(f"{', '.join(map(repr, unknown))} is not one of {', '.join(Verdict)}")
    return Verdicts(tuple(map(Verdict, words)))


OF_THE_MONTH: Final = {"overdue": "超期未结 open and overdue"}
"""Cases, where timeliness heads its clocks with 超期 overdue."""

_MONTH = typer.Option(
    "--month",
    parser=months,
    metavar="YYYY-MM",
    help="The month, in the center's own time zone; or a range of months, 2011-07..2011-12.",
    show_default=False,
)
Month = Annotated[Months, _MONTH]
MaybeMonth = Annotated[Months | None, _MONTH]


def _by(*also: str) -> OptionInfo:
    words = (*GROUPS, *also)
    option: OptionInfo = typer.Option(
        "--by",
        parser=one_of(words),
        metavar="WORD",
        help=f"What the figures are grouped by, one of {', '.join(words)}.",
    )
    return option


By = Annotated[str, _by()]
ByClockToo = Annotated[str, _by("clock")]


@app.command()
def monthly(
    context: typer.Context,
    *,
    month: Month,
    center: Center = None,
    by: By = "center",
    as_of: AsOf = None,
    known_at: KnownAt = None,
    form: Tabled = Form.TABLE,
    db: Db = None,
) -> None:
    """Count the month's opinions: by kind and validity, what is open, what is overdue (DA-1)."""
    with opened(context, db) as ledger:
        rows = _grouped(ledger, ledger.figures.monthly, month, center=center, by=by, as_of=as_of, known_at=known_at)
    print_rows(rows, form, headed=OF_THE_MONTH)


@app.command()
def timeliness(
    context: typer.Context,
    *,
    month: Month,
    center: Center = None,
    by: ByClockToo = "center",
    cases: Annotated[
        bool, typer.Option("--cases", help="List the clocks that are counted, each with its case.")
    ] = False,
    verdict: Annotated[
        Verdicts | None,
        typer.Option(
            "--verdict",
            parser=verdicts,
            metavar="WORD,…",
            help=f"With --cases: only those of which this is said, of {', '.join(Verdict)}.",
            show_default=False,
        ),
    ] = None,
    as_of: AsOf = None,
    known_at: KnownAt = None,
    form: Tabled = Form.TABLE,
    db: Db = None,
) -> None:
    """Count what was done in time: response, plan, handling, callback, arrival; each with its denominators."""
    if verdict and not cases:
        raise typer.BadParameter("goes with --cases, which lists what is counted", param_hint="'--verdict'")
    with opened(context, db) as ledger:
        if cases:
            figure = partial(ledger.figures.clocks, verdicts=(verdict or Verdicts()).each)
            ran = _of_months(ledger, figure, month, center=center, as_of=as_of, known_at=known_at)
            print_rows(ran, form, zone_of=zones_of_centers(ledger, lambda row: row.center))
            return
        rows = _grouped(ledger, ledger.figures.timeliness, month, center=center, by=by, as_of=as_of, known_at=known_at)
    print_rows(rows, form)


@app.command()
def callbacks(
    context: typer.Context,
    *,
    month: Month,
    center: Center = None,
    by: By = "center",
    as_of: AsOf = None,
    known_at: KnownAt = None,
    form: Tabled = Form.TABLE,
    db: Db = None,
) -> None:
    """Count callbacks and what customers answered (OP-10, SO-11)."""
    with opened(context, db) as ledger:
        rows = _grouped(ledger, ledger.figures.callbacks, month, center=center, by=by, as_of=as_of, known_at=known_at)
    print_rows(rows, form)


@app.command()
def alerts(
    context: typer.Context,
    *,
    month: Month,
    center: Center = None,
    known_at: KnownAt = None,
    form: Tabled = Form.TABLE,
    db: Db = None,
) -> None:
    """Count confirmed alerts and the points they cost, by center and month of confirmation (GP-5 to GP-7)."""
    with opened(context, db) as ledger:
        make_sure_of(ledger, center)
        known = known_at.up_to(finder(ledger, center=center)) if known_at else None
        rows = [row for one in month.each for row in ledger.figures.alert_points(one, center=center, known_at=known)]
    if form is not Form.JSON:
        rows = [row if row.center else replace(row, center="全公司 company") for row in rows]
    print_rows(rows, form)


@app.command()
def corrective(
    context: typer.Context,
    *,
    month: MaybeMonth = None,
    center: Center = None,
    waiting: Annotated[bool, typer.Option("--waiting", help="Only those on which no action was taken yet.")] = False,
    known_at: KnownAt = None,
    form: Tabled = Form.TABLE,
    db: Db = None,
) -> None:
    """List repeated and far-reaching opinions for corrective action (OP-15); without a month, all of them."""
    with opened(context, db) as ledger:
        make_sure_of(ledger, center)
        known = known_at.up_to(finder(ledger, center=center)) if known_at else None
        each: tuple[str | None, ...] = month.each if month else (None,)
        listed = ledger.figures.corrective_actions
        rows = [row for one in each for row in listed(one, center=center, waiting=waiting, known_at=known)]
        zones = {one: zone_of_center(ledger, one) for one in dict.fromkeys(row.center for row in rows)}
    if form is Form.JSON:
        print_rows(rows, form)
    else:
        print_rows((_in_zone(row, zones[row.center]) for row in rows), form)


def _in_zone(row: CorrectiveCall, zone: ZoneInfo) -> dict[str, object]:
    """A row for people: its times in the zone of the center that the case belongs to."""
    told: dict[str, object] = {field.name: getattr(row, field.name) for field in fields(row)}
    return told | {"since": shown(row.since, zone), "taken_at": shown(row.taken_at, zone)}


@app.command()
def surveys(
    context: typer.Context,
    *,
    month: MaybeMonth = None,
    center: Center = None,
    known_at: KnownAt = None,
    form: Tabled = Form.TABLE,
    db: Db = None,
) -> None:
    """Give the items of surveys with their counts and rates (SV-4); without a month, of all surveys."""
    with opened(context, db) as ledger:
        make_sure_of(ledger, center)
        known = known_at.up_to(finder(ledger, center=center)) if known_at else None
        each: tuple[str | None, ...] = month.each if month else (None,)
        rows = [row for one in each for row in ledger.figures.surveys(one, center=center, known_at=known)]
    print_rows(rows, form)


def _grouped(
    ledger: Ledger,
    figure: Callable[..., Iterable[object]],
    month: Months,
    *,
    center: str | None,
    by: str,
    as_of: When | None,
    known_at: When | None,
) -> list[object]:
    """The rows of a grouped figure for each month in turn."""
    return _of_months(ledger, partial(figure, by=by), month, center=center, as_of=as_of, known_at=known_at)


def _of_months(
    ledger: Ledger,
    figure: Callable[..., Iterable[Row]],
    month: Months,
    *,
    center: str | None,
    as_of: When | None,
    known_at: When | None,
) -> list[Row]:
    """The rows of a figure for each month in turn."""
    make_sure_of(ledger, center)
    zone = finder(ledger, center=center)
    judged = as_of.up_to(zone) if as_of else None
    known = known_at.up_to(zone) if known_at else None
    return [row for one in month.each for row in figure(one, center=center, as_of=judged, known_at=known)]
