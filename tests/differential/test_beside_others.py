"""Facts are rebuilt while others append and read: nothing is lost, and nobody sees half of it."""

from __future__ import annotations

from contextlib import ExitStack
from random import Random
from threading import Thread
from time import sleep

import pytest

from caseledger.projections.facts import ALL
from tests.differential import child
from tests.differential.house import House
from tests.differential.processes import (
    after_the_kill,
    all_is_well,
    go_a_step,
    going_on,
    process,
    settle,
)

pytestmark = pytest.mark.slow


def test_what_others_append_while_facts_are_gathered_is_not_lost(database_url: str) -> None:
    settle(database_url, steps=60)
    with House(database_url, lasting=True) as house:
        house.reread()
        histories, random = going_on(house, "w"), Random(17)
        pauses = 0
        with process(child.rebuild, database_url, None, 0, child.GATHERING) as (_, pipe):
            while pipe.recv() == "paused":
                pauses += 1
                for _ in range(3):
                    go_a_step(house, histories, random)
                pipe.send("go on")
        assert pauses > len(ALL)
        all_is_well(house)
        assert house.ledger.check().is_clean


def test_while_facts_are_replaced_readers_see_the_old_rows_and_an_append_waits_its_turn(database_url: str) -> None:
    settle(database_url, steps=60)
    with House(database_url, lasting=True) as house:
        house.reread()
        before = house.expected()
        histories, random = going_on(house, "w"), Random(19)
        appended: list[None] = []

        def append() -> None:
            for _ in range(10):
                go_a_step(house, histories, random)
            appended.append(None)

        with process(child.rebuild, database_url, None, 0, child.COMMITTING) as (_, pipe):
            assert pipe.recv() == "paused"
            assert house.kept() == before
            writer = Thread(target=append)
            writer.start()
            sleep(0.2)  # long enough to come to the door; it is no fault if it does not
            assert house.kept() == before
            pipe.send("go on")
            writer.join()
            assert pipe.recv() == "rebuilt"
        assert appended
        all_is_well(house)
        assert house.ledger.check().is_clean


def test_two_processes_that_append_and_one_that_rebuilds_keep_facts_and_events_together(database_url: str) -> None:
    heard = settle(database_url, steps=20)
    with ExitStack() as doors:
        both = [doors.enter_context(process(child.append, database_url, mark)) for mark in ("a", "b")]
        with House(database_url, lasting=True) as house:
            for _ in range(3):
                house.ledger.rebuild()
                for _, pipe in both:
                    heard.take(pipe.recv())
        for running, pipe in both:
            running.kill()
            heard.drain(pipe)
    after_the_kill(database_url, heard)
