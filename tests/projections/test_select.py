"""The select that a declaration compiles to says on every database what a plain fold in Python says, row for row."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import ColumnElement, Connection, Engine, MetaData, insert, select

from caseledger.adapters.store.engine import WRITE, connect
from caseledger.projections.compile import occurred_by, recorded_by, select_of, table_of
from caseledger.projections.events import ledger_events
from caseledger.projections.events import metadata as events_metadata
from caseledger.projections.vocabulary import Facts
from tests.projections.made_up import CASES, NAMES, TURNS, Stored, fold, stored

pytestmark = pytest.mark.filterwarnings("ignore:.*fixture.*:hypothesis.errors.HypothesisWarning")

DAYS = ["2026-01-31", "2026-02-01", "2028-02-29"]
TIMES = ["2026-01-31T15:59:59.999999Z", "2026-01-31T16:00:00.000000Z", "2026-02-28T23:59:59.000001Z"]
AWKWARD = [
    "",
    " ",
    "!",
    "=",
    "100000001=x",
    "null",
    "true",
    "false",
    "0",
    "1",
    '"',
    "'",
    "\\",
    '{"a": 1}',
    "a\nb",
    "%s %",
    "噪音🔨",
]
WORDS = st.one_of(
    st.sampled_from(AWKWARD), st.text(st.characters(exclude_characters="\x00", exclude_categories=["Cs"]), max_size=40)
)

FIELDS = st.fixed_dictionaries(
    {
        "turn": st.integers(1, 3),
        "local_date": st.sampled_from(DAYS),
        "occurred_at": st.sampled_from(TIMES),
        "recorded_at": st.sampled_from(TIMES),
        "words": st.none() | WORDS,
        "amount": st.none() | st.decimals(0, 9_999_999_999, places=2).map(lambda one: f"{one:.2f}"),
        "size": st.none() | st.integers(0, 2**20),
        "flag": st.none() | st.booleans(),
        "due_at": st.none() | st.sampled_from(TIMES),
        "way": st.none() | st.sampled_from(["phone", "e-mail", "visit", "true"]),
        "secret": st.none() | st.just({"subject": "customer:1", "key": "k", "nonce": "n", "ct": "c"}),
    }
)
HISTORY = st.lists(st.tuples(st.sampled_from(NAMES), FIELDS), max_size=9)
HISTORIES = st.lists(HISTORY, min_size=1, max_size=4)

SOME = settings(
    deadline=None,  # no test of time
    max_examples=25,
    # Each example is rolled back, so that one database serves them all.
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


@pytest.fixture
def engine(database_url: str) -> Iterator[Engine]:
    engine = connect(database_url)
    events_metadata.create_all(engine)
    yield engine
    engine.dispose()


def rows_of(histories: list[list[tuple[str, dict[str, Any]]]]) -> list[Stored]:
    return [
        stored(f"thing:{number}", version, name, fields)
        for number, history in enumerate(histories)
        for version, (name, fields) in enumerate(history, start=1)
    ]


def told(
    connection: Connection, facts: Facts, events: list[Stored], *only: ColumnElement[bool]
) -> list[tuple[Any, ...]]:
    if events:
        connection.execute(
            insert(ledger_events), [dict(zip(("stream", "version", "name", "state"), e, strict=True)) for e in events]
        )
    return sorted((tuple(row) for row in connection.execute(select_of(facts, *only))), key=repr)


def agree(engine: Engine, facts: Facts, events: list[Stored]) -> None:
    expected = sorted(fold(facts, events), key=repr)
    metadata = MetaData()
    table = table_of(facts, metadata)
    metadata.create_all(engine)
    with engine.execution_options(**{WRITE: True}).connect() as connection:
        transaction = connection.begin()
        found = told(connection, facts, events)
        assert found == expected
        assert [[type(value) for value in row] for row in found] == [[type(value) for value in row] for row in expected]
        connection.execute(insert(table).from_select(list(table.c.keys()), select_of(facts)))
        kept = sorted((tuple(row) for row in connection.execute(select(table))), key=repr)
        transaction.rollback()
    assert kept == expected
    assert [[type(value) for value in row] for row in kept] == [[type(value) for value in row] for row in expected]


@SOME
@given(histories=HISTORIES)
def test_one_row_a_case_is_what_the_fold_says(
    engine: Engine, histories: list[list[tuple[str, dict[str, Any]]]]
) -> None:
    agree(engine, CASES, rows_of(histories))


@SOME
@given(histories=HISTORIES)
def test_one_row_a_turn_is_what_the_fold_says(
    engine: Engine, histories: list[list[tuple[str, dict[str, Any]]]]
) -> None:
    agree(engine, TURNS, rows_of(histories))


@SOME
@given(histories=HISTORIES, moment=st.sampled_from(TIMES))
def test_a_cut_by_time_says_what_the_earlier_events_alone_say(
    engine: Engine, histories: list[list[tuple[str, dict[str, Any]]]], moment: str
) -> None:
    events = rows_of(histories)
    with engine.execution_options(**{WRITE: True}).connect() as connection:
        transaction = connection.begin()
        known = told(connection, CASES, events, recorded_by(moment))
        happened = told(connection, CASES, [], occurred_by(moment))
        transaction.rollback()
    for found, key in ((known, "recorded_at"), (happened, "occurred_at")):
        early = [
            stored(f"thing:{number}", version, name, fields)
            for number, history in enumerate(histories)
            for version, (name, fields) in enumerate(history, start=1)
            if fields[key] <= moment
        ]
        assert found == sorted(fold(CASES, early), key=repr)


def test_what_is_told_in_a_later_turn_keeps_its_letters(engine: Engine) -> None:
    """MySQL encodes it twice over, where it is put together with a number that was cast and no earlier turn says it."""
    silent = {"turn": 1, "local_date": DAYS[0], "occurred_at": TIMES[0], "recorded_at": TIMES[0]}
    opened: dict[str, Any] = dict.fromkeys(("words", "amount", "size", "flag", "due_at", "way", "secret")) | silent
    later = opened | {"turn": 2, "words": "电梯 é"}
    agree(engine, TURNS, rows_of([[("thing.opened.v1", fields) for fields in (opened, opened, later)]]))


def of_one(engine: Engine, *history: tuple[str, dict[str, Any]]) -> dict[str, Any]:
    with engine.execution_options(**{WRITE: True}).connect() as connection:
        transaction = connection.begin()
        (row,) = told(connection, CASES, rows_of([list(history)]))
        transaction.rollback()
    names = [*CASES.key_columns, *(column.name for column in CASES.shown)]
    return dict(zip(names, row, strict=True))


OPENED, CHANGED, NOTED = NAMES


def test_the_last_of_a_field_is_absent_where_the_last_event_does_not_give_it(engine: Engine) -> None:
    row = of_one(
        engine, (OPENED, {"words": "a", "flag": True}), (CHANGED, {"words": "b", "flag": False}), (CHANGED, {})
    )
    assert row["words_of_last_change"] is None
    assert row["words_given"] == "b"
    assert (row["flag"], row["flag_now"], row["flag_given"]) == (True, None, False)


def test_the_tenth_version_is_later_than_the_ninth(engine: Engine) -> None:
    row = of_one(engine, (OPENED, {}), *[(CHANGED, {"words": str(number)}) for number in range(2, 12)])
    assert (row["words_of_first_change"], row["words_of_last_change"]) == ("2", "11")


def test_a_text_that_looks_like_a_boolean_or_a_marker_stays_a_text(engine: Engine) -> None:
    for text in AWKWARD:
        row = of_one(engine, (OPENED, {"words": text}), (CHANGED, {"words": text}))
        assert (row["words"], row["words_of_last_change"], row["words_given"]) == (text, text, text)


def test_a_case_without_the_opening_event_has_no_row(engine: Engine) -> None:
    with engine.execution_options(**{WRITE: True}).connect() as connection:
        transaction = connection.begin()
        assert told(connection, CASES, rows_of([[(NOTED, {"turn": 1})]])) == []
        transaction.rollback()
