"""The number register: one small stream per center, kind and month, whose version is the serial on the form."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Final

from .event import Event
from .values import Id

if TYPE_CHECKING:
    from datetime import date, datetime

MARKS: Final = {"opinion": "OP", "order": "SO", "survey": "SV"}
"""The two letters that a form number shows for each kind of case."""


class NumberIssued(Event):
    """A form number was given to a case; saved in one transaction with the case, so that no number is missing."""

    name: ClassVar[str] = "register.number_issued.v1"
    number: str
    case: Id


def register_of(center: str, kind: str, day: date) -> str:
    """The register stream for a center, a kind of case and the month of a local day."""
    return f"register:{center.removeprefix('center:')}:{kind}:{day.year}{day.month:02d}"


def number_of(center: str, kind: str, day: date, serial: int) -> str:
    """The human number on the form: center, kind, month and serial, e.g. `SZ01-OP-202603-0007`."""
    return f"{center.removeprefix('center:').upper()}-{MARKS[kind]}-{day.year}{day.month:02d}-{serial:04d}"


def issue(number: str, case: str, moment: datetime) -> NumberIssued:
    """Record that a number was given to a case."""
    return NumberIssued(occurred_at=moment, number=number, case=case)
