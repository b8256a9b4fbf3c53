"""One declaration in one database: its table, and its statements, each compiled once and run as text on the driver."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cache, cached_property
from itertools import islice
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from sqlalchemy import (
    Column,
    Connection,
    MetaData,
    Table,
    bindparam,
    delete,
    insert,
    literal_column,
    select,
    union_all,
)
from sqlalchemy.schema import CreateTable

from ...projections.compile import fingerprint, select_of, shape, table_of
from ...projections.events import ledger_events
from ...projections.vocabulary import CASE_COLUMN
from .marks import Mark
from .tongue import Tongue, tongue_of

if TYPE_CHECKING:
    from sqlalchemy import ColumnElement, Engine, Select
    from sqlalchemy.engine.interfaces import DBAPICursor
    from sqlalchemy.sql import ClauseElement, Executable

    from ...projections.vocabulary import Facts as Declaration

SIZES: Final = (1, 4, 16, 64, 256)
"""How many streams one statement names; five texts a declaration serve any number."""


class Statement:
    """A statement compiled once for the dialect, run as text on the driver."""

    def __init__(self, statement: ClauseElement, engine: Engine) -> None:
        compiled: Any = statement.compile(dialect=engine.dialect)
        self.text = str(compiled)
        self._order: list[str] | None = compiled.positiontup if compiled.positional else None
        self._fixed: dict[str, Any] = {name: value for name, value in compiled.params.items() if value is not None}

    def run(self, on: Connection | DBAPICursor, values: dict[str, Any]) -> Any:  # noqa: ANN401 - the driver's result
        """Run it with its parameters by name, on a connection or, as in an append, on the driver's own cursor."""
        values = self._fixed | values
        given = tuple(values[name] for name in self._order) if self._order is not None else values
        return on.exec_driver_sql(self.text, given) if isinstance(on, Connection) else on.execute(self.text, given)


class _Declared(NamedTuple):
    """What follows from a declaration alone."""

    table: Table
    shadow: Table
    gathered: Table
    fingerprint: str
    shape: str


class Keeper:
    """One declaration in one database.

    Args:
        declaration: the facts.
        engine: whose dialect the statements are written in.

    """

    def __init__(self, declaration: Declaration, engine: Engine) -> None:
        self.declaration = declaration
        self.table, self.shadow, self.gathered, self.fingerprint, self.shape = _declared(declaration)
        self.names = declaration.event_names
        self._engine = engine

    @property
    def name(self) -> str:
        """The table's name."""
        return self.declaration.name

    @property
    def mark(self) -> Mark:
        """What the table is marked with once it is built."""
        return Mark(self.fingerprint, self.shape)

    def fits(self, found: Mapping[str, Mark]) -> bool:
        """Whether the table there has the columns of the declaration."""
        mark = found.get(self.name)
        return mark is not None and mark.shape == self.shape

    def drop_cases(self, table: Table, size: int) -> Statement:
        """Remove the rows of so many streams."""
        return self._once(
            ("drop", table.name, size), lambda: delete(table).where(table.c[CASE_COLUMN].in_(_bound(size)))
        )

    def read_cases(self, table: Table, size: int) -> Statement:
        """Read so many streams into the table."""

        def statement() -> ClauseElement:
            chosen = self._select([among(size)])
            return insert(table).from_select(list(table.c.keys()), chosen)

        return self._once(("read", table.name, size), statement)

    def read_range(self, table: Table) -> Statement:
        """Read the streams after one and up to another into the table."""

        def statement() -> ClauseElement:
            chosen = self._select(_range(ledger_events.c.stream))
            return insert(table).from_select(list(table.c.keys()), chosen)

        return self._once(("range", table.name), statement)

    def gather(self, connection: Connection, values: dict[str, str]) -> None:
        """Read the streams after one and up to another into the connection's own table."""
        connection.execute(CreateTable(self.gathered, if_not_exists=True))
        self._once(("empty",), lambda: delete(self.gathered)).run(connection, {})
        self.read_range(self.gathered).run(connection, values)

    def take_gathered(self, connection: Connection) -> None:
        """Put what was gathered into the table beside."""
        names = list(self.table.c.keys())
        taken = self._once(("take",), lambda: insert(self.shadow).from_select(names, select(*self.gathered.c)))
        taken.run(connection, {})

    def compare_range(self, *, last: bool) -> Statement:
        """Both sides of a range of streams in one statement, so that both are of one moment on every database.

        Parameters: the events' `after` and `upto`; the rows' `kept_after` and, but for the last range, `upto` as well.
        """

        def statement() -> ClauseElement:
            told = self._select(_range(ledger_events.c.stream)).subquery("said")
            stream = self.table.c[CASE_COLUMN]
            kept = [stream > bindparam("kept_after", type_=stream.type)]
            if not last:
                kept.append(stream <= bindparam("upto", type_=stream.type))
            return union_all(
                select(literal_column("0").label("side"), *told.c),
                select(literal_column("1").label("side"), *self.table.c).where(*kept),
            )

        return self._once(("compare", last), statement)

    def _select(self, streams: Sequence[ColumnElement[bool]]) -> Select[*tuple[Any, ...]]:
        parsing_once = self._engine.dialect.name == "postgresql"
        return select_of(self.declaration, streams=streams, parsing_once=parsing_once)

    def swap(self) -> tuple[Executable, Executable]:
        """Empty the table and fill it from the shadow."""
        names = list(self.table.c.keys())
        return delete(self.table), insert(self.table).from_select(names, select(*self.shadow.c))

    def _once(self, key: tuple[Any, ...], make: Callable[[], ClauseElement]) -> Statement:
        found = self._made.get(key)
        if found is None:
            found = self._made[key] = Statement(make(), self._engine)
        return found

    @cached_property
    def _made(self) -> dict[tuple[Any, ...], Statement]:
        # Not when the keeper is made: the dialect knows its server's version only once it has connected.
        return _statements(self.declaration, tongue_of(self._engine.dialect))

    def drop(self, connection: Connection | DBAPICursor, table: Table, cases: Sequence[str]) -> None:
        """Remove the rows of cases, however many."""
        for chunk in chunks(cases):
            self.drop_cases(table, len(chunk)).run(connection, values_of(chunk))

    def reread(
        self, connection: Connection | DBAPICursor, table: Table, cases: Sequence[str], *, old: Sequence[str]
    ) -> None:
        """Read cases anew; `old` are those that may have rows already."""
        self.drop(connection, table, old)
        for chunk in chunks(cases):
            self.read_cases(table, len(chunk)).run(connection, values_of(chunk))


# A process opens many ledgers with the same declarations: their tables are described, and their statements compiled,
# once for all of them. Compiling is most of what opening and a first append or check would cost.
@cache
def _declared(declaration: Declaration) -> _Declared:
    table = table_of(declaration, MetaData())
    shadow = table_of(declaration, MetaData(), name=f"{declaration.name}_rebuilt")
    return _Declared(table, shadow, _passing(table), fingerprint(declaration), shape(declaration))


@cache
def _statements(_declaration: Declaration, _tongue: Tongue) -> dict[tuple[Any, ...], Statement]:
    return {}


def _passing(table: Table) -> Table:
    """A table of the same columns that one connection has for itself, and that keeps no other from writing."""
    columns = (Column(column.name, column.type) for column in table.columns)
    return Table(f"{table.name}_gathered", MetaData(), *columns, prefixes=["TEMPORARY"])


def chunks(cases: Sequence[str]) -> Iterator[list[str]]:
    """Lists of a few fixed sizes; the last is filled up with a case already named."""
    rest = iter(cases)
    while chunk := list(islice(rest, SIZES[-1])):
        size = next(size for size in SIZES if size >= len(chunk))
        yield chunk + [chunk[-1]] * (size - len(chunk))


def events_of(size: int) -> Select[*tuple[Any, ...]]:
    """Stream, version, stored name and state of all events of so many streams."""
    events = ledger_events.c
    return select(events.stream, events.version, events.name, events.state).where(among(size))


def among(size: int) -> ColumnElement[bool]:
    """Only events of so many streams."""
    return ledger_events.c.stream.in_(_bound(size))


def _range(stream: ColumnElement[str]) -> list[ColumnElement[bool]]:
    return [stream > bindparam("after", type_=stream.type), stream <= bindparam("upto", type_=stream.type)]


def _bound(size: int) -> list[Any]:
    return [bindparam(f"stream_{number}", type_=ledger_events.c.stream.type) for number in range(size)]


def values_of(streams: Sequence[str]) -> dict[str, Any]:
    """What is bound where so many streams are named."""
    return {f"stream_{number}": stream for number, stream in enumerate(streams)}
