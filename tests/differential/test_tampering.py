"""The check finds every kind of tampering with the facts, in every table and column; and a rebuild makes them right."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import Boolean, Column, Integer, MetaData, Table, delete, insert, select, update

from caseledger.adapters.facts import Difference
from caseledger.projections.columntypes import Amount
from caseledger.projections.compile import table_of
from caseledger.projections.facts import ALL
from tests.differential.house import House
from tests.stories import everything

NAMES = [one.name for one in ALL]


@pytest.fixture
def house(database_url: str) -> Iterator[House]:
    """A ledger in which everything has happened."""
    with House(database_url) as made:
        for told in everything():
            made.clock.now = told.at
            made.ledger.do(told.command)
        made.reread()
        assert made.ledger.check().is_clean
        yield made


def tables() -> list[Table]:
    """Every table of facts."""
    return [table_of(one, MetaData()) for one in ALL]


def run(house: House, *statements: Any) -> None:
    """Reach into the database past the ledger."""
    with house.engine.begin() as connection:
        for statement in statements:
            connection.execute(statement)


def first_row(house: House, table: Table) -> dict[str, Any]:
    """One row of a table."""
    with house.engine.connect() as connection:
        return dict(connection.execute(select(table).order_by(*table.primary_key)).mappings().fetchall()[0])


def other(column: Column[Any], value: Any) -> Any:  # noqa: ANN401 - of the column's type
    """A value of the column's type that is not this one; something for nothing, and for a text one that looks alike."""
    match column.type:
        case Boolean():
            return not value
        case Integer():
            return (value or 0) + 1
        case Amount():
            return (value or Decimal(0)) + Decimal("0.01")
        case _:
            return "" if value is None else value[:-1] + ("x" if value[-1:] != "x" else "X")


def found(house: House) -> list[Difference]:
    """What the check finds."""
    report = house.ledger.check()
    assert report.differing == len(report.differences)
    assert report.is_clean == (not report.differences)
    return list(report.differences)


def test_a_changed_value_is_found_whichever_column_it_is_in_and_a_rebuild_makes_it_right(house: House) -> None:
    for table in tables():
        row = first_row(house, table)
        wrong = {column.name: other(column, row[column.name]) for column in table.c if not column.primary_key}
        run(house, update(table).where(*(part == row[part.name] for part in table.primary_key)).values(wrong))
    seen = {one.facts: one for one in found(house)}
    assert set(seen) == set(NAMES)
    for table in tables():
        assert seen[table.name].what == "differs"
        assert set(seen[table.name].columns) == {column.name for column in table.c if not column.primary_key}
    house.ledger.rebuild()
    assert found(house) == []
    assert house.differences() == []


def test_a_value_taken_away_is_found(house: House) -> None:
    for table in tables():
        row = first_row(house, table)
        given = {column.name: None for column in table.c if not column.primary_key and row[column.name] is not None}
        run(house, update(table).where(*(part == row[part.name] for part in table.primary_key)).values(given))
        (difference,) = found(house)
        assert (difference.facts, difference.case, difference.what) == (table.name, row["case_id"], "differs")
        assert set(difference.columns) == set(given)
        house.ledger.rebuild([table.name])


def test_a_removed_row_is_found_and_all_of_them_are_counted(house: House) -> None:
    for table in tables():
        row = first_row(house, table)
        run(house, delete(table).where(*(part == row[part.name] for part in table.primary_key)))
    seen = {one.facts: one for one in found(house)}
    assert set(seen) == set(NAMES)
    assert {one.what for one in seen.values()} == {"missing"}
    house.ledger.rebuild()
    assert found(house) == []
    rows = sum(len(kept) for kept in house.kept().values())
    run(house, *(delete(table) for table in tables()))
    assert house.ledger.check().differing == rows


def test_a_row_too_many_is_found_whether_it_lies_before_between_or_after_the_others(house: House) -> None:
    places = ("!", "opinion:story-10", "~")
    for table in tables():
        row = first_row(house, table)
        run(house, *(insert(table).values({**row, "case_id": case}) for case in places))
    seen = {(one.facts, one.case, one.what) for one in found(house)}
    assert seen == {(name, case, "left over") for name in NAMES for case in places}
    house.ledger.rebuild()
    assert found(house) == []


def test_a_row_under_another_case_is_found_on_both_sides(house: House) -> None:
    for table in tables():
        row = first_row(house, table)
        run(house, update(table).where(table.c.case_id == row["case_id"]).values(case_id=f"{row['case_id']}x"))
    assert {(one.facts, one.what) for one in found(house)} == {
        (name, what) for name in NAMES for what in ("missing", "left over")
    }
