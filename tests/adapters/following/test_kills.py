"""A runner is killed at any moment, of a gathering or of a batch: the next one goes on, and nothing is done twice."""

from __future__ import annotations

from random import Random
from time import sleep

import pytest

from caseledger.adapters.following import Follower
from tests.adapters.following import runners
from tests.adapters.following.conftest import NewUrl
from tests.adapters.following.world import World, watch, went_once
from tests.differential.processes import KILLED, process

pytestmark = pytest.mark.slow


def kill_runners(source: str, target: str, times: int) -> None:
    random = Random(17)
    with World(source, steps=40) as world:
        watched = 0
        for number in range(times):
            with process(runners.follow, world.url, target, 1) as (runner, pipe):
                assert pipe.recv() == "running"
                world.live(random.randint(1, 4))
                sleep(random.uniform(0, 0.05))
                runner.kill()
                runner.join()
                assert runner.exitcode == KILLED
            if number == times // 3:  # until here some died while they gathered
                with Follower(world.url, target) as follower:
                    watched = follower.catch_up()
                watch(target)
                assert world.differences(target) == []
        with Follower(world.url, target) as follower:
            assert follower.catch_up() == world.last
            assert follower.lag().is_current
        went_once(target, watched, world.last)
        assert world.differences(target) == []


def test_a_runner_killed_at_any_moment_on_sqlite_loses_and_repeats_nothing(sqlite_url: str, new_url: NewUrl) -> None:
    kill_runners(sqlite_url, new_url("sqlite"), 24)


def test_a_runner_killed_at_any_moment_on_postgresql_loses_and_repeats_nothing(
    postgresql_url: str, new_url: NewUrl
) -> None:
    kill_runners(postgresql_url, new_url("postgresql"), 8)


def test_a_runner_killed_at_any_moment_on_mariadb_loses_and_repeats_nothing(mariadb_url: str, new_url: NewUrl) -> None:
    kill_runners(mariadb_url, new_url("mariadb"), 8)
