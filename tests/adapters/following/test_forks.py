"""A process that forks after it has opened a follower: its connections stay the first process's own."""

from collections.abc import Callable

import pytest

from caseledger.adapters.following import Follower
from caseledger.adapters.store.errors import ForkedError
from tests.adapters.following.world import World
from tests.adapters.store.test_forks import in_a_fork

# Python warns of any fork beside threads, and a ledger has some.
pytestmark = pytest.mark.filterwarnings("ignore:.*fork:DeprecationWarning")


def ways_to_use(follower: Follower) -> list[Callable[[], object]]:
    return [
        follower.run,
        follower.catch_up,
        follower.rebuild,
        follower.retry,
        follower.lag,
        follower.poisoned,
        follower.pause,
        follower.resume,
    ]


@pytest.mark.parametrize("used", [False, True], ids=["only opened", "used"])
def test_a_follower_that_was_opened_before_the_fork_says_so_in_it(
    database_url: str, target_url: str, *, used: bool
) -> None:
    with World(database_url, steps=5) as world, Follower(world.url, target_url) as follower:
        if used:
            follower.catch_up()
        assert {in_a_fork(way) for way in ways_to_use(follower)} == {ForkedError.__name__}
        assert follower.catch_up() == world.last
        assert world.differences(target_url) == []


def test_what_a_fork_stops_and_closes_goes_on_in_the_process_that_opened_it(database_url: str, target_url: str) -> None:
    with World(database_url, steps=5) as world, Follower(world.url, target_url) as follower:
        follower.catch_up()
        assert {in_a_fork(follower.stop), in_a_fork(follower.close)} == {"done"}
        world.live(5)
        assert follower.catch_up() == world.last
        assert world.differences(target_url) == []


def test_a_fork_opens_a_follower_of_its_own(database_url: str, target_url: str) -> None:
    with World(database_url, steps=5) as world, Follower(world.url, target_url) as follower:
        follower.catch_up()

        def open_own() -> None:
            with Follower(world.url, target_url) as own:
                assert own.catch_up() == world.last

        assert in_a_fork(open_own) == "done"
        assert follower.lag().is_current
