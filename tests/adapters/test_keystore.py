"""Keys of personal data: made once, durable, private, and destroyed for good."""

import sqlite3
import stat
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from caseledger.adapters.key_table import FRESH_FOR, SqlKeyStore
from caseledger.adapters.keys import KeyFileExposedError, KeyMissingError, SubjectErasedError
from caseledger.adapters.keystore import KeyStore, MemoryKeyStore, keys_beside
from caseledger.adapters.store.engine import connect
from caseledger.adapters.store.errors import NotALedgerError
from caseledger.adapters.store.meta import create_ledger, open_ledger

Opened = Callable[[str], KeyStore]


@pytest.fixture
def keys_of() -> Iterator[Opened]:
    """Opens the key store of a ledger by the ledger's URL."""
    closing: list[Callable[[], None]] = []

    def opened(url: str) -> KeyStore:
        engine = connect(url)
        store = keys_beside(engine)
        closing.extend((store.close, engine.dispose))
        return store

    yield opened
    for close in closing:
        close()


@pytest.fixture(params=["memory", "database"])
def keys(request: pytest.FixtureRequest, keys_of: Opened, database_url: str) -> KeyStore:
    return MemoryKeyStore() if request.param == "memory" else keys_of(database_url)


def test_a_person_has_one_key_of_256_bits(keys: KeyStore) -> None:
    assert keys.key_for("customer:1") is None
    made = keys.keys_for(["customer:1", "customer:2", "customer:1"])
    assert sorted(made) == ["customer:1", "customer:2"]
    assert made["customer:1"].key_id != made["customer:2"].key_id
    assert made["customer:1"].secret != made["customer:2"].secret
    assert {len(key.secret) for key in made.values()} == {32}
    assert keys.keys_for(["customer:1"]) == {"customer:1": made["customer:1"]}
    assert keys.key_for("customer:1") == made["customer:1"]
    assert keys.get(made["customer:2"].key_id) == made["customer:2"].secret


def test_without_create_who_has_no_key_is_left_out(keys: KeyStore) -> None:
    keys.keys_for(["customer:1"])
    keys.erase("customer:2")
    assert list(keys.keys_for(["customer:1", "customer:2", "customer:3"], create=False)) == ["customer:1"]


def test_an_erased_key_is_gone_and_says_so(keys: KeyStore) -> None:
    made = keys.keys_for(["customer:1"])["customer:1"]
    assert keys.erase("customer:1")
    assert not keys.erase("customer:1")
    assert keys.get(made.key_id) is None
    with pytest.raises(SubjectErasedError, match="customer:1"):
        keys.key_for("customer:1")


def test_nothing_more_is_sealed_for_who_was_erased_even_before_the_first_key(keys: KeyStore) -> None:
    assert not keys.erase("customer:1")
    with pytest.raises(SubjectErasedError, match=r"customer:1 were destroyed.*new id"):
        keys.keys_for(["customer:1", "customer:2"])
    assert keys.key_for("customer:2") is None


def test_a_key_of_another_store_is_missing_and_not_erased(keys: KeyStore) -> None:
    with pytest.raises(KeyMissingError, match="key:other"):
        keys.get("key:other")


def test_a_key_shows_its_id_and_never_its_secret(keys: KeyStore) -> None:
    key = keys.keys_for(["customer:1"])["customer:1"]
    assert key.key_id in repr(key)
    assert repr(key.secret) not in repr(key)


def test_keys_and_their_ids_come_from_the_source_of_chance_alone(database_url: str) -> None:
    engine = connect(database_url) if not database_url.startswith("sqlite") else connect("sqlite://")
    for made in (
        MemoryKeyStore(random_bytes=lambda n: b"\7" * n),
        SqlKeyStore(engine, random_bytes=lambda n: b"\7" * n),
    ):
        assert made.keys_for(["customer:1"])["customer:1"] == ("key:" + "07" * 16, b"\7" * 32)
        made.close()
    engine.dispose()


def test_keys_are_durable_when_they_are_handed_out(keys_of: Opened, database_url: str) -> None:
    made = keys_of(database_url).keys_for([f"customer:{n}" for n in range(1200)])
    assert keys_of(database_url).keys_for(made, create=False) == made


def test_many_threads_and_stores_agree_on_one_key_a_person(keys_of: Opened, database_url: str) -> None:
    stores = [keys_of(database_url) for _ in range(4)]
    together = threading.Barrier(4)

    def ask(store: KeyStore) -> list[object]:
        together.wait()
        return [store.keys_for([f"customer:{n}", "customer:all"]) for n in range(10)]

    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(ask, stores))
    assert answers.count(answers[0]) == 4


def test_an_erasure_elsewhere_is_seen_after_a_moment(database_url: str) -> None:
    now = [100.0]
    engine, other = connect(database_url), connect(database_url)
    here = SqlKeyStore(engine, seconds=lambda: now[0])
    key = here.keys_for(["customer:1"])["customer:1"]
    assert here.get(key.key_id) == key.secret
    there = SqlKeyStore(other)
    there.erase("customer:1")
    now[0] += FRESH_FOR
    assert here.get(key.key_id) is None
    with pytest.raises(SubjectErasedError):
        here.keys_for(["customer:1"])
    here.close()
    there.close()
    engine.dispose()
    other.dispose()


def test_the_key_file_is_its_owners_alone_and_apart_from_the_ledger(keys_of: Opened, tmp_path: Path) -> None:
    ledger = tmp_path / "ledger.db"
    key = keys_of(f"sqlite:///{ledger}").keys_for(["customer:1"])["customer:1"]
    files = [file for file in tmp_path.iterdir() if file.name.startswith("ledger.db.keys")]
    assert tmp_path / "ledger.db.keys" in files
    assert {stat.S_IMODE(file.stat().st_mode) for file in files} == {0o600}
    assert not ledger.exists() or key.secret not in ledger.read_bytes()


def test_a_key_file_that_others_can_read_is_refused(keys_of: Opened, tmp_path: Path) -> None:
    (tmp_path / "ledger.db.keys").touch(mode=0o644)
    (tmp_path / "ledger.db.keys").chmod(0o644)
    with pytest.raises(KeyFileExposedError, match="chmod 600"):
        keys_of(f"sqlite:///{tmp_path / 'ledger.db'}")


def test_an_erased_key_is_in_no_byte_of_the_files(keys_of: Opened, tmp_path: Path) -> None:
    store = keys_of(f"sqlite:///{tmp_path / 'ledger.db'}")
    made = store.keys_for([f"customer:{n}" for n in range(50)])
    gone, kept = made["customer:7"], made["customer:8"]

    def in_files(secret: bytes) -> bool:
        return any(secret in file.read_bytes() for file in tmp_path.iterdir())

    assert in_files(gone.secret)
    store.erase("customer:7")
    assert not in_files(gone.secret)
    assert in_files(kept.secret)


def test_a_ledger_is_no_key_file_and_a_key_file_no_ledger(keys_of: Opened, tmp_path: Path) -> None:
    keys_of(f"sqlite:///{tmp_path / 'ledger.db'}").keys_for(["customer:1"])
    engine = connect(f"sqlite:///{tmp_path / 'ledger.db.keys'}")
    with pytest.raises(NotALedgerError):
        open_ledger(engine)
    engine.dispose()
    other = sqlite3.connect(tmp_path / "other.db.keys")
    other.execute("CREATE TABLE invoices (id INTEGER)")
    other.close()
    (tmp_path / "other.db.keys").chmod(0o600)
    with pytest.raises(NotALedgerError):
        keys_of(f"sqlite:///{tmp_path / 'other.db'}")


def test_keys_may_live_inside_a_ledger_which_stays_one(database_url: str) -> None:
    engine = connect(database_url)
    made = create_ledger(engine)
    store = SqlKeyStore(engine)
    key = store.keys_for(["customer:1"])["customer:1"]
    assert store.get(key.key_id) == key.secret
    store.close()
    assert open_ledger(engine) == made
    engine.dispose()
