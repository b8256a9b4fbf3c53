"""`caseledger replay`: the story of a case."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Annotated, TypeAlias
from zoneinfo import ZoneInfo

import typer

from ...domain.event import Event, Recorded
from ...domain.opinion.corrected import corrected_by
from ...domain.opinion.sections import section_of
from ..ledger import Ledger
from ..replaying import Replay
from .categories import categories
from .fieldwords import field_words
from .headings import heading
from .labels import event_words
from .lateness import late_steps
from .moments import When, when
from .opening import opened
from .options import MOST, Db, Form, Listed
from .people import shown
from .rendering import print_json, say
from .words import Case
from .zones import finder, zone_of_case

Called: TypeAlias = Callable[[str], str]
"""The words for a category."""


def replay(
    context: typer.Context,
    *,
    case: Case,
    version: Annotated[
        int | None,
        typer.Option(
            "--version", metavar="N", min=1, max=MOST, help="Stop after the event of this version.", show_default=False
        ),
    ] = None,
    at: Annotated[
        When | None,
        typer.Option(
            "--at",
            parser=when,
            metavar="TIME",
            help="Only what the ledger knew at this time; a day means its end where the center is.",
            show_default=False,
        ),
    ] = None,
    form: Listed = Form.TABLE,
    db: Db = None,
) -> None:
    """Tell a case as it stood: what happened, when, when it was recorded, by whom. Sealed words stay sealed."""
    with opened(context, db) as ledger:
        moment = at.up_to(finder(ledger, case=case)) if at else None
        story = ledger.replay(case, version=version, at=moment)
        part = version is not None or moment is not None
        there_are = len((ledger.replay(story.case) if part else story).events)
        if form is Form.JSON:
            print_json({**_whole(story), "as_known_at": moment, "version": len(story.events), "versions": there_are})
            return
        zone, called = zone_of_case(ledger, story.case), _called(ledger, story)
        say(f"{story.number}  {story.case}" if story.number else story.case)
        printed = f"打印 printed {shown(datetime.now(UTC), zone)}"
        say(f"台账 ledger {story.ledger}; {printed}" if story.ledger else printed)
        if part:
            known = f"截至 as known at {shown(moment, zone)}; " if moment else ""
            shown_of = f"第 {len(story.events)} 版，共 {there_are} 版 version {len(story.events)} of {there_are}"
            say(f"{known}{shown_of}")
        _tell(story, zone, called)


def _called(ledger: Ledger, story: Replay) -> Called:
    """The words for categories where the case is; a code where none are known."""
    center, words = getattr(story.state, "center", None), categories(ledger)
    return lambda code: (words(center, code) if isinstance(center, str) else None) or code


def _tell(story: Replay, zone: ZoneInfo | None, called: Called) -> None:
    status = getattr(story.state, "status", None)
    if status:
        say(f"{heading('status')}: {shown(status)}")
    for policy in dict.fromkeys(record.policy for record in story.events if record.policy):
        say(f"{heading('policy')}: {policy.name} {policy.version} ({policy.digest[:12]})")
    corrections, late = corrected_by(story.events), late_steps(story.state, story.events)
    for record in story.events:
        _tell_event(record, zone, corrections.get(record.version, ()), called)
        for one in late.get(record.version, ()):
            until = f"{heading('until')} {shown(one.due_at, zone)}"
            say(f"       {one.zh}超时 {one.clock.replace('_', ' ')} late by {shown(one.by)}; {until}")


def _tell_event(record: Recorded, zone: ZoneInfo | None, corrections: tuple[int, ...], called: Called) -> None:
    """What happened and when, on one line; who and when recorded, on the next; then a line a field.

    Who and when is followed by the section of the form that it fills (OP-21), and by the versions that correct it. What
    was late by then comes last.
    """
    say("")
    say(f"{record.version:>3}  {shown(record.event.occurred_at, zone)}  {event_words(record.name)}")
    recorded = f"{heading('recorded_at')} {shown(record.recorded_at, zone)}"
    reason = f"; {shown(record.late_reason)}" if record.late_reason else ""
    section = section_of(record.event)
    form = f"; {heading('section')} {shown(section)}" if section else ""
    right = f"; 更正 corrected by {', '.join(map(str, corrections))}" if corrections else ""
    say(f"     {shown(record.actor.role)} {record.actor.id}; {recorded}{reason}{form}{right}")
    for name, value in _fields(record.event):
        told = called(value) if name == "category" and isinstance(value, str) else shown(value, zone)
        say(f"       {field_words(record.name, name)}: {told}")


def _fields(event: Event) -> Iterator[tuple[str, object]]:
    """The event's own fields that are known; its time stands in a column of its own."""
    return ((name, value) for name, value in event if value is not None and name != "occurred_at")


def _whole(story: Replay) -> dict[str, object]:
    corrections, late = corrected_by(story.events), late_steps(story.state, story.events)
    return {
        "ledger": story.ledger,
        "case": story.case,
        "number": story.number,
        "status": getattr(story.state, "status", None),
        "events": [
            {
                "stream": record.stream,
                "version": record.version,
                "name": record.name,
                "occurred_at": record.event.occurred_at,
                "recorded_at": record.recorded_at,
                "local_date": record.local_date,
                "actor": {"id": record.actor.id, "role": record.actor.role, "center": record.actor.center},
                "command_id": record.command_id,
                "policy": record.policy,
                "cause": record.cause,
                "late_reason": record.late_reason,
                "section": section_of(record.event),
                "corrected_by": list(corrections.get(record.version, ())),
                "late": [
                    {"clock": one.clock, "due_at": one.due_at, "late_by": one.by}
                    for one in late.get(record.version, ())
                ],
                "fields": dict(_fields(record.event)),
            }
            for record in story.events
        ],
    }
