"""How far followers have come: one row each, whose position only ever rises."""

from collections.abc import Sequence
from threading import Event
from time import monotonic, sleep
from typing import Final

from eventsourcing.persistence import (
    IntegrityError,
    ProcessRecorder,
    StoredEvent,
    Tracking,
    TrackingRecorder,
    WaitInterruptedError,
)
from sqlalchemy import Connection, Table
from sqlalchemy.engine.interfaces import DBAPICursor

from ...projections.events import ledger_events
from .database import Database
from .recorder import SqlApplicationRecorder
from .statements import TrackingStatements
from .tables import ledger_tracking

SHORTEST_LOOK: Final = 0.001
LONGEST_LOOK: Final = 0.05
"""Seconds between two looks at a follower's position while waiting for it."""


class SqlTrackingRecorder(TrackingRecorder):
    """Records positions, alone or in the transaction of what the follower wrote.

    A subclass with tables of its own writes them and the position in one `Database.transaction`, by
    `track_within`. Of two workers that race for one position one commits; the other gets an `IntegrityError`
    and nothing of it stays.
    """

    def __init__(self, database: Database) -> None:
        self.database = database
        self.tracking_statements: Final = TrackingStatements(ledger_tracking, database.engine.dialect)

    def insert_tracking(self, tracking: Tracking) -> None:
        """Record a position.

        Raises:
            eventsourcing.persistence.IntegrityError: the follower is there or further already.
        """
        with self.database.transaction(append=False) as connection:
            self.track_within(connection, tracking)

    def track_within(self, connection: Connection, tracking: Tracking) -> None:
        """Record a position inside a transaction that the caller began, and ends.

        Raises:
            eventsourcing.persistence.IntegrityError: the follower is there or further already.
        """
        self.track_on(connection.connection.cursor(), tracking)

    def track_on(self, cursor: DBAPICursor, tracking: Tracking) -> None:
        """Record a position on the cursor of a transaction that has begun. Raises as `track_within`."""
        who, to = tracking.application_name, tracking.notification_id
        cursor.execute(self.tracking_statements.rise, (to, who, to))
        if cursor.rowcount == 1:
            return
        cursor.execute(self.tracking_statements.read, (who,))
        if cursor.fetchone() is not None:
            raise IntegrityError(f"{who} is at position {to} or further already; it only ever rises")
        # Two workers that start a follower at once both get here; the primary key refuses the second.
        cursor.execute(self.tracking_statements.first, (who, to))

    def max_tracking_id(self, application_name: str) -> int | None:
        """Give the follower's position, None if it has none."""
        rows = self.database.read(self.tracking_statements.read, (application_name,))
        return rows[0][0] if rows else None

    def wait(
        self,
        application_name: str,
        notification_id: int | None,
        timeout: float = 1.0,
        interrupt: Event | None = None,
    ) -> None:
        """Wait until the follower is at a position or further; the library's own looks only every 100 ms.

        Raises:
            TimeoutError: it is not there after `timeout` seconds.
            eventsourcing.persistence.WaitInterruptedError: `interrupt` was set before.
        """
        deadline = monotonic() + timeout
        pause = SHORTEST_LOOK
        while not self.has_tracking_id(application_name, notification_id):
            remaining = deadline - monotonic()
            if remaining < 0:
                raise TimeoutError(f"{application_name} did not reach position {notification_id} in {timeout} s")
            if interrupt is None:
                sleep(min(pause, remaining))
            elif interrupt.wait(min(pause, remaining)):
                raise WaitInterruptedError
            pause = min(pause * 2, LONGEST_LOOK)


class SqlProcessRecorder(SqlTrackingRecorder, SqlApplicationRecorder, ProcessRecorder):
    """Records events together with the position of the event that led to them."""

    def __init__(self, database: Database, *, table: Table = ledger_events, uuids: bool = False) -> None:
        SqlApplicationRecorder.__init__(self, database, table=table, uuids=uuids)
        SqlTrackingRecorder.__init__(self, database)

    def insert_events(self, stored_events: Sequence[StoredEvent], **kwargs: object) -> Sequence[int]:
        """Write events, and the position given as `tracking`, all or none. Give the events' positions.

        Raises:
            eventsourcing.persistence.IntegrityError: a stream has one of these versions already, or the follower is
                at this position or further.
            eventsourcing.persistence.OperationalError: lock timeout or lost connection; nothing was acknowledged.
        """
        tracking = kwargs.get("tracking")
        if not stored_events and isinstance(tracking, Tracking):
            self.insert_tracking(tracking)  # an event that led to nothing
        return super().insert_events(stored_events, **kwargs)

    def insert_on(self, cursor: DBAPICursor, stored_events: Sequence[StoredEvent], **kwargs: object) -> list[int]:
        """Write events, and the position given as `tracking`, on the cursor of a transaction that has begun."""
        positions = super().insert_on(cursor, stored_events, **kwargs)
        tracking = kwargs.get("tracking")
        if isinstance(tracking, Tracking):
            self.track_on(cursor, tracking)
        return positions
