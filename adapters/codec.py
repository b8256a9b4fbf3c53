"""The codec: a recorded event to the exact bytes that are stored, and back.

One flat JSON object: the event's own fields and the envelope's side by side, so that every database reads any of them
by a single key (paths of several keys differ between engines).
"""

from __future__ import annotations

from datetime import date
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from eventsourcing.persistence import JSONTranscoder, Mapper, StoredEvent
from pydantic import ValidationError
from pydantic_core import from_json

from ..domain.canonical import canonical
from ..domain.catalogue import EVENTS
from ..domain.event import Actor, PolicyRef, Recorded
from ..domain.values import LateReason, Role, utc_text
from .store.errors import LedgerFormatError
from .stored_form import form_of, plain_word, read_moment

if TYPE_CHECKING:
    from eventsourcing.domain import DomainEventProtocol

    from ..domain.event import Event
    from .stored_form import StoredForm


class EnvelopeMapper(Mapper[str]):
    """The library's mapper between recorded events and stored ones; it needs no transcoder, cipher or compressor."""

    def __init__(self) -> None:
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
    """Write the canonical bytes of a recorded event.

    Raises:
        TypeError: its personal fields are not sealed.

    """
    event = record.event
    form = form_of(type(event))
    state = form.write(event) if form else event.model_dump(mode="json", exclude_none=True)
    actor = record.actor
    state["stream"] = record.stream
    state["version"] = record.version
    state["name"] = event.name
    state["recorded_at"] = utc_text(record.recorded_at)
    state["local_date"] = record.local_date.isoformat()
    state["actor_id"] = actor.id
    state["actor_role"] = plain_word(actor.role)
    state["command_id"] = record.command_id
    state["command_hash"] = record.command_hash
    if actor.center:
        state["actor_center"] = actor.center
    if record.policy:
        state["policy_name"] = record.policy.name
        state["policy_version"] = record.policy.version
        state["policy_digest"] = record.policy.digest
    if record.cause:
        state["cause"] = record.cause
    if record.late_reason:
        state["late_reason"] = plain_word(record.late_reason)
    return canonical(state)


def decode(stored: StoredEvent) -> Recorded:
    """Read the bytes of a stored event.

    Raises:
        LedgerFormatError: an event name or field that this release does not know, or bytes that are no event.

    """
    kind = EVENTS.get(stored.topic)
    if kind is None:
        raise LedgerFormatError(
            f"{_place(stored)} holds the event {stored.topic!r}, which this release does not know. "
            "Right would be a release of caseledger that does; nothing was changed."
        )
    form = form_of(kind)
    if form is not None:
        try:
            return _read(stored, form)
        except (ArithmeticError, LookupError, TypeError, ValueError):
            pass  # validation reads more than this, or says what is wrong
    try:
        return _validated(stored, kind)
    except ValidationError as error:
        fields = ", ".join(".".join(map(str, one["loc"])) for one in error.errors(include_input=False))
        what = f"does not read as this release knows it: {fields}"
    except (ValueError, KeyError, TypeError, AttributeError):
        what = "holds bytes that are no recorded event"
    raise LedgerFormatError(f"{_place(stored)} ({stored.topic}) {what}")


def _read(stored: StoredEvent, form: StoredForm) -> Recorded:
    """The event by its stored form: the quick way, which is that of nearly all events."""
    event, envelope = form.read(stored.state)
    # Stream, version and name are said by the store as well.
    _, _, _, recorded_at, local_date, actor, role, center, command_id, command_hash, *policy, cause, late = envelope
    if not all(policy) and policy != [None, None, None]:
        raise ValueError("half a policy")
    return Recorded(
        str(stored.originator_id),
        stored.originator_version,
        event,
        recorded_at,
        local_date,
        _actor(actor, role, center),
        command_id,
        command_hash,
        _policy(*policy) if all(policy) else None,
        cause,
        LateReason(late) if late else None,
        getattr(stored, "id", None),
    )


def _validated(stored: StoredEvent, kind: type[Event]) -> Recorded:
    """The event by pydantic's validation, which also says what is wrong, field by field."""
    state: dict[str, Any] = from_json(stored.state)
    take = state.pop
    for key in ("stream", "version", "name"):
        take(key)
    digest = take("policy_digest", None)
    late_reason = take("late_reason", None)
    return Recorded(
        stream=str(stored.originator_id),
        version=stored.originator_version,
        recorded_at=read_moment(take("recorded_at")),
        local_date=date.fromisoformat(take("local_date")),
        actor=_actor(take("actor_id"), take("actor_role"), take("actor_center", None)),
        command_id=take("command_id"),
        command_hash=take("command_hash"),
        policy=_policy(take("policy_name"), take("policy_version"), digest) if digest else None,
        cause=take("cause", None),
        late_reason=LateReason(late_reason) if late_reason else None,
        position=getattr(stored, "id", None),
        event=kind.model_validate(state),
    )


@lru_cache(4096)
def _actor(actor: str, role: str, center: str | None) -> Actor:
    """The same few people act again and again; they are frozen and can be shared."""
    return Actor(id=actor, role=Role(role), center=center)


@lru_cache(256)
def _policy(name: str, version: str, digest: str) -> PolicyRef:
    return PolicyRef(name, version, digest)


def _place(stored: StoredEvent) -> str:
    return f"{stored.originator_id} version {stored.originator_version}"
