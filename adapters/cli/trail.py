"""`caseledger trail`: the audit trail."""

from __future__ import annotations

from dataclasses import fields
from typing import Annotated

import typer

from ...domain.values import LateReason, Role
from ...projections.clauses import EDITIONS
from ...projections.reports.trail import TrailEntry
from ..trailing import TrailAsked
from .labels import event_words
from .moments import When, when
from .opening import opened
from .options import MOST, Db, Form, Tabled
from .people import shown
from .rendering import print_rows, say_what_is_left
from .words import Center, MaybeCase, one_of, word
from .zones import finder, make_sure_of, zones_of_cases


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
    clause: Annotated[
        str | None,
        typer.Option(
            "--clause",
            parser=word,
            metavar="CLAUSE",
            help="Only evidence for this clause, such as 8.2.1 or '9001:2015 8.2.1'.",
            show_default=False,
        ),
    ] = None,
    event: Annotated[
        str | None,
        typer.Option(
            "--event",
            parser=word,
            metavar="NAME",
            help="Only this event, by its stored name, such as opinion.accepted.",
            show_default=False,
        ),
    ] = None,
    actor: Annotated[
        str | None,
        typer.Option("--actor", parser=word, metavar="ID", help="Only what this person did.", show_default=False),
    ] = None,
    role: Annotated[
        str | None,
        typer.Option(
            "--role",
            parser=one_of([role.value for role in Role]),
            metavar="ROLE",
            help="Only what was done in this role, e.g. acceptor.",
            show_default=False,
        ),
    ] = None,
    center: Center = None,
    late: Annotated[
        bool, typer.Option("--late", help="Only what was recorded over a day late, which needs a reason (WL-5).")
    ] = False,
    limit: Annotated[int, typer.Option("--limit", metavar="N", min=1, max=MOST, help="At most so many.")] = 1000,
    form: Tabled = Form.TABLE,
    db: Db = None,
) -> None:
    """List who did what, when it happened and when it was recorded, and which clause it is evidence for."""
    with opened(context, db) as ledger:
        make_sure_of(ledger, center)
        zone = finder(ledger, case=case, center=center)
        asked: TrailAsked = {
            "edition": edition,
            "since": since.since(zone) if since else None,
            "until": until.up_to(zone) if until else None,
            "clause": clause,
            "event": event,
            "actor": actor,
            "role": role,
            "center": center,
            "late": late,
        }
        zone_of = zones_of_cases(ledger)
        entries = list(ledger.figures.trail(case, limit=limit, **asked))
        if form is Form.JSON:
            listed = print_rows(entries, form)
        else:
            listed = print_rows(map(_line, entries), form, zone_of=lambda line: zone_of(str(line["case"])))
        say_what_is_left(listed, limit, lambda: ledger.figures.trail_size(case, **asked))


def _line(entry: TrailEntry) -> dict[str, object]:
    """An entry for people: words in both languages instead of codes."""
    told: dict[str, object] = {field.name: getattr(entry, field.name) for field in fields(entry)}
    evidence = f"{told.pop('evidence_zh')} / {told.pop('evidence_en')}" if entry.evidence_zh else None
    words = {"event": event_words(entry.event), "role": shown(Role(entry.role)), "evidence": evidence}
    told["late_reason"] = LateReason(entry.late_reason) if entry.late_reason else None
    return told | words
