"""What is due: the select over all open cases says what the domain says of each; and what an acceptor sees."""

from datetime import datetime, timedelta

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from caseledger.adapters.testing import (
    GROUP400,
    HANDBOOK,
    W08,
    LedgerInMemory,
    StandingClock,
    accept,
    agree_time,
    approve,
    assess,
    at,
    call_back,
    end,
    finish,
    ledger_in_memory,
    propose,
    respond,
)
from caseledger.adapters.testing.strategies import Step as Told
from caseledger.adapters.testing.strategies import histories
from caseledger.adapters.testing.words import word
from caseledger.domain.opinion.steps import Due, steps
from caseledger.domain.opinion.timing import Verdict, judge, runs
from caseledger.domain.refusal import MissingDetail, UnknownCase, UnknownCode
from caseledger.domain.values import utc_text
from caseledger.projections.reports.clocks import clocks
from caseledger.projections.reports.sources import Asked, stored
from caseledger.projections.reports.timeliness import verdict
from tests.domain.story import CENTER, Anything
from tests.policies import GROUP

UNHURRIED = settings(
    deadline=None,
    max_examples=12,
    phases=[Phase.explicit, Phase.reuse, Phase.generate],  # shrinking takes minutes
)


def lived(ledger: LedgerInMemory, history: tuple[Told, ...]) -> None:
    for step in history:
        ledger.clock.now = step.at
        ledger.do(step.command)


def waiting(ledger: LedgerInMemory) -> dict[str, tuple[Due, ...]]:
    """The opinions of which something is due: every open one, and ended ones of which somebody waits to hear."""
    cases = [found.case for found in ledger.find(limit=1000) if found.case.startswith("opinion:")]
    states = {case: ledger.replay(case).state for case in cases}
    assert all(steps(state) for state in states.values() if state.is_open)
    return {case: due for case, state in states.items() if (due := steps(state))}


@given(st.sampled_from([W08, GROUP, GROUP400, HANDBOOK]).flatmap(lambda policy: histories(max_steps=25, policy=policy)))
@UNHURRIED
def test_every_open_case_has_something_due_and_the_select_says_what_the_states_say(history: tuple[Told, ...]) -> None:
    with LedgerInMemory(StandingClock()) as ledger:
        lived(ledger, history)
        expected = waiting(ledger)
        found: dict[str, set[Due]] = {}
        for row in ledger.due():
            if row.case.startswith("opinion:"):
                found.setdefault(row.case, set()).add(Due(row.step, row.turn, row.until))
        assert found == {case: set(due) for case, due in expected.items()}


@given(
    st.sampled_from([W08, GROUP, GROUP400, HANDBOOK]).flatmap(lambda policy: histories(max_steps=25, policy=policy)),
    st.timedeltas(timedelta(), timedelta(days=60)),
)
@UNHURRIED
def test_every_clock_is_judged_alike_by_the_domain_and_by_the_select(history: tuple[Told, ...], ago: timedelta) -> None:
    with LedgerInMemory(StandingClock()) as ledger:
        lived(ledger, history)
        as_of = history[-1].at + timedelta(days=20) - ago
        cases = [found.case for found in ledger.find(limit=1000) if found.case.startswith("opinion:")]
        expected = sorted(
            (str(run.clock), case, run.turn, str(run.judged_by), str(said.verdict))
            for case in cases
            for state in [ledger.replay(case).state]
            for run in runs(state)
            if (said := judge(run, state.ended_at, as_of)) is not None
        )
        assert judged(ledger, as_of) == expected


def judged(ledger: LedgerInMemory, as_of: datetime) -> list[tuple[str, str, int, str, str]]:
    asked = Asked(month="2026-01", judged=utc_text(as_of))
    ran = clocks(stored).subquery("clocks")
    query = select(ran, verdict(ran).label("verdict"))
    with ledger._database.transaction(write=False) as connection:
        rows = connection.execute(query, asked.values).all()
    void = [row for row in rows if row.void_at and row.due_at and row.void_at <= min(asked.judged, row.due_at)]
    return sorted(
        (row.clock, row.case_id, row.turn, str(datetime.fromisoformat(row.due_at)), row.verdict)
        for row in rows
        if row.case_id.startswith("opinion:")
        and row.verdict != Verdict.WITHOUT_TARGET
        and row.started_at <= asked.judged
        and row not in void
    )


MONDAY = "2026-03-02 09:00"


class TestTheMorningScreen:
    """What an acceptor opens in the morning: OP-1 to OP-14, GP-1, GP-2, one step after the other."""

    def lines(self, ledger: LedgerInMemory, **asked: Anything) -> list[tuple[str, str, str | None]]:
        return [
            (row.step.value, row.case, word(row.until) if row.until else None)
            for row in ledger.due(**asked)
            if row.case != CENTER
        ]

    def test_a_complaint_shows_its_next_steps_from_acceptance_to_its_end(self) -> None:
        one = "opinion:1"
        ledger = ledger_in_memory(MONDAY)
        ledger.tell(accept(MONDAY))
        assert self.lines(ledger) == [("respond", one, "2026-03-02 10:00"), ("assess", one, None)]
        ledger.tell(respond("2026-03-02 09:20"), assess("2026-03-02 09:30"))
        follow = ("follow_up", one, "2026-03-09 23:59:59.999999")
        assert self.lines(ledger) == [("propose_plan", one, "2026-03-05 23:59:59.999999"), follow]
        ledger.tell(propose("2026-03-02 10:00"))
        assert self.lines(ledger) == [follow, ("approve_plan", one, None)]
        ledger.tell(approve("2026-03-02 11:00"))
        assert self.lines(ledger) == [follow, ("finish", one, None)]
        ledger.tell(agree_time("2026-03-02 11:30", clock="handling", until=at("2026-03-03 18:00")))
        assert self.lines(ledger) == [("finish", one, "2026-03-03 18:00"), follow]
        ledger.tell(finish("2026-03-02 12:00"))
        assert self.lines(ledger) == [("call_back", one, "2026-03-04 23:59:59.999999"), follow]
        ledger.tell(call_back("2026-03-03 09:00"))
        assert self.lines(ledger) == [follow, ("end", one, None)]
        ledger.tell(end("2026-03-03 10:00"))
        assert self.lines(ledger) == []

    def test_the_most_urgent_comes_first_and_says_how_late_it_is(self) -> None:
        ledger = ledger_in_memory(MONDAY)
        ledger.tell(accept(MONDAY), accept("2026-03-02 09:30", case="opinion:2"))
        _, first, second, *_ = ledger.due(as_of=at("2026-03-02 10:00:01"))
        assert (first.case, first.late_by) == ("opinion:1", timedelta(seconds=1))
        assert (second.case, second.late_by) == ("opinion:2", None)
        assert ledger.due(limit=2, as_of=at("2026-03-02 10:00:00"))[1].late_by is None

    def test_each_role_sees_what_it_may_do_by_the_policy_of_the_case(self) -> None:
        ledger = ledger_in_memory(MONDAY)
        ledger.tell(accept(MONDAY), assess("2026-03-02 09:10"), propose("2026-03-02 09:20"))
        assert "approve_plan" in {row.step for row in ledger.due(role="manager")}
        acceptor = ledger.due(role="acceptor")
        assert "approve_plan" not in {row.step for row in acceptor}
        approval = next(row for row in ledger.due() if row.step == "approve_plan")
        assert approval.roles == W08.authority["approve_plan"]
        assert approval.policy == "w08 10"

    def test_what_was_due_at_an_earlier_moment_goes_by_what_had_happened_until_then(self) -> None:
        ledger = ledger_in_memory(MONDAY)
        ledger.tell(accept(MONDAY), respond("2026-03-02 09:20"), assess("2026-03-02 09:30"))
        steps_then = [row.step for row in ledger.due(as_of=at("2026-03-02 09:10")) if row.case != CENTER]
        assert steps_then == ["respond", "assess"]

    def test_a_center_a_role_or_a_number_that_there_is_not_is_refused(self) -> None:
        ledger = ledger_in_memory(MONDAY)
        with pytest.raises(UnknownCase, match="center:nowhere"):
            ledger.due(center="center:nowhere")
        with pytest.raises(UnknownCode, match="acceptor"):
            ledger.due(role="king")
        with pytest.raises(MissingDetail, match="0 or more"):
            ledger.due(limit=-1)
        assert {row.step for row in ledger.due(center="center:sz01")} == {"review"}
