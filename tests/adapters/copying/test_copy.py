"""A ledger moves between databases: same order, same positions, same bytes, and nothing goes on from half of it."""

import shutil
import signal
import subprocess
import sys
import textwrap
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from functools import cache
from itertools import count
from pathlib import Path
from typing import Self

import pytest
from eventsourcing.persistence import Notification
from sqlalchemy import make_url, text

from caseledger import Actor, Ledger, command_from
from caseledger.adapters.copying import CopyDiffersError, CopyRefusedError, CopyReport, Source, copy_from, copy_ledger
from caseledger.adapters.copying.source import ledger_at
from caseledger.adapters.keystore import MemoryKeyStore
from caseledger.adapters.store.engine import connect
from caseledger.adapters.store.errors import LedgerIncompleteError, LedgerMissingError
from caseledger.adapters.store.meta import create_ledger
from tests.databases import Server, empty_database, server
from tests.proofs.sizes import WHOLE
from tests.stories import CENTER, COMPLAINT, START, actor, everything
from tests.telling import SetClock, app_on, tell

RING = {("sqlite", "postgresql"), ("postgresql", "mariadb"), ("mariadb", "sqlite")}
"""From each and to each; all nine with CASELEDGER_PROVE=1."""
PAIRS = [
    pytest.param(
        one, other, marks=[getattr(pytest.mark, name) for name in {one, other} if name != "sqlite"], id=f"{one}-{other}"
    )
    for one in ("sqlite", "postgresql", "mariadb")
    for other in ("sqlite", "postgresql", "mariadb")
    if WHOLE or (one, other) in RING
]


Place = Callable[[str], str]


class Places:
    """Empty places on each kind of database, gone at the end."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._made = ExitStack()
        self._numbers = count()

    def __call__(self, kind: str) -> str:
        if kind == "sqlite":
            return f"sqlite:///{self._folder / f'ledger-{next(self._numbers)}.db'}"
        found = server(kind)
        if not isinstance(found, Server):
            pytest.skip(f"no {kind}: {found.reason}")
        return self._made.enter_context(empty_database(found))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self._made.close()


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    """Gives empty places on a kind of database."""
    with Places(tmp_path) as places:
        yield places


@pytest.fixture(scope="module")
def ledger_on(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    """Gives a ledger with everything in it on a kind of database; it is only read."""
    with Places(tmp_path_factory.mktemp("sources")) as places:
        yield cache(lambda kind: told(places(kind), gaps=True))


@pytest.fixture
def source(ledger_on: Place, place: Place) -> str:
    """A ledger with everything in it, on SQLite, which the test may change."""
    own = place("sqlite")
    for end in ("", ".keys"):
        shutil.copy(ledger_on("sqlite").removeprefix("sqlite:///") + end, own.removeprefix("sqlite:///") + end)
    return own


def told(url: str, *, gaps: bool = False) -> str:
    """A ledger with everything that can be recorded; with gaps in its positions if asked for."""
    clock = SetClock(START)
    with Ledger(url, clock=clock) as ledger:
        for number, step in enumerate(everything()):
            clock.now = step.at
            ledger.do(step.command)
            if gaps and number % 7 == 3:
                _use_up_a_position(ledger)
    return url


def _use_up_a_position(ledger: Ledger) -> None:
    """As an append that is rolled back does on the servers."""
    with ledger._database.transaction() as connection:
        if connection.dialect.name == "sqlite":
            connection.execute(text("UPDATE sqlite_sequence SET seq = seq + 1 WHERE name = 'ledger_events'"))
        elif connection.dialect.name == "postgresql":
            connection.execute(text("SELECT nextval('ledger_events_position_seq')"))
        else:
            (last,) = connection.execute(text("SELECT MAX(position) FROM ledger_events")).one()
            connection.execute(text(f"ALTER TABLE ledger_events AUTO_INCREMENT = {last + 2}"))


def stored(url: str) -> list[Notification]:
    with ledger_at(url) as source:
        return list(source.recorder.select_notifications(1, 10_000))


@pytest.mark.parametrize(("one", "other"), PAIRS)
def test_a_ledger_moves_between_any_two_databases_byte_for_byte(
    ledger_on: Place, place: Place, one: str, other: str
) -> None:
    source, target = ledger_on(one), place(other)
    report = copy_ledger(source, target, page=7)
    before = stored(source)
    assert stored(target) == before
    assert before[-1].id > len(before), "the positions have gaps"
    assert (report.events, report.copied, report.last_position) == (len(before), len(before), before[-1].id)
    assert report.keys
    clock = SetClock(everything()[-1].at)
    with Ledger(target, create=False, clock=clock) as moved, Ledger(source, clock=clock) as old:
        assert moved.check().is_clean
        assert moved.figures.monthly("2026-03", center=CENTER) == old.figures.monthly("2026-03", center=CENTER)
        assert moved.do(everything()[3].command).repeated
        words = moved.reveal(COMPLAINT, actor=Actor.model_validate(actor("auditor")), purpose="audit")
        assert words[1]["contact"] == "王女士 138****0000"
        given = {"actor": actor("acceptor"), "center": CENTER, "kind": "praise", "channel": "letter"}
        further = moved.do(command_from("accept_opinion", given))
        issued = sum("-OP-" in (case.number or "") for case in old.find(center=CENTER))
        assert further.number == f"SZ01-OP-202603-{issued + 1:04d}"
        assert (further.events[0].position or 0) > before[-1].id
    assert stored(target)[: len(before)] == before


def test_the_digest_can_be_computed_by_anybody(source: str, place: Place) -> None:
    from hashlib import sha256  # noqa: PLC0415 - the subject of this test only

    report = copy_ledger(source, place("sqlite"))
    expected = sha256()
    for e in stored(source):
        expected.update(f"{e.id}\n{e.originator_id}\n{e.originator_version}\n{e.topic}\n{len(e.state)}\n".encode())
        expected.update(e.state)
    assert report.digest == f"sha256:{expected.hexdigest()}"


def test_followers_are_where_they_were(database_url: str, place: Place) -> None:
    target = place("sqlite")
    engine = connect(database_url)
    create_ledger(engine)
    with engine.begin() as connection:
        connection.execute(text("INSERT INTO ledger_tracking (follower, position) VALUES ('reports', 17)"))
    copy_ledger(database_url, target)
    moved = connect(target)
    with moved.connect() as connection:
        assert connection.execute(text("SELECT * FROM ledger_tracking")).all() == [("reports", 17)]
    engine.dispose()
    moved.dispose()


class KilledError(Exception):
    """As if the process ended here."""


def interrupted(source: str, target: str, *, at: str, done: int) -> None:
    """A copy that ends while it does something, after the first page or so."""

    def progress(what: str, sofar: int, total: int) -> None:
        del total
        if what == at and sofar >= done:
            raise KilledError

    with pytest.raises(KilledError):
        copy_ledger(source, target, page=5, progress=progress)


@pytest.mark.parametrize(
    ("kind", "at"), [("postgresql", "copy"), ("mariadb", "copy"), ("sqlite", "verify"), ("mariadb", "fact_opinions")]
)
def test_an_interrupted_copy_opens_for_nobody_and_goes_on_where_it_was(
    source: str, place: Place, kind: str, at: str
) -> None:
    events, target = stored(source), place(kind)
    interrupted(source, target, at=at, done=1)
    for create in (True, False):
        with pytest.raises(LedgerIncompleteError, match="the same `caseledger copy` again"):
            Ledger(target, create=create)
    report = copy_ledger(source, target, page=5)
    assert (report.events, report.copied) == (len(events), len(events) - 5 if at == "copy" else 0)
    assert stored(target) == events


def test_the_same_copy_again_finds_it_done_and_changes_nothing(source: str, place: Place) -> None:
    target = place("sqlite")
    first = copy_ledger(source, target)
    again = copy_ledger(source, target)
    assert (again.digest, again.copied) == (first.digest, 0)


@pytest.mark.parametrize("which", ["source", "target"])
def test_two_histories_of_one_ledger_are_refused(source: str, place: Place, which: str) -> None:
    target = place("sqlite")
    copy_ledger(source, target)
    with Ledger({"source": source, "target": target}[which], clock=SetClock(everything()[-1].at)) as ledger:
        given = {"actor": actor("acceptor"), "center": CENTER, "kind": "praise", "channel": "letter"}
        ledger.do(command_from("accept_opinion", given))
    before = stored(target)
    with pytest.raises(CopyRefusedError, match="went on"):
        copy_ledger(source, target)
    assert stored(target) == before


def test_another_ledger_and_the_source_itself_are_no_targets(source: str, place: Place) -> None:
    other = place("sqlite")
    Ledger(other).close()
    before = stored(other)
    with pytest.raises(CopyRefusedError, match="is another ledger"):
        copy_ledger(source, other)
    with pytest.raises(CopyRefusedError, match="is the source itself"):
        copy_ledger(source, source)
    assert stored(other) == before
    with pytest.raises(LedgerMissingError):
        copy_ledger(place("sqlite"), place("sqlite"))


TAMPERED = [
    ("UPDATE ledger_events SET state = 'x' WHERE position = 3", "at position 3 is not the same"),
    ("UPDATE ledger_events SET version = 99 WHERE position = 4", "at position 4 is not the same"),
    ("DELETE FROM ledger_events WHERE position = 2", "lacks the event at position 2"),
]


@pytest.mark.parametrize(("damage", "told_so"), TAMPERED)
def test_a_target_that_was_tampered_with_is_found_and_stays_closed(
    source: str, place: Place, damage: str, told_so: str
) -> None:
    target = place("sqlite")
    interrupted(source, target, at="copy", done=5)
    engine = connect(target)
    with engine.begin() as connection:
        for trigger in ("ledger_events_no_update", "ledger_events_no_delete"):
            connection.exec_driver_sql(f"DROP TRIGGER {trigger}")
        connection.exec_driver_sql(damage)
    engine.dispose()
    with pytest.raises(CopyDiffersError, match=told_so):
        copy_ledger(source, target)
    with pytest.raises(LedgerIncompleteError):
        Ledger(target)


def test_who_was_erased_stays_erased_also_between_two_attempts(source: str, place: Place) -> None:
    target = place("postgresql")
    interrupted(source, target, at="copy", done=5)
    with Ledger(source) as ledger:
        assert ledger._app.vault.keys.erase("customer:7")
    copy_ledger(source, target)
    engine = connect(target)
    with engine.connect() as connection:
        kept = connection.execute(text("SELECT secret FROM ledger_keys WHERE subject = 'customer:7'"))
        assert kept.scalars().all() == [None]
    engine.dispose()


def test_without_the_keys_the_words_wait_for_them(source: str, place: Place, tmp_path: Path) -> None:
    target = place("sqlite")
    report = copy_ledger(source, target, keys=False)
    assert report.keys is None
    shutil.copy(f"{source.removeprefix('sqlite:///')}.keys", f"{target.removeprefix('sqlite:///')}.keys")
    (tmp_path / f"{Path(target).name}.keys").chmod(0o600)
    with Ledger(target, create=False) as ledger:
        words = ledger.reveal(COMPLAINT, actor=Actor.model_validate(actor("auditor")), purpose="audit")
    assert words[1]["contact"] == "王女士 138****0000"


COPIER = textwrap.dedent(
    """
    import sys
    from caseledger.adapters.copying import copy_ledger
    copy_ledger(sys.argv[1], sys.argv[2], page=1, progress=lambda *said: print(*said, flush=True))
    """
)


@pytest.mark.parametrize("kind", ["sqlite", "postgresql", "mariadb"])
def test_a_copy_that_is_killed_goes_on_and_ends_the_same(source: str, place: Place, kind: str) -> None:
    target = place(kind)
    for kill in range(3):
        copier = subprocess.Popen([sys.executable, "-c", COPIER, source, target], stdout=subprocess.PIPE, text=True)
        assert copier.stdout is not None
        copier.stdout.readline()
        time.sleep(0.01 * kill)  # another moment each time; nothing is expected of its length
        copier.send_signal(signal.SIGKILL)
        copier.communicate()
    assert copy_ledger(source, target).events == len(stored(source))
    assert stored(target) == stored(source)
    with Ledger(target, create=False) as ledger:
        assert ledger.check().is_clean


def test_two_copies_into_one_place_do_not_mix(source: str, place: Place) -> None:
    target = place("postgresql")
    reports: list[CopyReport] = []

    def other(what: str, done: int, total: int) -> None:
        del what, done, total
        if not reports:
            reports.append(copy_ledger(source, target))

    with pytest.raises(CopyRefusedError, match="another copy"):
        copy_ledger(source, target, page=5, progress=other)
    assert stored(target) == stored(source)


def _popo(place: Place) -> dict[str, str]:
    del place
    return {}


def _sqlite(place: Place) -> dict[str, str]:
    return {"SQLITE_DBNAME": place("sqlite").removeprefix("sqlite:///")}


def _postgres(place: Place) -> dict[str, str]:
    url = make_url(place("postgresql"))
    return {
        "POSTGRES_DBNAME": url.database or "",
        "POSTGRES_HOST": url.host or "",
        "POSTGRES_PORT": str(url.port or 5432),
        "POSTGRES_USER": url.username or "",
        "POSTGRES_PASSWORD": url.password or "",
    }


@pytest.mark.parametrize(
    ("module", "settings"),
    [
        ("eventsourcing.popo", _popo),
        ("eventsourcing.sqlite", _sqlite),
        pytest.param("eventsourcing.postgres", _postgres, marks=pytest.mark.postgresql),
    ],
)
def test_the_librarys_own_modules_carry_the_domain_and_move_into_ours(
    place: Place, module: str, settings: Callable[[Place], dict[str, str]]
) -> None:
    keys = MemoryKeyStore()
    with app_on(module, keys=keys, settings=settings(place)) as app:
        tell(app)
        assert app.streams.history(COMPLAINT).state.status == "ended"
        source = Source(app.recorder, "0190c5a0-0000-7000-8000-00000000000a", "2026-03-01T08:00:00.000000Z")
        target = place("sqlite")
        copy_from(source, target)
        assert stored(target) == list(app.recorder.select_notifications(1, 10_000))
    with Ledger(target, create=False, keys=keys) as ledger:
        assert ledger.check().is_clean
        assert ledger.replay(COMPLAINT).state.status == "ended"
