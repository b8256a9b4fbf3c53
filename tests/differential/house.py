"""A ledger under test: its facts as they lie in the tables, as the selects tell them, and as the oracle says."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from typing import Self
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, MetaData, Select, inspect, select

from caseledger.adapters.history import History
from caseledger.adapters.keystore import MemoryKeyStore
from caseledger.adapters.ledger import Ledger
from caseledger.domain.values import utc_text
from caseledger.projections.compile import recorded_by, select_of, table_of
from caseledger.projections.facts import ALL
from caseledger.projections.vocabulary import Facts as Declaration
from tests.differential.oracle import rows_of
from tests.differential.replayed import Case, Key, Row
from tests.telling import SetClock

Tables = dict[str, dict[Key, Row]]

TABLES = {one.name: select(table_of(one, MetaData())) for one in ALL}


class House:
    """A ledger with a clock that is set, and both sides of the comparison.

    Args:
        url: the database; made a ledger where it is none.
        lasting: keep the keys of personal words where a ledger keeps them; otherwise in memory, which is quicker.

    """

    def __init__(self, url: str, *, lasting: bool = False) -> None:
        self.clock = SetClock()
        self.ledger = Ledger(url, clock=self.clock, keys=None if lasting else MemoryKeyStore())
        self.engine = self.ledger._database.engine
        self._known: dict[str, History] = {}

    def close(self) -> None:
        """Close the ledger."""
        self.ledger.close()

    def __enter__(self) -> Self:
        """Use it in a `with` statement."""
        return self

    def __exit__(self, *_failed: object) -> None:
        """Close the ledger."""
        self.close()

    def read(self, stream: str) -> History:
        """A stream's history, as it was last read."""
        if stream not in self._known:
            self._known[stream] = self.ledger._app.streams.histories([stream])[stream]
        return self._known[stream]

    def touched(self, streams: Iterable[str]) -> None:
        """Read these streams anew."""
        self._known |= self.ledger._app.streams.histories(dict.fromkeys(streams))

    @property
    def histories(self) -> list[History]:
        """Every history, as it was last read."""
        return list(self._known.values())

    def streams(self) -> list[str]:
        """Every stream of the ledger."""
        recorder = self.ledger._app.recorder
        return list(dict.fromkeys(str(told.originator_id) for told in recorder.select_notifications(1, 10_000_000)))

    def reread(self) -> None:
        """Read the whole ledger, as one who opens it."""
        self._known = self.ledger._app.streams.histories(self.streams())

    def kept(self) -> Tables:
        """The rows in the tables."""
        with self._reading() as connection:
            return {one.name: _rows(connection, one, TABLES[one.name]) for one in ALL}

    def told(self, known_at: datetime | None = None) -> Tables:
        """The rows that the selects tell, of all events or of those recorded by a moment."""
        only = () if known_at is None else (recorded_by(utc_text(known_at)),)
        with self._reading() as connection:
            return {one.name: _rows(connection, one, select_of(one, *only)) for one in ALL}

    def expected(self, known_at: datetime | None = None) -> Tables:
        """The rows that the oracle works out of the states, of all events or of those recorded by a moment."""
        cases = [self._case(history, known_at) for history in self.histories if history.events]
        return {one.name: rows_of(one.name, cases) for one in ALL}

    def differences(self, known_at: datetime | None = None) -> list[str]:
        """What the tables (or, as known at a moment, the selects) say otherwise than the oracle."""
        found = self.kept() if known_at is None else self.told(known_at)
        return differences(self.expected(known_at), found)

    def tables(self) -> set[str]:
        """The names of all tables."""
        with self._reading() as connection:
            return set(inspect(connection).get_table_names())

    def _case(self, history: History, known_at: datetime | None) -> Case:
        center = history.stream if history.stream.startswith("center:") else getattr(history.state, "center", None)
        zone = ZoneInfo(self.read(center).state.time_zone) if center else ZoneInfo("UTC")
        policy = history.events[0].policy
        if known_at is not None:
            events = [record for record in history.events if record.recorded_at <= known_at]
            history = History.of(history.stream, events)
        return Case(history.stream, history.state, policy, zone)

    @contextmanager
    def _reading(self) -> Iterator[Connection]:
        with self.engine.connect() as connection, connection.begin():
            yield connection


def _rows(connection: Connection, facts: Declaration, query: Select[tuple[object, ...]]) -> dict[Key, Row]:
    rows = [dict(row._mapping) for row in connection.execute(query)]
    found = {tuple(row[column] for column in facts.key_columns): row for row in rows}
    assert len(found) == len(rows), f"{facts.name} has a key twice"
    return found


def differences(expected: Tables, found: Tables) -> list[str]:
    """Say row by row and column by column what differs; a 1 in place of a yes is a difference too."""
    said = []
    for facts, rows in expected.items():
        others = found[facts]
        said += [f"{facts} {key} is missing" for key in rows.keys() - others.keys()]
        said += [f"{facts} {key} is left over" for key in others.keys() - rows.keys()]
        said += [
            f"{facts} {key} {column}: {_shown(other, column)}, where the state says {_shown(row, column)}"
            for key, row in rows.items()
            if (other := others.get(key, row)) is not row
            for column in sorted(row.keys() | other.keys())
            if _typed(row, column) != _typed(other, column)
        ]
    return sorted(said)


def _typed(row: Mapping[str, object], column: str) -> tuple[bool, type, object]:
    return column in row, type(row.get(column)), row.get(column)


def _shown(row: Mapping[str, object], column: str) -> str:
    return repr(row[column]) if column in row else "no such column"
