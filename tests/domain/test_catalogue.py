"""The catalogue: names are a storage format, events are flat, a malformed command is told field by field."""

import pickle
import re
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from types import UnionType
from typing import Annotated, Union, get_args, get_origin

import pytest

from caseledger.domain.catalogue import COMMANDS, DECIDERS, EVENTS, KIND_OF, command_from
from caseledger.domain.command import Command
from caseledger.domain.event import ENVELOPE_KEYS, Event
from caseledger.domain.personal import Clear, Personal, Sealed
from caseledger.domain.refusal import InvalidCommand, Refused, UnknownCommand, WrongState
from tests.domain.story import W08, Anything

ACTOR = {"id": "staff:li", "role": "acceptor"}


@pytest.mark.parametrize("name", EVENTS)
def test_stored_name_says_kind_what_happened_and_version(name: str) -> None:
    assert re.fullmatch(r"[a-z]+\.[a-z_]+\.v[1-9][0-9]*", name)
    assert len(name) <= 64
    assert name.partition(".")[0] in {*DECIDERS, "register", "access"}


@pytest.mark.parametrize("event", EVENTS.values())
def test_no_event_takes_a_key_of_the_envelope(event: type[Event]) -> None:
    assert not ENVELOPE_KEYS & set(event.model_fields)
    assert all(re.fullmatch(r"[a-z][a-z0-9_]*", name) for name in event.model_fields)


NESTED = {"center.registered.v1", "center.policy_adopted.v1"}
"""Master data, which no fact reads: estates and the policy's values."""


@pytest.mark.parametrize("event", [event for name, event in EVENTS.items() if name not in NESTED])
def test_what_facts_read_is_flat(event: type[Event]) -> None:
    for name, field in event.model_fields.items():
        assert _flat(field.annotation), f"{event.name} {name}"


def _flat(kind: Anything) -> bool:
    """Whether a field is one JSON word: text, a number, yes or no, a moment; or sealed words, which no fact reads."""
    origin: Anything = get_origin(kind)
    if origin is Annotated:
        return _flat(get_args(kind)[0])
    if origin in {Union, UnionType}:
        return all(_flat(part) for part in get_args(kind))
    return kind in {str, int, bool, Decimal, datetime, Clear, Sealed, type(None)} or issubclass(kind, StrEnum)


@pytest.mark.parametrize("command", COMMANDS.values())
def test_every_command_belongs_to_a_kind_and_names_what_it_is_about(command: type[Command]) -> None:
    assert command.subject_field in command.model_fields
    assert command in DECIDERS[KIND_OF[command]].commands
    assert command.__doc__
    if command.creates:
        assert "center" in command.model_fields


def test_every_command_that_w08_restricts_exists() -> None:
    assert set(W08.authority) <= set(COMMANDS)


@pytest.mark.parametrize("model", [*EVENTS.values(), *COMMANDS.values()])
def test_events_and_commands_are_frozen_and_take_no_unknown_field(model: type[Event] | type[Command]) -> None:
    assert model.model_config.get("frozen")
    assert model.model_config.get("extra") == "forbid"
    assert model.model_config.get("hide_input_in_errors")


class TestCommandFromValues:
    def test_command_is_made_from_its_name_and_plain_values(self) -> None:
        command = command_from(
            "return_survey_form", {"actor": ACTOR, "case": "survey:1", "answers": {"cleaning": "satisfied"}}
        )
        assert command.name == "return_survey_form"
        assert command.occurred_at is None

    def test_unknown_command_is_answered_with_those_there_are(self) -> None:
        with pytest.raises(UnknownCommand, match=r"accept_opinion.*request_order"):
            command_from("accept_order", {})

    def test_each_wrong_field_is_named_and_no_value_repeated(self) -> None:
        values = {"actor": ACTOR, "case": "order:1", "basis": "gift", "amount": 12.5, "note": 7, "colour": "李女士"}
        with pytest.raises(InvalidCommand) as told:
            command_from("agree_price", values)
        assert {field for field, _ in told.value.problems} == {"basis", "amount", "note", "colour"}
        assert "李女士" not in str(told.value)
        assert "caseledger do agree_price --schema" in str(told.value)

    @pytest.mark.parametrize(
        ("field", "given", "told"),
        [
            (
                "customer",
                "张三",
                "lower case letters, digits and . _ : -, beginning with a letter or digit, 64",
            ),
            ("unit", "8F14E45F-CEEA-467F-A51E-1B2C3D4E5F60", "is no id: lower case letters"),
            ("case", "order:1", "is no id of this kind, such as opinion:2026-0001"),
            ("center", "center:SZ01", "is no id of a center, such as center:sz01"),
            ("category", "Noise!", "is no code: lower case letters"),
        ],
    )
    def test_what_an_id_is_is_told_in_words_and_not_as_a_pattern(self, field: str, given: str, told: str) -> None:
        with pytest.raises(InvalidCommand) as refused:
            command_from("accept_opinion", {"actor": ACTOR, field: given})
        said = dict(refused.value.problems)[field]
        assert told in said
        assert "^" not in said
        assert given not in said


def test_refusal_says_where_what_by_which_rule_and_what_would_be_right() -> None:
    refusal = WrongState("it is over", rule="OP-14", right="a new case", where="case")
    assert str(refusal) == "case: it is over (rule OP-14). Right would be: a new case."
    assert str(Refused("it is over", rule="OP-14", right="a new case")).startswith("it is over (rule")


@pytest.mark.parametrize(
    "refusal",
    [
        WrongState("it is over", rule="OP-14", right="a new case", where="case"),
        InvalidCommand("end_order", [("case", "is missing")]),
    ],
)
def test_refusal_crosses_processes_whole(refusal: Refused) -> None:
    again = pickle.loads(pickle.dumps(refusal))  # noqa: S301 - pickled on this line
    assert type(again) is type(refusal)
    assert (str(again), vars(again)) == (str(refusal), vars(refusal))


def test_personal_words_do_not_show_in_logs() -> None:
    words: Personal = Clear(subject="customer:li", text="13800000000")
    assert "13800000000" not in f"{words} {words!r}"
