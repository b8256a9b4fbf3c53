"""The options that several commands share, each with one meaning."""

from __future__ import annotations

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


Db = Annotated[
    str | None,
    typer.Option(
        "--db",
        metavar="URL",
        help="The ledger: a path, or a database URL. Default: CASELEDGER_DB, else caseledger.db in this folder.",
        show_default=False,
    ),
]
Listed = Annotated[Form, typer.Option("--format", help="A table for people, or JSON for programs, on standard output.")]
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
