"""The peers that are the `eventsourcing` library's own, and its SQLAlchemy extension; run in the peers' environment.

The projection is written as the library's documentation writes one: a `Projection` whose view is a tracking recorder,
each event and its position in one transaction. It is spared what ours has to do: its events come from memory (the
library's SQLite module has no subscription, so that its runner cannot read from there), and they are only parsed and
not made into classes. The facts it keeps are in `stock_facts`.
"""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from dataclasses import dataclass, replace
from time import perf_counter
from typing import TYPE_CHECKING, Any, Final
from uuid import NAMESPACE_OID, uuid5

from eventsourcing.application import Application
from eventsourcing.persistence import (
    InfrastructureFactory,
    JSONTranscoder,
    Mapper,
    StoredEvent,
    Tracking,
)
from eventsourcing.projection import Projection, ProjectionRunner
from eventsourcing.sqlite import SQLiteDatastore, SQLiteTrackingRecorder
from eventsourcing.utils import Environment

from .stock_facts import CHANGES, INDICES, KEPT, OPTIONAL, TABLES

if TYPE_CHECKING:
    from collections.abc import Sequence

    from eventsourcing.domain import DomainEventProtocol
    from eventsourcing.utils import EnvType

    Given = dict[str, Any]
    Figures = dict[str, Any]

EXTENSION: Final = "eventsourcing_sqlalchemy"
LOOK_S: Final = 0.01
_ABSENT: Final = dict.fromkeys(OPTIONAL)


@dataclass
class Told:
    """An event as parsed, with the two names that the library asks for."""

    originator_id: str
    originator_version: int
    state: dict[str, Any]


class ParsingMapper(Mapper[str]):
    """Parses the JSON of stored events."""

    def __init__(self) -> None:
        super().__init__(transcoder=JSONTranscoder())

    def to_domain_event(self, stored_event: StoredEvent) -> DomainEventProtocol[str]:
        """Parse the state."""
        told: Any = Told(
            str(stored_event.originator_id), stored_event.originator_version, json.loads(stored_event.state)
        )
        return told  # type: ignore[no-any-return]  # it has what the protocol asks of events


class Upstream(Application[str]):
    """The application whose events are followed; in memory, filled when it is made."""

    name = "upstream"
    followed: Sequence[StoredEvent] = ()

    def __init__(self, env: EnvType | None = None) -> None:
        super().__init__(env)
        self.recorder.insert_events(self.followed)

    def construct_mapper(self) -> Mapper[str]:
        """Parse only."""
        return ParsingMapper()


class FactsView(SQLiteTrackingRecorder):
    """The tables of facts, kept in the transaction of the position."""

    def __init__(self, datastore: SQLiteDatastore, **kwargs: Any) -> None:
        super().__init__(datastore, **kwargs)
        self.create_table_statements += [*TABLES, *INDICES]

    def keep(self, changes: Sequence[str], values: dict[str, Any], tracking: Tracking) -> None:
        """Change rows and the position in one transaction."""
        with self.datastore.transaction(commit=True) as cursor:
            self._insert_tracking(cursor, tracking)
            for change in changes:
                cursor.execute(change, values)


class AllFacts(Projection[FactsView]):
    """Folds each event into its rows."""

    name = "facts"

    def process_event(  # type: ignore[override,unused-ignore]  # pyright: ignore[reportIncompatibleVariableOverride]  # the library dispatches by class; here all events are of one
        self,
        domain_event: Any,  # noqa: ANN401 - the library's
        tracking: Tracking,
    ) -> None:
        """Keep what the event says; one that no fact is read off moves the position only."""
        state = domain_event.state
        self.view.keep(CHANGES.get(state["name"], ()), _ABSENT | state, tracking)


def project(given: Given) -> Figures:
    """Follow a slice of a ledger with the stock runner."""
    events = [StoredEvent(*row) for row in _rows(given)]
    Upstream.followed = events
    env = {
        "PERSISTENCE_MODULE": "eventsourcing.popo",
        "ORIGINATOR_ID_TYPE": "text",
        "FACTS_PERSISTENCE_MODULE": "eventsourcing.sqlite",
        "FACTS_SQLITE_DBNAME": given["path"],
    }
    # Its thread begins at once.
    runner = ProjectionRunner(application_class=Upstream, projection_class=AllFacts, view_class=FactsView, env=env)
    started = perf_counter()
    begun_at = runner.view.max_tracking_id("upstream") or 0
    with runner:
        until(runner, len(events))
        seconds = perf_counter() - started
        durability = _durability(runner.view.datastore)
    done = len(events) - begun_at
    with closing(sqlite3.connect(given["path"])) as connection:
        rows = {name: connection.execute(f"SELECT count(*) FROM {name}").fetchone()[0] for name in KEPT}  # noqa: S608 - constants only
    return {"seconds": seconds, "events": done, "rate": done / seconds, "rows": rows, "durability": durability}


def until(runner: ProjectionRunner[Any, Any], position: int) -> None:
    """Wait until the view has an event. The library's own `wait` looks only every 0.1 to 0.8 s, which would count."""
    while (runner.view.max_tracking_id("upstream") or 0) < position:
        if runner.is_interrupted.wait(LOOK_S):
            runner.wait(position)  # it raises what the projection died of
            return


def append(given: Given) -> Figures:
    """Append events one a commit through a recorder of the library's module that is named."""
    env = {
        "PERSISTENCE_MODULE": given["module"],
        "ORIGINATOR_ID_TYPE": "text",
        "SQLITE_DBNAME": given["path"],
        "SQLALCHEMY_URL": f"sqlite:///{given['path']}",
    }
    events = [StoredEvent(*row) for row in _rows(given)]
    if given["module"] == EXTENSION:  # it takes UUIDs only
        env["ORIGINATOR_ID_TYPE"] = "uuid"
        events = [replace(event, originator_id=uuid5(NAMESPACE_OID, str(event.originator_id))) for event in events]
    factory = InfrastructureFactory[Any].construct(Environment("bench", env))
    recorder = factory.application_recorder()
    started = perf_counter()
    for event in events:
        recorder.insert_events([event])
    seconds = perf_counter() - started
    durability = _durability(getattr(recorder, "datastore", None))
    factory.close()
    return {"seconds": seconds, "events": len(events), "rate": len(events) / seconds, "durability": durability}


def _durability(datastore: Any) -> str:  # noqa: ANN401 - either library's
    said = []
    for name in ("journal_mode", "synchronous"):
        if isinstance(datastore, SQLiteDatastore):
            with datastore.transaction(commit=False) as cursor:
                cursor.execute(f"PRAGMA {name}")
                said.append(f"{name}={cursor.fetchone()[0]}")
        else:
            with datastore.engine.connect() as connection:
                said.append(f"{name}={connection.exec_driver_sql(f'PRAGMA {name}').scalar_one()}")
    return ", ".join(said)


def _rows(given: Given) -> list[tuple[Any, ...]]:
    with closing(sqlite3.connect(given["source"])) as connection:
        query = "SELECT stream, version, name, state FROM ledger_events ORDER BY position LIMIT ?"
        return connection.execute(query, (given["events"],)).fetchall()
