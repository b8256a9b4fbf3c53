"""What may be asked of a ledger: words that could be in it, and months; refused alike on every database."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from typing import Final

from ..domain.refusal import MissingDetail

MOST: Final = 2**31
"""No count or version reaches it; databases differ in what they say to more."""
_NAME: Final = re.compile(r"^[A-Za-z0-9][A-Za-z0-9._:-]{0,63}\Z")
_MONTH: Final = re.compile(r"^(19|2[0-9])[0-9]{2}-(0[1-9]|1[0-2])\Z")


def is_name(text: str) -> bool:
    """Whether it looks like an id or a form number; anything else is in no ledger."""
    return _NAME.match(text) is not None


def check_words(**given: str | None) -> None:
    """Refuse what no id, number or word of the ledger looks like; databases differ in what they say to it."""
    for where, value in given.items():
        if value is not None and not is_name(value):
            raise MissingDetail(
                "is no id, form number or word of the ledger", rule="ids", right="one of them", where=where
            )


def check_month(month: str) -> None:
    """Refuse what is no month, of the years that a ledger may hold (DA-5)."""
    if not _MONTH.match(month):
        raise MissingDetail(f"{month!r} is no month", rule="DA-5", right="a month such as 2026-03", where="month")


def month_before(judged: str, month: str) -> str:
    """Earliest local month that a report needs: its own, or that of `judged` in whichever time zone is furthest behind.

    Args:
        judged: when it is judged what was done, UTC text; a local day may lag it by one.
        month: of the report, `YYYY-MM`.

    """
    moment = datetime.fromisoformat(judged) - timedelta(days=1)
    return min(month, f"{moment:%Y-%m}")
