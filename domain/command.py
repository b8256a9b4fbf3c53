"""Commands: what may be asked. One definition serves the Python API, the command line and the import."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, ClassVar

from pydantic import BaseModel, ConfigDict, Field

from .event import Actor
from .personal import marked_fields
from .values import ID_LENGTH, Id, LateReason, UtcTime, hashed


class Command(BaseModel):
    """A request to record that something happened.

    `command_id` makes a retry safe: the same id with the same content changes nothing and returns the first events.
    Without one the ledger makes one up, and a retry is a new command. `occurred_at` is when it happened; without it,
    the moment the ledger takes it in. `late_reason` is needed where the two lie more than a day apart (WL-5).
    """

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)
    name: ClassVar[str]
    subject_field: ClassVar[str] = "case"
    """Which field names the case, center or survey that the command is about."""
    creates: ClassVar[bool] = False
    """Whether the command starts a new case."""
    only_follows: ClassVar[bool] = False
    """Whether nobody gives it: it follows from another command on another case."""
    refers_to: ClassVar[tuple[str, ...]] = ()
    """Which fields name other cases that the decision depends on; what is known of them is in the terms."""

    @property
    def referred(self) -> tuple[str, ...]:
        """Ids of the other cases that this command names."""
        return tuple(named for field in self.refers_to if (named := getattr(self, field)) is not None)

    def __repr_args__(self) -> Iterator[tuple[str | None, Any]]:
        """Keep personal words out of logs and tracebacks."""
        hidden = marked_fields(type(self))
        for name, value in super().__repr_args__():
            yield name, "…" if name in hidden and value is not None else value

    def passed_on(self) -> dict[str, Any]:
        """What a command that follows from this one takes over; its id is derived, so that a retry finds it again."""
        first = self.command_id or ""
        derived = f"{first}.2"
        if len(derived) > ID_LENGTH:
            derived = f"cmd:{hashed(first)}.2"
        return {
            "actor": self.actor,
            "command_id": derived,
            "occurred_at": self.occurred_at,
            "late_reason": self.late_reason,
        }

    actor: Actor
    command_id: Id | None = Field(default=None, description="makes a retry safe; made up where absent")
    occurred_at: UtcTime | None = Field(default=None, description="when it happened; now where absent")
    late_reason: LateReason | None = Field(default=None, description="needed where recorded over a day late (WL-5)")
