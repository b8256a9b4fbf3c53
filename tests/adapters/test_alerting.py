"""The watch: alerts at their edges and what becomes of them; recurring duties."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from caseledger.adapters.testing import (
    LedgerInMemory,
    approve,
    assess,
    at,
    confirm_alert,
    declare_risk,
    dismiss_alert,
    end,
    finish,
    forward_alert,
    ledger_in_memory,
    plan_on_alert,
    propose,
    review_opinions,
    sign_summary,
)
from caseledger.domain.refusal import Refused, WrongState, WrongTime
from tests.adapters.watched import BEGUN, MONDAY, group_ledger, raised, watched
from tests.policies import GROUP

SECOND = timedelta(seconds=1)


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
