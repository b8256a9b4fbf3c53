"""Appending to PostgreSQL through the peers' recorders; runs in the peers' environment."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any
from uuid import NAMESPACE_OID, uuid5

from eventsourcing.persistence import InfrastructureFactory, StoredEvent
from eventsourcing.utils import Environment

from .race import race, rows_of

if TYPE_CHECKING:
    from .race import Row, Write

    Given = dict[str, Any]
    Figures = dict[str, Any]

EXTENSION = "eventsourcing_sqlalchemy"


def append(given: Given) -> Figures:
    """Append events one a commit through a recorder of the module that is named."""
    uuids = given["module"] == EXTENSION  # it takes UUIDs only
    env = {
        "PERSISTENCE_MODULE": given["module"],
        "ORIGINATOR_ID_TYPE": "uuid" if uuids else "text",
        "POSTGRES_DBNAME": given["database"],
        "POSTGRES_HOST": given["host"],
        "POSTGRES_PORT": given["port"],
        "POSTGRES_USER": given["user"],
        "POSTGRES_PASSWORD": "",
        "SQLALCHEMY_URL": given["url"],
    }

    def made() -> Any:  # noqa: ANN401 - either library's
        return InfrastructureFactory[Any].construct(Environment("bench", env)).application_recorder()

    def opened() -> Write:
        recorder = made()

        def write(row: Row) -> None:
            event = StoredEvent(*row)
            if uuids:
                event = replace(event, originator_id=uuid5(NAMESPACE_OID, str(event.originator_id)))
            recorder.insert_events([event])

        return write

    made()  # the tables
    return race(given["writers"], rows_of(given["source"], given["events"]), opened)
