"""A process is killed at chosen moments of an append or a rebuild; at random ones by the hundred in `tests/proofs`.

What was acknowledged is there, nothing is there by half, and the facts are what the states say.
"""

from __future__ import annotations

from collections.abc import Iterable
from random import Random
from time import sleep

import pytest
from sqlalchemy import MetaData, update

from caseledger.projections.compile import table_of
from caseledger.projections.facts.opinions import OPINIONS
from tests.differential import child
from tests.differential.house import House
from tests.differential.processes import (
    KILLED,
    after_the_kill,
    all_is_well,
    process,
    settle,
)

pytestmark = pytest.mark.slow

TABLE = table_of(OPINIONS, MetaData())
LOOK_ALIKE = "tampered"


def kill_appends(url: str, moments: Iterable[str | None]) -> None:
    random, heard = Random(11), settle(url)
    for number, moment in enumerate(moments):
        with process(child.append, url, f"k{number}", moment, random.randint(1, 9)) as (running, pipe):
            if moment is None:  # at any
                enough = len(heard.done) + random.randint(1, 12)
                while len(heard.done) < enough:
                    heard.take(pipe.recv())
                sleep(random.uniform(0, 0.02))
                running.kill()
            heard.drain(pipe)
            running.join()
            assert running.exitcode == KILLED
        after_the_kill(url, heard)


SOME_OF_THEM = (
    "the events are written, no facts",
    "all is written, not committed",
    "committed, not acknowledged",
)
"""Enough on a server, whose transactions are its own."""


def test_a_process_killed_while_it_appends_on_sqlite_loses_nothing_acknowledged(sqlite_url: str) -> None:
    kill_appends(sqlite_url, [None, *child.APPEND_MOMENTS])


def test_a_process_killed_while_it_appends_on_postgresql_loses_nothing_acknowledged(postgresql_url: str) -> None:
    kill_appends(postgresql_url, SOME_OF_THEM)


def test_a_process_killed_while_it_appends_on_mariadb_loses_nothing_acknowledged(mariadb_url: str) -> None:
    kill_appends(mariadb_url, SOME_OF_THEM)


def kill_rebuilds(url: str, moments: Iterable[str]) -> None:
    random = Random(13)
    settle(url, steps=120)
    house = House(url, lasting=True)
    for moment in moments:
        house.reread()
        right = house.expected()["fact_opinions"]
        with house.engine.begin() as connection:
            connection.execute(update(TABLE).values(department=LOOK_ALIKE))  # tells the old rows from the new
        times = random.randint(1, len(right) // child.SMALL_CHUNK) if moment == child.GATHERING else 1
        with process(child.rebuild, url, moment, times) as (running, _):
            running.join()
            assert running.exitcode == KILLED
        house.close()
        house = House(url, lasting=True)
        old = {key: {**row, "department": LOOK_ALIKE} for key, row in right.items()}
        assert house.kept()["fact_opinions"] == (right if moment == child.COMMITTED else old)
        made = moment != "the table beside is made" or _keeps_ddl(house)
        assert (f"{TABLE.name}_rebuilt" in house.tables()) == made
        house.ledger.rebuild([TABLE.name])
        assert not any(name.endswith("_rebuilt") for name in house.tables())
        all_is_well(house)
        assert house.ledger.check().is_clean
    house.close()


def _keeps_ddl(house: House) -> bool:
    """MariaDB commits a new table at once."""
    return house.engine.dialect.name in {"mysql", "mariadb"}


FEWER = (child.GATHERING, "the table is emptied", child.COMMITTING, child.COMMITTED)


def test_a_rebuild_killed_at_any_moment_on_sqlite_leaves_the_old_rows_or_the_new_and_is_done_again(
    sqlite_url: str,
) -> None:
    kill_rebuilds(sqlite_url, child.REBUILD_MOMENTS)


def test_a_rebuild_killed_on_postgresql_leaves_the_old_rows_or_the_new_and_is_done_again(postgresql_url: str) -> None:
    kill_rebuilds(postgresql_url, FEWER)


def test_a_rebuild_killed_on_mariadb_leaves_the_old_rows_or_the_new_and_is_done_again(mariadb_url: str) -> None:
    kill_rebuilds(mariadb_url, FEWER)
