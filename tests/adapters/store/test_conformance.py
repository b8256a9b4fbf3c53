"""The library's own suites of recorders and factories, unchanged, on every database.

Those of applications and projections are in `test_conformance_applications.py`; what is left out, in
`docs/conformance.md`.
"""

from collections.abc import Iterator

import pytest

# The module, not its classes: pytest would run every test case it finds by name here.
from eventsourcing.tests import persistence as suites
from eventsourcing.utils import Environment

from caseledger.adapters.store import SqlFactory
from caseledger.adapters.store.recorder import SqlAggregateRecorder, SqlApplicationRecorder
from caseledger.adapters.store.tracking import SqlProcessRecorder, SqlTrackingRecorder


class _Store:
    """An empty database for each test, closed afterwards. The suites number streams by UUIDs."""

    env: Environment

    def _open(self, url: str) -> Iterator[None]:
        settings = {
            "PERSISTENCE_MODULE": "caseledger.adapters.store",
            "CASELEDGER_URL": url,
            "ORIGINATOR_ID_TYPE": "uuid",
        }
        self.env = Environment("TestCase", settings)
        self.store = SqlFactory(self.env)
        yield
        self.store.close()


class _Memory(_Store):
    @pytest.fixture(autouse=True)
    def _database(self) -> Iterator[None]:
        yield from self._open("sqlite://")


class _Sqlite(_Store):
    @pytest.fixture(autouse=True)
    def _database(self, sqlite_url: str) -> Iterator[None]:
        yield from self._open(sqlite_url)


class _Postgresql(_Store):
    @pytest.fixture(autouse=True)
    def _database(self, postgresql_url: str) -> Iterator[None]:
        yield from self._open(postgresql_url)


class _Mariadb(_Store):
    @pytest.fixture(autouse=True)
    def _database(self, mariadb_url: str) -> Iterator[None]:
        yield from self._open(mariadb_url)


class _Aggregate(_Store):
    def create_recorder(self) -> SqlAggregateRecorder:
        return self.store.aggregate_recorder()


class _Snapshots(_Store):
    def create_recorder(self) -> SqlAggregateRecorder:
        return self.store.aggregate_recorder("snapshots")


class _Application(_Store):
    def create_recorder(self) -> SqlApplicationRecorder:
        return self.store.application_recorder()


class _Subscribing(_Application):
    def test_insert_subscribe(self) -> None:
        self.optional_test_insert_subscribe()  # type: ignore[attr-defined]  # the suite's, offered to who subscribes


class _Tracking(_Store):
    def create_recorder(self) -> SqlTrackingRecorder:
        return self.store.tracking_recorder()


class _Process(_Store):
    def create_recorder(self) -> SqlProcessRecorder:
        return self.store.process_recorder()


class OwnTrackingRecorder(SqlTrackingRecorder):
    """Named by its topic in the suite."""


class _Factory(_Store):
    def expected_factory_class(self) -> type[SqlFactory]:
        return SqlFactory

    def expected_aggregate_recorder_class(self) -> type[SqlAggregateRecorder]:
        return SqlAggregateRecorder

    def expected_application_recorder_class(self) -> type[SqlApplicationRecorder]:
        return SqlApplicationRecorder

    def expected_tracking_recorder_class(self) -> type[SqlTrackingRecorder]:
        return SqlTrackingRecorder

    def tracking_recorder_subclass(self) -> type[SqlTrackingRecorder]:
        return OwnTrackingRecorder

    def expected_process_recorder_class(self) -> type[SqlProcessRecorder]:
        return SqlProcessRecorder


_SUITES: dict[str, tuple[type, type]] = {
    "Aggregate": (_Aggregate, suites.AggregateRecorderTestCase),
    "Snapshots": (_Snapshots, suites.AggregateRecorderTestCase),
    "Application": (_Subscribing, suites.ApplicationRecorderTestCase),
    "Tracking": (_Tracking, suites.TrackingRecorderTestCase),
    "Process": (_Process, suites.ProcessRecorderTestCase),
    "NonInterleaving": (_Application, suites.NonInterleavingNotificationIDsBaseCase),
    "Factory": (_Factory, suites.InfrastructureFactoryTestCase),
}

for _name, _parts in _SUITES.items():
    for _database in (_Memory, _Sqlite, _Postgresql, _Mariadb):
        _case = f"Test{_name}On{_database.__name__.strip('_')}"
        globals()[_case] = type(_case, (_database, *_parts), {"__module__": __name__})
