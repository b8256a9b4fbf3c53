"""Whether the events stand in order: versions without gaps, positions ascending, the next position beyond the last."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from sqlalchemy import and_, distinct, func, inspect, or_, select

from ...projections.events import ledger_events
from ..store.migrations import family
from ..store.mysql import is_mysql
from ..store.reaching import looking
from ..store.tables import ledger_tracking
from .finding import Finding, fault

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy import Connection, Engine

MOST: Final = 20
"""How many streams are named; where one is wrong, often many are."""

_NEXT: Final = {
    "sqlite": "SELECT seq FROM sqlite_sequence WHERE name = 'ledger_events'",
    "postgresql": "SELECT pg_sequence_last_value(pg_get_serial_sequence('ledger_events', 'position')::regclass)",
    "mariadb": (
        "SELECT auto_increment - 1 FROM information_schema.tables "
        "WHERE table_schema = DATABASE() AND table_name = 'ledger_events'"
    ),
}
_SET_NEXT: Final = {
    "sqlite": "UPDATE sqlite_sequence SET seq = {} WHERE name = 'ledger_events'",
    "postgresql": "SELECT setval('ledger_events_position_seq', {})",
    "mariadb": "ALTER TABLE ledger_events AUTO_INCREMENT = {} + 1",
}
_RESTORE: Final = "events were removed or put in from outside: compare with a backup, and restore it"


def of(engine: Engine) -> Iterator[Finding]:
    """Look at all events, by their index alone."""
    with looking(engine) as connection:
        yield from _versions(connection)
        yield from _positions(connection)
        yield from _next_position(connection)
        if connection.dialect.name == "postgresql":
            yield from _sequence(connection)
        if inspect(connection).has_table(ledger_tracking.name):
            yield from _followers(connection)


def _versions(connection: Connection) -> Iterator[Finding]:
    c = ledger_events.c
    first, last, different = func.min(c.version), func.max(c.version), func.count(distinct(c.version))
    query = select(c.stream, first, last, func.count(), different).group_by(c.stream)
    query = query.having(or_(first != 1, last != func.count(), different != func.count())).order_by(c.stream)
    for stream, lowest, highest, events, versions in connection.execute(query.limit(MOST)):
        if versions != events:
            what = f"{events} events share {versions} versions"
        else:
            what = f"its versions {lowest} to {highest} are {events} events: there is a gap"
        yield fault("versions", what, stream, _RESTORE)


def _positions(connection: Connection) -> Iterator[Finding]:
    before, after = ledger_events.alias("before"), ledger_events.alias("after")
    query = (
        select(after.c.stream, after.c.version, after.c.position, before.c.position)
        .join(before, and_(before.c.stream == after.c.stream, before.c.version == after.c.version - 1))
        .where(before.c.position > after.c.position)
        .order_by(after.c.stream, after.c.version)
    )
    for stream, version, position, earlier in connection.execute(query.limit(MOST)):
        what = f"version {version} has position {position}, below the {earlier} of the version before"
        yield fault("positions", what, stream, "events were put in from outside: a follower may have missed them")


def _next_position(connection: Connection) -> Iterator[Finding]:
    last = connection.execute(select(func.max(ledger_events.c.position))).scalar_one()
    if last is None:
        return
    kind = family(connection.dialect)
    if is_mysql(connection.dialect):
        # It would tell what anybody has looked up within the last day.
        connection.exec_driver_sql("SET SESSION information_schema_stats_expiry = 0")
    given = connection.exec_driver_sql(_NEXT[kind]).scalar_one_or_none()
    if given is None and kind == "mariadb":
        return  # the server's statistics are not there yet
    if (given or 0) < last:
        what = f"the next position would be {(given or 0) + 1}, and {last} is taken"
        yield fault("positions", what, "ledger_events", f"as the tables' owner: {_SET_NEXT[kind].format(last)}")


def _sequence(connection: Connection) -> Iterator[Finding]:
    """A session that keeps positions for later gives out lower ones when followers are past them (decision 10)."""
    query = (
        "SELECT seqcache, seqincrement, seqcycle FROM pg_sequence "
        "WHERE seqrelid = pg_get_serial_sequence('ledger_events', 'position')::regclass"
    )
    for kept, step, cycles in connection.exec_driver_sql(query):
        if (kept, step, cycles) != (1, 1, False):
            what = f"it has CACHE {kept}, INCREMENT {step}{', CYCLE' if cycles else ''}: followers can miss events"
            right = "as the tables' owner: ALTER SEQUENCE ledger_events_position_seq CACHE 1 INCREMENT 1 NO CYCLE"
            yield fault("positions", what, "ledger_events_position_seq", right)


def _followers(connection: Connection) -> Iterator[Finding]:
    last = connection.execute(select(func.max(ledger_events.c.position))).scalar_one() or 0
    ahead = select(ledger_tracking).where(ledger_tracking.c.position > last).order_by(ledger_tracking.c.follower)
    for follower, position in connection.execute(ahead):
        what = f"it is at position {position}, and the ledger ends at {last}: events that it followed are gone"
        yield fault(
            "followers", what, follower, "an older backup was restored: restore the newest, or let it begin anew"
        )
