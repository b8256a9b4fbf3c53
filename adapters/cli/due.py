"""`caseledger due`: what must be done next, and until when."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from ...domain.values import Role
from .categories import Categories, categories
from .opening import opened
from .options import MOST, AsOf, Db, Form, Tabled
from .people import shown
from .rendering import print_rows, say_what_is_left
from .words import Center, one_of
from .zones import finder, make_sure_of, zone_of_center

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

    from ...projections.reports.due import DueStep


def due(
    context: typer.Context,
    *,
    center: Center = None,
    role: Annotated[
        str | None,
        typer.Option(
            "--role",
            parser=one_of([role.value for role in Role]),
            metavar="ROLE",
            help="Only what this role may do, e.g. acceptor, by the policy of each case.",
            show_default=False,
        ),
    ] = None,
    as_of: AsOf = None,
    limit: Annotated[int, typer.Option("--limit", metavar="N", min=1, max=MOST, help="At most so many.")] = 100,
    form: Tabled = Form.TABLE,
    db: Db = None,
) -> None:
    """List what must be done next in every open case and until when, the most urgent first."""
    with opened(context, db) as ledger:
        make_sure_of(ledger, center)
        moment = as_of.up_to(finder(ledger, center=center)) if as_of else None
        steps = ledger.due(center=center, role=role, as_of=moment, limit=limit)
        zones = {one: zone_of_center(ledger, one) for one in dict.fromkeys(step.center for step in steps)}
        if form is Form.JSON:
            print_rows(steps, form)
        else:
            called = categories(ledger)
            print_rows((_line(step, zones[step.center], called) for step in steps), form)
        say_what_is_left(len(steps), limit, lambda: len(ledger.due(center=center, role=role, as_of=moment)))


def _line(step: DueStep, zone: ZoneInfo, called: Categories) -> dict[str, object]:
    """What a person needs of a step; each deadline is written in the zone of the center that the case belongs to."""
    return {
        "until": shown(step.until, zone),
        "late_by": step.late_by,
        "step": step.step,
        "number": step.number or step.case,
        "category": called(step.center, step.category),
        "turn": step.turn,
        "command": step.command,
        "roles": step.roles,
    }
