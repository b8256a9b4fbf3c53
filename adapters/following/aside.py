"""Setting cases aside whose facts cannot be read or written, so that all others go on."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from eventsourcing.persistence import PersistenceError
from sqlalchemy import delete, insert, select, update

from ..facts.rebuilding import RebuildOvertakenError
from .errors import FollowingError, PassingError
from .patience import log
from .tables import ledger_set_aside

if TYPE_CHECKING:
    from sqlalchemy import Connection

REASON_LENGTH: Final = 200
MOST_AT_ONCE: Final = 100
"""If more cases than this fail together, it is not the cases that are at fault."""

_row: Final = ledger_set_aside.c


@dataclass(frozen=True, slots=True)
class SetAside:
    """A case that could not be carried over; its facts are as they were before the event at `position`.

    `reason` holds no value of an event or a row. `at` is when it was last tried (UTC, fixed width).
    """

    case: str
    position: int
    reason: str
    at: str
    attempts: int


def is_of_a_case(error: PersistenceError) -> bool:
    """Whether an error may be one case's fault."""
    return not isinstance(error, FollowingError | RebuildOvertakenError)


def at_fault(cases: Sequence[str], attempt: Callable[[Sequence[str]], None]) -> dict[str, PersistenceError]:
    """Find the cases that fail, by halves; what they failed with, by case.

    Args:
        cases: among which they are.
        attempt: carries some cases over for trial. Given none, it tries all but the cases.

    Raises:
        PassingError: it fails without any case, or with too many: something else is wrong, or a database is away.

    """
    try:
        attempt(())
    except PersistenceError as error:
        if not is_of_a_case(error):
            raise
        raise PassingError(f"no case can be carried over: {error}") from None
    found: dict[str, PersistenceError] = {}
    waiting = [list(cases)]
    while waiting:
        some = waiting.pop()
        try:
            attempt(some)
        except PersistenceError as error:
            if not is_of_a_case(error):
                raise
            if len(some) > 1:
                waiting += [some[: len(some) // 2], some[len(some) // 2 :]]
                continue
            found[some[0]] = error
            if len(found) > MOST_AT_ONCE:
                raise PassingError(f"over {MOST_AT_ONCE} cases cannot be carried over, the last: {error}") from None
    return found


def cases_aside(connection: Connection) -> frozenset[str]:
    """The cases that are set aside."""
    return frozenset(connection.execute(select(_row.case_id)).scalars())


def all_aside(connection: Connection) -> tuple[SetAside, ...]:
    """What is set aside, in the order of positions."""
    rows = connection.execute(select(ledger_set_aside).order_by(_row.position, _row.case_id))
    return tuple(SetAside(*row) for row in rows)


def set_aside(
    connection: Connection, faults: Mapping[str, PersistenceError], positions: Mapping[str, int], at: str
) -> None:
    """Set cases aside, or count another attempt with those that are."""
    for case, error in faults.items():
        reason = f"{type(error).__name__}: {error}"[:REASON_LENGTH]
        again = {"reason": reason, "at": at, "attempts": _row.attempts + 1}
        if not connection.execute(update(ledger_set_aside).where(_row.case_id == case).values(again)).rowcount:
            row = {"case_id": case, "position": positions[case], "reason": reason, "at": at, "attempts": 1}
            connection.execute(insert(ledger_set_aside).values(row))
        log.error("set aside %s: %s", case, reason)


def take_back(connection: Connection, cases: Sequence[str] | None = None) -> None:
    """Cases (all by default) are carried over now."""
    query = delete(ledger_set_aside)
    connection.execute(query if cases is None else query.where(_row.case_id.in_(cases)))
