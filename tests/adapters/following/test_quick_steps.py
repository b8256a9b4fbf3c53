"""Steps of a runner that knows from its last one where the facts stand, and does not ask the target first."""

from __future__ import annotations

import pytest
from sqlalchemy import text

from caseledger.adapters.following import Follower, OvertakenError
from tests.adapters.following.world import World, connected, facts_at, watch, went_once


def test_of_two_runners_that_read_from_the_same_place_the_second_commits_nothing(
    database_url: str, target_url: str
) -> None:
    with (
        World(database_url, steps=10) as world,
        Follower(world.url, target_url) as one,
        Follower(world.url, target_url) as other,
    ):
        start = one.catch_up()
        assert other.catch_up() == start
        watch(target_url)
        world.live(5)
        reached = one._once().position
        world.live(5)
        with pytest.raises(OvertakenError):
            other._once()
        with connected(target_url) as connection:
            assert connection.execute(text("select position from ledger_follower")).scalar_one() == reached
        assert other.catch_up() == world.last
        assert went_once(target_url, start, world.last) == 2
        assert world.differences(target_url) == []


def test_what_was_read_before_a_pause_is_not_written_after_it(database_url: str, target_url: str) -> None:
    with (
        World(database_url, steps=10) as world,
        Follower(world.url, target_url) as runner,
        Follower(world.url, target_url) as another,
    ):
        stood = runner.catch_up()
        facts = facts_at(target_url)
        another.pause()
        world.live(5)
        with pytest.raises(OvertakenError):
            runner._once()
        assert runner._once().paused_at is not None
        assert (runner.catch_up(), facts_at(target_url)) == (stood, facts)
        another.resume()
        assert runner.catch_up() == world.last
        assert world.differences(target_url) == []


def test_a_step_with_nothing_new_leaves_the_target_alone(database_url: str, target_url: str) -> None:
    with World(database_url, steps=10) as world, Follower(world.url, target_url) as runner:
        runner.catch_up()
        question = text("select at, seen, commits from ledger_follower")
        with connected(target_url) as connection:
            before = connection.execute(question).one()
            assert runner._once().position == world.last
            assert connection.execute(question).one() == before
