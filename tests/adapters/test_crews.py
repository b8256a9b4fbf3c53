"""The threads that a rebuild and a check work with, on a ledger in a file: many stretches, and what is left of them."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

import pytest

from caseledger.adapters.facts import Facts, reach
from caseledger.adapters.facts.crew import crew_of
from caseledger.adapters.keystore import MemoryKeyStore
from caseledger.adapters.ledger import Ledger
from caseledger.adapters.store.engine import connect
from caseledger.projections.facts.opinions import OPINIONS
from tests.stories import one_of_each
from tests.telling import SetClock

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from sqlalchemy import Engine


@pytest.fixture
def engine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Engine]:
    """A ledger in which everything happened once, read one case at a time by three threads."""
    monkeypatch.setattr(reach, "CASES_A_CHUNK", 1)
    monkeypatch.setattr(reach.Reach, "workers", 3)
    url, clock = f"sqlite:///{tmp_path}/cases.db", SetClock()
    with Ledger(url, clock=clock, keys=MemoryKeyStore()) as ledger:
        for told in one_of_each():
            clock.now = told.at
            ledger.do(told.command)
    engine = connect(url)
    yield engine
    engine.dispose()


def left_of(engine: Engine) -> tuple[int, list[str]]:
    """Connections that are still out, and threads that still run."""
    return engine.pool.checkedout(), [one.name for one in threading.enumerate() if one.name.startswith("facts")]  # type: ignore[attr-defined]  # of a pool that queues


def test_a_rebuild_and_a_check_leave_no_thread_and_no_connection_behind(engine: Engine) -> None:
    facts = Facts(engine)
    facts.rebuild()
    assert left_of(engine) == (0, [])
    assert facts.check().is_clean
    assert left_of(engine) == (0, [])


def test_a_thread_keeps_its_connection_from_one_stretch_to_the_next(engine: Engine) -> None:
    used: dict[str, set[int]] = {}

    def work(_: reach.Stretch) -> None:
        with one.reading() as connection:
            used.setdefault(threading.current_thread().name, set()).add(id(connection.connection.dbapi_connection))

    one = reach.Reach(engine)
    with crew_of(one) as crew:
        for _ in range(5):
            list(crew.side_by_side(work, one.stretches(OPINIONS)))
    assert used
    assert all(len(connections) == 1 for connections in used.values())
    assert len(set.union(*used.values())) == len(used)
    assert left_of(engine) == (0, [])


def test_what_fails_in_a_thread_comes_out_and_ends_the_crew(engine: Engine) -> None:
    class BrokenError(Exception):
        """Said by the test."""

    def work(_: reach.Stretch) -> None:
        with one.reading():
            raise BrokenError

    one = reach.Reach(engine)
    with pytest.raises(BrokenError), crew_of(one) as crew:
        list(crew.side_by_side(work, one.stretches(OPINIONS)))
    assert left_of(engine) == (0, [])
