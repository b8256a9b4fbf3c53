"""The codec: a recorded event to the exact bytes that are stored, and back.

One flat JSON object: the event's own fields and the envelope's side by side, so that every database reads any of them
by a single key (paths of several keys differ between engines).
"""

from __future__ import annotations

import json
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from eventsourcing.persistence import JSONTranscoder, Mapper, StoredEvent
from pydantic import ValidationError

from ..domain.canonical import canonical
from ..domain.catalogue import EVENTS
from ..domain.event import ENVELOPE_KEYS, Actor, PolicyRef, Recorded
from ..domain.values import LateReason, utc_text
from .store.errors import LedgerFormatError

if TYPE_CHECKING:
    from eventsourcing.domain import DomainEventProtocol


class EnvelopeMapper(Mapper[str]):
    """The library's mapper between recorded events and stored ones; it needs no transcoder, cipher or compressor."""

    def __init__(self) -> None:
        """Make the mapper; it holds no state."""
        super().__init__(transcoder=JSONTranscoder())

    def to_stored_event(self, domain_event: DomainEventProtocol[str]) -> StoredEvent:
        """Write an event whose personal fields are sealed already."""
        if not isinstance(domain_event, Recorded):
            raise TypeError(f"{type(domain_event).__name__} is not a recorded event")
        return StoredEvent(domain_event.stream, domain_event.version, domain_event.name, encode(domain_event))

    def to_domain_event(self, stored_event: StoredEvent) -> Recorded:
        """Read an event back; its personal fields stay sealed."""
        return decode(stored_event)


def encode(record: Recorded) -> bytes:
    """Write the canonical bytes of a recorded event."""
    state: dict[str, Any] = record.event.model_dump(mode="json", exclude_none=True)
    state |= {
        "stream": record.stream,
        "version": record.version,
        "name": record.name,
        "recorded_at": utc_text(record.recorded_at),
        "local_date": record.local_date.isoformat(),
        "actor_id": record.actor.id,
        "actor_role": str(record.actor.role),
        "command_id": record.command_id,
        "command_hash": record.command_hash,
    }
    if record.actor.center:
        state["actor_center"] = record.actor.center
    if record.policy:
        state["policy_name"] = record.policy.name
        state["policy_version"] = record.policy.version
        state["policy_digest"] = record.policy.digest
    if record.cause:
        state["cause"] = record.cause
    if record.late_reason:
        state["late_reason"] = str(record.late_reason)
    return canonical(state)


def decode(stored: StoredEvent) -> Recorded:
    """Read the bytes of a stored event.

    Raises:
        LedgerFormatError: an event name or field that this release does not know, or bytes that are no event.

    """
    kind = EVENTS.get(stored.topic)
    place = f"{stored.originator_id} version {stored.originator_version}"
    if kind is None:
        raise LedgerFormatError(
            f"{place} holds the event {stored.topic!r}, which this release does not know. "
            "Right would be a release of caseledger that does; nothing was changed."
        )
    try:
        state: dict[str, Any] = json.loads(stored.state)
        own = {key: value for key, value in state.items() if key not in ENVELOPE_KEYS}
        policy = state.get("policy_digest")
        return Recorded(
            stream=str(stored.originator_id),
            version=stored.originator_version,
            event=kind.model_validate(own),
            recorded_at=datetime.fromisoformat(state["recorded_at"]),
            local_date=date.fromisoformat(state["local_date"]),
            actor=Actor(id=state["actor_id"], role=state["actor_role"], center=state.get("actor_center")),
            command_id=state["command_id"],
            command_hash=state["command_hash"],
            policy=PolicyRef(state["policy_name"], state["policy_version"], policy) if policy else None,
            cause=state.get("cause"),
            late_reason=LateReason(state["late_reason"]) if "late_reason" in state else None,
            position=getattr(stored, "id", None),
        )
    except ValidationError as error:
        fields = ", ".join(".".join(map(str, one["loc"])) for one in error.errors(include_input=False))
        raise LedgerFormatError(f"{place} ({stored.topic}) does not read as this release knows it: {fields}") from None
    except (ValueError, KeyError, TypeError, AttributeError):
        raise LedgerFormatError(f"{place} ({stored.topic}) holds bytes that are no recorded event") from None
