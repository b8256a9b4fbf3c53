"""What reports read the stored facts by, where several threads ask for the first time at once."""

from __future__ import annotations

import importlib.util
import sys
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from types import ModuleType

import pytest
from sqlalchemy import FromClause

from caseledger.projections.facts import ALL
from caseledger.projections.reports import sources

THREADS = 8


@pytest.fixture
def untouched(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """The module as it is before anybody has asked it for a table."""
    spec = importlib.util.spec_from_file_location(f"{sources.__package__}.sources_of_the_test", sources.__file__)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    monkeypatch.setitem(sys.modules, spec.name, module)  # dataclasses look their module up
    spec.loader.exec_module(module)
    return module


def test_threads_that_are_the_first_to_read_the_facts_read_the_same_tables(untouched: ModuleType) -> None:
    together = Barrier(THREADS)

    def read() -> list[FromClause]:
        together.wait()
        return [untouched.stored(facts) for facts in ALL]

    pace = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)  # or one thread is often done before the next has begun
    try:
        with ThreadPoolExecutor(THREADS) as threads:
            found = [asked.result() for asked in [threads.submit(read) for _ in range(THREADS)]]
    finally:
        sys.setswitchinterval(pace)
    for tables in zip(*found, strict=True):
        assert all(table is tables[0] for table in tables)
