"""The options that several commands share, each with one meaning."""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum
from typing import Annotated, Final

import typer

from .moments import When, when

MOST: Final = 2**31 - 1
"""The greatest number that every database takes; the ledger's counts and versions stay below it too."""


class Form(StrEnum):
    """How something is listed."""

    TABLE = "table"
    JSON = "json"
    CSV = "csv"


def _form_of(*known: Form) -> Callable[[str], Form]:
    def read(said: str) -> Form:
        if said in known:
            return Form(said)
        raise typer.BadParameter(f"{said!r} is not one of {', '.join(known)}")

    return read


Db = Annotated[
    str | None,
    typer.Option(
        "--db",
        metavar="URL",
        help="The ledger: a path, or a database URL. Default: CASELEDGER_DB, else caseledger.db in this folder.",
        show_default=False,
    ),
]
Listed = Annotated[
    Form,
    typer.Option(
        "--format",
        parser=_form_of(Form.TABLE, Form.JSON),
        metavar="table|json",
        help="A table for people, or JSON for programs, on standard output.",
    ),
]
Tabled = Annotated[
    Form,
    typer.Option(
        "--format",
        parser=_form_of(*Form),
        metavar="table|json|csv",
        help="A table for people, JSON for programs, or CSV for a spreadsheet, on standard output.",
    ),
]
AsOf = Annotated[
    When | None,
    typer.Option(
        "--as-of",
        parser=when,
        metavar="TIME",
        help="Judge what was open or late as of this time; a day means its end. Default: now.",
        show_default=False,
    ),
]
KnownAt = Annotated[
    When | None,
    typer.Option(
        "--known-at",
        parser=when,
        metavar="TIME",
        help="Use only what had been recorded by this time; a day means its end. Default: everything.",
        show_default=False,
    ),
]
