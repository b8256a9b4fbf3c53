"""What the `eventsourcing` library asks for recorders when `PERSISTENCE_MODULE` names this package."""

from typing import Final, TypeVar

from eventsourcing.persistence import InfrastructureFactory
from eventsourcing.utils import Environment, EnvType, resolve_topic, strtobool

from ...projections.events import ledger_events
from .database import Database
from .engine import LOCK_TIMEOUT, connect
from .mark import LedgerMeta
from .meta import create_ledger, create_snapshot_table, open_ledger
from .recorder import SqlAggregateRecorder, SqlApplicationRecorder
from .tables import ledger_snapshots
from .tracking import SqlProcessRecorder, SqlTrackingRecorder

R = TypeVar("R")


class SqlFactory(InfrastructureFactory[SqlTrackingRecorder]):
    """Makes recorders that share one `Database`.

    Settings (each may be prefixed by the application's name, as everywhere in the library):

    * `CASELEDGER_URL`: where the ledger is, see `connect`. Required.
    * `CASELEDGER_LOCK_TIMEOUT`: seconds a writer waits for its turn; 5 by default.
    * `CASELEDGER_LEDGER_ID`, `CASELEDGER_CREATED_AT`: what a new ledger is to say of itself.
    * `CREATE_TABLE`: `no` refuses to create what is not there; `yes` by default.
    * `ORIGINATOR_ID_TYPE`: `text` by default; `uuid` stores UUIDs as 32 hexadecimal digits and gives UUIDs back.

    Raises:
        OSError: a setting is missing or unusable.
        UnsupportedDatabaseError: the store does not speak the database.
    """

    URL: Final = "CASELEDGER_URL"
    LOCK_TIMEOUT: Final = "CASELEDGER_LOCK_TIMEOUT"
    LEDGER_ID: Final = "CASELEDGER_LEDGER_ID"
    CREATED_AT: Final = "CASELEDGER_CREATED_AT"
    CREATE_TABLE: Final = "CREATE_TABLE"
    ORIGINATOR_ID_TYPE: Final = "ORIGINATOR_ID_TYPE"

    def __init__(self, env: Environment | EnvType | None) -> None:
        super().__init__(env)
        url = self.env.get(self.URL)
        if not url:
            raise OSError(f"set {' or '.join(self.env.create_keys(self.URL))} to the URL of the ledger's database")
        lock_timeout = self._lock_timeout()
        ids = self.env.get(self.ORIGINATOR_ID_TYPE, "text").lower()
        if ids not in {"text", "uuid"}:
            raise OSError(f"{self.ORIGINATOR_ID_TYPE} is text or uuid, not {ids!r}")
        self._uuids: Final = ids == "uuid"
        self.database: Final = Database(connect(url, lock_timeout=lock_timeout), lock_timeout=lock_timeout)
        self._meta: LedgerMeta | None = None

    def open(self) -> LedgerMeta:
        """Make or open the ledger, once; give what it says of itself. Raises as `create_ledger`."""
        if self._meta is None:
            self.database.check_open()  # from here on it has connections, and a fork is told so
            engine = self.database.engine
            if strtobool(self.env.get(self.CREATE_TABLE) or "yes"):
                given = self.env.get(self.LEDGER_ID) or None, self.env.get(self.CREATED_AT) or None
                self._meta = create_ledger(engine, ledger_id=given[0], created_at=given[1])
            else:
                self._meta = open_ledger(engine)
        return self._meta

    def aggregate_recorder(self, purpose: str = "events") -> SqlAggregateRecorder:
        """Make a recorder without an order over all streams, for the `events` or for `snapshots`."""
        table = {"events": ledger_events, "snapshots": ledger_snapshots}.get(purpose)
        if table is None:
            raise ValueError(f"the store records events and snapshots, not {purpose!r}")
        self.open()
        if table is ledger_snapshots and strtobool(self.env.get(self.CREATE_TABLE) or "yes"):
            create_snapshot_table(self.database.engine)
        return SqlAggregateRecorder(self.database, table=table, uuids=self._uuids)

    def application_recorder(self) -> SqlApplicationRecorder:
        """Make the recorder of an application's events."""
        chosen = self._chosen(self.APPLICATION_RECORDER_TOPIC, SqlApplicationRecorder)
        return chosen(self.database, uuids=self._uuids)

    def tracking_recorder(
        self,
        tracking_recorder_class: type[SqlTrackingRecorder] | None = None,
    ) -> SqlTrackingRecorder:
        """Make a recorder of a follower's positions."""
        self.open()
        chosen = tracking_recorder_class or self._chosen(self.TRACKING_RECORDER_TOPIC, SqlTrackingRecorder)
        return chosen(self.database)

    def process_recorder(self) -> SqlProcessRecorder:
        """Make a recorder of events together with the positions that led to them."""
        chosen = self._chosen(self.PROCESS_RECORDER_TOPIC, SqlProcessRecorder)
        return chosen(self.database, uuids=self._uuids)

    def close(self) -> None:
        """Close all connections."""
        self.database.close()

    def _chosen(self, setting: str, known: type[R]) -> type[R]:
        self.open()
        topic = self.env.get(setting)
        if not topic:
            return known
        chosen = resolve_topic(topic)
        if not (isinstance(chosen, type) and issubclass(chosen, known)):
            raise OSError(f"{setting} must name a subclass of {known.__name__}, not {topic}")
        return chosen

    def _lock_timeout(self) -> float:
        given = self.env.get(self.LOCK_TIMEOUT) or str(LOCK_TIMEOUT)
        try:
            seconds = float(given)
        except ValueError:
            seconds = 0.0
        if not 0 < seconds < float("inf"):
            raise OSError(f"{self.LOCK_TIMEOUT} is a number of seconds above 0, not {given!r}")
        return seconds
