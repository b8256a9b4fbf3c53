"""What the doctor says: one finding, what it is about, and how to mend it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Severity(StrEnum):
    """How bad it is."""

    FAULT = "fault"
    """The ledger cannot be trusted, or does not work, until this is mended."""
    WARNING = "warning"
    """It works, and something that it rests on is not as it should be."""
    NOTE = "note"
    """Good to know; nothing is wrong."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was found.

    Args:
        severity: how bad it is.
        check: which check found it; a word that does not change.
        what: what is wrong. Ids, names and numbers; no content of any event, no key.
        where: the table, stream, setting or file.
        remedy: what would be right.
    """

    severity: Severity
    check: str
    what: str
    where: str
    remedy: str


def fault(check: str, what: str, where: str, remedy: str) -> Finding:
    """Something that must be mended."""
    return Finding(Severity.FAULT, check, what, where, remedy)


def warning(check: str, what: str, where: str, remedy: str) -> Finding:
    """Something that should be mended."""
    return Finding(Severity.WARNING, check, what, where, remedy)


def note(check: str, what: str, where: str, remedy: str) -> Finding:
    """Something to know."""
    return Finding(Severity.NOTE, check, what, where, remedy)
