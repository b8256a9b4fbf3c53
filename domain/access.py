"""Access: every look at personal data is on record (PD)."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from pydantic import ValidationError

from .event import Event
from .refusal import MissingDetail
from .values import ID_LENGTH, Code, Id, hashed

if TYPE_CHECKING:
    from datetime import datetime


class PersonalDataRevealed(Event):
    """Someone read the sealed words of a case, up to a version, for a purpose."""

    name: ClassVar[str] = "access.revealed.v1"
    case: Id
    up_to_version: int
    purpose: Code


def access_of(case: str) -> str:
    """The stream that keeps the looks at one case."""
    stream = f"access:{case}"
    return stream if len(stream) <= ID_LENGTH else f"access:{hashed(case)}"


def reveal(case: str, up_to_version: int, purpose: str, moment: datetime) -> PersonalDataRevealed:
    """Record a look.

    Raises:
        MissingDetail: the purpose is no code; anything longer could hold personal data itself.

    """
    try:
        return PersonalDataRevealed(occurred_at=moment, case=case, up_to_version=up_to_version, purpose=purpose)
    except ValidationError:
        raise MissingDetail(
            "is no code for what the look is for",
            rule="PD",
            right="a short word such as callback, audit or complaint-2026",
            where="purpose",
        ) from None
