"""What the ledger says: rows of facts by the one select, over chosen cases, and which cases changed."""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import sha256
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import bindparam, func, literal_column, select

from ...projections.compile import select_of
from ...projections.events import ledger_events
from ..facts.keeper import chunks
from .errors import UnreadableError
from .place import Reached
from .quick import Quick

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import Connection, Engine

    from ...projections.vocabulary import Facts as Declaration
    from .place import Place
    from .values import Row

_E: Final = ledger_events.c


class Teller:
    """Reads one declaration's rows off the events of whole cases.

    Args:
        declaration: the facts.
        engine: the ledger's, in whose dialect the selects are written.

    """

    def __init__(self, declaration: Declaration, engine: Engine) -> None:
        self.declaration: Final = declaration
        self.names: Final = frozenset(declaration.event_names)
        self._engine = engine
        self._of_cases: dict[int, Quick] = {}
        self._of_stretch: Quick | None = None

    def concerns(self, case: str) -> bool:
        """Whether the facts are about cases of this kind."""
        return case.startswith(f"{self.declaration.stream_kind}:")

    def cases(self, connection: Connection, cases: Sequence[str]) -> list[Row]:
        """The rows of these cases.

        Raises:
            UnreadableError: events of one of them are not what they should be (the other databases say it themselves).

        """
        return self.told(self.asked(connection, cases))

    def asked(self, connection: Connection, cases: Sequence[str]) -> list[Any]:
        """Ask for the rows of these cases; the cursors are for `told`."""
        return [
            self._select(len(chunk)).on(connection, **{f"stream_{n}": case for n, case in enumerate(chunk)})
            for chunk in chunks(cases)
        ]

    @staticmethod
    def told(cursors: Sequence[Any]) -> list[Row]:
        """The rows that were asked for. Raises as `cases`."""
        return [row for cursor in cursors for row in _rows(cursor)]

    def stretch(self, connection: Connection, after: str, upto: str) -> list[Row]:
        """The rows of all cases behind one and up to another. Raises as `cases`."""
        if self._of_stretch is None:
            kind = _E.stream.type
            only = [_E.stream > bindparam("after", type_=kind), _E.stream <= bindparam("upto", type_=kind)]
            self._of_stretch = Quick(select_of(self.declaration, streams=only), self._engine)
        return _rows(self._of_stretch.on(connection, after=after, upto=upto))

    def _select(self, size: int) -> Quick:
        found = self._of_cases.get(size)
        if found is None:
            only = _E.stream.in_([bindparam(f"stream_{n}", type_=_E.stream.type) for n in range(size)])
            found = self._of_cases[size] = Quick(select_of(self.declaration, streams=[only]), self._engine)
        return found


@dataclass(frozen=True, slots=True)
class News:
    """What came after a position: the names of the new events by case, in the order in which the cases changed."""

    cases: dict[str, set[str]]
    reached: Reached


class Newsreader:
    """Reads what came after a position.

    Args:
        engine: the ledger's.

    """

    def __init__(self, engine: Engine) -> None:
        between = (_E.position > bindparam("after"), _E.position <= bindparam("seen"))
        query = select(_E.position, _E.stream, _E.name).where(*between).order_by(_E.position)
        self._news: Final = Quick(query.limit(bindparam("most")).offset(literal_column("0")), engine)
        self._state: Final = Quick(select(_E.state).where(_E.position == bindparam("place")), engine)

    def news(self, connection: Connection, place: Place, seen: int, most: int) -> News | None:
        """Read which cases have new events up to a position, of at most so many events; None where nothing is new."""
        after = place.position or 0
        if seen <= after:
            return None
        found = self._news.on(connection, after=after, seen=seen, most=most).fetchall()
        if not found:
            return None
        cases: dict[str, set[str]] = {}
        for _, stream, name in found:
            cases.setdefault(stream, set()).add(name)
        last = found[-1][0]
        (state,) = self._state.on(connection, place=last).fetchone()
        # Positions may have gaps: where the last event there is was read, it is the ledger's last.
        return News(cases, Reached(last, sha256(state).hexdigest(), seen if len(found) == most else last))


def changed(connection: Connection, after: int, upto: int) -> list[str]:
    """The cases that had events in a range of positions."""
    query = select(_E.stream).distinct().where(_E.position > after, _E.position <= upto)
    return list(connection.execute(query).scalars())


def first_after(connection: Connection, case: str, position: int) -> int:
    """Where the first event of a case behind a position is."""
    query = select(func.min(_E.position)).where(_E.stream == case, _E.position > position)
    return connection.execute(query).scalar_one() or position


def digest_at(connection: Connection, position: int) -> str | None:
    """SHA-256 of the event's stored bytes; None where there is no event at the position."""
    state = connection.execute(select(_E.state).where(_E.position == position)).scalar_one_or_none()
    return None if state is None else sha256(state).hexdigest()


def _rows(cursor: Any) -> list[Row]:  # noqa: ANN401 - the driver's
    rows: list[Row] = cursor.fetchall()
    if getattr(cursor, "warning_count", 0):
        # MariaDB gives NULL and a warning for what is no JSON or no number; a fact must not be made of that.
        raise UnreadableError("MariaDB warned: events hold what is no JSON, no number or no text")
    return rows
