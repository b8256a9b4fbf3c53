"""What `caseledger --version` says; it needs nothing else of the program."""

from __future__ import annotations

from importlib.metadata import version


def version_line() -> str:
    """The program's name and version."""
    return f"caseledger {version('caseledger')}"
