"""Events: what happened, and the envelope the ledger records it in."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, Final, NamedTuple

from pydantic import BaseModel, ConfigDict

from .values import CenterId, Id, LateReason, Role, UtcTime

if TYPE_CHECKING:
    from datetime import date, datetime

ENVELOPE_KEYS: Final = frozenset(
    {
        "stream",
        "version",
        "name",
        "recorded_at",
        "local_date",
        "actor_id",
        "actor_role",
        "actor_center",
        "command_id",
        "command_hash",
        "policy_name",
        "policy_version",
        "policy_digest",
        "cause",
        "late_reason",
    }
)
"""Keys of a stored event that are the ledger's own; no event may name a field so (`occurred_at` is the event's)."""


class Event(BaseModel):
    """Something that happened; frozen, past tense. The stored name is explicit and versioned, never a Python path."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)
    name: ClassVar[str]
    occurred_at: UtcTime


class Actor(BaseModel):
    """Who acts, in which role, for which center. The ledger believes its caller; who that is, is the caller's affair.

    `center` may be absent. Where it is named, the roles of a center act on its own cases only (the policy's
    `own_center`).
    """

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)
    id: Id
    role: Role
    center: CenterId | None = None


@dataclass(frozen=True, slots=True)
class PolicyRef:
    """Which policy, in which version and with which exact content, governed a decision."""

    name: str
    version: str
    digest: str


class Recorded(NamedTuple):
    """An event as the ledger holds it: the event and everything that was true when it was taken in.

    `occurred_at` (in the event) is when it happened; `recorded_at` when the ledger took it in; both UTC.
    `local_date` is the day of `occurred_at` in the center's own time zone. `version` counts from 1 within the stream
    and is the order of truth. `cause` names the event or command that led to it, where that is not the command itself.
    """

    stream: str
    version: int
    event: Event
    recorded_at: datetime
    local_date: date
    actor: Actor
    command_id: str
    command_hash: str
    policy: PolicyRef | None = None
    cause: str | None = None
    late_reason: LateReason | None = None
    position: int | None = None

    def sealed(self, event: Event, command_hash: str) -> Recorded:
        """The same record with its event sealed and the hash of its command set."""
        return Recorded(
            self.stream,
            self.version,
            event,
            self.recorded_at,
            self.local_date,
            self.actor,
            self.command_id,
            command_hash,
            *self[8:],
        )

    def placed(self, position: int | None) -> Recorded:
        """The same record with its place in the whole ledger."""
        return Recorded(*self[:-1], position)

    @property
    def originator_id(self) -> str:
        """The stream, by the name the `eventsourcing` library asks for."""
        return self.stream

    @property
    def originator_version(self) -> int:
        """The version, by the name the `eventsourcing` library asks for."""
        return self.version

    @property
    def name(self) -> str:
        """The stored name of the event."""
        return self.event.name
