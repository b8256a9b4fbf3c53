"""Carrying the facts of whole cases over: read off the ledger's events at one moment, put into the target's tables."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from ..facts.keeper import Keeper
from .link import Link
from .quick import together
from .reading import Teller
from .writing import Writer

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sqlalchemy import Connection, Engine, Table

    from ...projections.vocabulary import Facts as Declaration
    from .values import Row


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


@dataclass(frozen=True, slots=True)
class Told:
    """What one declaration says of some cases."""

    line: Line
    cases: Sequence[str]
    rows: Sequence[Row]


class Ends:
    """Both databases as one thread holds them: the ledger to read, the target to write."""

    def __init__(self, source: Engine, target: Engine) -> None:
        self.source: Final = Link(source)
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
        self.lines: Final = tuple(
            Line(Teller(one, source), Writer(Keeper(one, target), target, source.dialect.name)) for one in declarations
        )

    @property
    def keepers(self) -> list[Keeper]:
        """The declarations in the target."""
        return [line.keeper for line in self.lines]

    def read(self, source: Connection, cases: Sequence[str], names: Mapping[str, set[str]] | None = None) -> list[Told]:
        """Read whole cases.

        Args:
            source: a transaction that sees one moment.
            cases: which ones.
            names: by case the names of its new events: only declarations that name one of them are read.

        Raises:
            PersistenceError: events of one of them cannot be read.

        """
        asked = []
        with together(source):
            for line in self.lines:
                concerned = [case for case in cases if line.teller.concerns(case)]
                if names is not None:
                    concerned = [case for case in concerned if not line.teller.names.isdisjoint(names[case])]
                if concerned:
                    asked.append((line, concerned, line.teller.asked(source, concerned)))
            return [Told(line, concerned, line.teller.told(cursors)) for line, concerned, cursors in asked]

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
