"""Alerts of the group platform as the domain decides them: M4 art. 11 and 12, rules GP-5 to GP-7."""

from datetime import timedelta
from typing import Any

import pytest

from caseledger.adapters.testing import (
    GROUP400,
    accept,
    approve,
    assess,
    at,
    call_back,
    declare_risk,
    end,
    finish,
    given,
    happened,
    merge,
    propose,
    raise_alert,
)
from caseledger.domain.command import Command
from caseledger.domain.opinion.alert_events import AlertRaised, EscalationRiskDeclared
from caseledger.domain.opinion.merging import SecondComplaintMade
from caseledger.domain.refusal import MissingDetail, Refused, WrongState, WrongTime
from tests.domain.overdue import BEGUN, BLUE, MONDAY
from tests.policies import GROUP

HANDLED = (
    *BEGUN,
    assess(f"{MONDAY} 11:00"),
    propose(f"{MONDAY} 12:00"),
    approve(f"{MONDAY} 13:00", by="manager"),
    finish(f"{MONDAY} 14:00"),
)
RED = (*BEGUN, declare_risk("2026-03-04 09:00"))


class TestPastItsTimeLimit:
    """投诉超过规定处理时限 3/7/15 日未处理."""

    @pytest.mark.parametrize(
        ("level", "last"), [("blue", "2026-03-06"), ("yellow", "2026-03-10"), ("red", "2026-03-18")]
    )
    def test_it_is_raised_from_the_end_of_the_last_day_on(self, level: str, last: str) -> None:
        past = at(f"{last} 23:59:59.999999")
        ask = raise_alert(past + timedelta(microseconds=1), level=level)
        given(*BEGUN, under=GROUP).when(ask).then(
            happened(AlertRaised, alert=1, level=level, reason="overdue", limit_at=at("2026-03-03 18:00"), past_at=past)
        )
        utc = f"{past:%Y-%m-%dT%H:%M:%S}"
        given(*BEGUN, under=GROUP).when(raise_alert(past, level=level)).then_refused(
            rule="GP-5", kind=WrongTime, where="level", says=f"not before {utc}"
        )

    def test_before_a_completion_is_reported_the_solutions_own_limit_counts(self) -> None:
        # Contact at 9:30, general: four hours, until 13:30 of the 2nd; three days past that end with the 5th.
        given(*BEGUN[:2], under=GROUP).when(raise_alert("2026-03-06 00:00")).then(
            happened(AlertRaised, limit_at=at(f"{MONDAY} 13:30"), past_at=at("2026-03-05 23:59:59.999999"))
        )

    @pytest.mark.parametrize(
        "steps",
        [
            BEGUN[:1],  # no limit yet: the customer was not contacted
            HANDLED,  # handled
            (*BEGUN, end("2026-03-05 09:00", explanation="顾客撤回")),  # ended
        ],
    )
    def test_what_has_no_limit_is_handled_or_has_ended_is_not_past_it(self, steps: tuple[Command, ...]) -> None:
        given(*steps, under=GROUP).when(raise_alert("2026-03-20 09:00")).then_refused(
            rule="GP-5", kind=WrongTime, where="level", says="Right would be: an alert that the case calls for."
        )

    def test_what_is_wrong_again_after_its_callback_is_past_its_limit_again(self) -> None:
        again = (*HANDLED, call_back("2026-03-03 09:00", outcome_satisfied=False))
        given(*again, under=GROUP).when(raise_alert("2026-03-07 09:00")).then(happened(AlertRaised, reason="overdue"))

    def test_each_level_is_raised_once_a_case(self) -> None:
        given(*BLUE, under=GROUP).when(raise_alert("2026-03-08 09:00")).then_nothing_happened()
        given(*BLUE, under=GROUP).when(raise_alert("2026-03-11 09:00", level="yellow")).then(
            happened(AlertRaised, alert=2, level="yellow")
        )

    def test_by_the_next_level_the_one_below_is_called_for_too(self) -> None:
        story = given(*BEGUN, under=GROUP).when(raise_alert("2026-03-11 09:00", level="yellow"))
        story.when(raise_alert("2026-03-11 09:00")).then(happened(AlertRaised, alert=2, level="blue"))


class TestSecondComplaint:
    """启动升级二次投诉程序的: blue."""

    def test_it_raises_blue_at_once_and_without_a_limit(self) -> None:
        first = given(BEGUN[0], under=GROUP)
        second = accept(f"{MONDAY} 10:00", case="opinion:2", category="cleaning")
        first.others = {
            "opinion:2": given(second, merge(f"{MONDAY} 11:00"), under=GROUP, beside={"opinion:1": first}).state
        }
        first.take(SecondComplaintMade(occurred_at=at(f"{MONDAY} 11:00"), second_complaint=1, by_case="opinion:2"))
        for other in ("yellow", "red"):
            first.when(raise_alert(f"{MONDAY} 11:00", level=other, reason="second_complaint"))
            first.then_refused(rule="GP-5", where="level")
            first.refusal = None
        first.when(raise_alert(f"{MONDAY} 11:00", reason="second_complaint")).then(
            happened(AlertRaised, level="blue", reason="second_complaint", limit_at=None, past_at=None)
        )

    def test_past_its_limit_too_it_is_still_blue_for_the_second_complaint_and_has_no_limit(self) -> None:
        story = given(*BEGUN, under=GROUP)
        story.take(SecondComplaintMade(occurred_at=at(f"{MONDAY} 11:00"), second_complaint=1, by_case="opinion:2"))
        story.when(raise_alert("2026-03-20 09:00", reason="second_complaint")).then(
            happened(AlertRaised, level="blue", reason="second_complaint", limit_at=None, past_at=None)
        )

    def test_without_one_or_once_the_case_has_ended_it_is_not_raised(self) -> None:
        ask = raise_alert("2026-03-20 09:00", reason="second_complaint")
        given(*BEGUN, under=GROUP).when(ask).then_refused(rule="GP-5", where="level")
        ended = given(*BEGUN, under=GROUP)
        ended.take(SecondComplaintMade(occurred_at=at(f"{MONDAY} 11:00"), second_complaint=1, by_case="opinion:2"))
        ended.when(end("2026-03-05 09:00", explanation="顾客撤回"))
        ended.when(ask).then_refused(rule="GP-5", where="level")


class TestShareOfHouseholds:
    """相同问题达到总住户数的5%: red."""

    ASK: dict[str, Any] = {  # noqa: RUF012 - what is asked, changed by none of the tests
        "level": "red",
        "reason": "share",
        "counted": 20,
        "households": 400,
        "scope": "center:sz01",
    }

    def test_five_of_a_hundred_are_enough_and_recorded(self) -> None:
        given(*BEGUN, under=GROUP).when(raise_alert("2026-03-04 09:00", **self.ASK)).then(
            happened(
                AlertRaised,
                alert=1,
                level="red",
                reason="share",
                counted=20,
                households=400,
                scope="center:sz01",
                limit_at=None,
                past_at=None,
            )
        )

    @pytest.mark.parametrize(
        ("changed", "where", "kind"),
        [
            ({"counted": 19}, "counted", WrongState),
            ({"households": 401}, "counted", WrongState),
            ({"counted": None}, "counted", MissingDetail),
            ({"households": None}, "counted", MissingDetail),
            ({"households": 0, "counted": 0}, "counted", MissingDetail),
            ({"scope": None}, "counted", MissingDetail),
            ({"level": "yellow"}, "level", WrongState),
        ],
    )
    def test_less_or_without_its_numbers_or_of_another_level_it_is_refused(
        self, changed: dict[str, Any], where: str, kind: type[Refused]
    ) -> None:
        given(*BEGUN, under=GROUP).when(raise_alert("2026-03-04 09:00", **(self.ASK | changed))).then_refused(
            rule="GP-5", kind=kind, where=where
        )

    def test_a_policy_without_a_share_raises_none(self) -> None:
        assert GROUP.alerts is not None
        without = GROUP.model_copy(update={"alerts": GROUP.alerts.model_copy(update={"share": None})})
        given(*BEGUN, under=without).when(raise_alert("2026-03-04 09:00", **self.ASK)).then_refused(
            rule="GP-5", kind=WrongState, where="level"
        )

    def test_a_case_that_has_ended_may_be_the_one_that_reached_it(self) -> None:
        ended = (*BEGUN, end("2026-03-04 08:00", explanation="顾客撤回"))
        given(*ended, under=GROUP).when(raise_alert("2026-03-04 09:00", **self.ASK)).then(happened(AlertRaised))


class TestDeclaredRisk:
    """可能引发媒体曝光或群诉等升级隐患的: red, declared by a person."""

    def test_it_raises_red_with_it(self) -> None:
        given(*BEGUN, under=GROUP).when(declare_risk("2026-03-04 09:00", by="qa")).then(
            happened(EscalationRiskDeclared, declared_by="staff:qa", reason="业主联系了媒体"),
            happened(AlertRaised, alert=1, level="red", reason="escalation_risk", limit_at=None),
        )
        given(*BLUE, under=GROUP).when(declare_risk("2026-03-08 09:00")).then(
            happened(EscalationRiskDeclared), happened(AlertRaised, alert=2, level="red")
        )

    def test_where_red_was_raised_it_is_declared_and_nothing_more(self) -> None:
        given(*RED, under=GROUP).when(declare_risk("2026-03-05 09:00")).then(happened(EscalationRiskDeclared))

    def test_the_watch_cannot_raise_it(self) -> None:
        ask = raise_alert("2026-03-04 09:00", level="red", reason="escalation_risk")
        given(*BEGUN, under=GROUP).when(ask).then_refused(rule="GP-5", kind=WrongState, where="reason")

    def test_a_case_that_has_ended_escalates_no_more(self) -> None:
        ended = (*BEGUN, end("2026-03-04 08:00", explanation="顾客撤回"))
        given(*ended, under=GROUP).when(declare_risk("2026-03-04 09:00")).then_refused(rule="OP-14")


class TestOtherPolicies:
    def test_under_a_policy_without_alerts_there_are_none(self) -> None:
        silent = GROUP.model_copy(update={"alerts": None})
        for ask in (raise_alert("2026-03-20 09:00"), declare_risk("2026-03-20 09:00")):
            given(*BEGUN, under=silent).when(ask).then_refused(rule="GP-5", kind=WrongState, says="policy group has no")

    def test_group400_raises_them_as_shipped(self) -> None:
        given(*BEGUN, under=GROUP400).when(raise_alert("2026-03-07 00:00")).then(happened(AlertRaised, level="blue"))
