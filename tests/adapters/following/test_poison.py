"""A case whose events cannot be read, or whose facts cannot be written, is set aside; all others go on."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence

import pytest
from eventsourcing.persistence import PersistenceError, StoredEvent
from sqlalchemy import Connection

from caseledger.adapters.following import Follower, PassingError, gathering, stepping
from caseledger.adapters.following.aside import at_fault
from caseledger.adapters.following.place import Place, locked
from tests.adapters.following.conftest import NewUrl
from tests.adapters.following.world import World, append, ask, facts_at, is_at, running, soon, tell
from tests.databases import kind_of

NOT_JSON = b'{"secret": "\xe5\xbc\xa0\xe4\xb8\x89'
POISON = "opinion:poison"
UNREADABLE = StoredEvent(POISON, 1, "opinion.accepted.v1", NOT_JSON)


def test_an_event_that_cannot_be_read_is_set_aside_with_its_case_and_told(
    database_url: str, target_url: str, caplog: pytest.LogCaptureFixture
) -> None:
    with World(database_url, steps=15) as world, Follower(world.url, target_url) as follower:
        follower.catch_up()
        append(world.url, UNREADABLE)
        poisoned_at = world.last
        world.live(15)
        with running(follower):
            soon(lambda: is_at(target_url, world.last), "the facts follow")
        (found,) = follower.poisoned()
        assert (found.case, found.position, found.attempts) == (POISON, poisoned_at, 1)
        lag = follower.lag()
        assert (lag.events, lag.is_current) == (0, False)
        assert world.differences(target_url) == []
        (record,) = [one for one in caplog.records if one.levelno == logging.ERROR]
        assert POISON in record.getMessage()
        assert "张三" not in found.reason + caplog.text


def test_a_second_case_that_turns_up_while_the_first_is_looked_for_is_set_aside_too(
    sqlite_url: str, new_url: NewUrl, monkeypatch: pytest.MonkeyPatch
) -> None:
    others = [StoredEvent(f"{POISON}-{number}", 1, "opinion.accepted.v1", NOT_JSON) for number in (1, 2)]
    waiting = list(others)
    look = at_fault

    def looking(cases: Sequence[str], attempt: Callable[[Sequence[str]], None]) -> dict[str, PersistenceError]:
        found = look(cases, attempt)
        if waiting:
            append(world.url, waiting.pop())
        return found

    monkeypatch.setattr(stepping, "at_fault", looking)
    with World(sqlite_url, steps=5) as world, Follower(world.url, new_url("sqlite")) as follower:
        follower.catch_up()
        append(world.url, UNREADABLE)
        follower.catch_up()
        assert follower.catch_up() == world.last
        assert {one.case for one in follower.poisoned()} == {POISON, *(str(one.originator_id) for one in others)}


def test_an_error_that_is_no_cases_ends_the_runner_after_a_second_try(
    sqlite_url: str, new_url: NewUrl, monkeypatch: pytest.MonkeyPatch
) -> None:
    tries = 0

    def failing(*_: object) -> None:
        nonlocal tries
        tries += 1
        raise PersistenceError("always")

    with World(sqlite_url, steps=5) as world, Follower(world.url, new_url("sqlite")) as follower:
        follower.catch_up()
        world.live(5)
        monkeypatch.setattr(follower._stepper, "_read", failing)
        with pytest.raises(PersistenceError, match="always"):
            follower.catch_up()
        assert tries == 2


def test_a_case_that_is_set_aside_stays_so_with_its_later_events(sqlite_url: str, new_url: NewUrl) -> None:
    target = new_url("sqlite")
    with World(sqlite_url, steps=5) as world, Follower(world.url, target) as follower:
        follower.catch_up()
        append(world.url, UNREADABLE)
        follower.catch_up()
        append(world.url, StoredEvent(POISON, 2, "opinion.commented.v1", b"{}"))
        assert follower.catch_up() == world.last
        assert [(one.case, one.attempts) for one in follower.poisoned()] == [(POISON, 1)]
        assert follower.retry() == ()
        assert [(one.case, one.attempts) for one in follower.poisoned()] == [(POISON, 2)]


def test_unreadable_events_are_set_aside_while_facts_are_gathered_too(database_url: str, target_url: str) -> None:
    with World(database_url, steps=15) as world, Follower(world.url, target_url) as follower:
        append(world.url, UNREADABLE)
        assert follower.catch_up() == world.last
        assert [one.case for one in follower.poisoned()] == [POISON]
        assert world.differences(target_url) == []
        assert follower.rebuild() != ()
        assert [one.case for one in follower.poisoned()] == [POISON]


def test_an_unreadable_event_that_arrives_in_the_last_exchange_is_set_aside_too(
    database_url: str, target_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    waiting = [StoredEvent(f"{POISON}-{number}", 1, "opinion.accepted.v1", NOT_JSON) for number in (1, 2)]
    expected = [str(one.originator_id) for one in reversed(waiting)]

    def locking(target: Connection) -> tuple[Place, frozenset[str]]:
        if waiting:
            append(world.url, waiting.pop())
        return locked(target)

    monkeypatch.setattr(gathering, "locked", locking)
    with World(database_url, steps=15) as world, Follower(world.url, target_url) as follower:
        assert follower.catch_up() == world.last
        assert [one.case for one in follower.poisoned()] == expected
        assert world.differences(target_url) == []


REFUSE = {
    "sqlite": """CREATE TRIGGER narrow BEFORE INSERT ON fact_opinions WHEN NEW.case_id IN {}
        BEGIN SELECT RAISE(ABORT, 'too narrow'); END""",
    "postgresql": "ALTER TABLE fact_opinions ADD CONSTRAINT narrow CHECK (case_id NOT IN {})",
    "mariadb": "ALTER TABLE fact_opinions ADD CONSTRAINT narrow CHECK (case_id NOT IN {})",
}
ALLOW = {
    "sqlite": "DROP TRIGGER narrow",
    "postgresql": "ALTER TABLE fact_opinions DROP CONSTRAINT narrow",
    "mariadb": "ALTER TABLE fact_opinions DROP CONSTRAINT narrow",
}


def _missing_opinions(world: World, target: str) -> list[str]:
    """Opinions of the ledger that have not come to the target."""
    keys = world.house.kept()["fact_opinions"].keys() - facts_at(target)["fact_opinions"].keys()
    return sorted(str(case) for (case,) in keys)


def test_facts_that_cannot_be_written_are_set_aside_and_carried_over_once_the_target_is_mended(
    database_url: str, target_url: str
) -> None:
    kind = kind_of(database_url)
    with World(database_url, steps=5) as world, Follower(world.url, target_url, batch=7) as follower:
        follower.catch_up()
        world.live(45)
        while len(new := _missing_opinions(world, target_url)) < 2:
            world.live(5)
        one, other = new[0], new[-1]
        tell(target_url, REFUSE[kind].format((one, other)))
        assert follower.catch_up() == world.last
        assert {aside.case for aside in follower.poisoned()} == {one, other}
        assert {line.split()[1].strip("(',)") for line in world.differences(target_url)} == {one, other}
        assert follower.retry() == ()
        tell(target_url, ALLOW[kind])
        assert follower.retry([one]) == (one,)
        assert follower.retry() == (other,)
        assert follower.poisoned() == ()
        assert world.differences(target_url) == []
        assert follower.lag().is_current


def test_what_is_wrong_with_the_target_and_not_with_a_case_sets_no_case_aside(sqlite_url: str, new_url: NewUrl) -> None:
    target = new_url("sqlite")
    with World(sqlite_url, steps=5) as world, Follower(world.url, target, patience=0.1) as follower:
        follower.catch_up()
        tell(target, "alter table fact_opinions rename to hidden")
        world.live(10)
        with pytest.raises(PassingError, match="no case can be carried over"):
            follower.catch_up()
        assert follower.poisoned() == ()
        tell(target, "alter table hidden rename to fact_opinions")
        follower.catch_up()
        assert world.differences(target) == []
        assert ask(target, "select count(*) from ledger_set_aside") == 0
