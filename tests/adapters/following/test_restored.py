"""A ledger that is put back to an earlier moment while a runner follows it."""

from threading import Thread

import pytest

from caseledger.adapters.following import Follower, HistoryChangedError
from tests.adapters.following.conftest import NewUrl
from tests.adapters.following.test_exactly_once import kill_connections, live_on
from tests.adapters.following.world import ENOUGH_S, World, soon, tell
from tests.databases import kind_of

UNGUARD = {
    "postgresql": "drop trigger ledger_events_no_change on ledger_events",
    "mariadb": "drop trigger ledger_events_no_update",
}
OTHERS = {
    "postgresql": "update ledger_events set state = state || ' '::bytea",
    "mariadb": "update ledger_events set state = concat(state, ' ')",
}
"""The same positions with other events, as after a restored backup and what was recorded since."""


@pytest.mark.parametrize("server_url", ["postgresql_url", "mariadb_url"])
def test_a_running_follower_notices_and_goes_no_further(
    request: pytest.FixtureRequest, server_url: str, new_url: NewUrl
) -> None:
    url = request.getfixturevalue(server_url)
    with World(url, steps=10) as world, Follower(world.url, new_url("sqlite")) as follower:
        ended: list[BaseException] = []

        def run() -> None:
            try:
                follower.run()
            except HistoryChangedError as error:
                ended.append(error)

        runner = Thread(target=run)
        runner.start()
        try:
            soon(lambda: follower.lag().is_current, "the runner has followed")
            stands = follower.lag().position
            tell(url, UNGUARD[kind_of(url)], OTHERS[kind_of(url)])
            kill_connections(url)
            live_on(world)
            runner.join(ENOUGH_S)
        finally:
            follower.stop()
            runner.join()
        assert [type(error) for error in ended] == [HistoryChangedError]
        assert follower.lag().position == stands


def test_a_step_by_a_connection_that_was_opened_anew_looks_back_first(sqlite_url: str, new_url: NewUrl) -> None:
    with World(sqlite_url, steps=10) as world, Follower(world.url, new_url("sqlite")) as follower:
        follower.catch_up()
        stands = follower.lag().position
        tell(
            sqlite_url,
            "drop trigger ledger_events_no_update",
            "update ledger_events set state = cast(state || ' ' as blob)",
        )
        world.live(3)
        # As after a stop, or a loss that was noticed elsewhere.
        follower._ends.source.close()
        with pytest.raises(HistoryChangedError):
            follower._once()
        assert follower.lag().position == stands
