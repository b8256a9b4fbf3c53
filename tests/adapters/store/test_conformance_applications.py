"""The library's suites of applications and projections, unchanged, on every database; and the list of all its suites.

What the recorders' suites ask is in `test_conformance.py`; what does not apply, and why, in `docs/conformance.md`.
"""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from unittest import TestCase

import pytest
from eventsourcing.persistence import Tracking

# The modules, not their classes: pytest would run every test case it finds by name here.
from eventsourcing.tests import application, persistence, projection
from sqlalchemy import text

from caseledger.adapters.store.database import Database
from caseledger.adapters.store.factory import SqlFactory
from caseledger.adapters.store.tracking import SqlTrackingRecorder
from tests.adapters.store import test_conformance

PAGE = Path(__file__).parents[3] / "docs" / "conformance.md"


class CountersView(SqlTrackingRecorder, projection.EventCountersView):
    """What the projections' suites count, in a table, each count in one transaction with its position."""

    def __init__(self, database: Database) -> None:
        super().__init__(database)
        with database.transaction(append=False) as connection:
            connection.execute(text("CREATE TABLE IF NOT EXISTS counted (kind VARCHAR(20))"))

    def get_created_event_counter(self) -> int:
        return self._count("created")

    def get_subsequent_event_counter(self) -> int:
        return self._count("subsequent")

    def incr_created_event_counter(self, tracking: Tracking) -> None:
        self._increment("created", tracking)

    def incr_subsequent_event_counter(self, tracking: Tracking) -> None:
        self._increment("subsequent", tracking)

    def _count(self, kind: str) -> int:
        with self.database.transaction(write=False) as connection:
            query = text("SELECT count(*) FROM counted WHERE kind = :kind")
            return int(connection.execute(query, {"kind": kind}).scalar_one())

    def _increment(self, kind: str, tracking: Tracking) -> None:
        with self.database.transaction(append=False) as connection:
            self.track_within(connection, tracking)
            connection.execute(text("INSERT INTO counted VALUES (:kind)"), {"kind": kind})


class _Environment:
    """The library's applications are told of their store by the process's environment, or by `env`."""

    expected_factory_topic = "caseledger.adapters.store.factory:SqlFactory"
    view_class = CountersView

    @pytest.fixture(autouse=True)
    def _store(self, database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
        self.env: Any = {
            "PERSISTENCE_MODULE": "caseledger.adapters.store",
            "CASELEDGER_URL": database_url,
            "ORIGINATOR_ID_TYPE": "uuid",
            # An event-sourced projection writes events too: in the same ledger it would follow its own.
            "COUNTERS_CASELEDGER_URL": f"sqlite:///{tmp_path}/counters.db",
        }
        for name, value in self.env.items():
            monkeypatch.setenv(name, value)
        made: list[SqlFactory] = []
        init = SqlFactory.__init__

        def noted(factory: SqlFactory, env: Any) -> None:  # noqa: ANN401 - as the factory's
            made.append(factory)
            init(factory, env)

        monkeypatch.setattr(SqlFactory, "__init__", noted)
        yield
        for factory in made:
            factory.close()  # the suites leave their applications open


class _View(_Environment):
    def construct_event_counters_view(self) -> CountersView:
        return SqlFactory(self.env).tracking_recorder(CountersView)  # type: ignore[return-value]  # what was asked for


_SUITES: dict[str, tuple[type, type[TestCase]]] = {
    "ExampleApplication": (_Environment, application.ExampleApplicationTestCase),
    "Application": (_Environment, application.ApplicationTestCase),
    "View": (_View, projection.EventCountersViewTestCase),
    "Projection": (_Environment, projection.AggregateEventCountersProjectionTestCase),
    "EventSourcedProjection": (_Environment, projection.EventSourcedProjectionTestCase),
}


def _tests_of(suite: type[TestCase]) -> list[str]:
    return [name for name in dir(suite) if name.startswith("test")]


_RUN = [(name, test) for name, (_, suite) in _SUITES.items() for test in _tests_of(suite)]


@pytest.mark.filterwarnings("always:'log' is deprecated:DeprecationWarning")  # what one suite is about
@pytest.mark.parametrize(("name", "test"), _RUN, ids=[f"{name}-{test}" for name, test in _RUN])
def test_the_suite_holds(
    name: str, test: str, database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    given, suite = _SUITES[name]
    case: Any = type(f"{name}OnStore", (given, suite), {"__module__": __name__})(test)
    environment = _Environment._store.__wrapped__(case, database_url, tmp_path, monkeypatch)  # type: ignore[attr-defined]  # pytest's
    next(environment)
    try:
        case.setUp()
        getattr(case, test)()
        case.tearDown()
        case.doCleanups()
    finally:
        next(environment, None)


def test_every_suite_of_the_library_is_run_or_listed_with_its_reason() -> None:
    suites: list[type[Any]] = [suite for _, suite in (*_SUITES.values(), *test_conformance._SUITES.values())]
    run = {suite.__name__ for suite in suites}
    listed = set(re.findall(r"^\| `(\w+)` \|", PAGE.read_text(encoding="utf-8"), re.MULTILINE))
    there = {
        name
        for module in (application, persistence, projection)
        for name, found in vars(module).items()
        if isinstance(found, type) and issubclass(found, TestCase) and found.__module__ == module.__name__
    }
    assert run & listed == set()
    assert run | listed == there
