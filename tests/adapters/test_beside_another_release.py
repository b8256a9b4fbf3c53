"""A process that still runs an earlier release when a later one has made the facts anew, as in a rolling update."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import Connection, MetaData, select, text, update

from caseledger import Ledger
from caseledger.adapters.facts import Facts
from caseledger.adapters.facts.marks import ledger_facts
from caseledger.adapters.keystore import MemoryKeyStore
from caseledger.adapters.store.engine import WRITE, connect
from caseledger.projections.compile import table_of
from caseledger.projections.facts.opinions import OPINIONS
from tests.stories import COMPLAINT, everything
from tests.telling import SetClock

ROWS = table_of(OPINIONS, MetaData())
OTHERS = {"fingerprint": "of a later release"}
OPINIONS_MARK = ledger_facts.c.name == OPINIONS.name


def other_contents(connection: Connection) -> None:
    """The later release reads the same columns otherwise."""
    connection.execute(update(ROWS).values(department="as the later release has it"))
    connection.execute(update(ledger_facts).where(OPINIONS_MARK).values(OTHERS))


def other_columns(connection: Connection) -> None:
    """The later release's table has a column that the earlier does not know, and must be filled."""
    connection.execute(text("alter table fact_opinions add column brand_new varchar(9) not null default 'later'"))
    connection.execute(update(ledger_facts).where(OPINIONS_MARK).values(OTHERS | {"shape": "wider"}))


@pytest.mark.parametrize("made", [other_contents, other_columns])
def test_it_records_on_leaves_the_other_releases_rows_alone_and_says_that_they_lack_something(
    database_url: str,
    made: Any,  # noqa: ANN401 - one of the two above
) -> None:
    steps, clock = everything()[:8], SetClock()
    engine = connect(database_url)
    with Ledger(database_url, clock=clock, keys=MemoryKeyStore()) as earlier:
        for step in steps[:-1]:
            clock.now = step.at
            earlier.do(step.command)
        with engine.execution_options(**{WRITE: True}).begin() as connection:
            made(connection)
            before = connection.execute(text("select * from fact_opinions")).all()
        clock.now = steps[-1].at
        outcome = earlier.do(steps[-1].command)
        assert outcome.case == COMPLAINT
        with engine.connect() as connection:
            assert connection.execute(text("select * from fact_opinions")).all() == before
            assert connection.execute(select(ledger_facts.c.fingerprint).where(OPINIONS_MARK)).scalar_one() == ""
    assert OPINIONS.name in Facts(engine).stale()
    engine.dispose()
    with Ledger(database_url, keys=MemoryKeyStore()) as whoever_is_next:
        assert whoever_is_next.check().is_clean
