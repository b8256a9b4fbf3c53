"""What is wrong with a ledger, and how to mend it: one look at everything that it rests on.

Nothing is changed by looking. Quick by default: tables, triggers, settings, order and gaps of all events, the newest
cases in detail. `full` reads every event and compares every fact.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from eventsourcing.persistence import PersistenceError

from ..keystore import keys_beside
from ..store.engine import connect, place
from ..store.reaching import looking
from . import events, facts, keys, order, room, settings, shape, waiting
from .finding import Finding, Severity, fault

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from sqlalchemy import Engine

    from ..facts.reach import Progress
    from ..keystore import KeyStore

__all__ = ["Diagnosis", "Finding", "Severity", "examine", "examine_engine"]


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """What the doctor found, the worst first."""

    findings: tuple[Finding, ...]

    @property
    def is_well(self) -> bool:
        """Whether there is nothing to mend: no fault and no warning."""
        return all(one.severity is Severity.NOTE for one in self.findings)


def examine(url: str, *, full: bool = False, progress: Progress | None = None) -> Diagnosis:
    """Examine the ledger at a URL, with the keys where they are by default; also one that does not open any more.

    Args:
        url: as for `Ledger`.
        full: read every event and compare every fact, not only those of the newest cases.
        progress: called while facts are compared.

    Raises:
        UnsupportedDatabaseError: the URL is none.
    """
    engine = connect(url)
    try:
        return examine_engine(engine, full=full, progress=progress)
    finally:
        engine.dispose()


def examine_engine(
    engine: Engine, *, keystore: KeyStore | None = None, full: bool = False, progress: Progress | None = None
) -> Diagnosis:
    """Examine a ledger; `keystore` is where its keys are, if not in the default place.

    Args:
        engine: of the ledger.
        keystore: left open.
        full: as for `examine`.
        progress: as for `examine`.
    """
    found = list(_tried("opening", engine, lambda: shape.of_place(engine)))
    if not any(one.severity is Severity.FAULT for one in found):
        for check, look in _looks(engine, keystore, full, progress):
            found += _tried(check, engine, look)
    rank = list(Severity)
    return Diagnosis(tuple(sorted(found, key=lambda one: rank.index(one.severity))))


def _looks(
    engine: Engine,
    keystore: KeyStore | None,
    full: bool,  # noqa: FBT001 - private, and named where it is called
    progress: Progress | None,
) -> Iterator[tuple[str, Callable[[], Iterable[Finding]]]]:
    yield "settings", lambda: settings.of(engine)
    yield "tables", lambda: shape.of_tables(engine)
    yield "order", lambda: order.of(engine)
    yield "waiting", lambda: waiting.of(engine)
    yield "events", lambda: events.of(engine, full=full)
    yield "facts", lambda: facts.of(engine, full=full, progress=progress)
    yield "keys", lambda: _keys(engine, keystore, full=full)
    yield "room", lambda: room.of(engine)


def _keys(engine: Engine, keystore: KeyStore | None, *, full: bool) -> list[Finding]:
    if keystore is not None:
        return list(keys.of(engine, keystore, full=full))
    with looking(engine):
        pass  # a database that cannot be reached is not the keys' fault
    own = keys_beside(engine)
    try:
        return list(keys.of(engine, own, full=full))
    finally:
        own.close()


def _tried(check: str, engine: Engine, look: Callable[[], Iterable[Finding]]) -> list[Finding]:
    """A check that cannot be made is itself a finding; the others go on."""
    try:
        return list(look())
    except PersistenceError as error:
        return [fault(check, f"this check could not be made: {error}", place(engine), "mend this, and look again")]
