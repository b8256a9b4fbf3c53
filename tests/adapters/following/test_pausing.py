"""Facts that stand still on purpose, and how far facts are behind: told where the facts are."""

from __future__ import annotations

import json
from datetime import UTC, datetime

from sqlalchemy import text

from caseledger.adapters.following import Follower
from tests.adapters.following.conftest import NewUrl
from tests.adapters.following.world import World, ask, connected, is_at, running, soon

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)


def test_paused_facts_stand_still_whoever_runs_until_they_are_resumed(database_url: str, target_url: str) -> None:
    with (
        World(database_url, steps=10) as world,
        Follower(world.url, target_url) as follower,
        Follower(world.url, target_url) as another,
    ):
        stood = follower.catch_up()
        with running(follower):
            another.pause()
            world.live(10)
            soon(lambda: ask(target_url, "select seen from ledger_follower") == world.last, "the runner looks")
            assert another.catch_up() == stood
            assert not is_at(target_url, stood + 1)
            lag = another.lag()
            assert (lag.position, lag.events) == (stood, world.last - stood)
            assert lag.paused_at is not None
            another.resume()
            soon(lambda: is_at(target_url, world.last), "the facts follow")
        assert another.lag().paused_at is None
        assert world.differences(target_url) == []


def test_the_target_itself_says_that_it_is_behind_and_since_when_it_was_not_looked_after(
    sqlite_url: str, new_url: NewUrl
) -> None:
    target = new_url("sqlite")
    with World(sqlite_url, steps=10) as world, Follower(world.url, target, batch=1, clock=lambda: NOON) as follower:
        with connected(target) as connection:
            told = connection.execute(text("select position, seen from ledger_follower")).one()
            assert tuple(told) == (None, 0)
            assert connection.execute(text("select count(*) from fact_centers")).scalar_one() == 0
        stood = follower.catch_up()
        world.live(10)
        follower._once()
        with connected(target) as connection:
            told = connection.execute(text("select position, seen, at from ledger_follower")).one()
        assert tuple(told) == (stood + 1, world.last, "2026-03-02T12:00:00.000000Z")


def test_the_lag_counts_the_events_that_are_lacking_and_tells_when_the_first_was_recorded(
    sqlite_url: str, new_url: NewUrl
) -> None:
    target = new_url("sqlite")
    with World(sqlite_url, steps=10) as world, Follower(world.url, target, clock=lambda: NOON) as follower:
        lag = follower.lag()
        assert (lag.position, lag.events, lag.last, lag.is_current) == (None, world.last, world.last, False)
        assert "fact_opinions" in lag.stale
        stood = follower.catch_up()
        lag = follower.lag()
        assert (lag.position, lag.events, lag.since, lag.is_current) == (stood, 0, None, True)
        world.live(10)
        lag = follower.lag()
        missing = f"select state from ledger_events where position > {stood} order by position"
        with connected(world.url) as connection:
            states = connection.execute(text(missing)).scalars().all()
        assert lag.events == len(states)
        assert lag.since == json.loads(states[0])["recorded_at"]
