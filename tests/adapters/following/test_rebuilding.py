"""Facts gathered anew beside those that are there, and exchanged in one transaction, while appends go on."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from threading import Event, Thread, current_thread, main_thread
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import text

from caseledger.adapters.facts import RebuildOvertakenError
from caseledger.adapters.following import Follower, HistoryChangedError
from caseledger.adapters.following.link import Link
from tests.adapters.following.conftest import NewUrl
from tests.adapters.following.world import World, connected, facts_at, is_at, running, soon, tell

if TYPE_CHECKING:
    from sqlalchemy import Connection

UNTOUCHED = "opinion:untouched"
"""A case that nobody goes on with: its rows change in an exchange only."""


def departments_of_view(target: str) -> dict[str, str]:
    """What a reader of the view `own` is told of each case."""
    with connected(target) as connection:
        rows = connection.execute(text("select case_id, department from own"))
        return {row.case_id: row.department for row in rows}


def test_facts_are_gathered_anew_beside_appends_and_a_runner_while_views_keep_working(
    database_url: str, target_url: str
) -> None:
    with World(database_url, steps=25) as world, Follower(world.url, target_url) as follower:
        world.accept(UNTOUCHED)
        follower.catch_up()
        tell(
            target_url,
            "create view own as select case_id, department from fact_opinions",
            "update fact_opinions set department = 'spoilt'",
        )
        before = facts_at(target_url)["fact_opinions"].keys()
        seen: set[str] = set()

        def look(_name: str, _done: int, _in_all: int) -> None:
            world.live(2)
            departments = departments_of_view(target_url)
            assert before <= {(case,) for case in departments}
            seen.add(departments[UNTOUCHED])  # the runner puts the others right when they go on

        with running(follower):
            assert "fact_opinions" in follower.rebuild(progress=look)
            soon(lambda: is_at(target_url, world.last), "the facts follow")
        assert seen == {"spoilt"}  # the old rows, until the exchange
        assert world.differences(target_url) == []
        assert "spoilt" not in departments_of_view(target_url).values()
        with connected(target_url) as connection:
            assert connection.execute(text("select count(*) from report_monthly_opinions")).scalar_one() > 0


def test_one_table_is_gathered_anew_and_the_others_are_left_alone(sqlite_url: str, new_url: NewUrl) -> None:
    target = new_url("sqlite")
    with World(sqlite_url, steps=30) as world, Follower(world.url, target) as follower:
        stood = follower.catch_up()
        tell(target, "delete from fact_orders", "delete from fact_turns")
        world.live(10)
        assert follower.rebuild(["fact_orders"]) == ("fact_orders",)
        assert follower.lag().position == stood
        assert facts_at(target)["fact_orders"] == world.house.kept()["fact_orders"]
        assert len(facts_at(target)["fact_turns"]) == 0
        with pytest.raises(KeyError):
            follower.rebuild(["fact_moons"])


def test_facts_of_another_declaration_are_gathered_anew_before_they_follow(database_url: str, target_url: str) -> None:
    with World(database_url, steps=20) as world:
        with Follower(world.url, target_url) as follower:
            follower.catch_up()
        tell(
            target_url,
            "update fact_opinions set department = 'as another release had it'",
            "update ledger_facts set fingerprint = 'another' where name = 'fact_opinions'",
            "update ledger_facts set shape = 'narrower' where name = 'fact_turns'",
        )
        with Follower(world.url, target_url) as follower:
            assert follower.lag().stale == ("fact_opinions", "fact_turns")
            follower.catch_up()
            assert follower.lag().is_current
            assert world.differences(target_url) == []


def test_of_two_gatherings_of_the_same_facts_the_earlier_one_stops(sqlite_url: str, new_url: NewUrl) -> None:
    target = new_url("sqlite")
    with World(sqlite_url, steps=20) as world, Follower(world.url, target) as follower:
        follower.catch_up()
        with Follower(world.url, target) as other:

            def begin_another(name: str, _done: int, _in_all: int) -> None:
                other.rebuild([name])

            with pytest.raises(RebuildOvertakenError, match="another gathering of fact_opinions"):
                follower.rebuild(["fact_opinions"], begin_another)
        assert world.differences(target) == []


def test_of_two_runners_that_begin_at_once_one_gathers_and_the_other_waits_for_it(
    sqlite_url: str, new_url: NewUrl
) -> None:
    target = new_url("sqlite")
    with (
        World(sqlite_url, steps=30) as world,
        Follower(world.url, target) as one,
        Follower(world.url, target) as other,
    ):
        second = Thread(target=other.catch_up)

        def begin(_name: str, _done: int, _in_all: int) -> None:
            if second.ident is None:
                second.start()
                soon(lambda: other.lag().gathered_at is not None, "the second gathers")

        assert one.catch_up(begin) == world.last
        second.join()
        assert world.differences(target) == []
        assert one.lag().is_current


def test_a_ledger_that_was_put_back_to_an_earlier_moment_is_noticed(sqlite_url: str, new_url: NewUrl) -> None:
    target = new_url("sqlite")
    with World(sqlite_url, steps=10) as world:
        with Follower(world.url, target) as follower:
            follower.catch_up()
        tell(
            world.url,
            "drop trigger ledger_events_no_update",
            "update ledger_events set state = cast(state || ' ' as blob)",
        )
        with Follower(world.url, target) as follower:
            with pytest.raises(HistoryChangedError, match=r"another event there: was it restored from a backup\?"):
                follower.catch_up()
            follower.rebuild()
            assert follower.catch_up() == world.last
        tell(
            world.url,
            "drop trigger ledger_events_no_delete",
            f"delete from ledger_events where position = {world.last}",
        )
        with Follower(world.url, target) as follower, pytest.raises(HistoryChangedError, match="no event there"):
            follower.run()


def test_a_gathering_never_empties_what_a_later_one_has_gathered(
    database_url: str, target_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The later one comes in wherever the earlier has committed something, and gathers all before it goes on."""
    with World(database_url, steps=20) as world, Follower(world.url, target_url) as follower:
        follower.catch_up()
        gathered, go_on = Event(), Event()

        def wait(*_: object) -> None:
            gathered.set()
            assert go_on.wait(30)

        other = Follower(world.url, target_url)
        later = Thread(target=other.rebuild, args=(["fact_opinions"], wait))
        writing, transactions = Link.writing, 0

        @contextmanager
        def interrupted(link: Link, **how: bool) -> Iterator[Connection]:
            nonlocal transactions
            if current_thread() is main_thread():
                transactions += 1
                if transactions == 2:
                    later.start()
                    assert gathered.wait(30)
            with writing(link, **how) as connection:
                yield connection

        monkeypatch.setattr(Link, "writing", interrupted)
        with pytest.raises(RebuildOvertakenError):
            follower.rebuild(["fact_opinions"])
        go_on.set()
        later.join(30)
        other.close()
        assert world.differences(target_url) == []
