"""From each of the three databases into each: the facts elsewhere are the ledger's own, value for value."""

from __future__ import annotations

import pytest
from sqlalchemy import text

from caseledger.adapters.following import Follower
from caseledger.projections.facts.opinions import OPINIONS
from caseledger.projections.facts.surveys import SURVEYS
from caseledger.projections.reports import VIEWS
from tests.adapters.following.conftest import NewUrl
from tests.adapters.following.world import World, connected
from tests.databases import Server, server

KINDS = ["sqlite", *(kind for kind in ("postgresql", "mariadb") if isinstance(server(kind), Server))]


@pytest.mark.parametrize(
    "source",
    [
        "sqlite",
        pytest.param("postgresql", marks=pytest.mark.postgresql),
        pytest.param("mariadb", marks=pytest.mark.mariadb),
    ],
)
def test_facts_elsewhere_are_what_the_ledgers_own_facts_are(source: str, new_url: NewUrl) -> None:
    with World(new_url(source), steps=100) as world:
        for target in map(new_url, KINDS):
            with Follower(world.url, target) as follower:
                assert follower.catch_up() == world.last
                assert world.differences(target) == []
                world.live(20)
                assert follower.lag().events == world.last - (follower.lag().position or 0) > 0
                assert follower.catch_up() == world.last
                assert world.differences(target) == []


def test_an_analyst_asks_the_views_where_the_facts_are(database_url: str, target_url: str) -> None:
    with World(database_url, steps=80) as world, Follower(world.url, target_url) as follower:
        follower.catch_up()
        views = [name for name in VIEWS if name != "report_audit_trail"]
        with connected(world.url) as ledger, connected(target_url) as target:
            for view in views:
                order = text(f"select * from {view}")
                told = sorted(map(str, ledger.execute(order).all()))
                assert sorted(map(str, target.execute(order).all())) == told
                assert told or view == "report_survey_rates"


def test_chosen_facts_come_with_the_views_that_need_no_others(sqlite_url: str, new_url: NewUrl) -> None:
    target = new_url("sqlite")
    with World(sqlite_url, steps=40) as world, Follower(world.url, target, facts=[OPINIONS, SURVEYS]) as follower:
        follower.catch_up()
        with connected(target) as connection:
            there = connection.execute(text("select name from sqlite_master where name like 'fact%' or type = 'view'"))
            named = {name for name in there.scalars() if not name.startswith("fact_opinions_")}
            assert {"fact_opinions", "fact_surveys"} <= named
            assert not {"fact_turns", "report_audit_trail"} & named
            assert connection.execute(text("select count(*) from fact_opinions")).scalar_one() > 0
