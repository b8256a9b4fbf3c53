"""Facts read from the tables equal facts worked out of the replayed states, whatever happened and in whatever order."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import timedelta
from random import Random

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule, run_state_machine_as_test
from sqlalchemy import MetaData

from caseledger.domain.catalogue import EVENTS
from caseledger.domain.event import Recorded
from caseledger.domain.refusal import Refused
from caseledger.projections.compile import table_of
from caseledger.projections.facts import ALL
from tests.databases import Missing, empty_database, server
from tests.differential.histories import Histories
from tests.differential.house import House
from tests.differential.oracle import ORACLES
from tests.stories import Told, everything

CHANCE = st.randoms(use_true_random=False)
SOME = settings(
    deadline=None,  # no test of time
    print_blob=True,
    # Shrinking a failed history takes minutes. Add Phase.shrink for it, with the blob that the failure prints.
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],  # a history is long by nature
)

FOUND_BY_THE_WATCH = {"opinion.treated_as_unsatisfied.v1"}
"""What only two cases that fit each other lead to; `tests/adapters/test_watching_many.py` tells of it."""


def do(house: House, told: Told) -> bool:
    """Ask; say whether something came of it."""
    house.clock.now = told.at
    try:
        outcome = house.ledger.do(told.command)
    except Refused:
        return False
    house.touched(record.stream for record in outcome.events)
    return bool(outcome.events)


def live(house: House, histories: Histories, random: Random, steps: int) -> list[Told]:
    """Open the centers and go some steps; the commands that were taken."""
    taken = [told for told in histories.opening(random) if do(house, told)]
    for _ in range(steps):
        told = histories.step(random)
        if do(house, told):
            histories.happened(case_of(told))
            taken.append(told)
    return taken


def case_of(told: Told) -> str:
    """The stream that a command is about."""
    case: str = getattr(told.command, told.command.subject_field)
    return case


class LivingLedger(RuleBasedStateMachine):
    """A ledger that lives: after every append, rebuild and look back, its facts are what the states say."""

    database = "sqlite"

    def __init__(self) -> None:
        super().__init__()
        self.doors = ExitStack()
        self.house = self.doors.enter_context(House(self.doors.enter_context(fresh_database(self.database))))
        self.histories = Histories(self.house.read)
        self.taken: list[Told] = []

    @initialize(random=CHANCE)
    def the_centers_are_registered(self, random: Random) -> None:
        self.taken = live(self.house, self.histories, random, steps=0)
        self.agree()

    @rule(random=CHANCE, steps=st.integers(1, 12))
    def cases_go_on(self, random: Random, steps: int) -> None:
        for _ in range(steps):
            told = self.histories.step(random)
            if do(self.house, told):
                self.histories.happened(case_of(told))
                self.taken.append(told)
            self.agree()

    @rule(random=CHANCE, size=st.integers(2, 6))
    def several_commands_are_recorded_in_one_transaction(self, random: Random, size: int) -> None:
        told = [self.histories.step(random) for _ in range(size)]
        cut = random.randint(0, size)
        self.house.clock.now = told[-1].at
        groups = [[one.command for one in told[:cut]], *([one.command] for one in told[cut:])]
        for result in self.house.ledger.do_batch(groups):
            for outcome in () if isinstance(result, Refused) else result:
                self.house.touched(record.stream for record in outcome.events)
                self.histories.happened(outcome.case)
        self.agree()

    @rule(random=CHANCE)
    def a_command_is_sent_again(self, random: Random) -> None:
        told = random.choice(self.taken)
        assert self.house.ledger.do(told.command).repeated
        self.agree()

    @rule(facts=st.sampled_from([one.name for one in ALL]))
    def facts_are_rebuilt(self, facts: str) -> None:
        self.house.ledger.rebuild([facts])
        self.house.reread()
        self.agree()

    @rule(random=CHANCE)
    def an_earlier_knowledge_is_asked_for(self, random: Random) -> None:
        stream = random.choice([*self.histories.cases, "center:sz01"])
        recorded = random.choice(self.house.read(stream).events).recorded_at
        moment = recorded - timedelta(microseconds=random.randint(0, 1))
        assert self.house.differences(known_at=moment) == []

    def agree(self) -> None:
        assert self.house.differences() == []

    def teardown(self) -> None:
        try:
            self.house.reread()
            self.house.ledger.rebuild()
            self.agree()
            report = self.house.ledger.check()
            assert report.is_clean
            assert report.rows == {name: len(rows) for name, rows in self.house.expected().items()}
        finally:
            self.doors.close()


@contextmanager
def fresh_database(kind: str) -> Iterator[str]:
    """An empty database for one history: in memory, or a new one on the server of this kind."""
    if kind == "sqlite":
        yield "sqlite://"
        return
    found = server(kind)
    assert not isinstance(found, Missing)
    with empty_database(found) as url:
        yield url


def histories_on(kind: str, *, examples: int, rules: int) -> None:
    """Let random ledgers live on a kind of database."""

    class OnThisDatabase(LivingLedger):
        database = kind

    run_state_machine_as_test(OnThisDatabase, settings=settings(SOME, max_examples=examples, stateful_step_count=rules))


@pytest.mark.slow
def test_whatever_happens_the_facts_on_sqlite_are_what_the_states_say() -> None:
    histories_on("sqlite", examples=8, rules=30)


@pytest.mark.slow
@pytest.mark.usefixtures("postgresql_url")  # says whether there is one; each history gets a database of its own
def test_whatever_happens_the_facts_on_postgresql_are_what_the_states_say() -> None:
    histories_on("postgresql", examples=3, rules=20)


@pytest.mark.slow
@pytest.mark.usefixtures("mariadb_url")  # as above
def test_whatever_happens_the_facts_on_mariadb_are_what_the_states_say() -> None:
    histories_on("mariadb", examples=3, rules=20)


def test_the_oracle_speaks_of_every_table_and_every_column() -> None:
    assert list(ORACLES) == [one.name for one in ALL]
    with fresh_database("sqlite") as url, House(url) as house:
        for told in everything():
            do(house, told)
        house.reread()
        expected = house.expected()
    for one in ALL:
        assert expected[one.name], f"the story gives no row of {one.name}"
        for row in expected[one.name].values():
            assert sorted(row) == sorted(table_of(one, MetaData()).c.keys())


def followed(record: Recorded) -> bool:
    """Whether it follows from a command on another case, whose id it then derives its own from."""
    return record.cause is not None and not record.name.startswith(("register.", "access."))


def test_a_long_history_holds_every_event_that_facts_are_read_off_and_every_step_refused_leaves_no_trace() -> None:
    with fresh_database("sqlite") as url, House(url) as house:
        histories = Histories(house.read)
        random = Random(20260101)
        taken = live(house, histories, random, steps=800)
        happened: set[str] = set()
        wanted = {name for name in EVENTS if not name.startswith("access.")} - FOUND_BY_THE_WATCH
        for _ in range(16):  # what chance leaves out at first comes later
            house.reread()
            happened = {record.name for history in house.histories for record in history.events}
            if wanted <= happened:
                break
            taken += live(house, histories, random, steps=300)
        assert house.differences() == []
        assert {name for one in ALL for name in one.event_names} - happened <= FOUND_BY_THE_WATCH
        assert wanted <= happened
        events = [record for history in house.histories for record in history.events if not followed(record)]
        given = {record.command_id for record in events}
        assert given == {told.command.command_id for told in taken}
