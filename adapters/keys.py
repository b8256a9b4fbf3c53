"""A key of personal data, and what can be wrong with one."""

from collections.abc import Callable, Iterable
from typing import Final, NamedTuple

from .store.errors import StoreError

KEY_BYTES: Final = 32
"""AES-256."""


class KeyStoreError(StoreError):
    """A key cannot be had."""


class SubjectErasedError(KeyStoreError):
    """The person's keys were destroyed; nothing more is sealed for this subject."""


class KeyMissingError(KeyStoreError):
    """A key that this store never made: it is the wrong store, or an incomplete copy of the right one."""


class KeyFileMissingError(KeyStoreError):
    """A ledger with events has no key file beside it: a new one would seal under other keys what the lost one opens."""


class KeyFileExposedError(KeyStoreError):
    """Others than its owner can read the key file."""


class Key(NamedTuple):
    """A person's key: its random id, which is stored with the words, and its 32 bytes."""

    key_id: str
    secret: bytes

    def __repr__(self) -> str:
        """Keep the secret out of logs and tracebacks."""
        return f"Key(key_id={self.key_id!r}, secret=…)"


def new_key(random_bytes: Callable[[int], bytes]) -> Key:
    """Draw a key and its id."""
    return Key(f"key:{random_bytes(16).hex()}", random_bytes(KEY_BYTES))


def subject_erased(subjects: Iterable[str]) -> SubjectErasedError:
    """Say who was erased, and what is right now."""
    return SubjectErasedError(
        f"the keys of {', '.join(sorted(subjects))} were destroyed on demand; nothing more is sealed for them: "
        "leave the personal words out, or use a new id",
    )


def key_missing(key_id: str) -> KeyMissingError:
    """Say which key is missing, and what would be right."""
    return KeyMissingError(
        f"this key store never had the key {key_id}; open the ledger with the keys it was written with"
    )
