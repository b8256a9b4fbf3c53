"""SQL written by SQLAlchemy Core once per shape, then run as text on the driver's own cursor.

Compiling and executing through Core costs several times what the database itself takes for one small statement; the
text is the same. Every statement is positional, and its parameters are given in the order in which they are declared
here; that this is also the order in the text is checked when the text is made.
"""

from collections.abc import Callable, Sequence
from typing import Any, Final, NamedTuple, TypeAlias

from sqlalchemy import ClauseElement, ColumnElement, Dialect, Table, bindparam, func, literal_column, select
from sqlalchemy.engine.interfaces import DBAPICursor
from sqlalchemy.sql.compiler import SQLCompiler

_NO_OFFSET: Final[ColumnElement[int]] = literal_column("0")
"""Written out, as SQLite's dialect would otherwise bind a parameter of its own."""


class Row(NamedTuple):
    """One event as the table holds it, without its position."""

    stream: str
    version: int
    name: str
    state: bytes


Insert: TypeAlias = Callable[[DBAPICursor, Sequence[Row]], list[int]]
"""Insert rows on a driver's cursor, in their order, and give their positions."""


def text_of(statement: ClauseElement, dialect: Dialect, parameters: Sequence[str]) -> str:
    """Compile a statement whose bound parameters must come in the given order.

    Raises:
        ValueError: the dialect is not positional, or puts the parameters in another order.
    """
    compiled = statement.compile(dialect=dialect)
    if not isinstance(compiled, SQLCompiler) or list(compiled.positiontup or ()) != list(parameters):
        message = f"expected the parameters {list(parameters)} in this order"
        raise ValueError(message)
    return str(compiled)


class EventStatements:
    """The reads of one table of events in one dialect; each shape is compiled when first asked for."""

    def __init__(self, table: Table, dialect: Dialect) -> None:
        self._table = table
        self._dialect = dialect
        self._texts: dict[tuple[Any, ...], str] = {}
        last = select(func.max(table.c.position))
        self.last_position = text_of(last, dialect, ())
        self.last_settled = text_of(last.where(table.c.position <= bindparam("settled")), dialect, ("settled",))

    def stream(self, *, after: bool, up_to: bool, newest_first: bool, limited: bool) -> str:
        """Events of one stream; parameters: stream, after?, up_to?, limit?."""
        shape = ("stream", after, up_to, newest_first, limited)
        text = self._texts.get(shape)
        if text is None:
            table = self._table
            conditions: list[ColumnElement[bool]] = [table.c.stream == bindparam("stream")]
            parameters = ["stream"]
            if after:
                conditions.append(table.c.version > bindparam("after"))
                parameters.append("after")
            if up_to:
                conditions.append(table.c.version <= bindparam("up_to"))
                parameters.append("up_to")
            order = table.c.version.desc() if newest_first else table.c.version
            query = select(table.c.stream, table.c.version, table.c.name, table.c.state)
            query = query.where(*conditions).order_by(order)
            if limited:
                query = query.limit(bindparam("limit")).offset(_NO_OFFSET)
                parameters.append("limit")
            text = self._texts[shape] = text_of(query, self._dialect, parameters)
        return text

    def log(self, *, start: bool, inclusive: bool, stop: bool, names: int) -> str:
        """Events in the order of the ledger; parameters: start?, stop?, names…, limit."""
        shape = ("log", start, inclusive, stop, names)
        text = self._texts.get(shape)
        if text is None:
            table = self._table
            conditions: list[ColumnElement[bool]] = []
            parameters = []
            if start:
                first: ColumnElement[int] = bindparam("start")
                conditions.append(table.c.position >= first if inclusive else table.c.position > first)
                parameters.append("start")
            if stop:
                conditions.append(table.c.position <= bindparam("stop"))
                parameters.append("stop")
            if names:
                bound = [f"name_{number}" for number in range(names)]
                conditions.append(table.c.name.in_([bindparam(name) for name in bound]))
                parameters.extend(bound)
            query = select(table.c.stream, table.c.version, table.c.name, table.c.state, table.c.position)
            query = query.where(*conditions).order_by(table.c.position)
            query = query.limit(bindparam("limit")).offset(_NO_OFFSET)
            text = self._texts[shape] = text_of(query, self._dialect, [*parameters, "limit"])
        return text

    def positions(self) -> str:
        """Versions and positions of a stretch of one stream; parameters: stream, first, last."""
        text = self._texts.get(("positions",))
        if text is None:
            table = self._table
            query = select(table.c.version, table.c.position).where(
                table.c.stream == bindparam("stream"),
                table.c.version >= bindparam("first"),
                table.c.version <= bindparam("last"),
            )
            text = self._texts["positions",] = text_of(query, self._dialect, ["stream", "first", "last"])
        return text

    def streams(self, count: int) -> str:
        """Events of several streams, each in order; parameters: as many streams."""
        shape = ("streams", count)
        text = self._texts.get(shape)
        if text is None:
            table = self._table
            bound = [f"stream_{number}" for number in range(count)]
            query = select(table.c.stream, table.c.version, table.c.name, table.c.state)
            query = query.where(table.c.stream.in_([bindparam(name) for name in bound]))
            query = query.order_by(table.c.stream, table.c.version)
            text = self._texts[shape] = text_of(query, self._dialect, bound)
        return text

    def versions(self, count: int) -> str:
        """Last version of each of several streams; parameters: as many streams."""
        shape = ("versions", count)
        text = self._texts.get(shape)
        if text is None:
            table = self._table
            bound = [f"stream_{number}" for number in range(count)]
            query = select(table.c.stream, func.max(table.c.version))
            query = query.where(table.c.stream.in_([bindparam(name) for name in bound])).group_by(table.c.stream)
            text = self._texts[shape] = text_of(query, self._dialect, bound)
        return text


class TrackingStatements:
    """Reads and guarded writes of the followers' positions."""

    def __init__(self, table: Table, dialect: Dialect) -> None:
        follower, position = table.c.follower, table.c.position
        self.read = text_of(select(position).where(follower == bindparam("who")), dialect, ("who",))
        # The guard is in the statement: of two workers that race for a position, the second finds no row to raise.
        self.rise = text_of(
            table.update()
            .values(position=bindparam("to"))
            .where(follower == bindparam("who"), position < bindparam("below")),
            dialect,
            ("to", "who", "below"),
        )
        self.first = text_of(
            table.insert().values(follower=bindparam("who"), position=bindparam("to")),
            dialect,
            ("who", "to"),
        )
