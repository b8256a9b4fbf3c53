"""A ledger that cannot be opened leaves no connection behind, also while somebody keeps the error."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from sqlalchemy import event, update
from sqlalchemy.pool import Pool

from caseledger import Ledger
from caseledger.adapters import facts as facts_module
from caseledger.adapters.facts import FactsStaleError
from caseledger.adapters.facts.marks import ledger_facts
from caseledger.adapters.keys import KeyFileExposedError
from caseledger.adapters.store.engine import WRITE, connect
from caseledger.adapters.store.errors import LedgerFormatError, StoreError
from caseledger.adapters.store.tables import ledger_meta
from tests.stories import everything


@dataclass
class Connections:
    """How many were made, of all engines, and are not closed yet."""

    open: int = 0

    def made(self, *_: object) -> None:
        self.open += 1

    def closed(self, *_: object) -> None:
        self.open -= 1


@pytest.fixture
def connections() -> Iterator[Connections]:
    counted = Connections()
    event.listen(Pool, "connect", counted.made)
    event.listen(Pool, "close", counted.closed)
    yield counted
    event.remove(Pool, "connect", counted.made)
    event.remove(Pool, "close", counted.closed)


def refused(url: str, kind: type[StoreError]) -> list[StoreError]:
    """The errors of a few openings, with all that hangs on them."""
    kept = []
    for _ in range(3):
        with pytest.raises(kind) as error:
            Ledger(url)
        kept.append(error.value)
    return kept


def test_a_ledger_of_a_later_release(database_url: str, connections: Connections) -> None:
    Ledger(database_url).close()
    engine = connect(database_url)
    with engine.execution_options(**{WRITE: True}).begin() as connection:
        connection.execute(update(ledger_meta).where(ledger_meta.c.key == "format").values(value="99"))
    engine.dispose()
    errors = refused(database_url, LedgerFormatError)
    assert connections.open == 0
    del errors


def test_a_ledger_with_facts_of_another_release(
    database_url: str, connections: Connections, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Ledger(database_url) as ledger:
        ledger.do(everything()[0].command)
    connections.open = 0  # one that brought the news was closed outside the pool
    engine = connect(database_url)
    with engine.execution_options(**{WRITE: True}).begin() as connection:
        connection.execute(update(ledger_facts).values(fingerprint="another"))
    engine.dispose()
    monkeypatch.setattr(facts_module, "CHEAP", 0)
    errors = refused(database_url, FactsStaleError)
    assert connections.open == 0
    del errors


def test_a_ledger_whose_keys_others_may_read(sqlite_url: str, connections: Connections) -> None:
    Ledger(sqlite_url).close()
    from_others = sqlite_url.removeprefix("sqlite:///") + ".keys"
    Path(from_others).chmod(0o644)
    errors = refused(sqlite_url, KeyFileExposedError)
    assert connections.open == 0
    del errors
