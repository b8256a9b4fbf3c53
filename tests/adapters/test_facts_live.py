"""Facts kept in the append's transaction are what the database's own select says, whatever is appended, and however."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from random import Random
from typing import Any

import pytest
from eventsourcing.persistence import StoredEvent
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Connection, Engine, MetaData, insert, select

from caseledger.adapters.facts import Facts
from caseledger.adapters.facts.installing import install
from caseledger.adapters.facts.keeper import Keeper
from caseledger.adapters.store.engine import WRITE, connect
from caseledger.projections.compile import select_of, table_of
from caseledger.projections.events import ledger_events
from caseledger.projections.events import metadata as events_metadata
from tests.projections.made_up import CASES, NAMES, TURNS, Stored, fold, stored
from tests.projections.test_select import HISTORIES, SOME, rows_of

DECLARED = (CASES, TURNS)
TABLES = {one.name: table_of(one, MetaData()) for one in DECLARED}
OPENED, CHANGED, NOTED = NAMES
MANY = 600
"""More cases than one statement names."""


@pytest.fixture
def engine(database_url: str) -> Iterator[Engine]:
    """A database with the made-up facts, and no events yet."""
    engine = connect(database_url)
    events_metadata.create_all(engine)
    with engine.execution_options(**{WRITE: True}).begin() as connection:
        install(connection, [Keeper(one, engine) for one in DECLARED], views={})
    yield engine
    engine.dispose()


def append(connection: Connection, facts: Facts, events: Sequence[Stored]) -> None:
    """Insert events and refresh the facts, as an append does."""
    connection.execute(
        insert(ledger_events), [dict(zip(("stream", "version", "name", "state"), e, strict=True)) for e in events]
    )
    facts.refresh(connection.connection.cursor(), [StoredEvent(*event) for event in events])


def agree(connection: Connection, events: Sequence[Stored]) -> None:
    """The rows in the tables are those of the database's own select, and those of a fold in Python."""
    for one in DECLARED:
        kept = sorted((tuple(row) for row in connection.execute(select(TABLES[one.name]))), key=repr)
        told = sorted((tuple(row) for row in connection.execute(select_of(one))), key=repr)
        assert kept == told
        assert kept == sorted(fold(one, events), key=repr)
        assert [[type(value) for value in row] for row in kept] == [[type(value) for value in row] for row in told]


def in_appends(events: Sequence[Stored], random: Random) -> Iterator[list[Stored]]:
    """The events in any order that keeps each case's own, some at a time."""
    left: dict[str, list[Stored]] = {}
    for event in events:
        left.setdefault(event[0], []).append(event)
    while left:
        some = []
        for _ in range(random.randint(1, 5)):
            if left:
                case = random.choice(list(left))
                some.append(left[case].pop(0))
                left = {case: rest for case, rest in left.items() if rest}
        yield some


@SOME
@given(histories=HISTORIES, random=st.randoms(use_true_random=False))
def test_after_each_append_the_rows_are_what_the_databases_own_select_says(
    engine: Engine, histories: list[list[tuple[str, dict[str, Any]]]], random: Random
) -> None:
    facts = Facts(engine, DECLARED)
    there: list[Stored] = []
    with engine.execution_options(**{WRITE: True}).connect() as connection:
        transaction = connection.begin()
        for some in in_appends(rows_of(histories), random):
            append(connection, facts, some)
            there += some
            agree(connection, there)
        transaction.rollback()


def test_an_append_to_more_cases_than_one_statement_names_leaves_none_out(engine: Engine) -> None:
    facts = Facts(engine, DECLARED)
    first = [stored(f"thing:{number}", 1, OPENED, {"turn": 1, "size": number}) for number in range(MANY)]
    second = [
        stored(f"thing:{number}", version, name, {"turn": 2, "size": number, "flag": True})
        for number in range(MANY)
        for version, name in ((2, CHANGED), (3, NOTED))
    ]
    begins_in_between = [stored("thing:new", 1, OPENED, {"turn": 1})]
    with engine.execution_options(**{WRITE: True}).connect() as connection:
        transaction = connection.begin()
        append(connection, facts, first)
        append(connection, facts, [*second[:MANY], *begins_in_between, *second[MANY:]])
        agree(connection, [*first, *second, *begins_in_between])
        transaction.rollback()


def test_rows_that_the_events_do_not_give_are_gone_after_the_next_append_to_the_case(engine: Engine) -> None:
    facts = Facts(engine, DECLARED)
    events = [stored("thing:noted", 1, NOTED, {"turn": 1}), stored("thing:open", 1, OPENED, {"turn": 1})]
    more = [stored("thing:noted", 2, CHANGED, {"turn": 1}), stored("thing:open", 2, NOTED, {"turn": 1})]
    with engine.execution_options(**{WRITE: True}).connect() as connection:
        transaction = connection.begin()
        append(connection, facts, events)
        for case in ("thing:noted", "thing:open"):
            connection.execute(insert(TABLES[TURNS.name]).values(case_id=case, turn=9))
        connection.execute(insert(TABLES[CASES.name]).values(case_id="thing:noted"))
        append(connection, facts, more)
        agree(connection, [*events, *more])
        transaction.rollback()
