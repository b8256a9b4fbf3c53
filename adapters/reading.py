"""Reading from a ledger's database: rows of a select, several selects of one moment."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final, TypeVar

from sqlalchemy import CompoundSelect, Select, select

from ..domain.refusal import UnknownCase
from ..projections.facts.centers import CENTERS
from ..projections.reports.sources import CENTER, stored

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from .store.database import Database

T = TypeVar("T")

_ALL: Final = select(stored(CENTERS).c.case_id).order_by(stored(CENTERS).c.case_id)
_REGISTERED: Final = _ALL.where(stored(CENTERS).c.case_id == CENTER)
_LISTED: Final = 10


def unregistered(center: str, known: Sequence[str]) -> UnknownCase:
    """The refusal of a center that there is not, with some of those that there are."""
    more = f" and {len(known) - _LISTED} more" if len(known) > _LISTED else ""
    right = f"one of {', '.join(sorted(known)[:_LISTED])}{more}" if known else "register_center first"
    return UnknownCase(f"{center} is not registered", rule="center", right=right, where="center")


class Reading:
    """Reads rows; holds no state but the database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def rows(
        self,
        query: Select[*tuple[Any, ...]] | CompoundSelect[*tuple[Any, ...]],
        make: Callable[[Any], T],
        values: Mapping[str, object],
        center: str | None = None,
    ) -> list[T]:
        """Make something of each row of a select."""
        with self.moment(center) as connection:
            return [make(row) for row in connection.execute(query, values)]

    @contextmanager
    def moment(self, center: str | None = None) -> Iterator[Connection]:
        """Read one moment: all selects of a report see the same commits. A center must be one that there is."""
        with self._database.transaction(write=False) as connection:
            if center is not None and connection.execute(_REGISTERED, {"center": center}).first() is None:
                raise unregistered(center, connection.execute(_ALL).scalars().all())
            yield connection
