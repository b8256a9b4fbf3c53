"""Facts read off events that were fetched into memory are those of a plain fold in Python, and nothing stays behind."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings

from caseledger.adapters.facts.workshop import UnreadableError, Workshop, tools_for
from caseledger.projections.ahead import keys_read
from caseledger.projections.vocabulary import Facts
from tests.projections.made_up import CASES, NAMES, TURNS, Stored, fold, stored
from tests.projections.test_select import HISTORIES, rows_of

TOOLS = tools_for((CASES, TURNS))
OPENED, CHANGED, NOTED = NAMES


@pytest.fixture
def workshop() -> Iterator[Workshop]:
    made = Workshop(TOOLS)
    yield made
    made.close()


def expected(facts: Facts, events: list[Stored]) -> list[tuple[Any, ...]]:
    """What the fold says, in the values that SQLite has for yes and no and for amounts."""
    return sorted((tuple(map(_as_sqlite_has_it, row)) for row in fold(facts, events)), key=repr)


def _as_sqlite_has_it(value: object) -> object:
    match value:
        case bool():
            return int(value)
        case Decimal():
            return f"{value:.2f}"
        case _:
            return value


@settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(histories=HISTORIES)
def test_facts_read_off_events_in_memory_are_what_the_fold_says(
    workshop: Workshop, histories: list[list[tuple[str, dict[str, Any]]]]
) -> None:
    events = rows_of(histories)
    workshop.take(events)
    for facts in (CASES, TURNS):
        assert sorted(workshop.rows(facts.name), key=repr) == expected(facts, events)


def test_with_the_next_cases_the_last_are_forgotten(workshop: Workshop) -> None:
    workshop.take([stored("thing:a", 1, OPENED, {"turn": 1})])
    workshop.take([stored("thing:b", 1, OPENED, {"turn": 1})])
    assert [row[0] for row in workshop.rows(CASES.name)] == ["thing:b"]
    workshop.take([])
    assert workshop.rows(CASES.name) == []


@pytest.mark.parametrize("state", [b'{"words": "\xe5\xbc', b"\xff\xfe{}", b"{'words': 1}"])
def test_events_that_are_no_json_are_refused_without_their_words(workshop: Workshop, state: bytes) -> None:
    workshop.take([stored("thing:a", 1, OPENED, {"turn": 1})])
    with pytest.raises(UnreadableError, match="no JSON or no UTF-8") as refused:
        workshop.take([stored("thing:b", 1, OPENED, {"turn": 1}), ("thing:b", 2, CHANGED, state)])
    assert "words" not in str(refused.value)
    workshop.take([stored("thing:c", 1, OPENED, {"turn": 1})])
    assert [row[0] for row in workshop.rows(CASES.name)] == ["thing:c"]


def test_only_keys_that_facts_are_read_off_are_kept_in_memory() -> None:
    keys = keys_read([CASES, TURNS])
    assert keys == {
        OPENED: ("amount", "due_at", "flag", "local_date", "size", "turn", "way", "words"),
        CHANGED: ("amount", "due_at", "flag", "size", "turn", "way", "words"),
        NOTED: ("due_at", "size", "turn"),
    }
