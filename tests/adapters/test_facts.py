from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import Engine, Executable, MetaData, delete, inspect, select, text, update

from caseledger.adapters import facts as facts_module
from caseledger.adapters.facts import Facts, FactsStaleError, RebuildOvertakenError
from caseledger.adapters.facts.marks import ledger_facts
from caseledger.adapters.keystore import MemoryKeyStore
from caseledger.adapters.ledger import Ledger
from caseledger.adapters.store.engine import WRITE, connect
from caseledger.domain.refusal import UnknownCode
from caseledger.projections.compile import table_of
from caseledger.projections.facts import ALL
from caseledger.projections.facts.opinions import OPINIONS
from caseledger.projections.reports import VIEWS
from tests.stories import one_of_each
from tests.telling import SetClock

OPINION_ROWS = table_of(OPINIONS, MetaData())


@pytest.fixture
def engine(database_url: str) -> Iterator[Engine]:
    """The database of a ledger in which everything happened once."""
    clock = SetClock()
    with Ledger(database_url, clock=clock, keys=MemoryKeyStore()) as ledger:
        for told in one_of_each():
            clock.now = told.at
            ledger.do(told.command)
    engine = connect(database_url)
    yield engine
    engine.dispose()


def change(engine: Engine, statement: Executable) -> None:
    with engine.execution_options(**{WRITE: True}).begin() as connection:
        connection.execute(statement)


def rows(engine: Engine) -> list[tuple[Any, ...]]:
    with engine.connect() as connection, connection.begin():
        return [tuple(row) for row in connection.execute(select(OPINION_ROWS))]


def tables(engine: Engine) -> set[str]:
    with engine.connect() as connection:
        return set(inspect(connection).get_table_names())


def test_everything_is_made_when_a_ledger_is_opened_and_nothing_is_stale(engine: Engine) -> None:
    assert {one.name for one in ALL} <= tables(engine)
    with engine.connect() as connection:
        assert set(VIEWS) <= set(inspect(connection).get_view_names())
    assert Facts(engine).stale() == ()


def test_a_ledger_that_has_everything_is_only_looked_at(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    def never(*_: object, **__: object) -> None:
        pytest.fail("it wrote")

    facts = Facts(engine)
    monkeypatch.setattr(facts._reach, "writing", never)
    facts.open()


def test_facts_of_another_declaration_are_noticed_and_rebuilt_when_that_is_cheap(engine: Engine) -> None:
    right = rows(engine)
    change(engine, update(OPINION_ROWS).values(status="as another release had it"))
    change(engine, update(ledger_facts).where(ledger_facts.c.name == OPINIONS.name).values(fingerprint="another"))
    assert Facts(engine).stale() == (OPINIONS.name,)
    Facts(engine).open()
    assert Facts(engine).stale() == ()
    assert rows(engine) == right


def test_facts_of_another_declaration_are_said_loudly_when_a_rebuild_would_take_long(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(facts_module, "CHEAP", 0)
    change(engine, update(ledger_facts).where(ledger_facts.c.name == OPINIONS.name).values(fingerprint="another"))
    before = rows(engine)
    with pytest.raises(FactsStaleError, match=r"fact_opinions were made by another release.*caseledger rebuild"):
        Facts(engine).open()
    assert rows(engine) == before


def test_a_table_whose_columns_changed_is_made_anew_with_the_views_over_it(engine: Engine) -> None:
    right = rows(engine)
    change(engine, update(ledger_facts).where(ledger_facts.c.name == OPINIONS.name).values(shape="narrower"))
    Facts(engine).open()
    assert rows(engine) == right
    with engine.connect() as connection:
        assert connection.execute(text("select count(*) from report_monthly_opinions")).scalar_one() == 1


def test_a_view_whose_select_changed_is_made_anew(engine: Engine) -> None:
    change(engine, text("drop view report_timeliness"))
    change(engine, text("create view report_timeliness as select 1 as one"))
    change(engine, update(ledger_facts).where(ledger_facts.c.name == "report_timeliness").values(fingerprint="another"))
    Facts(engine).open()
    with engine.connect() as connection:
        assert connection.execute(text("select count(*) from report_timeliness where clock = 'plan'")).scalar_one() == 1


def test_a_rebuild_gives_the_same_rows_and_leaves_nothing_behind(engine: Engine) -> None:
    before, there = rows(engine), tables(engine)
    steps: list[tuple[str, int, int]] = []
    done = Facts(engine).rebuild(progress=lambda *step: steps.append(step))
    assert done == tuple(one.name for one in ALL)
    assert rows(engine) == before
    assert tables(engine) == there
    assert (OPINIONS.name, 1, 1) in steps


def test_an_analysts_own_view_works_on_through_a_rebuild(engine: Engine) -> None:
    change(engine, text("create view own as select case_id, status from fact_opinions"))
    change(engine, update(OPINION_ROWS).values(status="wrong"))
    Facts(engine).rebuild([OPINIONS.name])
    with engine.connect() as connection:
        assert connection.execute(text("select status from own")).scalars().all() == ["ended"]


def test_what_a_killed_rebuild_left_is_dropped_by_the_next(engine: Engine) -> None:
    change(engine, text("create table fact_opinions_rebuilt (half integer)"))
    before = rows(engine)
    Facts(engine).rebuild([OPINIONS.name])
    assert rows(engine) == before
    assert "fact_opinions_rebuilt" not in tables(engine)


def test_of_two_rebuilds_of_the_same_facts_the_earlier_one_stops(engine: Engine) -> None:
    before = rows(engine)

    def begin_another(name: str, _done: int, _in_all: int) -> None:
        Facts(engine).rebuild([name])

    with pytest.raises(RebuildOvertakenError, match="another rebuild of fact_opinions"):
        Facts(engine).rebuild([OPINIONS.name], begin_another)
    assert rows(engine) == before
    assert Facts(engine).check().is_clean


def test_facts_that_there_are_not_cannot_be_rebuilt(engine: Engine) -> None:
    with pytest.raises(UnknownCode, match=r"'fact_moons' is not on the list.*fact_opinions"):
        Facts(engine).rebuild(["fact_moons"])


def test_the_check_names_case_and_column_and_shows_no_value(engine: Engine) -> None:
    assert Facts(engine).check().is_clean
    change(engine, update(OPINION_ROWS).values(customer="customer:somebody-else"))
    report = Facts(engine).check()
    (found,) = report.differences
    assert (found.facts, found.case, found.columns, found.what) == (
        "fact_opinions",
        "opinion:story-1",
        ("customer",),
        "differs",
    )
    assert report.differing == 1
    assert "somebody-else" not in repr(report)


def test_the_check_finds_a_row_that_is_missing(engine: Engine) -> None:
    change(engine, delete(OPINION_ROWS))
    (found,) = Facts(engine).check().differences
    assert (found.case, found.what) == ("opinion:story-1", "missing")


@pytest.mark.parametrize("stray", ["a:before-all", "opinion:a", "opinion:z", "zz:behind-all"])
def test_the_check_finds_a_row_that_is_left_over_wherever_it_sorts(engine: Engine, stray: str) -> None:
    change(engine, OPINION_ROWS.insert().values(case_id=stray))
    (found,) = Facts(engine).check().differences
    assert (found.case, found.what) == (stray, "left over")


def test_the_check_reports_its_progress_to_the_end(engine: Engine) -> None:
    steps: list[tuple[str, int, int]] = []
    Facts(engine).check(lambda *step: steps.append(step))
    assert {name for name, done, in_all in steps if done == in_all} >= {OPINIONS.name, "fact_orders", "fact_surveys"}
