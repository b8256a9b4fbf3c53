"""News of commits between processes: whoever waits on a `Bell` is woken by other processes' appends too.

PostgreSQL carries the news itself (LISTEN and NOTIFY). It is sent after the commit and beside it, by a thread with a
connection of its own: NOTIFY inside a transaction would let all commits of the cluster that notify queue for one lock.
Many commits in a row are one piece of news. On SQLite and MariaDB a thread looks: SQLite tells in microseconds whether
another connection has committed, MariaDB reads one entry of an index.

News may be lost, with a process that dies right after its commit or with a connection. It only ever says "look again":
whoever waits also looks every so often as well.
"""

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Event, Lock, Thread, current_thread
from time import sleep
from typing import Any, Final

from sqlalchemy import Engine

from .bell import Bell

_log: Final = logging.getLogger("caseledger.store")

SQLITE_LOOK: Final = 0.002
SERVER_LOOK: Final = 0.01
"""Seconds between two looks where the database brings no news."""

BETWEEN_NEWS: Final = 0.001
"""Seconds between two messages of one process; commits meanwhile share the second."""

AFTER_A_LOSS: Final = 0.5
"""Seconds until a lost connection is made again."""

_LISTEN_FOR: Final = 0.25
_PATIENCE: Final = 2.0

Watch = Callable[[Any, Event], Iterator[None]]
"""Given a driver's connection and what ends it: yields whenever somebody may have committed."""


class News:
    """Brings other processes' commits to a bell, and tells other processes of this one's.

    Nothing is done, no thread and no connection made, before somebody listens here or something is committed here.

    Args:
        engine: the ledger's; each thread takes one connection out of its pool for good.
        bell: of this process.
    """

    def __init__(self, engine: Engine, bell: Bell) -> None:
        self._engine = engine
        self._bell = bell
        self._done = Event()
        self._to_tell = Event()
        self._lock = Lock()
        self._threads: dict[str, Thread] = {}
        self._telling = engine.dialect.name == "postgresql"
        in_memory = engine.url.database in {None, "", ":memory:"}  # which no other process can reach
        self._watching = None if in_memory else _WATCHES.get(engine.dialect.name)

    def tell(self) -> None:
        """Let other processes know, soon, that something was committed."""
        if self._telling and not self._to_tell.is_set():
            self._to_tell.set()
            self._begin("tell", self._tell)

    def watch(self) -> None:
        """Ring the bell from now on when other processes commit."""
        if self._watching is not None:
            self._begin("watch", self._watch)

    def close(self) -> None:
        """Send what is to be sent, and end the threads."""
        self._done.set()
        with self._lock:
            threads, self._threads = list(self._threads.values()), {}
        self._to_tell.set()
        for thread in threads:
            if thread is not current_thread():
                thread.join(_PATIENCE)

    def _begin(self, errand: str, work: Callable[[], None]) -> None:
        with self._lock:
            if self._done.is_set() or errand in self._threads:
                return
            # A daemon: a process that ends without closing its ledger is not kept from ending.
            thread = Thread(target=work, name=f"caseledger-news-{errand}", daemon=True)
            self._threads[errand] = thread
            thread.start()

    def _tell(self) -> None:
        while not self._done.is_set():
            with self._survived("telling"), self._connection() as connection:
                cursor = connection.cursor()
                cursor.execute("SELECT 'caseledger_' || 'ledger_events'::regclass::oid::text")
                channel = cursor.fetchall()[0][0]
                # A message takes a transaction number, and so its commit would wait for the disk; yet it may be lost.
                cursor.execute("SET synchronous_commit = off")
                while self._to_tell.wait():
                    last = self._done.is_set()
                    self._to_tell.clear()
                    cursor.execute(f"NOTIFY {channel}")
                    if last:
                        return
                    sleep(BETWEEN_NEWS)
            self._done.wait(AFTER_A_LOSS)
            self._to_tell.set()  # what was to be told when the connection was lost

    def _watch(self) -> None:
        while self._watching is not None and not self._done.is_set():
            # Whatever goes wrong: those who wait look for themselves, and say it where it can be said.
            with self._survived("watching"), self._connection() as connection:
                for _ in self._watching(connection, self._done):
                    self._bell.ring()
            self._done.wait(AFTER_A_LOSS)

    @contextmanager
    def _survived(self, errand: str) -> Iterator[None]:
        """Go on after any error: news may be lost, and a connection that is lost is made again."""
        try:
            yield
        except Exception:  # noqa: BLE001  # whatever the driver raises
            _log.debug("news: %s was interrupted; again in %s s", errand, AFTER_A_LOSS, exc_info=True)

    @contextmanager
    def _connection(self) -> Iterator[Any]:
        """A driver's connection with a transaction a statement, out of the pool for good."""
        pooled = self._engine.raw_connection()
        connection: Any = pooled.driver_connection
        pooled.detach()
        try:
            if self._engine.dialect.name == "postgresql":
                connection.autocommit = True
            elif self._engine.dialect.name != "sqlite":
                connection.autocommit(True)  # noqa: FBT003  # the driver's own name and way
            yield connection
        finally:
            connection.close()


def _on_postgresql(connection: Any, done: Event) -> Iterator[None]:  # noqa: ANN401 - a driver's
    cursor = connection.cursor()
    cursor.execute("SELECT 'caseledger_' || 'ledger_events'::regclass::oid::text")
    cursor.execute(f"LISTEN {cursor.fetchall()[0][0]}")
    yield  # what was committed before LISTEN brought no news
    while not done.is_set():
        for _ in connection.notifies(timeout=_LISTEN_FOR, stop_after=1):
            yield


def _on_sqlite(connection: Any, done: Event) -> Iterator[None]:  # noqa: ANN401 - as above
    version = None
    while not done.wait(SQLITE_LOOK):
        now = connection.execute("PRAGMA data_version").fetchone()
        if now != version:
            version = now
            yield


def _on_mariadb(connection: Any, done: Event) -> Iterator[None]:  # noqa: ANN401 - as above
    cursor, last = connection.cursor(), None
    while not done.wait(SERVER_LOOK):
        cursor.execute("SELECT MAX(position) FROM ledger_events")
        now = cursor.fetchall()
        if now != last:
            last = now
            yield


_WATCHES: Final[dict[str, Watch]] = {
    "sqlite": _on_sqlite,
    "postgresql": _on_postgresql,
    "mysql": _on_mariadb,
    "mariadb": _on_mariadb,
}
