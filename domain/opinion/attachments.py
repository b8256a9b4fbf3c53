"""Originals: letters, photographs, recordings are kept elsewhere and named here by reference and hash (OP-18)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, ClassVar, Final

from pydantic import Field, StringConstraints

from ..checks import moment_of
from ..event import Event
from ..growth import replace
from ..terms import Terms
from ..values import SHA256_PATTERN, Code, Count, Id
from .commands import OfOpinion
from .theme import Theme

if TYPE_CHECKING:
    from .state import OpinionState

Sha256 = Annotated[str, StringConstraints(pattern=SHA256_PATTERN)]
"""A SHA-256 as 64 lower case hexadecimal digits."""


class OriginalAttached(Event):
    """An original belongs to the case: where it is kept, and the SHA-256 of its bytes."""

    name: ClassVar[str] = "opinion.attached.v1"
    attachment: Count
    reference: Id
    sha256: Sha256
    form: Code | None = None


class AttachToOpinion(OfOpinion):
    """Name an original that belongs to the case by reference and hash (OP-18); also after its end."""

    name: ClassVar[str] = "attach_to_opinion"
    reference: Id = Field(description="where it is kept; holds no personal data")
    sha256: Sha256 = Field(description="SHA-256 of its bytes, 64 hexadecimal digits")
    form: Code | None = Field(default=None, description="what it is: letter, photo, recording, wr08-01-04 …")


def _attach(command: AttachToOpinion, state: OpinionState, terms: Terms) -> tuple[Event, ...]:
    return (
        OriginalAttached(
            occurred_at=moment_of(command, terms, since=state.accepted_at),
            attachment=state.attachments + 1,
            reference=command.reference,
            sha256=command.sha256,
            form=command.form,
        ),
    )


def _evolve(state: OpinionState, event: OriginalAttached) -> OpinionState:
    return replace(state, attachments=event.attachment)


THEME: Final = Theme(
    events=(OriginalAttached,),
    answers={AttachToOpinion: _attach},
    evolve=_evolve,
    after_end=frozenset({AttachToOpinion}),
)
