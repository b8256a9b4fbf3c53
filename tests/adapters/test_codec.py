"""The codec: what reading finds, and that its quick way gives exactly what validation gives."""

import json
import pickle
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest
from eventsourcing.persistence import StoredEvent
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from caseledger.adapters.codec import decode, encode
from caseledger.adapters.store.errors import LedgerFormatError
from caseledger.adapters.stored_form import ENVELOPE, form_of
from caseledger.domain.catalogue import EVENTS
from caseledger.domain.event import ENVELOPE_KEYS, Event
from caseledger.domain.opinion.events import OpinionCommented
from caseledger.domain.personal import Clear, Sealed

SAMPLES = [
    json.loads(line)
    for line in (Path(__file__).parents[1] / "golden" / "events.jsonl").read_text(encoding="utf-8").splitlines()
]
COMMENTED = next(sample for sample in SAMPLES if sample["name"] == "opinion.commented.v1")
LOOSE = {
    "string_pattern_mismatch", "string_too_short", "string_too_long", "greater_than_equal", "less_than", "value_error",
    "decimal_max_places", "decimal_max_digits", "decimal_whole_digits", "finite_number",
}  # fmt: skip
"""What validation asks for and reading does not: patterns and bounds, by pydantic's names for what is wrong."""
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
    assert [name for name, _ in event] == [name for name, _ in other]
    assert all(value.model_fields_set == set(Sealed.model_fields) for _, value in event if isinstance(value, Sealed))
    assert pickle.loads(pickle.dumps(event)) == other  # noqa: S301 - our own bytes
    assert event.model_copy() == other


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda sample: str(sample["name"]))
def test_only_events_with_models_inside_need_validation_to_be_read(sample: dict[str, Any]) -> None:
    form = form_of(EVENTS[sample["name"]])
    if sample["name"] in {"center.registered.v1", "center.policy_adopted.v1"}:
        assert form is None
    else:
        assert form is not None
        assert form.read(json.dumps(sample).encode())[0] == validated(sample)


def test_the_stored_form_of_the_envelope_has_its_keys() -> None:
    assert set(ENVELOPE) == ENVELOPE_KEYS


ANYTHING = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(allow_nan=False),
    st.text(max_size=5),
    st.sampled_from(sorted({str(value) for sample in SAMPLES for value in sample.values()})),
    st.datetimes(timezones=st.sampled_from([UTC, timezone(timedelta(hours=8))])).map(datetime.isoformat),
    st.sampled_from([value for sample in SAMPLES for value in sample.values() if isinstance(value, dict)]),
    st.lists(st.integers(), max_size=2),
)
"""What may stand in the place of a value: of another type, or that of another field."""


@given(sample=st.sampled_from(SAMPLES), data=st.data())
def test_whatever_stands_in_a_field_it_reads_as_validation_reads_it_or_is_looser_in_patterns_and_bounds_alone(
    sample: dict[str, Any], data: st.DataObject
) -> None:
    own = sorted(set(EVENTS[sample["name"]].model_fields))
    name = data.draw(st.sampled_from(own))
    changed = {**sample, name: data.draw(ANYTHING)}
    try:
        other = validated(changed)
    except ValidationError as error:
        alike = type(changed[name]) is type(sample.get(name, changed[name]))
        form_is_right = all(one["type"] in LOOSE for one in error.errors())
        try:
            event = decode(stored(changed)).event
        except LedgerFormatError as refused:
            assert name in str(refused)  # noqa: PT017 - what is raised is one of two right answers
        else:
            assert form_is_right
            assert alike
            assert event.model_fields_set == {key for key in changed if key in own}
    else:
        event = decode(stored(changed)).event
        assert event == other
        assert {key: type(value) for key, value in event} == {key: type(value) for key, value in other}
        assert event.model_fields_set == other.model_fields_set


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


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("source_status", "Closed (by phone)"),
        ("turn", -1),
        ("explanation", {"subject": "Customer 1", "key": "KEY 1", "nonce": "", "ct": ""}),
    ],
)
def test_what_was_recorded_when_patterns_and_bounds_were_looser_still_loads(field: str, value: object) -> None:
    read = getattr(decode(stored({**ENDED, field: value})).event, field)
    assert (vars(read) if isinstance(read, Sealed) else read) == value


def test_an_amount_that_is_none_is_named() -> None:
    agreed = next(sample for sample in SAMPLES if sample["name"] == "order.price_agreed.v1")
    with pytest.raises(LedgerFormatError, match="amount"):
        decode(stored({**agreed, "amount": "a lot"}))


@pytest.mark.parametrize("key", ["policy_name", "policy_version", "policy_digest"])
def test_half_a_policy_is_none(key: str) -> None:
    with pytest.raises(LedgerFormatError):
        decode(stored({name: value for name, value in ENDED.items() if name != key}))


def test_times_with_an_offset_read_as_the_same_moments() -> None:
    here = {"occurred_at": "2026-03-01T17:30:00.000000+08:00", "recorded_at": "2026-03-01T09:31:00.000000+00:00"}
    record = decode(stored({**ENDED, **here}))
    assert record.event.occurred_at == datetime(2026, 3, 1, 9, 30, tzinfo=UTC)
    assert record.event.occurred_at.tzinfo is UTC
    assert record.recorded_at == datetime(2026, 3, 1, 9, 31, tzinfo=UTC)


def test_a_missing_field_is_named() -> None:
    with pytest.raises(LedgerFormatError, match="ending"):
        decode(stored({name: value for name, value in ENDED.items() if name != "ending"}))


@pytest.mark.parametrize("key", ["recorded_at", "local_date", "actor_id", "actor_role", "command_id", "command_hash"])
def test_bytes_without_their_envelope_are_no_recorded_event(key: str) -> None:
    with pytest.raises(LedgerFormatError, match="no recorded event"):
        decode(stored({name: value for name, value in ENDED.items() if name != key}))
