"""PostgreSQL: the order of the ledger without a queue of its writers.

A sequence is not commit order: of two appends the one with the higher positions may be visible first, and a reader who
passes it never sees the other. So whoever appends says beforehand that it is about to, and readers stop short of it:

* **The writer** takes, inside its transaction, a shared advisory lock whose key is the sequence's last value L: "I am
  in flight, beyond L". Only then does it draw positions. The lock ends with its transaction, once the rows are visible.
* **The reader** takes the sequence's last value H, then looks at who is in flight, then reads the rows in a later
  snapshot, up to H or the lowest L. Whoever drew a position up to H held its lock before: it is still in flight, and
  seen, or done, and its rows are visible.

So writers wait for each other only where they want the same version of a stream, and what any other transaction of the
cluster does stalls nobody. All locks are the transaction's: a lost connection or a pooler in between leaves none.

The positions of one append have none of another's between them: those of several events are drawn under a lock that
lasts no longer than that. A single event is one draw and takes no lock; where it slipped into a block, the block is
drawn again, as gaps are allowed. The lock is given away before the transaction ends by rolling back a subtransaction:
what a sequence gave, it does not take back.

Who must have the ledger alone (an exchange of facts, an append of very many events) takes exclusively the lock
that every writer takes shared: the gate. Release 0.1.0 took it so for each append.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import Connection
from sqlalchemy.engine.interfaces import DBAPICursor

BLOCK: Final = 500
"""Events up to which an append draws its positions beside others; one of more events keeps the others out."""

_SEQUENCE: Final = "'ledger_events_position_seq'::regclass"
_LEDGER: Final = "'ledger_events'::regclass::oid::bigint"
_DRAWN: Final = f"coalesce(pg_sequence_last_value({_SEQUENCE}), 0)"

# A key is two 32-bit numbers. The gate's and the draw's second number is the ledger's table, so that ledgers in two
# schemas of a database do not meet; in flight it is the low half of a position, and the table is mixed into the first.
GATE: Final = 1667592292
DRAW: Final = 1667592293
FLIGHT: Final = 1667592294

KEEP_OUT: Final = f"SELECT pg_advisory_xact_lock(({GATE}::bigint << 32) | {_LEDGER})"
"""Wait until no append is in flight, and keep others out until the transaction ends."""

_KEYS: Final = f"""
  ledger constant bigint := {_LEDGER};
  gate constant bigint := ({GATE}::bigint << 32) | ledger;
"""

# A transaction that appends again is in flight already. The note of it ends when the locks do, at a savepoint too.
_ENTER: Final = f"""
  IF current_setting('caseledger.in_flight', true) IS DISTINCT FROM ledger::text THEN
    PERFORM pg_advisory_xact_lock_shared(gate);
    PERFORM pg_advisory_xact_lock_shared(
      (ledger # {FLIGHT})::bit(32)::int,
      {_DRAWN}::bit(32)::int
    );
    PERFORM set_config('caseledger.in_flight', ledger::text, true);
  END IF;
"""

APPEND_ONE: Final = f"""
CREATE OR REPLACE FUNCTION ledger_append_one(
  its_stream text, its_version integer, its_name text, its_state bytea
) RETURNS bigint LANGUAGE plpgsql AS $append$
DECLARE{_KEYS}
  place bigint;
BEGIN{_ENTER}
  place := nextval({_SEQUENCE});
  INSERT INTO ledger_events (position, stream, version, name, state)
  VALUES (place, its_stream, its_version, its_name, its_state);
  RETURN place;
END
$append$
"""  # noqa: S608  # constants only
"""Append one event; gives its position."""

APPEND: Final = f"""
CREATE OR REPLACE FUNCTION ledger_append(
  streams text[], versions integer[], names text[], states bytea[]
) RETURNS bigint LANGUAGE plpgsql AS $append$
DECLARE{_KEYS}
  draw constant bigint := ({DRAW}::bigint << 32) | ledger;
  wanted constant integer := cardinality(streams);
  first bigint;
  last bigint;
BEGIN
  IF wanted > {BLOCK} THEN
    PERFORM pg_advisory_xact_lock(gate);
  END IF;
{_ENTER}
  BEGIN
    PERFORM pg_advisory_xact_lock(draw);
    LOOP
      WITH drawn AS MATERIALIZED (
        SELECT nextval({_SEQUENCE}) AS place FROM generate_series(1, wanted)
      )
      SELECT min(place), max(place) INTO first, last FROM drawn;
      EXIT WHEN last - first = wanted - 1;
    END LOOP;
    RAISE SQLSTATE 'CL000';
  EXCEPTION WHEN SQLSTATE 'CL000' THEN NULL;  -- the draw's lock is given away, the positions are ours
  END;
  -- In one order whoever appends, so that of two who meet in several streams one waits, and never each for the other.
  INSERT INTO ledger_events (position, stream, version, name, state)
  SELECT first + nth - 1, stream, version, name, state
  FROM unnest(streams, versions, names, states) WITH ORDINALITY AS given (stream, version, name, state, nth)
  ORDER BY stream COLLATE "C", version;
  RETURN first;
END
$append$
"""  # noqa: S608  # constants only
"""Append events; gives the position of the first, the others follow it without gaps."""

_HERE: Final = """locktype = 'advisory' AND granted
  AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
"""

SETTLED: Final = f"""
CREATE OR REPLACE FUNCTION ledger_settled() RETURNS bigint LANGUAGE plpgsql AS $settled$
DECLARE
  ledger constant bigint := {_LEDGER};
  flight constant bigint := ledger # {FLIGHT};
  seen bigint;
  drawn bigint;
  lowest bigint;
  alone integer;
BEGIN
  IF pg_is_in_recovery() THEN
    RAISE EXCEPTION 'a standby server does not know who appends; read the order of a ledger from the primary'
      USING ERRCODE = 'object_not_in_prerequisite_state';
  END IF;
  -- In this order; the rows are read by a later statement.
  SELECT coalesce(max(position), 0) INTO seen FROM ledger_events;
  drawn := {_DRAWN};
  SELECT
    -- The position with this low half that is nearest to the last one drawn; it may be beyond it by now.
    min(drawn + (objid::bigint - drawn)::bit(32)::int) FILTER (WHERE objsubid = 2),
    max(pid) FILTER (WHERE objsubid = 1)
  INTO lowest, alone
  FROM pg_locks
  WHERE {_HERE}  AND (
    (objsubid = 2 AND classid::bigint = flight)
    OR (objsubid = 1 AND classid::bigint = {GATE} AND objid::bigint = ledger AND mode = 'ExclusiveLock')
  );
  IF alone = pg_backend_pid() THEN
    RETURN seen;  -- nobody else is in flight, though the locks of one who was may be a moment behind
  END IF;
  IF alone IS NOT NULL THEN
    RETURN least(seen, lowest);  -- what he draws is beyond all that was seen
  END IF;
  RETURN least(drawn, lowest);
END
$settled$
"""  # noqa: S608  # constants only
"""The position up to which whoever reads the rows from now on sees all that there will ever be."""

FUNCTIONS: Final = (APPEND_ONE, APPEND, SETTLED)

_WAITING: Final = f"""
SELECT locks.pid, activity.xact_start, activity.state, activity.application_name,
       CASE WHEN objsubid = 2 THEN objid::bigint END AS beyond
FROM pg_locks AS locks LEFT JOIN pg_stat_activity AS activity ON activity.pid = locks.pid
WHERE {_HERE}  AND (
  (objsubid = 2 AND classid::bigint = {_LEDGER} # {FLIGHT})
  OR (objsubid = 1 AND classid::bigint = {GATE} AND objid::bigint = {_LEDGER} AND mode = 'ExclusiveLock')
)
ORDER BY activity.xact_start
"""  # noqa: S608  # constants only


@dataclass(frozen=True, slots=True)
class InFlight:
    """A transaction that readers of the ledger's order stop short of.

    Args:
        process: the server process, as `pg_terminate_backend` takes it; none for a prepared transaction.
        since: when the transaction began; none where this account may not know.
        state: what the server says of it, such as `idle in transaction`.
        application: what its client calls itself.
        beyond: readers see no position above this; none for one who has the ledger alone.
    """

    process: int | None
    since: datetime | None
    state: str | None
    application: str | None
    beyond: int | None


def in_flight(connection: Connection) -> Sequence[InFlight]:
    """Say whom readers and followers of the ledger wait for, the oldest first."""
    (drawn,) = connection.exec_driver_sql(f"SELECT {_DRAWN}").one()
    rows = connection.exec_driver_sql(_WAITING, execution_options={"no_parameters": True}).all()
    return [
        InFlight(pid, since, state, application, None if low is None else drawn + _signed(low - drawn))
        for pid, since, state, application, low in rows
    ]


def settled(cursor: DBAPICursor) -> int:
    """Give the position up to which a later select sees every event that there will ever be."""
    cursor.execute("SELECT ledger_settled()")
    position: int = cursor.fetchall()[0][0]
    return position


def _signed(number: int) -> int:
    """The number nearest to zero with the same low 32 bits."""
    return (number + 2**31) % 2**32 - 2**31
