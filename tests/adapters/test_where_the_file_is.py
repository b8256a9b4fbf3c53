"""The path of a SQLite ledger is looked up once: wherever the process goes, whatever the link, it is the same file."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from caseledger import (
    AcceptOpinion,
    Actor,
    AdoptPolicy,
    Channel,
    Estate,
    KeyFileMissingError,
    Kind,
    Ledger,
    RegisterCenter,
    Role,
    load_policy,
)
from caseledger.adapters.store.engine import connect
from caseledger.adapters.store.errors import UnsupportedDatabaseError

MANAGER = Actor(id="staff:17", role=Role.MANAGER)
WORDS = "楼上装修噪音"


def sealed(ledger: Ledger) -> str:
    """Record a complaint, in its customer's words; its case."""
    estate = Estate(id="jinxiu", label="锦绣花园", areas=("east",))
    commands = [
        RegisterCenter(
            actor=MANAGER,
            center="center:sz01",
            label="锦绣",
            estates=(estate,),
            total_households=200,
            resident_households=180,
        ),
        AdoptPolicy(actor=MANAGER, center="center:sz01", policy=load_policy("w08")),
        AcceptOpinion(
            actor=Actor(id="staff:4", role=Role.ACCEPTOR),
            center="center:sz01",
            kind=Kind.COMPLAINT,
            channel=Channel.PHONE,
            category="noise",
            unit="unit:3-1201",
            customer="customer:881",
            content=WORDS,
        ),
    ]
    return [ledger.do(command).case for command in commands][-1]


def told(ledger: Ledger, case: str) -> list[str]:
    """Personal words of the case, as they are opened."""
    looked = ledger.reveal(case, actor=MANAGER, purpose="audit")
    return [str(words) for fields in looked.values() for words in fields.values()]


def test_a_ledger_stays_where_it_was_opened_when_the_process_changes_its_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    monkeypatch.chdir(tmp_path)
    with Ledger("sqlite:///ledger.db") as ledger:
        sealed(ledger)
        monkeypatch.chdir(elsewhere)
        assert ledger.check().is_clean
        assert not [found for found in ledger.doctor().findings if found.check == "opening"]
        ledger.rebuild()
        with ledger.follower("sqlite:///facts.db") as follower:
            follower.catch_up()
            monkeypatch.chdir(tmp_path)
            assert follower.lag().is_current
        assert sorted(path.name for path in elsewhere.iterdir() if path.suffix == ".db") == ["facts.db"]


def test_a_ledger_made_by_a_link_is_opened_by_its_own_path_with_its_keys(tmp_path: Path) -> None:
    link, file = tmp_path / "link.db", tmp_path / "ledger.db"
    link.symlink_to(file)
    with Ledger(f"sqlite:///{link}") as ledger:
        case = sealed(ledger)
    assert not (tmp_path / "link.db.keys").exists()
    with Ledger(f"sqlite:///{file}") as ledger:
        assert told(ledger, case) == [WORDS]
    with Ledger(f"sqlite:///{link}") as ledger:
        assert told(ledger, case) == [WORDS]


def test_keys_that_an_earlier_release_put_beside_the_link_are_found_by_the_link(tmp_path: Path) -> None:
    link, file = tmp_path / "link.db", tmp_path / "ledger.db"
    link.symlink_to(file)
    with Ledger(f"sqlite:///{link}") as ledger:
        case = sealed(ledger)
    (tmp_path / "ledger.db.keys").rename(tmp_path / "link.db.keys")
    with Ledger(f"sqlite:///{link}") as ledger:
        assert told(ledger, case) == [WORDS]
    with pytest.raises(KeyFileMissingError, match="may lie beside the link"):
        Ledger(f"sqlite:///{file}")


def test_a_link_that_is_turned_elsewhere_takes_no_open_ledger_with_it(tmp_path: Path) -> None:
    link = tmp_path / "link.db"
    link.symlink_to(tmp_path / "first.db")
    with Ledger(f"sqlite:///{link}") as ledger:
        link.unlink()
        link.symlink_to(tmp_path / "second.db")
        sealed(ledger)
        assert ledger.check().is_clean
    assert not (tmp_path / "second.db").exists()


def test_a_path_in_a_folder_that_is_gone_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    gone = tmp_path / "gone"
    gone.mkdir()
    monkeypatch.chdir(gone)
    gone.rmdir()
    with pytest.raises(UnsupportedDatabaseError, match="No such file or directory"):
        connect("sqlite:///ledger.db")
    os.chdir(tmp_path)
