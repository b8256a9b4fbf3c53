"""What is due can be done: no step that is shown is one that the domain refuses as out of its place."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from caseledger.adapters.testing import (
    GROUP400,
    HANDBOOK,
    W08,
    accept,
    approve,
    assess,
    at,
    call_back,
    correct_assessment,
    decide_suggestion,
    dispatch,
    end,
    explain_not_ours,
    finish,
    follow_up,
    hand_over,
    inform_party,
    issue_solution,
    make_contact,
    propose,
    record_action,
    report_back,
    report_major,
    respond,
    review_not_ours,
    submit_solution,
    tell_duty_staff,
)
from caseledger.adapters.testing import given as begun
from caseledger.adapters.testing.strategies import commands, histories, texts
from caseledger.adapters.testing.words import word
from caseledger.adapters.testing.world import World, decided
from caseledger.domain.catalogue import COMMANDS
from caseledger.domain.command import Command
from caseledger.domain.opinion.alert_state import Alert
from caseledger.domain.opinion.state import OpinionState
from caseledger.domain.opinion.steps import Due, Step, steps
from caseledger.domain.policy import Policy
from caseledger.domain.refusal import NotAuthorised, WrongState
from caseledger.domain.values import Way
from tests.domain.story import CENTER
from tests.policies import GROUP

UNHURRIED = settings(
    deadline=None, max_examples=10, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large]
)
OF_ALERTS = {Step.CONFIRM_ALERT, Step.FORWARD_ALERT, Step.PLAN_ON_ALERT}


def to_take(step: Step, state: OpinionState, now: datetime) -> dict[str, Any]:
    """What a command needs to be whole, beside its form."""
    wanted: dict[str, Any] = {
        "way": Way.PHONE,
        "explanation": texts,
        "without_callback": texts,
        "reason": texts,
        "completion_at": now + timedelta(days=1),
    }
    if step in OF_ALERTS:
        wanted["level"] = st.sampled_from([alert.level for alert in state.alerts if waits(step, alert)])
    fields = COMMANDS[step.command].model_fields
    return {name: value for name, value in wanted.items() if name in fields}


def waits(step: Step, alert: Alert) -> bool:
    """Whether it is this alert that the step is about."""
    match step:
        case Step.CONFIRM_ALERT:
            return alert.decided_at is None
        case Step.FORWARD_ALERT:
            return alert.confirmed and alert.forwarded_at is None
        case _:
            return alert.forwarded_at is not None and alert.planned_at is None


@pytest.mark.parametrize("policy", [W08, GROUP400, HANDBOOK, GROUP], ids=lambda policy: policy.name)
@given(data=st.data())
@UNHURRIED
def test_every_step_that_is_due_can_be_done_by_someone_who_may(policy: Policy, data: st.DataObject) -> None:
    """OP-1 to OP-20, GP-1 to GP-6: the screen never asks for what is then refused as out of its place."""
    world, now = World(policy, CENTER), None
    for step in data.draw(histories(max_steps=40, policy=policy)):
        world.ask(step.command, now := step.at)
    assert now is not None
    now += timedelta(days=1)
    for case, state in world.states.items():
        if isinstance(state, OpinionState):
            assert steps(state) or not state.is_open
            for due in steps(state):
                doable(due, case, world, data, now)


def doable(due: Due, case: str, world: World, data: st.DataObject, now: datetime) -> None:
    """One of the step's roles may give its command, which is not refused as out of its place."""
    state, name = world.states[case], due.step.command
    able = []
    for role in world.policy.authority[name]:
        actor = {"id": "staff:1", "role": role, "center": CENTER}
        plain: dict[str, Any] = {"case": case, "command_id": "cmd:due", "actor": actor, "occurred_at": now}
        command = data.draw(commands(COMMANDS[name], **plain, late_reason=None, **to_take(due.step, state, now)))
        try:
            decided(command, state, world.states[CENTER], world.policy, now, others=world.states)
        except NotAuthorised:
            continue
        except WrongState as refused:
            pytest.fail(f"{due.step} of {case} is out of its place: {refused}")
        able.append(role)
    assert able, f"nobody may {name}"


def shown(*told: Command, under: Policy = W08) -> list[tuple[str, str | None]]:
    """The steps that wait after what was told, with their deadlines as words."""
    state = begun(*told, under=under).state
    return [(due.step.value, word(due.due_at) if due.due_at else None) for due in steps(state)]


MONDAY = "2026-03-02 09:00"
JUDGED = (accept(MONDAY), assess("2026-03-02 09:30"))
DUTY = accept("2026-03-02 23:30", by="duty_staff", kind="inquiry", severity="major")


class TestBesideTheFlow:
    """What the paths of the manuals ask for next."""

    def test_a_suggestion_is_decided_in_two_days_then_answered_then_ended(self) -> None:
        """GP-3: 建议采纳与否."""
        asked = accept(MONDAY, kind="suggestion")
        decided = decide_suggestion("2026-03-02 10:00")
        assert shown(asked, under=GROUP400) == [("decide", "2026-03-04 23:59:59.999999")]
        assert shown(asked, respond("2026-03-02 09:59"), decided, under=GROUP400) == [("answer", None)]
        assert shown(asked, decided, respond("2026-03-02 10:00"), under=GROUP400) == [("end", None)]
        assert shown(asked, decided, follow_up("2026-03-02 10:00"), under=GROUP400) == [("end", None)]
        assert shown(asked) == [("end", None)]  # w08 gives the decision no time

    def test_an_issued_solution_stands_for_the_plan_of_its_turn(self) -> None:
        """GP-2: 根据集团公司下达的解决方案."""
        issued = (
            *JUDGED,
            make_contact("2026-03-02 09:40"),
            submit_solution("2026-03-02 10:00", completion_at=at("2026-03-05 18:00")),
            issue_solution("2026-03-02 11:00"),
        )
        handled = (*issued, finish("2026-03-02 16:00"))
        again = (*handled, call_back("2026-03-03 10:00", outcome_satisfied=False))
        assert "propose_plan" in dict(shown(*issued[:-1], under=GROUP400))
        assert shown(*issued, under=GROUP400)[-1] == ("finish", None)
        assert shown(*issued, propose("2026-03-02 12:00"), under=GROUP400)[-1] == ("finish", None)
        assert shown(*again, under=GROUP400)[-1] == ("propose_plan", None)

    def test_a_callback_before_it_was_handled_is_none(self) -> None:
        """OP-10: the customer of a complaint first judged invalid was asked before it was handled after all."""
        early = (
            accept(MONDAY),
            assess("2026-03-02 09:30", validity="invalid"),
            call_back("2026-03-02 09:40"),
            correct_assessment("2026-03-02 10:00", validity="valid"),
            propose("2026-03-02 11:00"),
            approve("2026-03-02 12:00"),
            finish("2026-03-02 16:00"),
        )
        assert "call_back" in dict(shown(*early))
        assert dict(shown(*early, call_back("2026-03-03 10:00")))["end"] is None

    def test_an_explanation_waits_for_the_group_desk(self) -> None:
        """GP-4: 非责任问题."""
        explained = (accept(MONDAY), explain_not_ours("2026-03-02 10:00"))
        review = ("review_not_ours", None)
        assert review in shown(*explained, under=GROUP400)
        upheld = shown(*explained, review_not_ours("2026-03-02 11:00"), under=GROUP400)
        assert review not in upheld
        assert upheld[-1] == ("explain", None)

    def test_a_third_party_is_informed_before_the_result(self) -> None:
        """OP-2: 传递信息给有关方."""
        judged = (accept(MONDAY), assess("2026-03-02 09:30", validity="third_party"))
        planned = (*judged, propose("2026-03-02 10:00"), approve("2026-03-02 11:00"))
        assert {"inform_party", "propose_plan"} <= dict(shown(*judged)).keys()
        assert not {"finish"} & dict(shown(*planned)).keys()
        assert shown(*planned, inform_party("2026-03-02 11:30"))[-1] == ("finish", None)

    def test_what_the_company_handed_down_is_reported_back_before_its_end(self) -> None:
        """OP-8: 经理 - 职能部门受理人 - 结束流程."""
        sent = dispatch("2026-03-02 09:40", by="qa", to_kind="center", to=CENTER)
        judged = (accept(MONDAY, by="qa", level="company"), assess("2026-03-02 09:30", by="qa", validity="invalid"))
        back = report_back("2026-03-02 10:00")
        assert shown(*judged, sent)[-1] == ("report_back", None)
        assert shown(*judged, sent, back)[-1] == ("explain", None)
        # Handed down again, it is reported again.
        assert shown(*judged, sent, back, sent.model_copy(update={"occurred_at": at("2026-03-02 10:30")}))[-1] == (
            "report_back",
            None,
        )

    def test_the_night_is_handed_over_in_the_morning_and_duty_staff_hear_what_came_of_it(self) -> None:
        """OP-3, OP-19, OP-20: 值班人员."""
        told = (DUTY, hand_over("2026-03-03 08:00"), report_major("2026-03-02 23:35"))
        assert shown(*told) == [("respond", None), ("take_action", None)]  # OP-15: a major matter
        handed = (*told, record_action("2026-03-03 08:30"))
        assert ("hand_over", "2026-03-03 23:59:59.999999") in shown(DUTY)
        assert ("report_major", None) in shown(DUTY)
        assert shown(*handed) == [("respond", None)]
        answered = (*handed, respond("2026-03-03 09:00"))
        assert shown(*answered) == [("tell_duty_staff", None), ("end", None)]
        assert shown(*answered, tell_duty_staff("2026-03-03 10:00")) == [("end", None)]
        # 4.4.1.2 部门意见受理人应将意见处理情况反馈给值班人员: that it has ended takes nothing away from that.
        ended = (*answered, end("2026-03-03 11:00"))
        assert shown(*ended) == [("tell_duty_staff", None)]
        assert shown(*ended, tell_duty_staff("2026-03-03 12:00")) == []
