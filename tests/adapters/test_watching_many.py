"""The watch over several cases: shares of households, and what came again."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from caseledger.adapters.testing import (
    accept,
    adopt,
    assess,
    at,
    call_back,
    end,
    ledger_in_memory,
    register,
    report_estate_households,
)
from caseledger.domain.opinion.state import OpinionState
from caseledger.domain.policy import Policy
from tests.adapters.watched import ENDED, MONDAY, complaints, group_ledger, raised, watched
from tests.policies import GROUP, limit

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
