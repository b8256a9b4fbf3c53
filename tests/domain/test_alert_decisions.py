"""GP-6, GP-7: what becomes of an alert that was raised."""

from decimal import Decimal

import pytest

from caseledger.adapters.testing import (
    at,
    confirm_alert,
    dismiss_alert,
    end,
    forward_alert,
    given,
    happened,
    plan_on_alert,
    raise_alert,
)
from caseledger.domain.command import Command
from caseledger.domain.opinion.alert_events import AlertConfirmed, AlertDismissed, AlertForwarded, AlertPlanSubmitted
from caseledger.domain.opinion.steps import Step, steps
from caseledger.domain.refusal import WrongState, WrongTime
from tests.domain.overdue import BEGUN, BLUE
from tests.policies import GROUP


class TestWhatBecomesOfIt:
    @pytest.mark.parametrize(("level", "points"), [("blue", "0.2"), ("yellow", "0.5"), ("red", "1")])
    def test_confirmed_it_costs_the_points_of_its_level(self, level: str, points: str) -> None:
        """蓝色预警扣0.2分, 黄色0.5分, 红色1分 (art. 12)."""
        raised = (*BEGUN, raise_alert("2026-03-19 00:00", level=level))
        given(*raised, under=GROUP).when(confirm_alert("2026-03-19 09:00", level=level, by="qa")).then(
            happened(AlertConfirmed, alert=1, level=level, confirmed_by="staff:qa", points=Decimal(points))
        )

    @pytest.mark.parametrize(
        ("level", "to"),
        [
            ("blue", "branch_head, project_manager"),  # 转发至分公司负责人、项目经理
            ("yellow", "qa, branch_head, project_manager"),  # ... also to the property company's QA head
            ("red", "qa"),  # the desk's supervisor, who forwards it, and QA
        ],
    )
    def test_forwarded_it_goes_to_those_of_its_level_and_is_planned_within_a_day(self, level: str, to: str) -> None:
        raised = (*BEGUN, raise_alert("2026-03-19 00:00", level=level), confirm_alert("2026-03-19 09:00", level=level))
        given(*raised, under=GROUP).when(forward_alert("2026-03-19 10:00", level=level)).then(
            happened(
                AlertForwarded, alert=1, level=level, to_roles=to, alert_plan_due_at=at("2026-03-20 23:59:59.999999")
            )
        )

    def test_dismissed_with_its_reason_it_goes_no_further_and_is_not_raised_again(self) -> None:
        dismissed = (*BLUE, dismiss_alert("2026-03-07 09:00"))
        given(*BLUE, under=GROUP).when(dismiss_alert("2026-03-07 09:00", by="qa")).then(
            happened(AlertDismissed, alert=1, level="blue", dismissed_by="staff:qa", reason="已另行处理")
        )
        given(*dismissed, under=GROUP).when(forward_alert("2026-03-07 10:00")).then_refused(rule="GP-6")
        given(*dismissed, under=GROUP).when(raise_alert("2026-03-08 10:00")).then_nothing_happened()

    def test_it_is_decided_once(self) -> None:
        for decided in (confirm_alert("2026-03-07 09:00"), dismiss_alert("2026-03-07 09:00")):
            for again in (confirm_alert("2026-03-07 10:00"), dismiss_alert("2026-03-07 10:00")):
                given(*BLUE, decided, under=GROUP).when(again).then_refused(
                    rule="GP-6", kind=WrongState, says="decided at 2026-03-07T01:00:00"
                )

    def test_it_is_forwarded_once_and_only_when_confirmed(self) -> None:
        given(*BLUE, under=GROUP).when(forward_alert("2026-03-07 10:00")).then_refused(rule="GP-6", kind=WrongState)
        forwarded = (*BLUE, confirm_alert("2026-03-07 09:00"), forward_alert("2026-03-07 10:00"))
        given(*forwarded, under=GROUP).when(forward_alert("2026-03-07 11:00")).then_refused(rule="GP-6")

    def test_one_plan_is_submitted_once_it_is_forwarded(self) -> None:
        ask = plan_on_alert("2026-03-07 12:00", completion_at=at("2026-03-09 18:00"))
        confirmed = (*BLUE, confirm_alert("2026-03-07 09:00"))
        given(*confirmed, under=GROUP).when(ask).then_refused(rule="GP-6", kind=WrongState)
        forwarded = (*confirmed, forward_alert("2026-03-07 10:00"))
        given(*forwarded, under=GROUP).when(ask).then(
            happened(
                AlertPlanSubmitted, alert=1, level="blue", text="今日完成整改", completion_at=at("2026-03-09 18:00")
            )
        )
        given(*forwarded, ask, under=GROUP).when(ask).then_refused(rule="GP-6", kind=WrongState)

    def test_the_completion_is_not_planned_before_the_plan(self) -> None:
        forwarded = (*BLUE, confirm_alert("2026-03-07 09:00"), forward_alert("2026-03-07 10:00"))
        early = plan_on_alert("2026-03-07 12:00", completion_at=at("2026-03-07 11:59"))
        given(*forwarded, under=GROUP).when(early).then_refused(rule="GP-6", kind=WrongTime, where="completion_at")

    @pytest.mark.parametrize(
        "ask",
        [
            confirm_alert("2026-03-07 10:00", level="red"),
            dismiss_alert("2026-03-07 10:00", level="red"),
            forward_alert("2026-03-07 10:00", level="red"),
            plan_on_alert("2026-03-07 10:00", level="red", completion_at=at("2026-03-09 18:00")),
        ],
    )
    def test_an_alert_of_a_level_that_was_not_raised_is_none(self, ask: Command) -> None:
        given(*BLUE, under=GROUP).when(ask).then_refused(rule="GP-6", kind=WrongState, where="level")

    def test_of_two_alerts_each_goes_its_own_way(self) -> None:
        story = given(
            *BLUE,
            raise_alert("2026-03-11 09:00", level="yellow"),
            confirm_alert("2026-03-11 10:00", level="yellow"),
            forward_alert("2026-03-11 11:00", level="yellow"),
            dismiss_alert("2026-03-11 12:00", level="blue"),
            under=GROUP,
        )
        blue, yellow = story.state.alerts
        assert (blue.confirmed, blue.decided_at, blue.forwarded_at, blue.plan_due_at, blue.planned_at) == (
            False,
            at("2026-03-11 12:00"),
            None,
            None,
            None,
        )
        assert (yellow.confirmed, yellow.decided_at, yellow.forwarded_at, yellow.plan_due_at) == (
            True,
            at("2026-03-11 10:00"),
            at("2026-03-11 11:00"),
            at("2026-03-12 23:59:59.999999"),
        )
        story.when(plan_on_alert("2026-03-11 13:00", level="yellow", completion_at=at("2026-03-13 18:00")))
        assert [alert.planned_at for alert in story.state.alerts] == [None, at("2026-03-11 13:00")]

    def test_an_alert_goes_its_way_also_when_its_case_has_ended(self) -> None:
        story = given(*BLUE, end("2026-03-07 08:00", explanation="顾客撤回"), under=GROUP)
        assert [due.step for due in steps(story.state)] == [Step.CONFIRM_ALERT]
        story.when(confirm_alert("2026-03-07 09:00"))
        assert [due.step for due in steps(story.state)] == [Step.FORWARD_ALERT]
        story.when(forward_alert("2026-03-07 10:00"))
        (plan,) = steps(story.state)
        assert (plan.step, plan.due_at) == (Step.PLAN_ON_ALERT, at("2026-03-08 23:59:59.999999"))
        story.when(plan_on_alert("2026-03-07 12:00", completion_at=at("2026-03-09 18:00")))
        assert steps(story.state) == ()
