"""Which ledger is meant, and opening it."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

import typer
from sqlalchemy import URL, make_url
from sqlalchemy.exc import ArgumentError

from ..ledger import Ledger
from ..store.errors import LedgerMissingError
from .errors import Hindered

VARIABLE: Final = "CASELEDGER_DB"
DEFAULT: Final = "caseledger.db"
_SCHEME: Final = re.compile(r"[a-z][a-z0-9+]*://", re.IGNORECASE)


def url_of(context: typer.Context, given: str | None) -> str:
    """The ledger that is meant: the command's --db, else the program's, else CASELEDGER_DB, else ./caseledger.db."""
    said = given if given is not None else context.find_root().params.get("db")
    if said is None:
        said = os.environ.get(VARIABLE) or DEFAULT
    return url_as_said(said, f"'--db' (or {VARIABLE})")


def url_as_said(said: str, option: str) -> str:
    """Read a path or a database URL; `option` is what a person is told to give it by.

    Raises:
        typer.BadParameter: it is neither, or in memory.

    """
    if not said:
        raise typer.BadParameter("is empty; give a path or a database URL", param_hint=option)
    try:
        url = make_url(said) if _SCHEME.match(said) else URL.create("sqlite", database=said)
    except (ArgumentError, ValueError):
        # The text is not repeated: what is no URL may still hold a password.
        told = "is no database URL; give one such as postgresql://user@host/name, or a path"
        raise typer.BadParameter(told, param_hint=option) from None
    if url.get_backend_name() == "sqlite" and url.database in {None, "", ":memory:"}:
        told = "is a database in memory, which would be gone at once; give a path or a server's URL"
        raise typer.BadParameter(told, param_hint=option)
    return url.render_as_string(hide_password=False)


def place_of(url: str) -> str:
    """Where that is, for people: a path, or a URL without its password."""
    parsed = make_url(url)
    if parsed.get_backend_name() == "sqlite" and parsed.database:
        return parsed.database
    return parsed.render_as_string(hide_password=True)


@contextmanager
def opened(context: typer.Context, given: str | None, *, facts: bool = True) -> Iterator[Ledger]:
    """Open the ledger that is meant, which must be there already; only `init` makes one."""
    url = url_of(context, given)
    try:
        ledger = Ledger(url, create=False, facts=facts)
    except LedgerMissingError:
        raise Hindered(
            f"there is no ledger at {place_of(url)}; make one with `caseledger init`, or name another with --db"
        ) from None
    with ledger:
        yield ledger
