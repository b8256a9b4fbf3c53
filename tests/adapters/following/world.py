"""A ledger that lives, beside a database that its facts follow into; and what each of them says."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from random import Random
from threading import Thread
from time import monotonic, sleep
from typing import Self

from eventsourcing.persistence import StoredEvent
from sqlalchemy import Connection, create_engine, make_url, text
from sqlalchemy.pool import NullPool

from caseledger.adapters.following import Follower
from caseledger.adapters.store.factory import SqlFactory
from caseledger.domain.catalogue import command_from
from caseledger.domain.refusal import Refused
from caseledger.projections.facts import ALL
from tests.databases import kind_of
from tests.differential.histories import Histories
from tests.differential.house import TABLES, House, Tables, differences
from tests.differential.moments import ZONES

DRIVERS = {
    "postgresql": "postgresql+psycopg",
    "mariadb": "mariadb+pymysql",
    "mysql": "mysql+pymysql",
    "sqlite": "sqlite",
}
ENOUGH_S = 30
"""Longer than anything here takes, on a busy machine too."""


class World:
    """A ledger with its own facts, which say what those elsewhere should be.

    Args:
        url: where; the random history is the same each time.
        steps: commands to begin with.

    """

    def __init__(self, url: str, steps: int = 0) -> None:
        self.url = url
        self.house = House(url)
        self._random = Random(5)
        self._histories = Histories(self.house.read)
        for told in self._histories.opening(self._random):
            self.house.clock.now = told.at
            self.house.ledger.do(told.command)
        self.live(steps)

    def live(self, steps: int) -> None:
        """So many more commands, those refused included."""
        for _ in range(steps):
            told = self._histories.step(self._random)
            self.house.clock.now = told.at
            with suppress(Refused):
                outcome = self.house.ledger.do(told.command)
                self.house.touched(record.stream for record in outcome.events)
                self._histories.happened(outcome.case)

    def accept(self, case: str) -> None:
        """One opinion more, which `live` never goes on with."""
        asked = {"case": case, "center": next(iter(ZONES)), "kind": "suggestion", "channel": "app"}
        actor = {"id": "staff:acceptor", "role": "acceptor"}
        self.house.ledger.do(command_from("accept_opinion", {**asked, "actor": actor}))

    @property
    def last(self) -> int:
        """The ledger's last position."""
        return int(str(ask(self.url, "select max(position) from ledger_events")))

    def differences(self, target: str) -> list[str]:
        """What the facts elsewhere say otherwise than the ledger's own, value and type."""
        return differences(self.house.kept(), facts_at(target))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_failed: object) -> None:
        self.house.close()


@contextmanager
def connected(url: str) -> Iterator[Connection]:
    """A connection of somebody who knows nothing of caseledger; each statement is committed by itself."""
    made = make_url(url)
    engine = create_engine(
        made.set(drivername=DRIVERS[made.get_backend_name()]), poolclass=NullPool, isolation_level="AUTOCOMMIT"
    )
    try:
        with engine.connect() as connection:
            yield connection
    finally:
        engine.dispose()


def ask(url: str, question: str) -> object:
    """One value."""
    with connected(url) as connection:
        return connection.execute(text(question)).scalar()


def tell(url: str, *statements: str) -> None:
    """Change something behind the follower's back."""
    with connected(url) as connection:
        for statement in statements:
            connection.exec_driver_sql(statement)


def facts_at(url: str) -> Tables:
    """The facts as they lie in a database, typed."""
    found: Tables = {}
    with connected(url) as connection:
        for one in ALL:
            rows = [dict(row._mapping) for row in connection.execute(TABLES[one.name])]
            found[one.name] = {tuple(row[column] for column in one.key_columns): row for row in rows}
            assert len(found[one.name]) == len(rows), f"{one.name} has a key twice"
    return found


def append(url: str, *events: StoredEvent) -> None:
    """Append through the store alone: no decision, no facts."""
    factory = SqlFactory({"PERSISTENCE_MODULE": "caseledger.adapters.store", "CASELEDGER_URL": url})
    factory.application_recorder().insert_events(events)
    factory.close()


@contextmanager
def running(*followers: Follower) -> Iterator[None]:
    """Let them run, each in a thread; what one of them died of is raised at the end."""
    died: list[BaseException] = []

    def run(follower: Follower) -> None:
        try:
            follower.run()
        except BaseException as error:  # noqa: BLE001 - told to the test
            died.append(error)

    threads = [Thread(target=run, args=(follower,)) for follower in followers]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        for follower in followers:
            follower.stop()
        for thread in threads:
            thread.join(ENOUGH_S)
            assert not thread.is_alive(), "a runner does not stop"
    if died:
        raise died[0]


def soon(holds: Callable[[], bool], what: str) -> None:
    """Wait until something holds."""
    until, pause = monotonic() + ENOUGH_S, 0.005
    while not holds():
        assert monotonic() < until, f"{what}: not within {ENOUGH_S} s"
        sleep(pause)  # a look takes more of the machine than what is waited for
        pause = min(2 * pause, 0.05)


def is_at(target: str, position: int) -> bool:
    """Whether a target has come so far."""
    found = ask(target, "select position from ledger_follower")
    return found is not None and int(str(found)) >= position


MOVES = {
    "sqlite": (
        "CREATE TABLE moves (came bigint, went bigint)",
        """CREATE TRIGGER moved AFTER UPDATE ON ledger_follower WHEN OLD.position <> NEW.position
        BEGIN INSERT INTO moves VALUES (OLD.position, NEW.position); END""",
    ),
    "postgresql": (
        "CREATE TABLE moves (came bigint, went bigint)",
        """CREATE FUNCTION move() RETURNS trigger LANGUAGE plpgsql AS
        $$ BEGIN INSERT INTO moves VALUES (OLD.position, NEW.position); RETURN NULL; END $$""",
        """CREATE TRIGGER moved AFTER UPDATE ON ledger_follower FOR EACH ROW
        WHEN (OLD.position <> NEW.position) EXECUTE FUNCTION move()""",
    ),
    "mariadb": (
        "CREATE TABLE moves (came bigint, went bigint)",
        """CREATE TRIGGER moved AFTER UPDATE ON ledger_follower FOR EACH ROW
        INSERT INTO moves SELECT OLD.position, NEW.position FROM DUAL WHERE OLD.position <> NEW.position""",
    ),
}
"""Lets a target write down each move of its follower, in the transaction of the move."""


def watch(target: str) -> None:
    """Write down every committed move from now on."""
    tell(target, *MOVES[kind_of(target)])


def moves(target: str) -> list[tuple[int, int]]:
    """From where to where the follower was moved, in the order of positions."""
    with connected(target) as connection:
        return [(came, went) for came, went in connection.execute(text("select came, went from moves order by 1, 2"))]


def went_once(target: str, start: int, end: int) -> int:
    """Each position was committed once: every move begins where the one before ended. Give how many there were."""
    made = moves(target)
    assert [came for came, _ in made] == [start, *(went for _, went in made[:-1])]
    assert made[-1][1] == end
    return len(made)
