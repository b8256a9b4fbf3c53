"""Several runners of one target, and connections and processes that die: each position is committed once."""

from __future__ import annotations

from random import Random
from time import sleep

import pytest
from eventsourcing.persistence import PersistenceError
from sqlalchemy import text

from caseledger.adapters.following import Follower, OvertakenError
from caseledger.adapters.following.carrying import Ends
from caseledger.adapters.following.place import Reached, advance, find, make_sure
from tests.adapters.following import runners
from tests.adapters.following.conftest import NewUrl
from tests.adapters.following.world import World, connected, is_at, running, soon, tell, watch, went_once
from tests.databases import kind_of
from tests.differential.processes import process

KILL = {
    "postgresql": (
        "select pid from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()",
        "select pg_terminate_backend({})",
    ),
    "mariadb": (
        "select id from information_schema.processlist where db = database() and id <> connection_id()",
        "kill {}",
    ),
}
"""Whose connections there are, and ending one."""


def test_two_runners_in_threads_commit_each_position_once(database_url: str, target_url: str) -> None:
    with (
        World(database_url, steps=10) as world,
        Follower(world.url, target_url, batch=1) as one,
        Follower(world.url, target_url, batch=1) as other,
    ):
        start = one.catch_up()
        watch(target_url)
        with running(one, other):
            world.live(40)
            soon(lambda: is_at(target_url, world.last), "the facts follow")
        assert went_once(target_url, start, world.last) == world.last - start
        assert world.differences(target_url) == []


def test_two_processes_and_a_thread_commit_each_position_once(sqlite_url: str, new_url: NewUrl) -> None:
    target = new_url("sqlite")
    with World(sqlite_url, steps=10) as world, Follower(world.url, target, batch=2) as follower:
        start = follower.catch_up()
        watch(target)
        with (
            process(runners.follow, world.url, target, 1) as (_, one),
            process(runners.follow, world.url, target, 3) as (_, other),
        ):
            assert {one.recv(), other.recv()} == {"running"}
            with running(follower):
                world.live(40)
                soon(lambda: is_at(target, world.last), "the facts follow")
            for pipe in (one, other):
                pipe.send("stop")
                assert pipe.recv() == "stopped"
        went_once(target, start, world.last)
        assert world.differences(target) == []


def test_of_two_that_move_a_follower_from_the_same_place_the_second_is_refused(
    database_url: str, target_url: str
) -> None:
    with World(database_url, steps=10) as world, Follower(world.url, target_url) as follower:
        follower.catch_up()
        ends = Ends(follower._source, follower._target)
        with ends.target.writing() as target:
            place = find(target)
            assert place is not None
            make_sure(advance(target, place, Reached(world.last + 1, None, world.last + 1), place.at)[1])
        with pytest.raises(OvertakenError), ends.target.writing() as target:
            make_sure(advance(target, place, Reached(world.last + 1, None, world.last + 1), place.at)[1])
        ends.close()


@pytest.mark.parametrize(
    "kind",
    [pytest.param("postgresql", marks=pytest.mark.postgresql), pytest.param("mariadb", marks=pytest.mark.mariadb)],
)
def test_a_runner_whose_connections_are_killed_goes_on(kind: str, new_url: NewUrl) -> None:
    source, target = new_url(kind), new_url(kind)
    random = Random(3)
    with World(source, steps=10) as world, Follower(world.url, target, batch=1) as follower:
        start = follower.catch_up()
        watch(target)
        with running(follower):
            for _ in range(12):
                kill_connections(random.choice([world.url, target]))
                live_on(world)
                sleep(random.uniform(0, 0.05))
            soon(lambda: is_at(target, world.last), "the facts follow")
        went_once(target, start, world.last)
        world.house.reread()
        assert world.differences(target) == []


def live_on(world: World) -> None:
    """A few more commands; the ledger's own connections were killed too, and its caller asks again."""
    for _ in range(3):
        try:
            world.live(1)
        except PersistenceError:
            world.house.reread()


def kill_connections(url: str) -> None:
    """End every connection to a database but this one."""
    whose, end = KILL[kind_of(url)]
    with connected(url) as connection:
        for (one,) in connection.execute(text(whose)).all():
            try:
                connection.execute(text(end.format(one)))
            except Exception:  # noqa: BLE001, S112 - it ended meanwhile
                continue


def test_a_runner_waits_out_a_target_that_another_has_locked(
    sqlite_url: str, new_url: NewUrl, caplog: pytest.LogCaptureFixture
) -> None:
    target = new_url("sqlite")
    with World(sqlite_url, steps=10) as world, Follower(world.url, target, lock_timeout=0.05) as follower:
        follower.catch_up()
        with connected(target) as other:
            other.exec_driver_sql("begin immediate")
            with running(follower):
                world.live(5)
                soon(lambda: "waiting" in caplog.text, "the runner notices")
                assert not is_at(target, world.last)
                other.exec_driver_sql("rollback")
                soon(lambda: is_at(target, world.last), "the facts follow")
        assert world.differences(target) == []


def test_a_runner_whose_row_somebody_removed_waits_until_the_target_is_made_anew(
    sqlite_url: str, new_url: NewUrl, caplog: pytest.LogCaptureFixture
) -> None:
    target = new_url("sqlite")
    caplog.set_level("DEBUG", "caseledger.following")
    with World(sqlite_url, steps=10) as world, Follower(world.url, target) as follower:
        follower.catch_up()
        with running(follower):
            tell(target, "delete from ledger_follower")
            world.live(5)
            soon(lambda: "waiting 0.1" in caplog.text, "the runner waits, longer each time")
            Follower(world.url, target).close()
            soon(lambda: is_at(target, world.last), "the facts follow")
        assert "row in ledger_follower is gone" in caplog.text
        # A quick step finds its row moved or gone, and cannot tell which; the next one says.
        assert caplog.text.count("another runner was quicker") <= 1
        assert world.differences(target) == []


def test_a_target_that_stays_away_is_an_error_for_one_who_waits_so_long_and_no_longer(
    sqlite_url: str, new_url: NewUrl
) -> None:
    target = new_url("sqlite")
    with World(sqlite_url, steps=5) as world, Follower(world.url, target, lock_timeout=0.05, patience=0.1) as follower:
        follower.catch_up()
        world.live(5)
        with connected(target) as other:
            other.exec_driver_sql("begin immediate")
            with pytest.raises(PersistenceError, match="SQLITE_BUSY"):
                follower.catch_up()
            other.exec_driver_sql("rollback")
        assert follower.catch_up() == world.last


def test_nothing_of_a_batch_stays_when_its_move_fails(sqlite_url: str, new_url: NewUrl) -> None:
    target = new_url("sqlite")
    refuse = """CREATE TRIGGER refuse BEFORE UPDATE ON ledger_follower WHEN NEW.position <> OLD.position
        BEGIN SELECT RAISE(ABORT, 'not now'); END"""
    with World(sqlite_url, steps=10) as world, Follower(world.url, target, patience=0) as follower:
        follower.catch_up()
        before = world.house.kept()
        tell(target, refuse)
        world.live(10)
        with pytest.raises(PersistenceError):
            follower.catch_up()
        assert not is_at(target, world.last)
        assert world.differences(target) != []
        assert world.house.kept() != before
        tell(target, "drop trigger refuse")
        follower.catch_up()
        assert world.differences(target) == []
