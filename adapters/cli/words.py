"""How cases, centers and other words are given on the command line. What cannot be right never reaches the database."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Collection
from typing import Annotated, Final

import typer

from ...domain.values import ID_PATTERN

_ID: Final = re.compile(ID_PATTERN)
_CENTER: Final = re.compile(r"center:[a-z0-9][a-z0-9-]{0,23}")
_NUMBER: Final = re.compile(r"[A-Z0-9-]{1,24}-[A-Z]{2}-\d{6}-\d{4,}", re.ASCII)


def case(said: str) -> str:
    """Read a case's id or the number on its form."""
    if (":" in said and _ID.fullmatch(said)) or _NUMBER.fullmatch(said):
        return said
    raise typer.BadParameter(
        f"{said!r} is neither an id, such as opinion:2026-0001, nor the number on a form, such as SZ01-OP-202603-0007"
    )


def center(said: str) -> str:
    """Read a center's id."""
    if _CENTER.fullmatch(said):
        return said
    raise typer.BadParameter(f"{said!r} is no center's id; give one such as center:sz01")


def word(said: str) -> str:
    """Read a word to look for; no database could hold one with a control character or with what is not Unicode."""
    if not said or any(unicodedata.category(character) in {"Cc", "Cs"} for character in said):
        raise typer.BadParameter(f"{said!r} is empty or not of readable characters")
    return said


def one_of(known: Collection[str]) -> Callable[[str], str]:
    """Make the reader of a word that must be on a list."""

    def read(said: str) -> str:
        if said in known:
            return said
        raise typer.BadParameter(f"{said!r} is not one of {', '.join(known)}")

    return read


Case = Annotated[
    str,
    typer.Argument(parser=case, metavar="CASE", help="Id of a case, or the number on its form.", show_default=False),
]
MaybeCase = Annotated[
    str | None,
    typer.Argument(
        parser=case, metavar="[CASE]", help="Id of a case, or the number on its form. Default: all.", show_default=False
    ),
]
Center = Annotated[
    str | None,
    typer.Option(
        "--center", parser=center, metavar="ID", help="Only this center, e.g. center:sz01.", show_default=False
    ),
]
