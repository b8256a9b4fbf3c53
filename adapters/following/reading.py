"""What the ledger says: rows of facts by the one select, over chosen cases, and which cases changed."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from operator import itemgetter
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import bindparam, func, literal_column, select

from ...projections.compile import select_of
from ...projections.events import ledger_events
from ..facts.keeper import among, chunks, events_of, values_of
from ..store.dialects import side_of
from .link import last_of
from .place import Reached
from .quick import Quick, together

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import ColumnElement, Connection, Engine

    from ...projections.vocabulary import Facts as Declaration
    from ..facts.values import Row
    from ..facts.workshop import Event
    from .place import Place

BEYOND_ALL: Final = 2**62
"""A position that no event has."""

_E: Final = ledger_events.c
_EVENT: Final = (_E.stream, _E.version, _E.name, _E.state)


class Teller:
    """Reads one declaration's rows off the events of whole cases.

    Args:
        declaration: the facts.
        engine: the ledger's, in whose dialect the selects are written.

    """

    def __init__(self, declaration: Declaration, engine: Engine) -> None:
        self.declaration: Final = declaration
        self.names: Final = frozenset(declaration.event_names)
        self.openers: Final = frozenset(event.name for event in declaration.opened_by)
        self._engine = engine
        self._made = _statements(declaration, engine.dialect.name)

    def concerns(self, case: str) -> bool:
        """Whether the facts are about cases of this kind."""
        return case.startswith(f"{self.declaration.stream_kind}:")

    def cases(self, connection: Connection, cases: Sequence[str]) -> list[Row]:
        """The rows of these cases."""
        return [
            row
            for chunk in chunks(cases)
            for row in self._select(len(chunk)).on(connection, **values_of(chunk)).fetchall()
        ]

    def stretch(self, connection: Connection, after: str, upto: str) -> list[Row]:
        """The rows of all cases behind one and up to another."""
        rows: list[Row] = self._select(None).on(connection, after=after, upto=upto).fetchall()
        return rows

    def _select(self, size: int | None) -> Quick:
        """Of so many cases, or of a stretch."""
        found = self._made.get(size)
        if found is None:
            only = _between() if size is None else [among(size)]
            found = self._made[size] = Quick(select_of(self.declaration, streams=only), self._engine)
        return found


# Followers of one process share the texts: compiling is most of what opening one and its first step would cost.
@cache
def _statements(_declaration: Declaration, _dialect: str) -> dict[int | None, Quick]:
    return {}


class Eventreader:
    """Reads the events of whole cases, or only which there are.

    Args:
        engine: the ledger's.

    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._of_cases: dict[int, Quick] = {}
        self._of_stretch: Final = Quick(select(*_EVENT).where(*_between()), engine, binary=True)
        self._names: Final = Quick(select(_E.name).distinct().where(*_between()), engine)

    def cases(self, connection: Connection, cases: Sequence[str]) -> list[Event]:
        """The events of these cases, each named once."""
        found: list[Event] = []
        for chunk in chunks(cases):
            size = len(chunk)
            if size not in self._of_cases:
                self._of_cases[size] = Quick(events_of(size), self._engine, binary=True)
            found += self._of_cases[size].on(connection, **values_of(chunk)).fetchall()
        return found

    def stretch(self, connection: Connection, after: str, upto: str) -> list[Event]:
        """The events of all cases behind one and up to another."""
        events: list[Event] = self._of_stretch.on(connection, after=after, upto=upto).fetchall()
        return events

    def names(self, connection: Connection, after: str, upto: str) -> frozenset[str]:
        """The stored names of the events of all cases behind one and up to another."""
        return frozenset(name for (name,) in self._names.on(connection, after=after, upto=upto).fetchall())


@dataclass(frozen=True, slots=True)
class News:
    """What came after a position: the names of the new events by case, in the order in which the cases changed.

    `events` are all events of these cases, where they came along.
    """

    cases: dict[str, set[str]]
    reached: Reached
    events: list[Event] | None = None


class Newsreader:
    """Reads what came after a position, in one statement or two.

    Args:
        engine: the ledger's.
        whole: whether all events of the cases that changed are to come along.

    """

    def __init__(self, engine: Engine, *, whole: bool) -> None:
        self._whole: Final = whole
        between = (_E.position > bindparam("after"), _E.position <= bindparam("seen"))
        chosen = [_E.stream] if whole else [_E.position, _E.stream, _E.name]
        new = select(*chosen).where(*between).order_by(_E.position)
        new = new.limit(bindparam("most")).offset(literal_column("0"))
        if whole:
            # MariaDB knows no LIMIT below IN.
            changed = select(new.subquery("new").c.stream).distinct().subquery("changed")
            told = select(_E.position, *_EVENT).join_from(changed, ledger_events, _E.stream == changed.c.stream)
            self._news = Quick(told, engine, binary=True)
        else:
            self._news = Quick(new, engine)
        self._last: Final = Quick(last_of(side_of(engine.dialect)), engine)
        self._state: Final = Quick(select(_E.state).where(_E.position == bindparam("place")), engine)

    def news(self, connection: Connection, place: Place, seen: int, most: int) -> News | None:
        """Read which cases have new events up to a position, of at most so many events; None where nothing is new."""
        after = place.position or 0
        if seen <= after:
            return None
        found = self._news.on(connection, after=after, seen=seen, most=most).fetchall()
        return self._told(connection, found, after, seen, most)

    def news_at_once(self, connection: Connection, place: Place, most: int) -> News | None:
        """Ask how far it may go, and read it, in one round trip where the driver can; None where nothing is new.

        Args:
            connection: of `Link.asking`, or in a transaction that sees one moment.
            place: where the follower stands.
            most: of at most so many events.

        """
        after = place.position or 0
        with together(connection) as pipeline:
            last = self._last.on(connection)
            if pipeline is not None:
                # Between the two the transaction ends: what is sure by the first is in what the second sees.
                pipeline.sync()
            news = self._news.on(connection, after=after, seen=BEYOND_ALL, most=most)
        seen = last.fetchone()[0] or 0
        return self._told(connection, news.fetchall(), after, seen, most) if seen > after else None

    def _told(self, connection: Connection, found: list[Any], after: int, seen: int, most: int) -> News | None:
        if self._whole:
            new = sorted((one for one in found if after < one[0] <= seen), key=itemgetter(0))[:most]
            if not new:
                return None
            names = [(stream, name) for _, stream, _, name, _ in new]
            state, events = new[-1][4], [one[1:] for one in found]
        else:
            new = [one for one in found if one[0] <= seen]
            if not new:
                return None
            names = [(stream, name) for _, stream, name in new]
            (state,), events = self._state.on(connection, place=new[-1][0]).fetchone(), None
        cases: dict[str, set[str]] = {}
        for stream, name in names:
            cases.setdefault(stream, set()).add(name)
        last = new[-1][0]
        # Positions may have gaps: where the last event there is was read, it is the ledger's last.
        reached = Reached(last, sha256(state).hexdigest(), seen if len(new) == most else last)
        return News(cases, reached, events)


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


def _between() -> list[ColumnElement[bool]]:
    kind = _E.stream.type
    return [_E.stream > bindparam("after", type_=kind), _E.stream <= bindparam("upto", type_=kind)]
