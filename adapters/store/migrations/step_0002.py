"""Format 2, on PostgreSQL: appends go on beside each other, and readers ask how far they may go.

Release 0.1.0 appends one at a time and so reads up to whatever it sees: beside writers of this format its followers
would skip events. So opening does not take this step by itself.
"""

from typing import Final

from .step import Step, statements

_APPEND_ONE: Final = """
CREATE OR REPLACE FUNCTION ledger_append_one(
  its_stream text, its_version integer, its_name text, its_state bytea
) RETURNS bigint LANGUAGE plpgsql AS $append$
DECLARE
  ledger constant bigint := 'ledger_events'::regclass::oid::bigint;
  gate constant bigint := (1667592292::bigint << 32) | ledger;

  place bigint;
BEGIN
  IF current_setting('caseledger.in_flight', true) IS DISTINCT FROM ledger::text THEN
    PERFORM pg_advisory_xact_lock_shared(gate);
    PERFORM pg_advisory_xact_lock_shared(
      (ledger # 1667592294)::bit(32)::int,
      coalesce(pg_sequence_last_value('ledger_events_position_seq'::regclass), 0)::bit(32)::int
    );
    PERFORM set_config('caseledger.in_flight', ledger::text, true);
  END IF;

  place := nextval('ledger_events_position_seq'::regclass);
  INSERT INTO ledger_events (position, stream, version, name, state)
  VALUES (place, its_stream, its_version, its_name, its_state);
  RETURN place;
END
$append$
"""

_APPEND: Final = """
CREATE OR REPLACE FUNCTION ledger_append(
  streams text[], versions integer[], names text[], states bytea[]
) RETURNS bigint LANGUAGE plpgsql AS $append$
DECLARE
  ledger constant bigint := 'ledger_events'::regclass::oid::bigint;
  gate constant bigint := (1667592292::bigint << 32) | ledger;

  draw constant bigint := (1667592293::bigint << 32) | ledger;
  wanted constant integer := cardinality(streams);
  first bigint;
  last bigint;
BEGIN
  IF wanted > 500 THEN
    PERFORM pg_advisory_xact_lock(gate);
  END IF;

  IF current_setting('caseledger.in_flight', true) IS DISTINCT FROM ledger::text THEN
    PERFORM pg_advisory_xact_lock_shared(gate);
    PERFORM pg_advisory_xact_lock_shared(
      (ledger # 1667592294)::bit(32)::int,
      coalesce(pg_sequence_last_value('ledger_events_position_seq'::regclass), 0)::bit(32)::int
    );
    PERFORM set_config('caseledger.in_flight', ledger::text, true);
  END IF;

  BEGIN
    PERFORM pg_advisory_xact_lock(draw);
    LOOP
      WITH drawn AS MATERIALIZED (
        SELECT nextval('ledger_events_position_seq'::regclass) AS place FROM generate_series(1, wanted)
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
"""

_SETTLED: Final = """
CREATE OR REPLACE FUNCTION ledger_settled() RETURNS bigint LANGUAGE plpgsql AS $settled$
DECLARE
  ledger constant bigint := 'ledger_events'::regclass::oid::bigint;
  flight constant bigint := ledger # 1667592294;
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
  drawn := coalesce(pg_sequence_last_value('ledger_events_position_seq'::regclass), 0);
  SELECT
    -- The position with this low half that is nearest to the last one drawn; it may be beyond it by now.
    min(drawn + (objid::bigint - drawn)::bit(32)::int) FILTER (WHERE objsubid = 2),
    max(pid) FILTER (WHERE objsubid = 1)
  INTO lowest, alone
  FROM pg_locks
  WHERE locktype = 'advisory' AND granted
  AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
  AND (
    (objsubid = 2 AND classid::bigint = flight)
    OR (objsubid = 1 AND classid::bigint = 1667592292 AND objid::bigint = ledger AND mode = 'ExclusiveLock')
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
"""

STEP: Final = Step(
    number=2,
    release="0.2.0",
    what="appends go on beside each other, and readers ask how far they may go",
    on={"postgresql": statements(_APPEND_ONE, _APPEND, _SETTLED)},
)
