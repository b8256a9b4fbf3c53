"""Personal data: marked by type, so that it can be sealed per person and destroyed without touching the record (PD)."""

from __future__ import annotations

from functools import cache
from typing import Annotated, Final, Literal, get_args

from pydantic import BaseModel, ConfigDict

from .values import Id, Text

_FROZEN: Final = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)


class PersonalMark:
    """Marks a field of a command whose text may name or describe a person."""


PersonalText = Annotated[Text, PersonalMark()]
"""Words in a command that may hold a name, a phone number, an address."""


class Clear(BaseModel):
    """Personal words on their way in, with the person (or case) under whose key they will be sealed."""

    model_config = _FROZEN
    subject: Id
    text: Text

    def __repr__(self) -> str:
        """Keep the words out of logs and tracebacks."""
        return f"Clear(subject={self.subject!r}, text=…)"

    __str__ = __repr__


class Sealed(BaseModel):
    """Personal words as stored and as replayed: opaque without the subject's key (AES-GCM, base64url)."""

    model_config = _FROZEN
    subject: Id
    key: Id
    nonce: str
    ct: str


class Erased(BaseModel):
    """What `reveal` answers where the subject's key was destroyed on lawful demand."""

    model_config = _FROZEN
    subject: Id
    erased: Literal[True] = True


Personal = Clear | Sealed
"""A field of an event that may hold personal data."""


@cache
def personal_fields(model: type[BaseModel]) -> tuple[str, ...]:
    """The fields of an event that may hold personal data, by their type."""
    return tuple(name for name, field in model.model_fields.items() if Clear in get_args(field.annotation))


@cache
def marked_fields(model: type[BaseModel]) -> frozenset[str]:
    """The fields of a command that are marked as personal words."""

    def is_marked(annotation: object) -> bool:
        if any(isinstance(mark, PersonalMark) for mark in getattr(annotation, "__metadata__", ())):
            return True
        return any(is_marked(part) for part in get_args(annotation))

    return frozenset(
        name
        for name, field in model.model_fields.items()
        if any(isinstance(mark, PersonalMark) for mark in field.metadata) or is_marked(field.annotation)
    )


def personal(text: str | None, subject: str) -> Clear | None:
    """Mark the words of a command as personal data of `subject`; nothing stays nothing."""
    return None if text is None else Clear(subject=subject, text=text)
