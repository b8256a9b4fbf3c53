"""Waiting for the rebuild that overtook this one: it began later, so that it reads all that this one would have read.

Whoever is overtaken does not begin again, or two that repeat themselves would overtake each other for ever.
"""

from __future__ import annotations

from time import sleep
from typing import TYPE_CHECKING, Final

from eventsourcing.persistence import PersistenceError
from sqlalchemy import func, select

from .marks import ledger_facts
from .rebuilding import RebuildOvertakenError

if TYPE_CHECKING:
    from .keeper import Keeper
    from .reach import Reach

A_MOMENT: Final = 0.1


def await_other(reach: Reach, keeper: Keeper, abandoned: float) -> None:
    """Wait until nobody rebuilds these facts any more.

    Args:
        reach: the ledger's database.
        keeper: the facts.
        abandoned: seconds without any row gathered, after which the other is taken for dead.

    Raises:
        RebuildOvertakenError: the other gives no sign of life.

    """
    last, quiet = None, 0.0
    while (sign := _sign(reach, keeper)) is not None:
        quiet = 0.0 if sign != last else quiet + A_MOMENT
        if quiet > abandoned:
            raise RebuildOvertakenError(
                f"another rebuild of {keeper.name} has begun and given no sign of life for {abandoned:g} s; the old "
                f"rows stand. Right would be `caseledger rebuild {keeper.name}`, once the other has ended"
            )
        last = sign
        sleep(A_MOMENT)


def _sign(reach: Reach, keeper: Keeper) -> tuple[str, int] | None:
    """Whose rebuild is under way, and how many rows it has gathered."""
    with reach.reading() as connection:
        whose = connection.execute(select(ledger_facts.c.rebuild).where(ledger_facts.c.name == keeper.name)).scalar()
    if whose is None:
        return None
    try:
        with reach.reading() as connection:
            return whose, connection.execute(select(func.count()).select_from(keeper.shadow)).scalar_one()
    except PersistenceError:  # the table beside is being made, or dropped, at this moment
        return whose, -1
