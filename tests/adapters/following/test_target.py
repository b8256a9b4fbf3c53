"""Which databases may hold a ledger's facts; all others are refused and left as they are."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest
from sqlalchemy import text

from caseledger.adapters.following import Follower, TargetRefusedError
from caseledger.adapters.keystore import MemoryKeyStore
from caseledger.adapters.ledger import Ledger
from caseledger.adapters.store.errors import LedgerMissingError, NotALedgerError, UnsupportedDatabaseError
from tests.adapters.following.conftest import NewUrl
from tests.adapters.following.world import World, ask, connected, tell


def refused(source: str, target: str, match: str) -> None:
    with pytest.raises(TargetRefusedError, match=match):
        Follower(source, target)


def test_a_ledger_is_no_target(database_url: str, target_url: str) -> None:
    with Ledger(database_url, keys=MemoryKeyStore()), Ledger(target_url, keys=MemoryKeyStore()):
        refused(database_url, target_url, "is a ledger itself")
        refused(database_url, database_url, "is a ledger itself")


def test_a_target_follows_one_ledger_only(database_url: str, target_url: str, new_url: NewUrl) -> None:
    other = new_url("sqlite")
    with World(database_url) as world, Ledger(other, keys=MemoryKeyStore()):
        with Follower(world.url, target_url) as follower:
            follower.catch_up()
        refused(other, target_url, "holds the facts of the ledger .*; give each ledger a target of its own")
        with Follower(world.url, target_url) as follower:
            assert follower.lag().is_current


def test_a_target_is_no_ledger(sqlite_url: str, new_url: NewUrl) -> None:
    target = new_url("sqlite")
    with World(sqlite_url) as world, Follower(world.url, target):
        with pytest.raises(NotALedgerError, match=r"holds the facts of a ledger.*views.*the path of the ledger"):
            Ledger(target, keys=MemoryKeyStore())
        refused(world.url, world.url, "is a ledger itself")
        with pytest.raises((NotALedgerError, LedgerMissingError)):
            Follower(target, new_url("sqlite"))


def test_a_database_of_something_else_is_left_alone(sqlite_url: str, tmp_path: Path) -> None:
    path = tmp_path / "else.db"
    with sqlite3.connect(path) as theirs:
        theirs.execute("create table fact_opinions (mine integer)")
    theirs.close()
    before = path.read_bytes()
    with World(sqlite_url) as world:
        refused(world.url, f"sqlite:///{path}", "is a SQLite database of something else; give the path of a new file")
        refused(world.url, "sqlite://", "in memory")
        with pytest.raises(UnsupportedDatabaseError):
            Follower(world.url, "oracle://x/y")
    assert path.read_bytes() == before


@pytest.mark.parametrize("table", ["ledger_facts", "ledger_clauses", "fact_opinions"])
def test_tables_of_our_names_that_are_not_ours_are_left_alone(postgresql_url: str, sqlite_url: str, table: str) -> None:
    tell(postgresql_url, f"create table {table} (mine integer)")
    with World(sqlite_url) as world:
        refused(world.url, postgresql_url, f"has {table} of something else")
    assert ask(postgresql_url, f"select count(mine) from {table}") == 0
    assert ask(postgresql_url, "select count(*) from pg_tables where schemaname = 'public'") == 1


def test_a_target_lives_beside_a_services_own_tables(postgresql_url: str, sqlite_url: str) -> None:
    tell(postgresql_url, "create table tenants (name text)", "insert into tenants values ('one')")
    with World(sqlite_url, steps=5) as world, Follower(world.url, postgresql_url) as follower:
        follower.catch_up()
        assert world.differences(postgresql_url) == []
    assert ask(postgresql_url, "select name from tenants") == "one"


def test_nothing_is_followed_where_there_is_no_ledger(sqlite_url: str, new_url: NewUrl) -> None:
    with pytest.raises(LedgerMissingError):
        Follower(sqlite_url, new_url("sqlite"))


def test_no_event_is_copied(sqlite_url: str, new_url: NewUrl) -> None:
    target = new_url("sqlite")
    with World(sqlite_url, steps=20) as world, Follower(world.url, target) as follower:
        follower.catch_up()
        with connected(target) as connection:
            there = set(connection.execute(text("select name from sqlite_master where type = 'table'")).scalars())
    assert {"ledger_follower", "ledger_set_aside", "ledger_facts", "fact_opinions"} <= there
    assert not {name for name in there if "event" in name}
