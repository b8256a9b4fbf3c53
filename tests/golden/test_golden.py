"""Stored events are for ever: each name and version ever released has a sample here, and each sample must load."""

from __future__ import annotations

import json
from typing import Any

import pytest
from eventsourcing.persistence import StoredEvent

from caseledger.adapters.codec import decode, encode
from caseledger.adapters.store.errors import LedgerFormatError
from caseledger.domain.catalogue import EVENTS
from caseledger.domain.event import ENVELOPE_KEYS
from tests.golden.add import GOLDEN

LINES = GOLDEN.read_bytes().splitlines()


def stored(line: bytes) -> StoredEvent:
    state: dict[str, Any] = json.loads(line)
    return StoredEvent(state["stream"], state["version"], state["name"], line)


@pytest.mark.parametrize("line", LINES, ids=[json.loads(line)["name"] for line in LINES])
def test_a_sample_loads_and_is_written_back_byte_for_byte(line: bytes) -> None:
    assert encode(decode(stored(line))) == line


def test_every_event_that_can_be_stored_has_a_sample() -> None:
    missing = set(EVENTS) - {json.loads(line)["name"] for line in LINES}
    assert not missing, f"run `python -m tests.golden.add` for {sorted(missing)}"


@pytest.mark.parametrize("name", EVENTS)
def test_an_event_takes_no_key_of_the_envelope_and_keys_stay_plain(name: str) -> None:
    fields = set(EVENTS[name].model_fields)
    assert not fields & ENVELOPE_KEYS
    assert all(field.replace("_", "").isalnum() and field.isascii() for field in fields)


def test_an_event_of_a_later_release_is_refused_by_its_name() -> None:
    with pytest.raises(LedgerFormatError, match=r"opinion:1 version 4.*'opinion.teleported.v1'"):
        decode(StoredEvent("opinion:1", 4, "opinion.teleported.v1", b"{}"))


@pytest.mark.parametrize("state", [b"", b"[]", b"{}", b"\xff", b'{"occurred_at":1}'])
def test_bytes_that_are_no_event_are_named_by_their_place_and_not_repeated(state: bytes) -> None:
    with pytest.raises(LedgerFormatError, match="opinion:1 version 4"):
        decode(StoredEvent("opinion:1", 4, "opinion.commented.v1", state))
