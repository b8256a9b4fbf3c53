"""The vault: seals personal words under the person's key before they are stored, and opens them again.

AES-256-GCM with a fresh nonce for every field, authenticated to the stream, the version and the field, so that sealed
words cannot be moved to another place. Destroying a person's key destroys the words and leaves every event in place.
"""

from __future__ import annotations

import hmac
import os
from base64 import urlsafe_b64decode, urlsafe_b64encode
from hashlib import sha256
from typing import TYPE_CHECKING, Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from ..domain.canonical import canonical
from ..domain.personal import Clear, Erased, Sealed, personal_fields
from .store.errors import StoreError
from .stored_form import made

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from ..domain.command import Command
    from ..domain.event import Event, Recorded
    from .keystore import KeyStore


class SealBrokenError(StoreError):
    """Sealed words that do not open under their key at their place: they were changed or moved."""


class Vault:
    """Seals and opens personal words with the keys of a key store.

    Args:
        keys: where each subject's key lives.
        random_bytes: source of nonces; injected only where the same seed must give the same bytes.

    """

    def __init__(self, keys: KeyStore, random_bytes: Callable[[int], bytes] = os.urandom) -> None:
        self.keys = keys
        self._random = random_bytes

    def seal(self, fresh: Iterable[tuple[Command, Sequence[Recorded]]]) -> list[Recorded]:
        """Seal the clear personal fields of what commands led to, and set the hash of the command in each record.

        All keys of a batch are asked for at once, and are durable before this returns.

        Args:
            fresh: each command with its records, in order.

        Raises:
            StoreError: the key store cannot be written, or a person's key was destroyed.

        """
        given = [(command, [(record, _clear(record.event)) for record in records]) for command, records in fresh]
        clear = (words for _, records in given for _, fields in records for words in fields.values())
        subjects = dict.fromkeys(words.subject for words in clear)  # in their order: keys are drawn in it
        keys = {subject: _Key(*key) for subject, key in self.keys.keys_for(subjects).items()} if subjects else {}
        sealed: list[Recorded] = []
        for command, records in given:
            subject = next((words.subject for _, fields in records for words in fields.values()), None)
            command_hash = _hash(command, keys[subject] if subject else None)
            for record, fields in records:
                event = self._sealed(record, fields, keys) if fields else record.event
                sealed.append(record.sealed(event, command_hash))
        return sealed

    def _sealed(self, record: Recorded, fields: Mapping[str, Clear], keys: Mapping[str, _Key]) -> Event:
        sealed: dict[str, Sealed] = {}
        for name, words in fields.items():
            key = keys[words.subject]
            nonce = self._random(12)
            ct = key.cipher.encrypt(nonce, words.text.encode(), _place(record.stream, record.version, name))
            sealed[name] = Sealed(subject=words.subject, key=key.key_id, nonce=_text(nonce), ct=_text(ct))
        event = record.event
        return made(type(event), {**vars(event), **sealed}, event.model_fields_set)

    def open(self, record: Recorded) -> dict[str, str | Erased]:
        """Read the personal fields of one event: the words, or `Erased` where the key is gone.

        Raises:
            SealBrokenError: the words were changed, or moved from another event.

        """
        return {name: self._open(record, name, value) for name, value in record.event if isinstance(value, Sealed)}

    def says(self, record: Recorded, field: str, words: str | None) -> bool | None:
        """Whether a personal field of one event holds exactly these words, or nothing; see `Ledger.says`.

        Raises:
            SealBrokenError: the sealed words were changed, or moved from another event.

        """
        if field not in personal_fields(type(record.event)):
            return None
        held = getattr(record.event, field)
        if not isinstance(held, Sealed):
            return words is None
        found = self._open(record, field, held)
        return None if isinstance(found, Erased) else found == words

    def _open(self, record: Recorded, field: str, sealed: Sealed) -> str | Erased:
        secret = self.keys.get(sealed.key)
        if secret is None:
            return Erased(subject=sealed.subject)
        place = _place(record.stream, record.version, field)
        try:
            return AESGCM(secret).decrypt(_bytes(sealed.nonce), _bytes(sealed.ct), place).decode()
        except (InvalidTag, ValueError):
            raise SealBrokenError(
                f"{record.stream} version {record.version}: the sealed field {field} does not open under its key; "
                "it was changed or moved. Right would be the bytes that were stored at first."
            ) from None

    def same_command(self, command: Command, recorded_hash: str) -> bool:
        """Whether a command is the one that was recorded with this hash.

        Where the person was erased since, the contents cannot be compared any more and the id alone decides.
        """
        kind, _, rest = recorded_hash.partition(":")
        content = _content(command)
        if kind == "hmac":
            key_id, _, expected = rest.rpartition(":")
            secret = self.keys.get(key_id)
            return secret is None or hmac.compare_digest(hmac.digest(secret, content, "sha256").hex(), expected)
        return hmac.compare_digest(sha256(content).hexdigest(), rest)


class _Key:
    """A key as a batch uses it: for every field of its subject, and for the hashes of commands about that person."""

    def __init__(self, key_id: str, secret: bytes) -> None:
        self.key_id = key_id
        self.secret = secret
        self.cipher = AESGCM(secret)


def _clear(event: Event) -> dict[str, Clear]:
    fields = personal_fields(type(event))
    return {name: words for name in fields if isinstance(words := getattr(event, name), Clear)}


def _hash(command: Command, key: _Key | None) -> str:
    """Hash a command, so that a retry can be told from another command under the same id.

    A command that carries personal words is hashed under the person's key: a plain hash of a phone number could be
    found by trying, and would outlive the erasure.
    """
    content = _content(command)
    if key is None:
        return f"sha256:{sha256(content).hexdigest()}"
    return f"hmac:{key.key_id}:{hmac.digest(key.secret, content, 'sha256').hex()}"


def _content(command: Command) -> bytes:
    # What is left at its default is no content: a later release may add fields without changing old commands.
    values: dict[str, Any] = command.model_dump(mode="json", exclude_defaults=True, exclude={"command_id"})
    return canonical({"command": command.name, **values})


def _place(stream: str, version: int, field: str) -> bytes:
    return f"{stream}|{version}|{field}".encode()


def _text(raw: bytes) -> str:
    return urlsafe_b64encode(raw).decode().rstrip("=")


def _bytes(text: str) -> bytes:
    return urlsafe_b64decode(text + "=" * (-len(text) % 4))
