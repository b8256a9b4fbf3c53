"""`caseledger follow` and `caseledger lag`: facts kept in another database."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Final

import typer
from sqlalchemy import make_url

from ..following import Follower, Lag
from ..store.errors import LedgerMissingError
from .errors import REFUSED, Hindered
from .opening import place_of, url_as_said, url_of
from .options import Form, Listed
from .progress import progress
from .rendering import print_json, print_rows, say

VARIABLE: Final = "CASELEDGER_FACTS"

From = Annotated[
    str | None,
    typer.Option(
        "--from", metavar="URL", help="The ledger: a path, or a database URL. Default: as --db.", show_default=False
    ),
]
To = Annotated[
    str,
    typer.Option(
        "--to",
        metavar="URL",
        envvar=VARIABLE,
        help=f"The database for the facts: a path, or a database URL. Default: {VARIABLE}.",
        show_default=False,
        show_envvar=False,
    ),
]


def follow(
    context: typer.Context,
    *,
    to: To,
    source: From = None,
    once: Annotated[bool, typer.Option("--once", help="Follow up to the ledger's present end, and end there.")] = False,
    rebuild: Annotated[bool, typer.Option("--rebuild", help="First gather all facts anew, beside the old.")] = False,
    retry: Annotated[bool, typer.Option("--retry", help="First try the cases again that were set aside.")] = False,
    pause: Annotated[bool, typer.Option("--pause", help="Let the facts stand still, whoever runs; and end.")] = False,
    resume: Annotated[bool, typer.Option("--resume", help="Let them follow again; and end.")] = False,
) -> None:
    """Keep the facts of a ledger in another database: gather them there, then follow until interrupted."""
    if pause and resume:
        raise typer.BadParameter("give one of --pause and --resume", param_hint="'--pause'")
    with _between(context, source, to) as follower:
        if pause or resume:
            (follower.pause if pause else follower.resume)()
            say("the facts stand still until --resume" if pause else "the facts follow again")
            return
        with progress() as step:
            if rebuild:
                follower.rebuild(progress=step)
            if retry:
                for case in follower.retry():
                    say(f"carried over {case}")
            if once or rebuild:
                follower.catch_up(step)
        if not once:
            say("following; an interrupt (Ctrl-C) or SIGTERM ends it between two batches")
            with _ended_by_signals(follower):
                follower.run()
        _tell(follower.lag())


def lag(context: typer.Context, *, to: To, source: From = None, form: Listed = Form.TABLE) -> None:
    """Say how far facts kept elsewhere are behind their ledger; if they are not current, end with exit code 1."""
    target = make_url(url_as_said(to, f"'--to' (or {VARIABLE})"))
    if target.get_backend_name() == "sqlite" and not Path(target.database or "").exists():
        # A question makes no file: a misspelt path is told.
        told = f"there are no facts at {target.database}; `caseledger follow` gathers them, or name others with --to"
        raise Hindered(told)
    with _between(context, source, to) as follower:
        found = follower.lag()
    if form is Form.JSON:
        print_json({"current": found.is_current, **plain_lag(found)})
    else:
        _tell(found)
    if not found.is_current:
        raise typer.Exit(REFUSED)


def plain_lag(found: Lag) -> dict[str, object]:
    """The figures by name."""
    return {
        "position": found.position,
        "last": found.last,
        "events": found.events,
        "since": found.since,
        "looked_at": found.at,
        "paused_at": found.paused_at,
        "gathered_at": found.gathered_at,
        "stale": found.stale,
        "set_aside": found.set_aside,
    }


@contextmanager
def _between(context: typer.Context, source: str | None, to: str) -> Iterator[Follower]:
    ledger = url_of(context, source)
    target = url_as_said(to, f"'--to' (or {VARIABLE})")
    try:
        follower = Follower(ledger, target)
    except LedgerMissingError:
        raise Hindered(f"there is no ledger at {place_of(ledger)}; name one with --from") from None
    with follower:
        yield follower


@contextmanager
def _ended_by_signals(follower: Follower) -> Iterator[None]:
    """End the run between two batches, and not within one."""
    before = {one: signal.signal(one, lambda *_: follower.stop()) for one in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for one, handler in before.items():
            signal.signal(one, handler)


def _tell(found: Lag) -> None:
    if found.position is None:
        say("the facts were not gathered yet")
    elif found.events:
        say(f"the facts lack {found.events} events of {found.last}, the first recorded at {found.since}")
    else:
        say(f"the facts hold every event up to position {found.position}")
    if found.paused_at is not None:
        say(f"paused since {found.paused_at}; `caseledger follow --resume` lets them follow again")
    if found.position is not None and found.stale:
        say(f"of another release's making, to be gathered anew: {', '.join(found.stale)}")
    if found.set_aside:
        say(f"{len(found.set_aside)} cases were set aside; `caseledger follow --retry` tries them again:")
        print_rows(found.set_aside, Form.TABLE)
