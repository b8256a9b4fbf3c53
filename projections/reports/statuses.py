"""The words for where a case stands, by its kind: those of the facts' `status` columns."""

from __future__ import annotations

from typing import Final

from ...domain.refusal import UnknownCode

STATUSES: Final = {
    "opinion": ("accepted", "assessed", "dispatched", "planned", "handled", "called_back", "rehandling", "ended"),
    "order": ("requested", "dispatched", "received", "arrived", "completed", "called_back", "ended"),
    "survey": ("approved", "distributed", "returning", "closed"),
}
"""In the order in which a case comes to them."""
WORDS: Final = tuple(dict.fromkeys(word for words in STATUSES.values() for word in words))


def check_status(status: str) -> None:
    """Refuse a word that says of no case where it stands.

    Raises:
        UnknownCode: lists those that do, by kind.

    """
    if status not in WORDS:
        listed = "; ".join(f"{kind}: {', '.join(words)}" for kind, words in STATUSES.items())
        raise UnknownCode(f"{status!r} is no status", rule="OP-21", right=listed, where="status")
