"""Where a follower stands, and moving it: once for each position, whoever races."""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING

from sqlalchemy import insert, select, update

from .errors import OvertakenError
from .tables import ledger_follower

if TYPE_CHECKING:
    from sqlalchemy import Connection


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


def find(connection: Connection, *, lock: bool = False) -> Place | None:
    """Read the row; `lock` keeps other runners of the same target waiting until the transaction ends."""
    query = select(ledger_follower)
    row = connection.execute(query.with_for_update() if lock else query).one_or_none()
    return None if row is None else Place(*row)


def begin(connection: Connection, ledger_id: str, at: str) -> None:
    """Say whose facts these will be."""
    connection.execute(insert(ledger_follower).values(ledger_id=ledger_id, seen=0, at=at, commits=0))


def advance(connection: Connection, place: Place, to: Reached | None, at: str) -> Place:
    """Count the transaction that is under way and note how far it goes; `None` where it goes no further.

    Raises:
        OvertakenError: another runner was quicker; the caller's transaction must not commit.

    """
    moved = replace(place, commits=place.commits + 1, at=at)
    if to is not None:
        moved = replace(moved, position=to.position, event=to.event, seen=to.seen)
    # The guard is in the statement: of two that race for a position the second finds no row to move.
    if not _changed(connection, place, asdict(moved)):
        raise OvertakenError("another runner has moved this follower meanwhile")
    return moved


def look(connection: Connection, place: Place, seen: int, at: str) -> None:
    """Note that the ledger was looked at and what its last position was; nothing else has changed."""
    _changed(connection, place, {"seen": seen, "at": at})


def pause(connection: Connection, at: str | None) -> None:
    """Let the facts stand still from now on, or (None) follow again; every runner of this target obeys."""
    connection.execute(update(ledger_follower).values(paused_at=at))


def gathering(connection: Connection, at: str | None) -> None:
    """Note that a gathering is at work, or (None) over."""
    connection.execute(update(ledger_follower).values(gathered_at=at))


def _changed(connection: Connection, place: Place, values: dict[str, object]) -> bool:
    row = ledger_follower.c
    same = (row.ledger_id == place.ledger_id) & (row.commits == place.commits)
    position = row.position.is_(None) if place.position is None else row.position == place.position
    return connection.execute(update(ledger_follower).where(same, position).values(values)).rowcount == 1
