"""Connections to the ledger's database for the care of facts, and the walk through its cases."""

from __future__ import annotations

import os
from bisect import bisect
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from itertools import accumulate
from threading import local
from typing import TYPE_CHECKING, Final, TypeAlias

from sqlalchemy import bindparam, func, literal_column, select

from ...projections.compile import streams_of
from ...projections.events import ledger_events
from ..store.dialects import side_of
from ..store.engine import WRITE
from ..store.translating import translate

if TYPE_CHECKING:
    from sqlalchemy import Connection, Engine

    from ...projections.vocabulary import Facts as Declaration

Progress: TypeAlias = Callable[[str, int, int], None]
"""Called with the name of the facts, cases done, cases in all."""

CASES_A_CHUNK: Final = 1_000
EVENTS_A_CHUNK: Final = 20_000
"""A chunk ends with fewer cases where they have so many events; a case is never parted."""
MOST_WORKERS: Final = 4


@dataclass(frozen=True, slots=True)
class Stretch:
    """A range of whole cases, from beyond `after` up to and with `upto`; `done` cases of `in_all` with it."""

    after: str
    upto: str
    done: int
    in_all: int


class Reach:
    """Opens transactions; what the driver raises comes out as the store's errors, without the values it quotes.

    Args:
        engine: made by `store.engine.connect`.

    """

    def __init__(self, engine: Engine) -> None:
        self.engine: Final = engine
        self._writing: Final = engine.execution_options(**{WRITE: True})
        self._of_thread: Final = local()

    @contextmanager
    def writing(self, *, alone: bool = False) -> Iterator[Connection]:
        """A writing transaction; `alone` keeps appends out until its end."""
        with self._translated(), self._writing.begin() as connection:
            if alone:
                side_of(self.engine.dialect).lock_for_append(connection.connection.cursor())
            yield connection

    @property
    def workers(self) -> int:
        """How many stretches are read at once: a database server has workers of its own, SQLite in a file has ours."""
        is_file = self.engine.dialect.name == "sqlite" and self.engine.url.database not in {None, "", ":memory:"}
        return min(os.cpu_count() or 1, MOST_WORKERS) if is_file else 1

    @property
    def has_one_writer(self) -> bool:
        """Whether a statement that writes keeps all others from writing until the commit, however long it reads."""
        return self.engine.dialect.name == "sqlite"

    @contextmanager
    def kept_by_thread(self) -> Iterator[Callable[[], None]]:
        """Give what makes a thread keep its connection from one transaction to the next; closed for good at the end.

        The threads must have ended by then.
        """
        opened: list[Connection] = []
        try:
            yield partial(setattr, self._of_thread, "opened", opened)
        finally:
            for connection in opened:
                connection.detach()
                connection.close()

    @contextmanager
    def connection(self) -> Iterator[Connection]:
        """One connection for several transactions, each begun with `begun`."""
        with self._translated(), self._connected() as connection:
            yield connection

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A reading transaction."""
        with self._translated(), self._connected() as connection, connection.begin():
            yield connection

    def stretches(self, facts: Declaration) -> Iterator[Stretch]:
        """All cases that the facts are about, in stretches; no connection is held between them."""
        events = ledger_events.c
        # Every stream has a version 1, and the index alone answers.
        first_events = events.version == literal_column("1")
        with self.reading() as connection:
            begun = select(func.count()).select_from(ledger_events).where(first_events)
            in_all = connection.execute(begun.where(*streams_of(facts, events.stream))).scalar_one()
        after, done = before_all(facts), 0
        # One lower bound: given two, SQLite walks from the lesser one.
        some = select(events.stream, func.count()).where(events.stream > bindparam("after", type_=events.stream.type))
        query = some.where(events.stream < beyond_all(facts)).group_by(events.stream).order_by(events.stream)
        while True:
            with self.reading() as connection:
                cases = connection.execute(query.limit(CASES_A_CHUNK), {"after": after}).all()
            if not cases:
                return
            so_far = list(accumulate(count for _, count in cases))
            taken = max(1, bisect(so_far, EVENTS_A_CHUNK))
            done += taken
            upto = cases[taken - 1][0]
            yield Stretch(after, upto, done, max(in_all, done))
            after = upto

    @contextmanager
    def _connected(self) -> Iterator[Connection]:
        opened: list[Connection] | None = getattr(self._of_thread, "opened", None)
        if opened is None:
            with self.engine.connect() as connection:
                yield connection
            return
        if not hasattr(self._of_thread, "connection"):
            self._of_thread.connection = self.engine.connect()
            opened.append(self._of_thread.connection)
        yield self._of_thread.connection

    @contextmanager
    def _translated(self) -> Iterator[None]:
        try:
            yield
        except Exception as error:
            translated = translate(error, self.engine.dialect)
            if translated is None:
                raise
            # The driver's text may quote values: it must not come along in a traceback.
            raise translated from None


@contextmanager
def begun(connection: Connection, *, write: bool = False) -> Iterator[Connection]:
    """A transaction on a connection that the caller holds."""
    with connection.execution_options(**{WRITE: write}).begin():
        yield connection


def before_all(facts: Declaration) -> str:
    """A text that sorts before every stream that the facts are about."""
    return f"{facts.stream_kind}:"


def beyond_all(facts: Declaration) -> str:
    """A text that sorts behind all of them: `;` follows `:` in the order of bytes."""
    return f"{facts.stream_kind};"


def last_position(connection: Connection) -> int:
    """The last position up to which the ledger is complete for every later select, 0 where it is empty.

    For a transaction in which each select sees what is committed by then, or one that keeps appends out.
    """
    settled = side_of(connection.dialect).settled(connection.connection.cursor())
    query = select(func.max(ledger_events.c.position))
    if settled is not None:
        query = query.where(ledger_events.c.position <= settled)
    return connection.execute(query).scalar_one() or 0
