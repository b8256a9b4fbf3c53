"""What is measured of caseledger; each job runs in a process of its own and gives its figures."""

from __future__ import annotations

import logging
import sqlite3
from contextlib import ExitStack, closing
from functools import partial
from statistics import median
from time import perf_counter, process_time
from typing import TYPE_CHECKING, Any, Final

from eventsourcing.persistence import StoredEvent

from caseledger.adapters.facts import Facts
from caseledger.adapters.importing import import_table
from caseledger.adapters.keystore import MemoryKeyStore
from caseledger.adapters.ledger import Ledger
from caseledger.adapters.store.factory import SqlFactory
from caseledger.domain.catalogue import command_from

from . import synthetic

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from sqlalchemy import Engine

    Given = dict[str, Any]
    Figures = dict[str, Any]

AGAIN: Final = 15
"""How many different cases are asked for; the median is taken."""


def make(given: Given) -> Figures:
    """Write the synthetic ledger."""
    started = perf_counter()
    synthetic.write(url_of(given), given["events"])
    return {"seconds": perf_counter() - started}


def rebuild(given: Given) -> Figures:
    """Rebuild all facts; `each` by what the ledger's own log says of it."""
    told = _Told()
    log = logging.getLogger("caseledger.facts")
    log.setLevel(logging.INFO)
    log.addHandler(told)
    with closing(ledger_factory(given)) as factory:
        factory.open()
        facts = Facts(factory.database.engine)
        facts.make()
        seconds = _timed(facts.rebuild)
        return {"seconds": seconds, "each": told.seconds, "durability": _durability(factory.database.engine)}


class _Told(logging.Handler):
    """Keeps how long each rebuild took."""

    def __init__(self) -> None:
        super().__init__()
        self.seconds: dict[str, float] = {}

    def emit(self, record: logging.LogRecord) -> None:
        """Take one record."""
        fields: dict[str, Any] = vars(record)["caseledger"]
        self.seconds[fields["facts"]] = fields["seconds"]


def check(given: Given) -> Figures:
    """Compare all facts with the events."""
    with closing(ledger_factory(given)) as factory:
        facts = Facts(factory.database.engine)
        started = perf_counter()
        report = facts.check()
        seconds = perf_counter() - started
        if not report.is_clean:
            raise SystemExit(f"facts and events differ: {report.differences[:3]}")
        return {"seconds": seconds, "rows": report.rows}


def stream(given: Given) -> Figures:
    """Read all events in their order, a page at a time."""
    with closing(ledger_factory(given)) as factory:
        started = perf_counter()
        events = sum(1 for _ in factory.application_recorder().iterate())
        return {"seconds": perf_counter() - started, "events": events}


def queries(given: Given) -> Figures:
    """Ask what people ask, of ledgers whose facts are built: seconds of each; the last one's first time, and its CPU's.

    The ledgers are asked in turn, the same of each, so that what else the machine does falls on all alike. Whoever asks
    first waits for the select to be put together and for the pages to be read.
    """
    with ExitStack() as open_ones:
        asked = [
            _questions(open_ones.enter_context(Ledger(url_of(one), create=False, keys=MemoryKeyStore())), one)
            for one in given["ledgers"]
        ]
        first, busy = {}, {}
        for name, ask in asked[-1].items():
            started = process_time()
            first[name] = _timed(partial(ask, 0))
            busy[f"{name}, the first time"] = process_time() - started
        warm = {}
        for name in first:
            for of_ledger in asked:
                of_ledger[name](0)
            times = [[_timed(partial(of_ledger[name], number)) for of_ledger in asked] for number in range(1, AGAIN)]
            warm[name] = [median(of_one) for of_one in zip(*times, strict=True)]
            busy[name] = median(_timed(partial(asked[-1][name], number), process_time) for number in range(1, AGAIN))
    return {"first": first, "warm": warm, "busy": busy}


def _questions(ledger: Ledger, given: Given) -> dict[str, Callable[[int], object]]:
    """What is asked, each of the case or center of a number below `AGAIN`."""
    month, figures, cases = given["month"], ledger.figures, _sample(given["path"])
    return {
        "monthly report, all centers": lambda _: figures.monthly(month),
        "monthly report, one center": lambda one: figures.monthly(month, center=_center(one)),
        "timeliness, all centers": lambda _: figures.timeliness(month),
        "timeliness, one center": lambda one: figures.timeliness(month, center=_center(one)),
        "callback rates, all centers": lambda _: figures.callbacks(month),
        "find by number": lambda one: ledger.find(number=cases[one][1]),
        "find by customer": lambda one: ledger.find(customer=cases[one][2]),
        "find what is handled anew": lambda _: ledger.find(status="rehandling"),
        "find what ended last": lambda _: ledger.find(status="ended"),
        "what is due, all centers": lambda _: ledger.due(limit=100),
        "what is due, one center": lambda one: ledger.due(center=_center(one)),
        "replay of a case": lambda one: ledger.replay(cases[one][0]),
        "replay by form number": lambda one: ledger.replay(cases[one][1]),
        "trail of a case": lambda one: list(figures.trail(cases[one][0])),
    }


def _center(number: int) -> str:
    return f"center:c{number:02d}"


def import_boston(given: Given) -> Figures:
    """Import a CSV in Boston's form through the commands, facts on."""
    with Ledger(url_of(given)) as ledger:
        started = perf_counter()
        report = import_table(ledger, given["csv"], "boston311")
        seconds = perf_counter() - started
    if report.imported != report.rows:
        raise SystemExit(f"{report.rows - report.imported} rows were not imported")
    with closing(sqlite3.connect(given["path"])) as connection:
        (events,) = connection.execute("SELECT count(*) FROM ledger_events").fetchone()
    return {"seconds": seconds, "rows": report.rows, "events": events}


def append(given: Given) -> Figures:
    """Append events one a commit through the recorder, facts off."""
    events = [StoredEvent(*row) for row in _rows(given)]
    with closing(ledger_factory(given)) as factory:
        recorder = factory.application_recorder()
        started = perf_counter()
        for event in events:
            recorder.insert_events([event])
        seconds = perf_counter() - started
        durability = _durability(factory.database.engine)
    return {"seconds": seconds, "events": len(events), "rate": len(events) / seconds, "durability": durability}


def command(given: Given) -> Figures:
    """Carry out commands, `batch` a commit: responses to opinions, each loaded, decided, sealed and appended."""
    synthetic_center = {"events": 2 * synthetic.CENTERS}
    make({**given, **synthetic_center})
    count, facts = given["commands"], given["facts"]
    known = {"actor": {"id": "staff:1", "role": "acceptor", "center": "center:c00"}}
    accept = {"center": "center:c00", "kind": "complaint", "channel": "phone", "category": "noise", "content": "噪音"}
    with Ledger(url_of(given), keys=MemoryKeyStore(), facts=facts) as ledger:
        for start in range(0, count, 500):
            accepted = [
                command_from(
                    "accept_opinion", {**known, **accept, "command_id": f"cmd:a{one}", "case": f"opinion:bench-{one}"}
                )
                for one in range(start, min(start + 500, count))
            ]
            ledger.do_batch([[one] for one in accepted])
        responses = [
            command_from(
                "respond_to_opinion",
                {**known, "command_id": f"cmd:r{one}", "case": f"opinion:bench-{one}", "way": "phone"},
            )
            for one in range(count)
        ]
        size = given.get("batch", 1)
        started = perf_counter()
        for start in range(0, count, size):
            chosen = responses[start : start + size]
            if size == 1:
                ledger.do(chosen[0])
            else:
                ledger.do_batch([[one] for one in chosen])
        seconds = perf_counter() - started
    return {"seconds": seconds, "rate": count / seconds, "each": seconds / count}


def url_of(given: Given) -> str:
    """Where a job's ledger is."""
    return str(given.get("url") or f"sqlite:///{given['path']}")


def ledger_factory(given: Given) -> SqlFactory:
    """The store of a job's ledger, without what decides."""
    return SqlFactory({"PERSISTENCE_MODULE": "caseledger.adapters.store", "CASELEDGER_URL": url_of(given)})


def _timed(work: Callable[[], object], clock: Callable[[], float] = perf_counter) -> float:
    started = clock()
    work()
    return clock() - started


def _durability(engine: Engine) -> str:
    with engine.connect() as connection:
        mode, full = (
            connection.exec_driver_sql(f"PRAGMA {name}").scalar_one() for name in ("journal_mode", "synchronous")
        )
    return f"journal_mode={mode}, synchronous={full}"


def _sample(path: str) -> list[tuple[str, ...]]:
    """Cases spread over the whole ledger: stream, number, customer."""
    with closing(sqlite3.connect(path)) as connection:
        (most,) = connection.execute("SELECT max(rowid) FROM fact_opinions").fetchone()
        rows: Iterator[tuple[str, ...]] = (
            connection.execute(
                "SELECT case_id, number, customer FROM fact_opinions WHERE rowid >= ? LIMIT 1",
                (most * part // AGAIN,),
            ).fetchone()
            for part in range(AGAIN)
        )
        return list(rows)


def _rows(given: Given) -> list[tuple[Any, ...]]:
    with closing(sqlite3.connect(given["source"])) as connection:
        query = "SELECT stream, version, name, state FROM ledger_events ORDER BY position LIMIT ?"
        return connection.execute(query, (given["events"],)).fetchall()
