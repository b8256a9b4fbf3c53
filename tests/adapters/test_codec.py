"""The codec: what reading finds, and that its quick way gives exactly what validation gives."""

import json
import pickle
from pathlib import Path
from typing import Any

import pytest
from eventsourcing.persistence import StoredEvent

from caseledger.adapters.codec import decode, encode
from caseledger.adapters.store.errors import LedgerFormatError
from caseledger.adapters.stored_form import form_of
from caseledger.domain.catalogue import EVENTS
from caseledger.domain.event import ENVELOPE_KEYS, Event
from caseledger.domain.opinion.events import OpinionCommented
from caseledger.domain.personal import Clear

SAMPLES = [
    json.loads(line)
    for line in (Path(__file__).parents[1] / "golden" / "events.jsonl").read_text(encoding="utf-8").splitlines()
]
COMMENTED = next(sample for sample in SAMPLES if sample["name"] == "opinion.commented.v1")
ENDED = next(sample for sample in SAMPLES if sample["name"] == "opinion.ended.v1")


def stored(sample: dict[str, Any]) -> StoredEvent:
    return StoredEvent(sample["stream"], sample["version"], sample["name"], json.dumps(sample).encode())


def validated(sample: dict[str, Any]) -> Event:
    return EVENTS[sample["name"]].model_validate({k: v for k, v in sample.items() if k not in ENVELOPE_KEYS})


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda sample: str(sample["name"]))
def test_an_event_reads_as_validation_reads_it(sample: dict[str, Any]) -> None:
    event, other = decode(stored(sample)).event, validated(sample)
    assert event == other
    assert {name: type(value) for name, value in event} == {name: type(value) for name, value in other}
    assert event.model_fields_set == other.model_fields_set
    assert pickle.loads(pickle.dumps(event)) == other  # noqa: S301 - our own bytes
    assert event.model_copy() == other


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda sample: str(sample["name"]))
def test_fields_are_written_as_pydantic_writes_them(sample: dict[str, Any]) -> None:
    event = validated(sample)
    form = form_of(type(event))
    assert form is None or form.write(event) == event.model_dump(mode="json", exclude_none=True)


def test_personal_words_that_are_not_sealed_are_not_written() -> None:
    record = decode(stored(COMMENTED))
    clear = OpinionCommented(occurred_at=record.event.occurred_at, comment=Clear(subject="customer:1", text="王女士"))
    with pytest.raises(TypeError, match="sealed only"):
        encode(record.sealed(clear, record.command_hash))


@pytest.mark.parametrize(
    ("changed", "named"),
    [
        ({"mood": "angry"}, "mood"),
        ({"ending": "in_tears"}, "ending"),
        ({"occurred_at": "yesterday"}, "occurred_at"),
        ({"occurred_at": "2026-03-01T09:30:00"}, "occurred_at"),
        ({"turn": "first"}, "turn"),
        ({"source_status": 7}, "source_status"),
        ({"explanation": {"subject": "customer:1"}}, "explanation"),
        ({"explanation": {"subject": "customer:1", "key": "key:1", "nonce": "", "ct": 7}}, "explanation"),
    ],
)
def test_what_this_release_does_not_know_is_named(changed: dict[str, Any], named: str) -> None:
    with pytest.raises(LedgerFormatError, match=rf"{ENDED['stream']} version {ENDED['version']}.*: .*{named}"):
        decode(stored({**ENDED, **changed}))


def test_a_missing_field_is_named() -> None:
    with pytest.raises(LedgerFormatError, match="ending"):
        decode(stored({name: value for name, value in ENDED.items() if name != "ending"}))


@pytest.mark.parametrize("key", ["recorded_at", "local_date", "actor_id", "actor_role", "command_id", "command_hash"])
def test_bytes_without_their_envelope_are_no_recorded_event(key: str) -> None:
    with pytest.raises(LedgerFormatError, match="no recorded event"):
        decode(stored({name: value for name, value in ENDED.items() if name != key}))
