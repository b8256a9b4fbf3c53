"""Where a follower stands, and moving it: once for each position, whoever races."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING, Any, Final
from weakref import WeakKeyDictionary

from sqlalchemy import bindparam, func, insert, literal_column, select, update

from .errors import OvertakenError, PassingError
from .quick import Quick, together
from .tables import ledger_follower, ledger_set_aside

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy import Connection, Dialect, Engine

_MOVED: Final = ("position", "event", "seen", "at", "commits")
_DIVISION_BY_ZERO: Final = "22012"


@dataclass(frozen=True, slots=True)
class Place:
    """The row of `ledger_follower`; its columns say more."""

    ledger_id: str
    position: int | None
    event: str | None
    seen: int
    at: str
    commits: int
    paused_at: str | None
    gathered_at: str | None

    @property
    def is_built(self) -> bool:
        """Whether the facts were gathered once."""
        return self.position is not None


@dataclass(frozen=True, slots=True)
class Reached:
    """How far a reading of the ledger goes: a position, the digest of its event, and the ledger's last position."""

    position: int
    event: str | None
    seen: int


def find(connection: Connection) -> Place | None:
    """Read the row."""
    row = connection.execute(select(ledger_follower)).one_or_none()
    return None if row is None else Place(*row)


def locked(connection: Connection) -> tuple[Place, frozenset[str]]:
    """Read the row, and then which cases are set aside; other runners wait until the transaction ends.

    Raises:
        PassingError: the row is gone; whoever opens the target next makes it anew.

    """
    with together(connection):  # with the transaction's beginning
        lock = _statements(connection.engine).lock.on(connection)
        # By a statement of its own: it sees what the runner that was waited for has set aside.
        aside = _statements(connection.engine).aside.on(connection)
    row = lock.fetchone()
    if row is None:
        raise PassingError("the target's row in ledger_follower is gone")
    return Place(*row), frozenset(case for (case,) in aside.fetchall())


def begin(connection: Connection, ledger_id: str, at: str) -> None:
    """Say whose facts these will be."""
    connection.execute(insert(ledger_follower).values(ledger_id=ledger_id, seen=0, at=at, commits=0))


def advance(connection: Connection, place: Place, to: Reached | None, at: str) -> tuple[Place, Any]:
    """Count the transaction that is under way and note how far it goes; `None` where it goes no further.

    Give the place, and the cursor that `make_sure` is to judge once what was sent together is answered.
    """
    moved = replace(place, commits=place.commits + 1, at=at)
    if to is not None:
        moved = replace(moved, position=to.position, event=to.event, seen=to.seen)
    return moved, _move(connection, place, moved)


def make_sure(cursor: Any) -> None:  # noqa: ANN401 - the driver's
    """Look whether the follower was moved.

    Raises:
        OvertakenError: another runner was quicker; the caller's transaction must not commit.

    """
    if cursor.rowcount != 1:
        raise OvertakenError("another runner has moved this follower meanwhile")


def move_on(connection: Connection, place: Place, to: Reached, at: str) -> Place:
    """Move a follower on from where it is known to stand, without its row having been read; give the place.

    To be the first statement of its transaction: from then on the row is locked. Where the follower stands elsewhere by
    now, was paused, or facts were committed otherwise, nothing that the transaction writes is committed.

    Raises:
        OvertakenError: so it is. On PostgreSQL the statement itself fails then, as its answer may come with the
            commit's; what it raises is to be told by `overtaken`.

    """
    moved = replace(place, commits=place.commits + 1, at=at, position=to.position, event=to.event, seen=to.seen)
    given = {f"to_{name}": getattr(moved, name) for name in _MOVED}
    cursor = _statements(connection.engine).move_on.on(connection, **given, **_guard(place))
    if connection.dialect.name != "postgresql":
        make_sure(cursor)
    return moved


@contextmanager
def overtaken() -> Iterator[None]:
    """Tell by its own name what `move_on` fails with on PostgreSQL.

    Raises:
        OvertakenError: the follower stands elsewhere.

    """
    try:
        yield
    except Exception as error:
        # In the end it comes translated, with the driver's behind it.
        if _DIVISION_BY_ZERO in {getattr(one, "sqlstate", None) for one in (error, error.__context__)}:
            raise OvertakenError("another runner has moved this follower meanwhile, or it was paused") from None
        raise


def look(connection: Connection, place: Place, seen: int, at: str) -> Place:
    """Note that the ledger was looked at and what its last position was; nothing else has changed."""
    looked = replace(place, seen=seen, at=at)
    _move(connection, place, looked)
    return looked


def pause(connection: Connection, at: str | None) -> None:
    """Let the facts stand still from now on, or (None) follow again; every runner of this target obeys."""
    connection.execute(update(ledger_follower).values(paused_at=at))


def gathering(connection: Connection, at: str | None) -> None:
    """Note that a gathering is at work, or (None) over."""
    connection.execute(update(ledger_follower).values(gathered_at=at))


def _move(connection: Connection, place: Place, to: Place) -> Any:  # noqa: ANN401 - the driver's cursor
    given = {f"to_{name}": value for name, value in asdict(to).items() if name != "ledger_id"}
    return _statements(connection.engine).move.on(connection, **given, **_guard(place))


def _guard(place: Place) -> dict[str, Any]:
    return {"its_ledger": place.ledger_id, "its_commits": place.commits, "its_position": place.position or 0}


class _Statements:
    """What every step asks and tells, in one dialect."""

    def __init__(self, engine: Engine) -> None:
        row = ledger_follower.c
        self.lock = Quick(select(ledger_follower).with_for_update(), engine)
        self.aside = Quick(select(ledger_set_aside.c.case_id), engine)
        # The guard is in the statement: of two that race for a position the second finds no row to move.
        here = func.coalesce(row.position, literal_column("0")) == bindparam("its_position")
        same = (row.ledger_id == bindparam("its_ledger")) & (row.commits == bindparam("its_commits"))
        changes: dict[str, Any] = {
            one.name: bindparam(f"to_{one.name}") for one in ledger_follower.c if one.name != "ledger_id"
        }
        self.move = Quick(update(ledger_follower).where(same, here).values(changes), engine)
        some = {name: changes[name] for name in _MOVED}
        move_on = update(ledger_follower).where(same, here, row.paused_at.is_(None)).values(some)
        if engine.dialect.name == "postgresql":
            moved = move_on.returning(row.ledger_id).cte("moved")
            self.move_on = Quick(select(literal_column("1 / count(*)")).select_from(moved), engine)
        else:
            self.move_on = Quick(move_on, engine)


_made: WeakKeyDictionary[Dialect, _Statements] = WeakKeyDictionary()


def _statements(engine: Engine) -> _Statements:
    """Written once for each engine."""
    found = _made.get(engine.dialect)
    if found is None:
        found = _made[engine.dialect] = _Statements(engine)
    return found
