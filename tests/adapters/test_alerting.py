"""The watch: alerts at their edges, shares of households, what came again; once, whoever watches and however often."""

from __future__ import annotations

import multiprocessing
from collections import Counter
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from caseledger import Ledger
from caseledger.adapters.alerting import Watcher
from caseledger.adapters.history import Outcome
from caseledger.adapters.testing import (
    LedgerInMemory,
    accept,
    adopt,
    approve,
    assess,
    at,
    call_back,
    confirm_alert,
    declare_risk,
    dismiss_alert,
    end,
    finish,
    forward_alert,
    ledger_in_memory,
    make_contact,
    plan_on_alert,
    propose,
    register,
    report_estate_households,
    review_opinions,
    sign_summary,
    submit_solution,
)
from caseledger.domain.command import Command
from caseledger.domain.opinion.state import OpinionState
from caseledger.domain.policy import Policy
from caseledger.domain.refusal import Refused, WrongState, WrongTime
from caseledger.domain.values import LateReason, Role
from tests.policies import GROUP, limit

MONDAY = "2026-03-02 09:00"
SECOND = timedelta(seconds=1)
BEGUN = (
    accept(MONDAY, category="cleaning", unit="unit:1", estate="garden"),
    make_contact("2026-03-02 09:30"),
    submit_solution("2026-03-02 10:00", completion_at=at("2026-03-03 18:00")),
)
"""Completion reported for 3 March, 18:00: three days past it end with the 6th, 7 with the 10th, 15 with the 18th."""


def group_ledger(*told: Command) -> LedgerInMemory:
    ledger = ledger_in_memory(MONDAY, policy=GROUP)
    ledger.tell(*told)
    return ledger


def watched(ledger: LedgerInMemory, when: datetime) -> list[Outcome]:
    """What the watch raises when it runs at this moment."""
    ledger.clock.now = when
    return ledger.watch()


def raised(ledger: Ledger, case: str = "opinion:1") -> list[tuple[str, str]]:
    state: OpinionState = ledger.replay(case).state
    events = (record.event for record in ledger.replay(case).events)
    reasons = {event.level: event.reason for event in events if event.name == "opinion.alert_raised.v1"}  # type: ignore[attr-defined]  # an alert's
    return [(alert.level.value, reasons[alert.level].value) for alert in state.alerts]


class TestPastTheTimeLimit:
    """GP-5: blue three days past the time limit, yellow seven, red fifteen; days end with the local day."""

    @pytest.mark.parametrize(
        ("last", "levels"),
        [("2026-03-06", ["blue"]), ("2026-03-10", ["blue", "yellow"]), ("2026-03-18", ["blue", "yellow", "red"])],
    )
    def test_a_second_before_the_end_of_the_day_none_a_second_after_one_more(
        self, last: str, levels: list[str]
    ) -> None:
        ledger = group_ledger(*BEGUN)
        edge = at(f"{last} 23:59:59.999999")
        watched(ledger, edge)
        assert [level for level, _ in raised(ledger)] == levels[:-1]
        ledger.clock.now = edge + SECOND
        ledger.watch()
        assert raised(ledger) == [(level, "overdue") for level in levels]
        assert ledger.watch() == []

    def test_before_a_completion_time_is_reported_the_limit_of_the_solution_counts(self) -> None:
        ledger = group_ledger(*BEGUN[:2])  # solution due at 13:30 on the 2nd
        assert watched(ledger, at("2026-03-05 23:59:59")) == []
        assert [one.case for one in watched(ledger, at("2026-03-06 00:00:00"))] == ["opinion:1"]

    def test_what_is_handled_or_ended_is_not_past_its_limit(self) -> None:
        done = (assess("2026-03-02 11:00"), propose("2026-03-02 12:00"), approve("2026-03-02 13:00"))
        handled = group_ledger(*BEGUN, *done, finish("2026-03-03 09:00"))
        assert watched(handled, at("2026-03-30 09:00")) == []

    def test_an_alert_is_not_raised_by_hand_before_its_time(self) -> None:
        from caseledger.adapters.testing import raise_alert  # noqa: PLC0415 - the one test that asks so

        ledger = group_ledger(*BEGUN)
        with pytest.raises(WrongTime, match="not before 2026-03-06T15:59:59"):
            ledger.tell(raise_alert("2026-03-06 12:00"))


class TestWhatBecomesOfAnAlert:
    """GP-6, GP-7: confirmed or dismissed by a named person, forwarded with its own deadline; points levels add."""

    def test_confirmed_it_counts_its_points_and_forwarded_it_is_due_within_a_day(self) -> None:
        ledger = group_ledger(*BEGUN)
        watched(ledger, at("2026-03-11 09:00"))
        ledger.tell(confirm_alert("2026-03-11 10:00"), confirm_alert("2026-03-11 10:00", level="yellow"))
        ledger.tell(forward_alert("2026-03-11 10:30"))
        due = [(row.step.value, row.until) for row in ledger.due() if "alert" in row.step]
        assert due == [("plan_on_alert", at("2026-03-12 23:59:59.999999")), ("forward_alert", None)]
        ledger.tell(plan_on_alert("2026-03-12 09:00", completion_at=at("2026-03-14 18:00")))
        assert [row.step.value for row in ledger.due() if "alert" in row.step] == ["forward_alert"]
        (points,) = ledger.figures.alert_points("2026-03")
        assert (points.center, points.blue, points.yellow, points.red) == ("center:sz01", 1, 1, 0)
        assert str(points.points) == "0.70"
        assert points.policies == (f"{GROUP.name} {GROUP.version}",)

    def test_dismissed_it_counts_nothing_and_is_not_raised_again(self) -> None:
        ledger = group_ledger(*BEGUN)
        watched(ledger, at("2026-03-07 09:00"))
        ledger.tell(dismiss_alert("2026-03-07 10:00"))
        assert watched(ledger, at("2026-03-08 09:00")) == []
        assert ledger.figures.alert_points("2026-03") == []
        with pytest.raises(WrongState, match="was decided"):
            ledger.tell(confirm_alert("2026-03-07 11:00"))

    def test_a_declared_risk_raises_red_at_once_and_once(self) -> None:
        ledger = group_ledger(*BEGUN)
        ledger.tell(declare_risk("2026-03-02 11:00"), declare_risk("2026-03-02 12:00"))
        assert raised(ledger) == [("red", "escalation_risk")]
        assert [level for level, _ in raised(ledger)] == ["red"]
        watched(ledger, at("2026-03-20 09:00"))
        assert sorted(raised(ledger)) == [("blue", "overdue"), ("red", "escalation_risk"), ("yellow", "overdue")]

    def test_an_alert_waits_also_where_its_case_has_ended(self) -> None:
        ledger = group_ledger(*BEGUN)
        watched(ledger, at("2026-03-07 09:00"))
        ledger.tell(end("2026-03-07 10:00", explanation="顾客撤回"))
        assert [row.step.value for row in ledger.due() if row.case == "opinion:1"] == ["confirm_alert"]

    def test_a_policy_without_alerts_raises_none(self) -> None:
        silent = GROUP.model_copy(update={"alerts": None})
        ledger = ledger_in_memory(MONDAY, policy=silent)
        ledger.tell(*BEGUN)
        with pytest.raises(WrongState, match="has no alerts"):
            ledger.tell(declare_risk("2026-03-02 11:00"))
        assert watched(ledger, at("2026-04-30 09:00")) == []


def complaints(units: int, *, estate: str = "garden", start: int = 0) -> list[Command]:
    """A complaint about cleaning from each of so many households, an hour apart."""
    return [
        accept(
            at(MONDAY) + timedelta(hours=n),
            case=f"opinion:{start + n}",
            category="cleaning",
            unit=f"unit:{start + n}",
            estate=estate,
        )
        for n in range(units)
    ]


FORTY = report_estate_households("2026-03-02 08:00", by="manager", estate="garden", households=40)


class TestShareOfHouseholds:
    """GP-5: the same issue in 5 % of all households, of a project or of the company, within twelve months: red."""

    def test_the_household_that_makes_it_five_percent_of_the_company_raises_red_on_its_case(self) -> None:
        ledger = group_ledger(*complaints(19, estate="tower"))  # 400 households: 20 are five percent
        assert ledger.watch() == []
        # The same household again, as another case, is no further household.
        ledger.tell(accept("2026-03-05 09:00", case="opinion:99", category="cleaning", unit="unit:0", estate="tower"))
        assert ledger.watch() == []
        ledger.tell(accept("2026-03-05 10:00", case="opinion:20", category="cleaning", unit="unit:20", estate="tower"))
        assert [one.case for one in ledger.watch()] == ["opinion:20"]
        assert raised(ledger, "opinion:20") == [("red", "share")]
        ledger.tell(accept("2026-03-05 11:00", case="opinion:21", category="cleaning", unit="unit:21", estate="tower"))
        assert ledger.watch() == []

    def test_policies_of_several_centers_that_say_the_same_count_together_for_the_company(self) -> None:
        assert GROUP.alerts is not None
        assert GROUP.alerts.share is not None
        five = GROUP.alerts.share.model_copy(update={"percent": Decimal("5.00")})
        alike = GROUP.model_copy(update={"name": "other", "alerts": GROUP.alerts.model_copy(update={"share": five})})
        ledger = group_ledger(*complaints(20, estate="tower"))
        there = {"center": "center:sz02"}
        ledger.tell(register(MONDAY, **there), adopt(MONDAY, policy=alike, **there))
        assert ledger.watch() == []  # 20 of 800 households
        ledger.tell(*(one.model_copy(update=there) for one in complaints(19, estate="tower", start=20)))
        assert ledger.watch() == []
        ledger.tell(accept("2026-03-05 10:00", case="opinion:39", category="cleaning", unit="unit:39", **there))
        assert [one.case for one in ledger.watch()] == ["opinion:39"]

    def test_a_project_counts_by_its_own_households_where_they_are_known(self) -> None:
        ledger = group_ledger(
            report_estate_households("2026-03-02 08:00", by="manager", estate="garden", households=40)
        )
        ledger.tell(*complaints(2))
        (outcome,) = ledger.watch()
        assert outcome.case == "opinion:1"
        (event,) = (record.event for record in outcome.events)
        assert event.model_dump(include={"counted", "households", "scope"}) == {
            "counted": 2,
            "households": 40,
            "scope": "center:sz01:garden",
        }

    def test_what_lies_back_more_than_twelve_months_and_what_was_judged_invalid_does_not_count(self) -> None:
        ledger = group_ledger(
            report_estate_households("2026-03-02 08:00", by="manager", estate="garden", households=40)
        )
        ledger.tell(*complaints(2), assess("2026-03-02 15:00", case="opinion:0", validity="invalid"))
        assert ledger.watch() == []
        old = group_ledger(FORTY)
        old.tell(*complaints(1))
        old.tell(accept("2027-03-02 09:00:01", case="opinion:5", category="cleaning", unit="unit:5", estate="garden"))
        assert [one.case for one in old.watch() if one.events[0].name == "opinion.alert_raised.v1"] == []


ENDED = (
    accept(MONDAY, unit="unit:1"),
    assess("2026-03-02 10:00"),
    propose("2026-03-02 11:00"),
    approve("2026-03-02 12:00"),
    finish("2026-03-31 12:00"),
    end("2026-03-31 13:00", explanation="顾客未留联系方式"),
)


def looking_back(amount: int, unit: str) -> Policy:
    assert GROUP.repetition is not None
    within = limit(amount, unit, "OP-12", "W08-01 4.4.2.5")
    return GROUP.model_copy(
        update={
            "name": "long",
            "in_force_from": date(2024, 1, 1),
            "repetition": GROUP.repetition.model_copy(update={"within": within}),
        }
    )


class TestRepetition:
    """OP-12; W08-01 4.4.2.5: the same again within one month after handling, where nobody could be called back."""

    @pytest.mark.parametrize(
        ("when", "again"),
        [
            ("2026-04-30 23:59:59", True),  # one month after the 31st ends with the 30th of April
            ("2026-05-01 00:00:00", False),
        ],
    )
    def test_the_same_category_and_unit_within_a_month_sends_it_to_rehandling(self, when: str, *, again: bool) -> None:
        ledger = group_ledger(*ENDED, accept(when, case="opinion:2", unit="unit:1"))
        found = [one.case for one in ledger.watch() if one.case == "opinion:1"]
        state: OpinionState = ledger.replay("opinion:1").state
        assert found == (["opinion:1"] if again else [])
        assert (state.is_open, len(state.turns)) == ((True, 2) if again else (False, 1))
        if again:
            assert state.repetitions.by_cases == ("opinion:2",)
            assert "propose_plan" in {row.step for row in ledger.due() if row.case == "opinion:1"}
            assert ledger.check().is_clean
        assert not [one for one in ledger.watch() if one.case == "opinion:1"]

    @pytest.mark.parametrize(
        "other",
        [
            {"category": "pets", "unit": "unit:1"},
            {"category": "noise", "unit": "unit:2"},
            {"category": "noise"},  # the unit is not known, and no place is known of the first
        ],
    )
    def test_another_category_or_unit_is_not_the_same(self, other: dict[str, Any]) -> None:
        ledger = group_ledger(*ENDED, accept("2026-04-02 09:00", case="opinion:2", **other))
        assert [one.case for one in ledger.watch() if one.case == "opinion:1"] == []

    def test_where_the_unit_is_not_known_the_same_place_decides(self) -> None:
        place = {"estate": "garden", "area": "north"}
        first = (accept(MONDAY, **place), *ENDED[1:])
        ledger = group_ledger(*first, accept("2026-04-02 09:00", case="opinion:2", **place))
        assert [one.case for one in ledger.watch() if one.case == "opinion:1"] == ["opinion:1"]

    @pytest.mark.parametrize(
        ("amount", "unit", "when"),
        [
            (24, "months", "2028-03-31 23:59:59.999999"),  # two years after the 31st of March 2026
            (1000, "days", "2028-12-25 23:59:59.999999"),
            (9999, "hours", "2027-05-22 03:00:00"),  # 416 days and 15 hours after noon of the 31st
            (400, "working_days", "2027-10-02 09:00:00"),  # 550 days later; of 550 days at most 394 are weekdays
        ],
    )
    def test_a_policy_that_looks_back_for_years_finds_what_ended_years_ago(
        self, amount: int, unit: str, when: str
    ) -> None:
        for policy, found in ((looking_back(amount, unit), ["opinion:1"]), (GROUP, [])):
            ledger = ledger_in_memory(MONDAY, policy=policy)
            ledger.tell(*ENDED, accept(when, case="opinion:2", unit="unit:1"))
            assert [one.case for one in ledger.watch() if one.case == "opinion:1"] == found

    def test_a_second_past_its_years_it_is_not_the_same_again(self) -> None:
        ledger = ledger_in_memory(MONDAY, policy=looking_back(24, "months"))
        ledger.tell(*ENDED, accept("2028-04-01 00:00:00", case="opinion:2", unit="unit:1"))
        assert [one.case for one in ledger.watch() if one.case == "opinion:1"] == []

    def test_the_longest_look_back_of_several_policies_is_no_other_policys(self) -> None:
        ledger = ledger_in_memory(MONDAY, policy=GROUP)
        ledger.tell(*ENDED, adopt("2026-04-01 00:00", policy=looking_back(24, "months")))
        ledger.tell(accept("2028-01-10 09:00", case="opinion:2", unit="unit:1"))
        assert [one.case for one in ledger.watch() if one.case == "opinion:1"] == []

    def test_what_is_noticed_a_year_late_is_still_sent_to_rehandling(self) -> None:
        ledger = group_ledger(*ENDED, accept("2026-04-30 09:00", case="opinion:2", unit="unit:1"))
        assert "opinion:1" in [one.case for one in watched(ledger, at("2027-04-29 09:00"))]

    def test_what_was_called_back_is_not_sent_to_rehandling(self) -> None:
        called = (*ENDED[:-1], call_back("2026-03-31 12:30"), end("2026-03-31 13:00"))
        ledger = group_ledger(*called, accept("2026-04-02 09:00", case="opinion:2", unit="unit:1"))
        assert [one.case for one in ledger.watch() if one.case == "opinion:1"] == []


class TestRecurringDuties:
    """OP-16: the forms are reviewed every seven days. GP-8: the summary is signed by Friday, 17:00."""

    def duties(self, ledger: LedgerInMemory) -> dict[str, datetime | None]:
        return {row.step.value: row.until for row in ledger.due() if row.case == "center:sz01"}

    def test_the_review_is_due_seven_days_after_the_last(self) -> None:
        ledger = group_ledger(review_opinions(MONDAY, by="manager"))
        assert self.duties(ledger)["review"] == at("2026-03-09 23:59:59.999999")

    def test_the_summary_is_due_on_friday_at_five_and_the_next_a_week_on(self) -> None:
        ledger = ledger_in_memory("2023-08-02 09:00", policy=GROUP)  # adopted on a Tuesday
        assert self.duties(ledger)["sign_summary"] == at("2023-08-04 17:00")
        ledger.tell(sign_summary("2023-08-04 17:00:00", by="manager"))
        assert self.duties(ledger)["sign_summary"] == at("2023-08-11 17:00")
        ledger.tell(sign_summary("2026-03-06 17:00:01", by="manager"))  # years late: the next one after that
        assert self.duties(ledger)["sign_summary"] == at("2026-03-13 17:00")
        with pytest.raises(WrongState, match="signed twice"):
            ledger.tell(sign_summary("2026-03-07 11:00", by="manager", branch_head="staff:chen"))

    def test_a_policy_without_them_has_no_such_duties(self) -> None:
        assert list(self.duties(ledger_in_memory(MONDAY))) == ["review"]
        with pytest.raises(Refused, match="no part of this policy"):
            ledger_in_memory(MONDAY).tell(sign_summary(MONDAY, by="manager"))


@given(st.lists(st.booleans(), max_size=60), st.integers(1, 20))
@settings(deadline=None, max_examples=8, phases=[Phase.explicit, Phase.reuse, Phase.generate])
def test_two_watchers_that_come_between_each_other_anywhere_raise_each_alert_once(turns: list[bool], days: int) -> None:
    ledger = group_ledger(*BEGUN, *ENDED_TWO, *complaints(20, estate="tower", start=100))
    ledger.clock.now = at("2026-03-06 09:00") + timedelta(days=days)
    expected = alone(days)
    watchers = [Watcher(ledger._app, ledger._database) for _ in range(2)]
    work: list[list[Command] | None] = [None, None]
    for turn in (*turns, *[False, True] * 60):
        waiting = work[turn]
        if waiting is None:
            work[turn] = watchers[turn].candidates()
        elif waiting:
            watchers[turn].raise_one(waiting.pop(0))
    assert happened(ledger) == expected
    assert ledger.check().is_clean


ENDED_TWO = tuple(
    one.model_copy(update={"case": "opinion:70"})
    for one in (accept(MONDAY, unit="unit:70", category="pets"), *ENDED[1:4])
)


@cache
def alone(days: int) -> Counter[tuple[str, str]]:
    ledger = group_ledger(*BEGUN, *ENDED_TWO, *complaints(20, estate="tower", start=100))
    ledger.clock.now = at("2026-03-06 09:00") + timedelta(days=days)
    ledger.watch()
    return happened(ledger)


def happened(ledger: Ledger) -> Counter[tuple[str, str]]:
    cases = [found.case for found in ledger.find(limit=1000) if found.case.startswith("opinion:")]
    found = Counter((case, level) for case in cases for level, _ in raised(ledger, case))
    assert not found or set(found.values()) == {1}
    return found


def watch_for_a_while(url: str, rounds: int) -> None:
    with Ledger(url, clock=lambda: at("2026-03-30 09:00")) as ledger:
        for _ in range(rounds):
            ledger.watch()


@pytest.mark.slow
def test_two_processes_that_watch_the_same_ledger_raise_each_alert_once(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'watched.db'}"
    cases = [
        one.model_copy(update={"case": f"opinion:{number}", **({"unit": f"unit:{number}"} if not place else {})})
        for number in range(12)
        for place, one in enumerate(BEGUN)
    ]
    with Ledger(url, clock=lambda: at("2026-03-02 12:00")) as ledger:
        for command in (register("2023-08-01 00:00"), adopt("2023-08-01 00:00", policy=GROUP), *cases):
            late = command.model_copy(update={"late_reason": LateReason.PAPER_RECORD})
            ledger.do(late)
    spawn = multiprocessing.get_context("spawn")
    watchers = [spawn.Process(target=watch_for_a_while, args=(url, 3)) for _ in range(2)]
    for watcher in watchers:
        watcher.start()
    for watcher in watchers:
        watcher.join(60)
    assert [watcher.exitcode for watcher in watchers] == [0, 0]
    with Ledger(url, create=False) as ledger:
        assert len(happened(ledger)) == 36
        assert Role.WATCH in {record.actor.role for record in ledger.replay("opinion:0").events}
