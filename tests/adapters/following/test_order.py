"""On PostgreSQL appends do not wait for each other: a lower position may be committed after a higher one."""

from __future__ import annotations

from contextlib import suppress

from eventsourcing.persistence import StoredEvent
from sqlalchemy import text

from caseledger.adapters.following import Follower
from caseledger.adapters.store.factory import SqlFactory
from tests.adapters.following.conftest import NewUrl
from tests.adapters.following.world import World, append, connected, is_at, running, soon


def test_an_event_whose_lower_position_is_committed_later_is_not_skipped(postgresql_url: str, new_url: NewUrl) -> None:
    with World(postgresql_url, steps=20) as world:
        state = accepted(world.url)
        factory = SqlFactory({"PERSISTENCE_MODULE": "caseledger.adapters.store", "CASELEDGER_URL": world.url})
        recorder = factory.application_recorder()
        late = StoredEvent("opinion:late", 1, "opinion.accepted.v1", state)
        early = StoredEvent("opinion:early", 1, "opinion.accepted.v1", state)
        target = new_url("sqlite")
        with Follower(world.url, target) as follower:
            stood = follower.catch_up()
            with running(follower):
                with recorder.transaction() as connection:
                    (lower,) = recorder.insert_within(connection, [late])
                    append(world.url, early)  # commits at once, at a higher position
                    assert follower.catch_up() == stood
                    assert follower.lag().events == 0  # nobody can be sure of any beyond it yet
                soon(lambda: is_at(target, lower + 1), "the facts follow")
        factory.close()
        with connected(target) as facts:
            found = facts.execute(text("select case_id from fact_opinions")).scalars().all()
        assert {"opinion:late", "opinion:early"} <= set(found)


def test_positions_that_no_event_will_ever_have_are_not_waited_for(postgresql_url: str, new_url: NewUrl) -> None:
    target = new_url("sqlite")
    with World(postgresql_url, steps=5) as world, Follower(world.url, target, batch=1) as follower:
        follower.catch_up()
        factory = SqlFactory({"PERSISTENCE_MODULE": "caseledger.adapters.store", "CASELEDGER_URL": world.url})
        recorder = factory.application_recorder()
        world.live(3)
        lost = StoredEvent("opinion:lost", 1, "opinion.accepted.v1", b"{}")
        with suppress(ZeroDivisionError), recorder.transaction() as connection:
            recorder.insert_within(connection, [lost])
            _ = 1 / 0  # rolled back, and its position with it
        factory.close()
        assert follower.catch_up() == world.last
        assert follower.lag().is_current
        assert world.differences(target) == []


def accepted(url: str) -> bytes:
    """The stored bytes of an acceptance."""
    with connected(url) as connection:
        found = connection.execute(text("select state from ledger_events where name = 'opinion.accepted.v1' limit 1"))
        return bytes(found.scalar_one())
