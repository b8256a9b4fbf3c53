"""Keys of personal data: one a person, kept apart from the events, so that destroying a key destroys the words.

A key is made when a person's words are first sealed, and is on disk before it is handed out. Erasing destroys every key
of the person and leaves a tombstone: readers are told that the words were erased (not that something is missing), and
nothing more is sealed for this person, since words written after an erasure would outlive it. That also holds for a
person who had no key yet. Who asks for words to be recorded for an erased person is refused and gives the person a new
id, or leaves the words out.

What a database gives up is still in its backups, its archived log and on freed disk blocks; an erasure is complete when
those are gone too.
"""

import os
import stat
import threading
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Protocol

from sqlalchemy import Engine, inspect, select

from ..projections.events import ledger_events
from .key_table import SqlKeyStore
from .keys import Key, KeyFileExposedError, KeyFileMissingError, key_missing, new_key, subject_erased
from .store.engine import LOCK_TIMEOUT, NAMED, connect
from .store.errors import LedgerUnwritableError
from .store.sqlite_settings import KEYS_APPLICATION_ID


class KeyStore(Protocol):
    """Where the keys of personal data live. Safe to share between threads."""

    def key_for(self, subject: str) -> Key | None:
        """Give the key that seals a person's words; None if there is none yet.

        Raises:
            SubjectErasedError: it was destroyed.
        """
        ...

    def keys_for(self, subjects: Iterable[str], *, create: bool = True) -> dict[str, Key]:
        """Give the keys of several people at once, making those that are missing if `create`; durable on return.

        Without `create`, who has no key and who was erased is left out.

        Raises:
            SubjectErasedError: one of them was erased, and `create` is set; none was made then.
        """
        ...

    def get(self, key_id: str) -> bytes | None:
        """Give the key by its id, to open what it sealed; None if it was destroyed.

        Raises:
            KeyMissingError: this store never had it.
        """
        ...

    def erase(self, subject: str) -> bool:
        """Destroy all of a person's keys for good; True if there was one left to destroy."""
        ...

    def close(self) -> None:
        """Give back what the store holds."""
        ...


class MemoryKeyStore:
    """Keys that end with the process: for tests and for ledgers in memory.

    Args:
        random_bytes: where keys and their ids come from; the operating system by default.
    """

    def __init__(self, *, random_bytes: Callable[[int], bytes] = os.urandom) -> None:
        self._random = random_bytes
        self._lock = threading.Lock()
        self._subjects: dict[str, Key | None] = {}
        self._secrets: dict[str, bytes | None] = {}

    def key_for(self, subject: str) -> Key | None:
        """Give the key that seals a person's words: see `KeyStore`."""
        with self._lock:
            if subject in self._subjects and self._subjects[subject] is None:
                raise subject_erased([subject])
            return self._subjects.get(subject)

    def keys_for(self, subjects: Iterable[str], *, create: bool = True) -> dict[str, Key]:
        """Give the keys of several people at once: see `KeyStore`."""
        wanted = list(dict.fromkeys(subjects))
        with self._lock:
            gone = [subject for subject in wanted if self._subjects.get(subject, 0) is None]
            if gone and create:
                raise subject_erased(gone)
            for subject in wanted if create else ():
                if subject not in self._subjects:
                    key = new_key(self._random)
                    self._subjects[subject] = key
                    self._secrets[key.key_id] = key.secret
            found = {subject: self._subjects.get(subject) for subject in wanted}
        return {subject: key for subject, key in found.items() if key is not None}

    def get(self, key_id: str) -> bytes | None:
        """Give the key by its id: see `KeyStore`."""
        with self._lock:
            if key_id not in self._secrets:
                raise key_missing(key_id)
            return self._secrets[key_id]

    def erase(self, subject: str) -> bool:
        """Destroy all of a person's keys for good: see `KeyStore`."""
        with self._lock:
            key = self._subjects.get(subject)
            self._subjects[subject] = None
            if key is not None:
                self._secrets[key.key_id] = None
            return key is not None

    def close(self) -> None:
        """Nothing is held."""


def keys_beside(
    engine: Engine, *, lock_timeout: float = LOCK_TIMEOUT, random_bytes: Callable[[int], bytes] = os.urandom
) -> KeyStore:
    """Open the default key store of a ledger.

    A ledger in a SQLite file has its keys in a file beside it, named as the ledger with `.keys` added and readable
    by its owner only: copying the ledger does not copy the keys. See `key_file` for one reached by a link. A
    ledger in memory has its keys in memory. A ledger on a server has them in a table of the same database; a site that
    wants them elsewhere gives its own store.

    Raises:
        KeyFileExposedError: the file can be read by others.
        KeyFileMissingError: the ledger holds events, and the file that belongs to it is not there.
        LedgerUnwritableError: the file cannot be made.
        NotALedgerError: the file is there, and is something else.
        eventsourcing.persistence.PersistenceError: the database failed.
    """
    if engine.dialect.name != "sqlite":
        return SqlKeyStore(engine, lock_timeout=lock_timeout, random_bytes=random_bytes)
    if engine.url.database in {None, "", ":memory:"}:
        return MemoryKeyStore(random_bytes=random_bytes)
    path = key_file(engine)
    if not path.exists() and _has_events(engine):
        raise KeyFileMissingError(
            f"{path.name} is missing beside {engine.url.database}, which holds events. Right would be to put it back; "
            "a new one would seal the next words under other keys. If the ledger was made by way of a link, they may "
            "lie beside the link. Or give the ledger another key store."
        )
    _make_private(path)
    own = connect(f"sqlite:///{path}", lock_timeout=lock_timeout, application_id=KEYS_APPLICATION_ID)
    return SqlKeyStore(own, owns_engine=True, lock_timeout=lock_timeout, random_bytes=random_bytes)


def key_file(engine: Engine) -> Path:
    """Where the keys of a ledger in a SQLite file are: beside the file itself, whatever link it is reached by.

    Earlier releases put them beside the link by which the ledger was made; they are found there, where it is opened by
    that link and there are none beside the file.
    """
    path = Path(f"{engine.url.database}.keys")
    beside_link = Path(f"{engine.get_execution_options().get(NAMED, engine.url.database)}.keys")
    return beside_link if beside_link.exists() and not path.exists() else path


def _has_events(engine: Engine) -> bool:
    with engine.connect() as connection:
        if not inspect(connection).has_table(ledger_events.name):
            return False
        return connection.execute(select(ledger_events.c.position).limit(1)).first() is not None


def _make_private(path: Path) -> None:
    try:
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
    except FileExistsError:
        mode = stat.S_IMODE(path.stat().st_mode)
        if os.name == "posix" and mode & 0o077:
            raise KeyFileExposedError(
                f"{path} holds keys of personal data and has mode {mode:04o}; run: chmod 600 {path}",
            ) from None
    except OSError as error:
        raise LedgerUnwritableError(f"{path} cannot be made ({error.strerror}); the keys need to be written") from None
