"""Keys in a table: of a file of their own beside a SQLite ledger, or of the ledger's database on a server."""

import os
import threading
from collections import OrderedDict
from collections.abc import Callable, Iterable
from time import monotonic
from typing import Final, Generic, TypeVar

from eventsourcing.persistence import IntegrityError, PersistenceError
from sqlalchemy import (
    Column,
    Connection,
    Engine,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    UniqueConstraint,
    func,
    insert,
    inspect,
    select,
    update,
)

from ..projections.events import binary_text
from .keys import KEY_BYTES, Key, key_missing, new_key, subject_erased
from .store.database import Database
from .store.engine import IDENTITY, LOCK_TIMEOUT
from .store.errors import LockTimeoutError
from .store.tables import PLAIN

CACHED: Final = 4096
"""How many keys a store keeps in memory."""

FRESH_FOR: Final = 1.0
"""Seconds after which a key in memory is looked up again: for so long at most another process's erasure is not seen."""

_SUBJECTS_A_QUERY: Final = 500
_RACES: Final = 5

V = TypeVar("V")

keys_metadata: Final = MetaData()

ledger_keys: Final = Table(
    "ledger_keys",
    keys_metadata,
    Column("key_id", binary_text(), primary_key=True),
    Column("subject", binary_text(191), nullable=False),
    # A person's keys are numbered: the highest seals, all open. Only the first is made yet.
    Column("generation", Integer(), nullable=False),
    # NULL: destroyed.
    Column("secret", LargeBinary(KEY_BYTES)),
    UniqueConstraint("subject", "generation", name="ledger_keys_subject_generation"),
    **PLAIN,
)


class SqlKeyStore:
    """Keys in the table `ledger_keys` of a database, with a small cache in memory.

    An erasure leaves the cache of the process that does it at once, and those of others after `FRESH_FOR`
    seconds: until then they may still open words, and seal words that will never be opened again.

    Args:
        engine: made by `connect`; for SQLite see `keys_beside`.
        owns_engine: whether `close` closes the engine's connections.
        lock_timeout: seconds a writer waits for its turn.
        random_bytes: where keys and their ids come from; the operating system by default.
        seconds: a clock that never goes back, for the age of what is in memory.
    """

    def __init__(
        self,
        engine: Engine,
        *,
        owns_engine: bool = False,
        lock_timeout: float = LOCK_TIMEOUT,
        random_bytes: Callable[[int], bytes] = os.urandom,
        seconds: Callable[[], float] = monotonic,
    ) -> None:
        self._database = Database(engine, lock_timeout=lock_timeout)
        self._owns_engine = owns_engine
        self._random = random_bytes
        self._keys: _Cache[Key] = _Cache(seconds)
        self._secrets: _Cache[bytes] = _Cache(seconds)
        _prepare(engine, self._database)

    def key_for(self, subject: str) -> Key | None:
        """Give the key that seals a person's words: see `KeyStore`."""
        cached = self._keys.get(subject)
        if cached is not None:
            return cached
        age = self._keys.age()
        with self._database.transaction(write=False) as connection:
            found = _current(connection, [subject])
        if subject in found and found[subject] is None:
            raise subject_erased([subject])
        return self._remembered(found, age).get(subject)

    def keys_for(self, subjects: Iterable[str], *, create: bool = True) -> dict[str, Key]:
        """Give the keys of several people at once: see `KeyStore`."""
        wanted = list(dict.fromkeys(subjects))
        age = self._keys.age()
        keys = {subject: key for subject in wanted if (key := self._keys.get(subject)) is not None}
        rest = [subject for subject in wanted if subject not in keys]
        if rest:
            keys |= self._remembered(self._looked_up(rest, create=create), age)
        return {subject: keys[subject] for subject in wanted if subject in keys}

    def get(self, key_id: str) -> bytes | None:
        """Give the key by its id: see `KeyStore`."""
        cached = self._secrets.get(key_id)
        if cached is not None:
            return cached
        age = self._secrets.age()
        query = select(ledger_keys.c.secret).where(ledger_keys.c.key_id == key_id)
        with self._database.transaction(write=False) as connection:
            row = connection.execute(query).one_or_none()
        if row is None:
            raise key_missing(key_id)
        secret: bytes | None = row[0]
        if secret is not None:
            self._secrets.put(key_id, secret, age)
        return secret

    def erase(self, subject: str) -> bool:
        """Destroy all of a person's keys for good: see `KeyStore`.

        Raises:
            LockTimeoutError: the key is gone from the table, but a reader kept SQLite's log
                from being cut; call it again.
        """
        for _ in range(_RACES):
            try:
                destroyed = self._destroy(subject)
                break
            except IntegrityError:  # another process made the first key at the same moment: it is there now
                continue
        else:
            raise LockTimeoutError("others kept making keys for the same person; call it again")
        self._forget()
        if self._database.engine.dialect.name == "sqlite":
            self._cut_log()
        return destroyed

    def close(self) -> None:
        """Forget the keys in memory, and close the engine if it is this store's own."""
        self._forget()
        if self._owns_engine:
            self._database.close()
        else:
            self._database.release()

    def _looked_up(self, subjects: list[str], *, create: bool) -> dict[str, Key | None]:
        with self._database.transaction(write=False) as connection:
            found = _current(connection, subjects)
        missing = [subject for subject in subjects if subject not in found]
        for _ in range(_RACES):
            gone = [subject for subject, key in found.items() if key is None]
            if not create:
                return found
            if gone:
                raise subject_erased(gone)
            if not missing:
                return found
            try:
                found |= self._made(missing)
            except IntegrityError:  # another process was quicker: its keys are the ones that count
                with self._database.transaction(write=False) as connection:
                    found |= _current(connection, missing)
            missing = [subject for subject in missing if subject not in found]
        raise LockTimeoutError("others kept making keys for the same people; call it again")

    def _made(self, subjects: list[str]) -> dict[str, Key | None]:
        with self._database.transaction(append=False) as connection:
            found = _current(connection, subjects)
            made = {subject: new_key(self._random) for subject in subjects if subject not in found}
            if made:
                connection.execute(
                    insert(ledger_keys),
                    [
                        {"key_id": key.key_id, "subject": subject, "generation": 1, "secret": key.secret}
                        for subject, key in made.items()
                    ],
                )
        return found | made

    def _destroy(self, subject: str) -> bool:
        with self._database.transaction(append=False) as connection:
            if connection.dialect.name == "sqlite":
                # Freed places in the file are overwritten with zeros, not only marked as free.
                connection.exec_driver_sql("PRAGMA secure_delete = ON")
            of_subject = ledger_keys.c.subject == subject
            left = select(func.count()).select_from(ledger_keys).where(of_subject, ledger_keys.c.secret.is_not(None))
            destroyed = bool(connection.scalar(left))
            connection.execute(update(ledger_keys).where(of_subject).values(secret=None))
            if not connection.scalar(select(func.count()).select_from(ledger_keys).where(of_subject)):
                tombstone = {"key_id": new_key(self._random).key_id, "subject": subject, "generation": 1}
                connection.execute(insert(ledger_keys).values(**tombstone, secret=None))
        return destroyed

    def _cut_log(self) -> None:
        """Take the old page out of SQLite's log as well, into which every change is only added."""
        if self._database.engine.url.database in {None, "", ":memory:"}:
            return
        busy = self._database.read("PRAGMA wal_checkpoint(TRUNCATE)", ())[0][0]
        if busy:
            raise LockTimeoutError("a reader holds the key file's log; the erasure is complete once it is called again")

    def _remembered(self, found: dict[str, Key | None], age: int) -> dict[str, Key]:
        keys = {subject: key for subject, key in found.items() if key is not None}
        for subject, key in keys.items():
            self._keys.put(subject, key, age)
        return keys

    def _forget(self) -> None:
        self._keys.clear()
        self._secrets.clear()


def _prepare(engine: Engine, database: Database) -> None:
    """Make the table where it is not there; several processes may do so at once."""
    try:
        with database.transaction(append=False) as connection:
            if inspect(connection).has_table(ledger_keys.name):
                return
            keys_metadata.create_all(connection, checkfirst=False)
            if engine.dialect.name == "sqlite":
                # A file of the keys' own says so; a ledger that keeps its keys inside remains a ledger.
                connection.exec_driver_sql(f"PRAGMA application_id = {engine.get_execution_options()[IDENTITY]}")
    except PersistenceError:
        with database.transaction(write=False) as connection:
            if not inspect(connection).has_table(ledger_keys.name):
                raise


def _current(connection: Connection, subjects: list[str]) -> dict[str, Key | None]:
    """Read the newest key of each subject; None for one that was erased, nothing for one that has none yet."""
    found: dict[str, Key | None] = {}
    columns = ledger_keys.c
    for first in range(0, len(subjects), _SUBJECTS_A_QUERY):
        query = select(columns.subject, columns.key_id, columns.secret).order_by(columns.generation)
        query = query.where(columns.subject.in_(subjects[first : first + _SUBJECTS_A_QUERY]))
        for subject, key_id, secret in connection.execute(query):
            found[subject] = None if secret is None else Key(key_id, secret)
    return found


class _Cache(Generic[V]):
    """The values used last, each for a short while only; an erasure empties it."""

    def __init__(self, seconds: Callable[[], float]) -> None:
        self._seconds = seconds
        self._lock = threading.Lock()
        self._values: OrderedDict[str, tuple[float, V]] = OrderedDict()
        self._emptied = 0

    def age(self) -> int:
        """Generation of the values: read it before a lookup and pass it to `put`.

        So a value that was read before an erasure is not cached after it.
        """
        return self._emptied

    def get(self, name: str) -> V | None:
        with self._lock:
            found = self._values.get(name)
            if found is None or self._seconds() - found[0] >= FRESH_FOR:
                return None
            self._values.move_to_end(name)
            return found[1]

    def put(self, name: str, value: V, age: int) -> None:
        with self._lock:
            if age != self._emptied:  # looked up before an erasure: it may be what was erased
                return
            self._values[name] = (self._seconds(), value)
            self._values.move_to_end(name)
            while len(self._values) > CACHED:
                self._values.popitem(last=False)

    def clear(self) -> None:
        with self._lock:
            self._values.clear()
            self._emptied += 1
