"""Carrying the facts of whole cases over: read off the ledger's events at one moment, put into the target's tables."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, TypeAlias

from ..facts.keeper import Keeper
from ..facts.workshop import Workshop, tools_for
from .link import Link
from .reading import Eventreader, Teller
from .writing import Writer

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import Connection, Engine, Table

    from ...projections.vocabulary import Facts as Declaration
    from ..facts.reach import Stretch
    from ..facts.values import Row
    from ..facts.workshop import Tools
    from .reading import News


@dataclass(frozen=True, slots=True)
class Line:
    """One declaration on both sides."""

    teller: Teller
    writer: Writer

    @property
    def keeper(self) -> Keeper:
        """The declaration in the target."""
        return self.writer.keeper

    @property
    def name(self) -> str:
        """The table's name."""
        return self.keeper.name


Read: TypeAlias = "list[tuple[Line, list[Row]]]"
"""Rows by declaration; one that is left out has none."""


@dataclass(frozen=True, slots=True)
class Told:
    """What one declaration says of some cases."""

    line: Line
    cases: Sequence[str]
    rows: Sequence[Row]


class Source(Link):
    """The ledger as one thread holds it, with the workshop of that thread."""

    _workshop: Workshop | None = None

    def workshop(self, tools: Tools) -> Workshop:
        """The thread's own."""
        if self._workshop is None:
            self._workshop = Workshop(tools)
        return self._workshop

    def close(self, *, failed: bool = False) -> None:
        """Give up the workshop too."""
        workshop, self._workshop = self._workshop, None
        if workshop is not None:
            workshop.close()
        super().close(failed=failed)


class Ends:
    """Both databases as one thread holds them: the ledger to read, the target to write."""

    def __init__(self, source: Engine, target: Engine) -> None:
        self.source: Final = Source(source)
        self.target: Final = Link(target, derived=True)

    def close(self) -> None:
        """Give the connections back."""
        self.source.close()
        self.target.close()


class Carrier:
    """Knows the declarations on both sides; holds no connection, so that threads may share it.

    Args:
        declarations: which facts.
        source: engine of the ledger.
        target: engine of the database that the facts are kept in.

    """

    def __init__(self, declarations: Sequence[Declaration], source: Engine, target: Engine) -> None:
        self._tools = None if source.dialect.name == "sqlite" else tools_for(tuple(declarations))
        told_by = source.dialect.name if self._tools is None else "sqlite"
        self.lines: Final = tuple(
            Line(Teller(one, source), Writer(Keeper(one, target), target, told_by)) for one in declarations
        )
        self._events: Final = Eventreader(source)

    @property
    def fetches(self) -> bool:
        """Whether facts are read off events that are fetched, rather than where these lie."""
        return self._tools is not None

    @property
    def keepers(self) -> list[Keeper]:
        """The declarations in the target."""
        return [line.keeper for line in self.lines]

    def read(
        self,
        source: Source,
        moment: Connection,
        cases: Sequence[str],
        *,
        new: News | None = None,
        lines: Sequence[Line] | None = None,
    ) -> list[Told]:
        """Read whole cases.

        Args:
            source: the ledger, as this thread holds it.
            moment: a transaction of it that sees one moment.
            cases: which ones.
            new: what is new of them: only declarations that name one of the new events are read.
            lines: which declarations; all by default.

        Raises:
            PersistenceError: events of one of them cannot be read.

        """
        asked = []
        for line in self.lines if lines is None else lines:
            concerned = [case for case in cases if line.teller.concerns(case)]
            if new is not None:
                concerned = [case for case in concerned if not line.teller.names.isdisjoint(new.cases[case])]
            if concerned:
                asked.append((line, concerned))
        if self._tools is None:
            return [Told(line, concerned, line.teller.cases(moment, concerned)) for line, concerned in asked]
        needed = dict.fromkeys(case for _, some in asked for case in some)
        came_along = None if new is None else new.events
        events = self._events.cases(moment, list(needed)) if came_along is None else came_along
        shop = source.workshop(self._tools)
        shop.take(event for event in events if event[0] in needed)
        return [Told(line, concerned, _of(concerned, shop.rows(line.name))) for line, concerned in asked]

    def read_stretch(self, source: Source, moment: Connection, lines: Sequence[Line], stretch: Stretch) -> Read:
        """Read all cases of a stretch. Raises as `read`."""
        after, upto = stretch.after, stretch.upto
        if self._tools is None:
            names = self._events.names(moment, after, upto)
            begun = [line for line in lines if not line.teller.openers.isdisjoint(names)]
            return [(line, line.teller.stretch(moment, after, upto)) for line in begun]
        shop = source.workshop(self._tools)
        shop.take(self._events.stretch(moment, after, upto))
        return [(line, rows) for line in lines if (rows := shop.rows(line.name))]

    @staticmethod
    def write(target: Connection, told: Sequence[Told], *, beside: Sequence[Table] = ()) -> None:
        """Put the rows in place of those that the cases had.

        Args:
            target: a writing transaction.
            told: the rows.
            beside: tables of other names to put them into, while facts are gathered.

        Raises:
            PersistenceError: the target would not take one of them.

        """
        others = {table.name: table for table in beside}
        for one in told:
            keeper = one.line.keeper
            table = others[keeper.shadow.name] if others else keeper.table
            one.line.writer.exchange(target, table, one.cases, one.rows)


def _of(cases: Sequence[str], rows: Sequence[Row]) -> list[Row]:
    """The rows that are of these cases; a row begins with its case."""
    some = frozenset(cases)
    return [row for row in rows if row[0] in some]
