"""The peers that are the `eventsourcing` library's own, and its SQLAlchemy extension; run in the peers' environment.

The projection is written as the library's documentation writes one: a `Projection` whose view is a tracking recorder,
each event and its position in one transaction. It is spared what ours has to do: its events come from memory (the
library's SQLite module has no subscription, so that its runner cannot read from there), they are only parsed and not
made into classes, and of our tables of facts it keeps one, the opinions.
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

if TYPE_CHECKING:
    from collections.abc import Sequence

    from eventsourcing.domain import DomainEventProtocol
    from eventsourcing.utils import EnvType

    Given = dict[str, Any]
    Figures = dict[str, Any]

EXTENSION: Final = "eventsourcing_sqlalchemy"
ACCEPTED: Final = (
    "center", "number", "kind", "channel", "level", "category", "severity", "estate", "area", "unit", "customer",
    "department", "source", "source_case", "linked_to", "response_due_at", "response_agreed", "plan_due_at",
    "plan_due_provisional", "handling_due_at", "handling_due_early", "calendar", "policy_name", "policy_version",
    "policy_digest",
)  # fmt: skip
LATER: Final = {
    "opinion.responded.v1": "responded_at = :occurred_at",
    "opinion.assessed.v1": (
        "validity = :validity, flow = :flow, assessed_at = :occurred_at, assessed_by = :assessed_by, "
        "severity = coalesce(:severity, severity), status = 'assessed'"
    ),
    "opinion.dispatched.v1": "dispatches = dispatches + 1, handler = :to, status = 'dispatched'",
    "opinion.transferred.v1": "dispatches = dispatches + 1, handler = :to",
    "opinion.plan_proposed.v1": (
        "plans = plans + 1, plan_proposed_at = coalesce(plan_proposed_at, :occurred_at), "
        "status = iif(turns > 1, status, 'planned')"
    ),
    "opinion.plan_approved.v1": "plans = plans + 1",
    "opinion.plan_returned.v1": "plans = plans + 1",
    "opinion.handling_finished.v1": (
        "first_finished_at = coalesce(first_finished_at, :occurred_at), finished_at = :occurred_at, "
        "finished_turn = :turn, handled_at = coalesce(handled_at, :occurred_at), status = 'handled'"
    ),
    "opinion.called_back.v1": (
        "callbacks = callbacks + 1, called_back_at = coalesce(called_back_at, :occurred_at), "
        "called_back_turn = :turn, control_end_at = :occurred_at, status = 'called_back'"
    ),
    "opinion.rehandling_started.v1": (
        "turns = :turn, rehandled_at = coalesce(rehandled_at, :occurred_at), status = 'rehandling'"
    ),
    "opinion.followed_up.v1": "follow_ups = follow_ups + 1",
    "opinion.commented.v1": "comments = comments + 1",
    "opinion.ended.v1": (
        "ended_at = :occurred_at, ended_month = substr(:local_date, 1, 7), ending = :ending, "
        "source_status = :source_status, handled_at = coalesce(handled_at, :occurred_at), status = 'ended'"
    ),
}
OPTIONAL: Final = ("severity", "source_status")
PLAIN: Final = (
    "accepted_on", "month", "accepted_at", "validity", "flow", "assessed_at", "assessed_by", "handler", "responded_at",
    "plan_proposed_at", "rehandled_at", "first_finished_at", "finished_at", "finished_turn", "called_back_at",
    "called_back_turn", "control_end_at", "ended_at", "ended_month", "ending", "source_status", "handled_at", "status",
)  # fmt: skip
COUNTS: Final = ("dispatches", "plans", "turns", "callbacks", "follow_ups", "comments")
INDEXED: Final = ("number", "unit", "customer", "month", "accepted_at", "ended_month", "status")
INSERT: Final = (
    f"INSERT INTO fact_opinions (case_id, {', '.join(ACCEPTED)}, "  # noqa: S608 - constants only
    "turns, accepted_on, month, accepted_at, status) VALUES "
    f"(:stream, {', '.join(f':{name}' for name in ACCEPTED)}, :turn, :local_date, substr(:local_date, 1, 7), "
    ":occurred_at, 'accepted')"
)


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


class OpinionsView(SQLiteTrackingRecorder):
    """One table of facts, kept in the transaction of the position."""

    def __init__(self, datastore: SQLiteDatastore, **kwargs: Any) -> None:  # noqa: ANN401 - the library's
        super().__init__(datastore, **kwargs)
        counts = [f"{name} INTEGER NOT NULL DEFAULT 0" for name in COUNTS]
        columns = ["case_id VARCHAR(64) PRIMARY KEY", *(f"{name} VARCHAR(64)" for name in (*ACCEPTED, *PLAIN)), *counts]
        self.create_table_statements += [
            f"CREATE TABLE fact_opinions ({', '.join(columns)})",
            *(f"CREATE INDEX fact_opinions_{name} ON fact_opinions ({name})" for name in INDEXED),
        ]

    def keep(self, text: str, values: dict[str, Any], tracking: Tracking) -> None:
        """Change a row and the position in one transaction."""
        with self.datastore.transaction(commit=True) as cursor:
            self._insert_tracking(cursor, tracking)
            cursor.execute(text, values)

    def skip(self, tracking: Tracking) -> None:
        """Note the position of an event that changes nothing."""
        self.insert_tracking(tracking)


class Opinions(Projection[OpinionsView]):
    """Folds each event into its row."""

    name = "opinions"

    def process_event(  # type: ignore[override,unused-ignore]  # pyright: ignore[reportIncompatibleVariableOverride]  # the library dispatches by class; here all events are of one
        self,
        domain_event: Any,  # noqa: ANN401 - the library's
        tracking: Tracking,
    ) -> None:
        """Keep what the event says."""
        state = domain_event.state
        name = state["name"]
        if name == "opinion.accepted.v1":
            self.view.keep(INSERT, dict.fromkeys(ACCEPTED) | state, tracking)
        elif name in LATER:
            change = f"UPDATE fact_opinions SET {LATER[name]} WHERE case_id = :stream"  # noqa: S608 - constants only
            self.view.keep(change, dict.fromkeys(OPTIONAL) | state, tracking)
        else:
            self.view.skip(tracking)


def project(given: Given) -> Figures:
    """Follow a slice of a ledger with the stock runner."""
    events = [StoredEvent(*row) for row in _rows(given)]
    Upstream.followed = events
    env = {
        "PERSISTENCE_MODULE": "eventsourcing.popo",
        "ORIGINATOR_ID_TYPE": "text",
        "OPINIONS_PERSISTENCE_MODULE": "eventsourcing.sqlite",
        "OPINIONS_SQLITE_DBNAME": given["path"],
    }
    runner = ProjectionRunner(
        application_class=Upstream, projection_class=Opinions, view_class=OpinionsView, env=env
    )  # its thread begins at once
    started = perf_counter()
    begun_at = runner.view.max_tracking_id("upstream") or 0
    with runner:
        runner.wait(len(events), timeout=3600)
        seconds = perf_counter() - started
        durability = _durability(runner.view.datastore)
    done = len(events) - begun_at
    with closing(sqlite3.connect(given["path"])) as connection:
        (rows,) = connection.execute("SELECT count(*) FROM fact_opinions").fetchone()
    return {"seconds": seconds, "events": done, "rate": done / seconds, "rows": rows, "durability": durability}


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
