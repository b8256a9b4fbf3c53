"""The rows: what is compared with what, and the goal of each. A group of rows is one function that yields them."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING, Any, Final

from . import boston
from .following import followers
from .live import live, live_on_servers
from .postgresql import postgresql
from .running import Figures, Job, Place, in_turn, middle, run
from .table import Row

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

FLAT: Final = 1.1
"""What grows by no more than a tenth while the ledger grows tenfold is called flat."""
FLAT_TIME: Final = 1.5
"""Times of a few milliseconds swing more than memory does."""
SLICE: Final = 20_000
"""Events that the stock runner, and the stores one event a commit, are measured over."""
QUICK: Final = 100_000
"""Events that are read and decoded one by one."""
IMPORTED: Final = 1_000_000
"""Events that the memory of an import is measured over at most, and over a tenth of them."""
RATE: Final = "/s"
MODULES: Final = {
    "library's SQLite module": "eventsourcing.sqlite",
    "eventsourcing-sqlalchemy": "eventsourcing_sqlalchemy",
}
"""Persistence modules of the peers, by what they are called in the table."""


@dataclass
class Bench:
    """One run: its settings, and what was measured already and serves several rows."""

    events: int
    rounds: int
    csv: Path | None
    ledgers: dict[int, str]
    """The synthetic ledgers by their number of events, to be copied to where they are needed."""
    months: dict[int, str]
    small: int
    """Size of the ledger by which growth is judged."""
    durability: dict[str, str] = field(default_factory=dict)
    skipped: dict[str, str] = field(default_factory=dict)
    _built: dict[tuple[str, int], str] = field(default_factory=dict)
    _care: dict[tuple[str, int], list[list[Figures]]] = field(default_factory=dict)

    @property
    def slice(self) -> int:
        """Events of the rows that go one by one."""
        return min(SLICE, self.events)

    def care(self, place: Place, events: int) -> list[list[Figures]]:
        """Parse, rebuild and check in turn, once for all rows that need it."""
        key = (place.name, events)
        if key not in self._care:
            given = {"path": self._copied(place, events)}
            jobs = [Job("plain.parse", given), Job("ours.rebuild", given), Job("ours.check", given)]
            self._care[key] = in_turn(jobs, self.rounds if events == self.events else 1)
            self.said("caseledger", self._care[key][1][0])
        return self._care[key]

    def built(self, place: Place, events: int) -> str:
        """A ledger whose facts are built."""
        self.care(place, events)
        return self._built[place.name, events]

    def said(self, name: str, figures: Figures) -> None:
        """Note the durability settings that a job read back from its connection."""
        self.durability[name] = figures["durability"]

    def _copied(self, place: Place, events: int) -> str:
        path = place.copy(self.ledgers[events], f"ledger-{events}")
        self._built[place.name, events] = path
        return path


def rebuild(bench: Bench, place: Place) -> Iterator[Row]:
    """Each declaration against reading and parsing the same events."""
    parsed, rebuilt, _ = bench.care(place, bench.events)
    theirs = middle(parsed)
    for name in rebuilt[0]["each"]:
        seconds = middle([one["each"] for one in rebuilt], name)
        yield Row(f"rebuild {name}", place.name, seconds, "s", 1.5, against="read and parse JSON", theirs=theirs)
    yield Row("rebuild all facts", place.name, middle(rebuilt), "s", None, against="read and parse JSON", theirs=theirs)


def runner(bench: Bench, place: Place) -> Iterator[Row]:
    """All facts against the stock runner, which keeps the same facts over a slice of the same events."""
    source = bench.ledgers[bench.events]
    rebuilt, stock = [], []
    for _ in range(bench.rounds):
        rebuilt.append(run(Job("ours.rebuild", {"path": bench.built(place, bench.events)})))
        given = {"source": source, "events": bench.slice, "path": place.fresh("stock")}
        stock.append(run(Job("stock.project", given, peers=True)))
    bench.said("stock ProjectionRunner, SQLite view", stock[0])
    ours = bench.events / middle(rebuilt)
    yield Row(
        "rebuild all facts, events a second", place.name, ours, RATE, 20, at_least=True,
        against="stock ProjectionRunner", theirs=middle(stock, "rate"),
        note=f"theirs over the first {stock[0]['events']:,} events, the same tables and indices, events from memory",
    )  # fmt: skip


def check(bench: Bench, place: Place) -> Iterator[Row]:
    """The check of all facts against their rebuild."""
    _, rebuilt, checked = bench.care(place, bench.events)
    yield Row("check all facts", place.name, middle(checked), "s", 1.2, against="rebuild", theirs=middle(rebuilt))


def queries(bench: Bench, place: Place) -> Iterator[Row]:
    """What people ask, at once whatever the ledger's size."""
    sizes = (bench.small, bench.events)
    given = {"ledgers": [{"path": bench.built(place, size), "month": bench.months[size]} for size in sizes]}
    found = [run(Job("ours.queries", given)) for _ in range(bench.rounds)]
    against = f"{bench.small:,} events"
    for name in found[0]["warm"]:
        young, old = (median(one["warm"][name][place_in] for one in found) for place_in in (0, 1))
        begun = middle([one["first"] for one in found], name)
        for what, seconds in ((name, old), (f"{name}, the first time", begun)):
            busy = middle([one["busy"] for one in found], what)
            yield Row(what, place.name, seconds, "s", 0.1, note=f"{busy * 1000:.2f} ms of CPU")
        yield Row(f"{name}, growth", place.name, old, "s", FLAT_TIME, against=against, theirs=young)


def importing(bench: Bench, place: Place) -> Iterator[Row]:
    """The Boston file through the commands, against bare inserts of the same events in batches of the same size."""
    if bench.csv is None:
        bench.skipped["import of the Boston file"] = "no file was given (--boston FILE)"
        return
    found: list[tuple[Figures, Figures]] = []
    for _ in range(bench.rounds):
        path = place.fresh("boston")
        ours = run(Job("ours.import_boston", {"path": path, "csv": str(bench.csv)}))
        # An import records five hundred rows a transaction.
        size = round(500 * ours["events"] / ours["rows"])
        given = {"path": place.fresh("bare"), "source": path, "per_commit": size}
        found.append((ours, run(Job("plain.insert", given))))
    bench.said("sqlite3, bare", found[0][1])
    rows, events = found[0][0]["rows"], found[0][0]["events"]
    yield Row(
        "import of the Boston file", place.name, middle([one for one, _ in found]), "s", 15,
        against="sqlite3, bare inserts", theirs=middle([other for _, other in found]),
        note=f"{rows:,} rows, {events:,} events, personal words sealed, facts on",
    )  # fmt: skip


def memory(bench: Bench, place: Place) -> Iterator[Row]:
    """Peaks of resident memory, which do not grow with the ledger."""
    cared = [bench.care(place, size) for size in (bench.small, bench.events)]
    against = f"{bench.small:,} events"
    for number, name in enumerate(("rebuild", "check"), start=1):
        young, old = (figures[number][0]["peak"] for figures in cared)
        yield Row(f"peak memory of {name}", place.name, old, "MiB", FLAT, against=against, theirs=young)
    largest = min(bench.events, IMPORTED)
    young, old = (_import_peak(place, size) for size in (largest // 10, largest))
    yield Row(
        f"peak memory of import, {largest:,} events", place.name, old, "MiB", FLAT,
        against=f"{largest // 10:,} events", theirs=young,
    )  # fmt: skip


def streaming(bench: Bench, place: Place) -> Iterator[Row]:
    """The peak of resident memory while all events are read in their order; it needs no facts."""

    def peak(size: int) -> float:
        return float(run(Job("ours.stream", {"path": place.copy(bench.ledgers[size], "streamed")}))["peak"])

    young, old = peak(bench.small), peak(bench.events)
    against = f"{bench.small:,} events"
    yield Row("peak memory of reading all", place.name, old, "MiB", FLAT, against=against, theirs=young)


def _import_peak(place: Place, events: int) -> float:
    csv = boston.write(Path(place.fresh("csv")).with_name("boston.csv"), events=events)
    figures = run(Job("ours.import_boston", {"path": place.fresh("boston"), "csv": str(csv)}))
    return float(figures["peak"])


def store(bench: Bench, place: Place) -> Iterator[Row]:
    """One event a commit through the recorders, facts off."""

    def jobs() -> dict[str, Job]:
        common: dict[str, Any] = {"source": bench.ledgers[bench.events], "events": bench.slice}
        found = {"caseledger": Job("ours.append", {**common, "path": place.fresh("ours")})}
        for name, module in MODULES.items():
            given = {**common, "path": place.fresh(module), "module": module}
            found[name] = Job("stock.append", given, peers=True)
        found["sqlite3, bare"] = Job("plain.insert", {**common, "path": place.fresh("bare"), "per_commit": 1})
        return found

    goals = {"library's SQLite module": 1.5, "eventsourcing-sqlalchemy": 3.0, "sqlite3, bare": 0.3}
    rates: dict[str, list[Figures]] = {}
    for _ in range(bench.rounds):
        for name, job in jobs().items():
            rates.setdefault(name, []).append(run(job))
            bench.said(name, rates[name][0])
    ours = middle(rates["caseledger"], "rate")
    for name, goal in goals.items():
        theirs = middle(rates[name], "rate")
        what = "one event a commit, facts off"
        yield Row(what, place.name, ours, RATE, goal, at_least=True, against=name, theirs=theirs)


def reading(bench: Bench, place: Place) -> Iterator[Row]:
    """Events read back as what they are, against the library's repository and mapper on the same values."""
    cases = place.fresh("cases")
    run(Job("cases.make", {"path": cases}))
    source = bench.ledgers[bench.events]
    common = {"events": min(bench.events, QUICK)}
    against = "library's SQLite module"
    found: list[list[Figures]] = [[], [], [], []]
    for _ in range(bench.rounds):
        jobs = (
            Job("cases.load", {"path": cases}),
            Job("stock_cases.load", {"source": cases, "path": place.fresh("stock-cases")}, peers=True),
            Job("cases.read", {**common, "path": source}),
            Job("stock_cases.read", {**common, "source": source, "path": place.fresh("stock-all")}, peers=True),
        )
        for figures, job in zip(found, jobs, strict=True):
            figures.append(run(job))
    our_loads, their_loads, our_reads, their_reads = found
    size = our_loads[0]["events"]
    yield Row(
        f"a case of {size} events, loaded and folded: cases a second", place.name, 1 / middle(our_loads), RATE, 8,
        at_least=True, against=f"{against}, repository", theirs=1 / middle(their_loads),
    )  # fmt: skip
    yield Row(
        "read and decode all events", place.name, middle(our_reads, "rate"), RATE, 2,
        at_least=True, against=f"{against}, mapper", theirs=middle(their_reads, "rate"),
        note=f"the same {our_reads[0]['events']:,} events with the same values on both sides",
    )  # fmt: skip


GROUPS: Final[dict[str, Callable[[Bench, Place], Iterator[Row]]]] = {
    "rebuild": rebuild,
    "runner": runner,
    "check": check,
    "queries": queries,
    "import": importing,
    "memory": memory,
    "streaming": streaming,
    "store": store,
    "live": live,
    "live-servers": live_on_servers,
    "reading": reading,
    "followers": followers,
    "postgresql": postgresql,
}
"""What `--rows` chooses from."""
