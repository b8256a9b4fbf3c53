"""Several who read facts anew at the same time: processes of a service that start together after an update."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from threading import Barrier, Event, Thread
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import update

from caseledger.adapters import facts as facts_module
from caseledger.adapters.facts import Facts, RebuildOvertakenError
from caseledger.adapters.facts.marks import begin_rebuild, ledger_facts
from caseledger.adapters.facts.rebuilding import _ours
from caseledger.adapters.keystore import MemoryKeyStore
from caseledger.adapters.ledger import Ledger
from caseledger.adapters.store.engine import WRITE, connect
from caseledger.adapters.store.errors import LockTimeoutError
from caseledger.projections.facts.opinions import OPINIONS
from tests.stories import one_of_each
from tests.telling import SetClock

if TYPE_CHECKING:
    from sqlalchemy import Connection, Engine

NAME = OPINIONS.name


@pytest.fixture
def ledger_url(database_url: str) -> str:
    """A ledger in which everything happened once."""
    clock = SetClock()
    with Ledger(database_url, clock=clock, keys=MemoryKeyStore()) as ledger:
        for told in one_of_each():
            clock.now = told.at
            ledger.do(told.command)
    return database_url


@pytest.fixture
def engine(ledger_url: str) -> Iterator[Engine]:
    engine = connect(ledger_url)
    yield engine
    engine.dispose()


def made_by_another_release(engine: Engine) -> None:
    with engine.execution_options(**{WRITE: True}).begin() as connection:
        connection.execute(update(ledger_facts).values(fingerprint="another"))


def test_all_processes_that_start_at_once_after_an_update_open_the_ledger(ledger_url: str, engine: Engine) -> None:
    made_by_another_release(engine)
    together = Barrier(4)

    def start(_: int) -> None:
        own = connect(ledger_url)
        try:
            facts = Facts(own)
            together.wait()
            facts.open()
        finally:
            own.dispose()

    with ThreadPoolExecutor(4) as processes:
        list(processes.map(start, range(4)))
    assert Facts(engine).stale() == ()
    assert Facts(engine).check().is_clean


def test_whoever_waits_for_a_rebuild_that_was_killed_rebuilds_by_himself(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(facts_module, "ABANDONED", 0.2)
    made_by_another_release(engine)
    facts, rebuild = Facts(engine), Facts.rebuild
    begun: list[str] = []

    def overtaken(self: Facts, names: Sequence[str] | None = None) -> tuple[str, ...]:
        if begun:
            return rebuild(self, names)
        begun.append("and killed")
        raise RebuildOvertakenError("another rebuild has begun")

    monkeypatch.setattr(Facts, "rebuild", overtaken)
    facts.open()
    assert facts.stale() == ()


def test_whoever_is_overtaken_again_and_again_says_so_in_the_end(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(facts_module, "ABANDONED", 0.2)
    made_by_another_release(engine)

    def overtaken(*_: object, **__: object) -> tuple[str, ...]:
        raise RebuildOvertakenError("another rebuild has begun")

    monkeypatch.setattr(Facts, "rebuild", overtaken)
    with pytest.raises(RebuildOvertakenError, match=r"3 times while the ledger was opened.*`caseledger rebuild`"):
        Facts(engine).open()


def test_a_rebuild_never_empties_what_a_later_one_has_gathered(
    ledger_url: str, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The later one comes in wherever the earlier has committed something, and gathers all before it goes on."""
    earlier, later = Facts(engine), Facts(connect(ledger_url))
    gathered, go_on = Event(), Event()

    def wait(*_: object) -> None:
        gathered.set()
        assert go_on.wait(30)

    other = Thread(target=later.rebuild, args=([NAME], wait))
    writing = earlier._reach.writing
    transactions = 0

    @contextmanager
    def interrupted(**how: bool) -> Iterator[Connection]:
        nonlocal transactions
        transactions += 1
        if transactions == 2:
            other.start()
            assert gathered.wait(30)
        with writing(**how) as connection:
            yield connection

    monkeypatch.setattr(earlier._reach, "writing", interrupted)
    with pytest.raises(RebuildOvertakenError):
        earlier.rebuild([NAME])
    go_on.set()
    other.join(30)
    assert later.check().is_clean
    later._reach.engine.dispose()


def test_who_is_overtaken_waits_for_the_later_one_instead_of_overtaking_it(ledger_url: str, engine: Engine) -> None:
    later = Facts(connect(ledger_url))

    def overtake(*_: object) -> None:
        later.rebuild([NAME])

    assert Facts(engine).rebuild([NAME], overtake, wait=True) == (NAME,)
    assert later.check().is_clean
    later._reach.engine.dispose()


def test_several_who_rebuild_again_and_again_all_come_to_an_end(ledger_url: str) -> None:
    def again(_: int) -> int:
        own = connect(ledger_url)
        try:
            return sum(len(Facts(own).rebuild([NAME], wait=True)) for _ in range(4))
        finally:
            own.dispose()

    with ThreadPoolExecutor(3) as processes:
        assert list(processes.map(again, range(3))) == [4, 4, 4]


def test_a_later_one_that_was_killed_is_not_waited_for_for_ever(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(facts_module, "ABANDONED", 0.2)
    facts = Facts(engine)

    def begin_and_die(*_: object) -> None:
        with facts._reach.writing() as connection:
            begin_rebuild(connection, NAME, "killed")

    with pytest.raises(RebuildOvertakenError, match=r"no sign of life for 0.2 s.*caseledger rebuild fact_"):
        facts.rebuild([NAME], begin_and_die, wait=True)
    assert facts.check().is_clean


def test_nobody_takes_the_table_beside_away_while_a_stretch_is_written_into_it(ledger_url: str, engine: Engine) -> None:
    facts = Facts(engine)
    keeper = facts._keepers[NAME]
    with facts._reach.writing() as connection:
        begin_rebuild(connection, NAME, "mine")
    impatient = connect(ledger_url, lock_timeout=1)
    with _ours(facts._reach, keeper, "mine"), pytest.raises(LockTimeoutError):
        Facts(impatient).rebuild([NAME])
    impatient.dispose()
    facts.rebuild([NAME])
    assert facts.check().is_clean
