"""Repeated and far-reaching opinions call for corrective or preventive action by the responsible person (OP-15).

W08-01 4.3.1.2: 对影响较大或出现反复意见的,责任人应及时采用纠正和预防措施处理.
"""

import pytest

from caseledger.adapters.testing import (
    GROUP400,
    HANDBOOK,
    W08,
    accept,
    approve,
    assess,
    at,
    call_back,
    confirm_alert,
    correct_assessment,
    declare_risk,
    dismiss_alert,
    end,
    finish,
    given,
    happened,
    ledger_in_memory,
    merge,
    propose,
    record_action,
    treat_as_unsatisfied,
)
from caseledger.domain.opinion.corrective import (
    CorrectiveActionCalled,
    CorrectiveActionTaken,
    CorrectiveCallClosed,
)
from caseledger.domain.opinion.deadlines import DeadlineMoved
from caseledger.domain.opinion.events import OpinionAccepted, OpinionAssessed, RehandlingStarted
from caseledger.domain.opinion.repetition import TreatedAsUnsatisfied
from caseledger.domain.opinion.steps import Step, steps
from caseledger.domain.opinion.words import CorrectiveReason, Severity
from caseledger.domain.policy import Policy
from caseledger.domain.refusal import NotAuthorised, WrongState, WrongTime
from tests.policies import GROUP

TAKEN_IN = accept("2026-03-02 09:00")
JUDGED = (TAKEN_IN, assess("2026-03-02 09:30", severity="common"))
"""Of larger effect: it calls for action."""
HANDLED = (
    accept("2026-03-02 09:00", unit="unit:1"),
    assess("2026-03-02 09:30"),
    propose("2026-03-02 10:00"),
    approve("2026-03-02 11:00"),
    finish("2026-03-02 16:00"),
    end("2026-03-02 17:00", explanation="未留联系方式"),
)
AGAIN = accept("2026-03-12 09:00", case="opinion:2", unit="unit:1")


def calls(*told: object, under: Policy = W08) -> list[tuple[str, bool]]:
    """The reasons for which the case calls for action, and whether they wait for it."""
    state = given(*told, under=under).state  # type: ignore[arg-type]  # commands, one of each builder
    return [(call.called.reason.value, call.waits) for call in state.corrective.calls if call.stands]


class TestFarReaching:
    """OP-15: 影响较大."""

    @pytest.mark.parametrize(("severity", "called"), [("general", False), ("common", True), ("major", True)])
    def test_larger_effect_and_major_matters_call_for_it_general_ones_do_not(self, severity: str, called: bool) -> None:  # noqa: FBT001 - a row of the table
        at_once = accept("2026-03-02 09:00", severity=severity)
        judged = assess("2026-03-02 09:30", severity=severity)
        assert calls(at_once) == calls(TAKEN_IN, judged) == ([("severity", True)] if called else [])

    def test_it_is_found_in_the_same_breath_as_the_judgement(self) -> None:
        given(TAKEN_IN).when(JUDGED[1]).then(
            happened(OpinionAssessed, severity="common"),
            happened(CorrectiveActionCalled, call=1, reason="severity", severity="common", by_case=None),
        )

    def test_it_is_called_for_once_whatever_it_is_judged_later(self) -> None:
        worse = correct_assessment("2026-03-02 12:00", validity="valid", severity="major")
        assert calls(*JUDGED, worse) == [("severity", True)]

    def test_judged_less_after_all_nothing_calls_for_it_and_the_call_stays_on_record(self) -> None:
        less = correct_assessment("2026-03-02 12:00", validity="valid", severity="general")
        state = given(*JUDGED, less).state
        assert state.corrective.waiting == ()
        (call,) = state.corrective.calls
        assert call.closed.severity == "general"
        assert not call.stands
        worse = correct_assessment("2026-03-02 13:00", validity="valid", severity="major")
        assert calls(*JUDGED, less, worse) == [("severity", True)]

    def test_a_correction_that_leaves_the_severity_open_leaves_the_call(self) -> None:
        assert calls(*JUDGED, correct_assessment("2026-03-02 12:00", validity="valid")) == [("severity", True)]

    def test_praise_calls_for_nothing(self) -> None:
        assert calls(accept("2026-03-02 09:00", kind="praise", severity="major")) == []

    def test_a_confirmed_alert_of_the_media_or_a_petition_calls_for_it_a_dismissed_one_does_not(self) -> None:
        """GP-5: 引发媒体负面报道、群诉等隐患; under the group's policy, which W08's rule goes on under."""
        risk = (accept("2026-03-02 09:00", category="cleaning"), declare_risk("2026-03-02 10:00"))
        assert calls(*risk, under=GROUP) == []
        assert calls(*risk, dismiss_alert("2026-03-02 11:00", level="red"), under=GROUP) == []
        assert calls(*risk, confirm_alert("2026-03-02 11:00", level="red"), under=GROUP) == [("escalation_risk", True)]


class TestRepeated:
    """OP-15: 出现反复意见."""

    def test_the_same_again_after_handling_without_a_callback(self) -> None:
        """OP-12 finds it; the earlier case, which was not solved, calls for action."""
        beside = {"opinion:2": given(AGAIN)}
        given(*HANDLED, beside=beside).when(treat_as_unsatisfied("2026-03-12 10:00")).then(
            happened(TreatedAsUnsatisfied, by_case="opinion:2"),
            happened(RehandlingStarted, turn=2),
            happened(DeadlineMoved, clock="follow_up", because="reopened"),
            happened(CorrectiveActionCalled, call=1, reason="came_again", by_case="opinion:2"),
        )

    def test_a_second_complaint_on_the_same_matter(self) -> None:
        """GP-5: the first case, into which the second was merged, calls for action."""
        with ledger_in_memory("2026-03-02 12:00") as ledger:
            ledger.tell(TAKEN_IN, accept("2026-03-02 10:00", case="opinion:2"))
            merged = ledger.do(merge("2026-03-02 11:00"))
            called = ledger.replay("opinion:1").events[-1].event
            assert [one.name for one in merged.events][-2:] == ["opinion.second_complaint.v1", called.name]
            assert isinstance(called, CorrectiveActionCalled)
            assert (called.reason, called.by_case) == (CorrectiveReason.SECOND_COMPLAINT, "opinion:2")

    def test_an_ended_case_opened_anew(self) -> None:
        """OP-14: the new case, which is about what was not solved, calls for action."""
        given(beside={"opinion:1": given(*HANDLED)}).when(
            accept("2026-05-12 09:00", case="opinion:2", linked_to="opinion:1")
        ).then(
            happened(OpinionAccepted, linked_to="opinion:1"),
            happened(CorrectiveActionCalled, call=1, reason="opened_anew", by_case="opinion:1"),
        )


class TestAction:
    """OP-15: 责任人应及时采用纠正和预防措施处理."""

    def test_it_is_recorded_with_who_when_and_what_and_closes_the_call(self) -> None:
        measure = record_action("2026-03-05 10:00", measure="施工许可加注夜间停工", record="ca:2026-7")
        given(*JUDGED).when(measure).then(
            happened(
                CorrectiveActionTaken,
                action=1,
                kind="corrective",
                taken_by="staff:manager",
                measure="施工许可加注夜间停工",
                record="ca:2026-7",
                occurred_at=at("2026-03-05 10:00"),
            ),
            happened(CorrectiveCallClosed, call=1, action=1),
        )

    def test_a_preventive_one_may_come_beside_it(self) -> None:
        both = (record_action("2026-03-05 10:00"), record_action("2026-03-06 10:00", kind="preventive"))
        state = given(*JUDGED, *both).state
        assert [action.kind for action in state.corrective.actions] == ["corrective", "preventive"]
        assert [call.closed.action for call in state.corrective.calls] == [1]

    def test_what_came_again_after_it_asks_for_another(self) -> None:
        """It was of no avail, or not enough: the call stands until action is taken once more."""
        done = (*HANDLED[:1], assess("2026-03-02 09:30", severity="common"), *HANDLED[2:3])
        story = given(
            *done,
            approve("2026-03-02 11:00", by="general_manager"),
            *HANDLED[4:],
            record_action("2026-03-03 10:00"),
            beside={"opinion:2": given(AGAIN)},
        ).when(treat_as_unsatisfied("2026-03-12 10:00"))
        waiting = [(call.number, call.called.reason.value) for call in story.state.corrective.waiting]
        assert waiting == [(2, "came_again")]

    def test_it_may_be_recorded_when_the_case_has_ended_and_is_owed_until_it_is(self) -> None:
        ended = (
            accept("2026-03-02 09:00", kind="suggestion", severity="common"),
            end("2026-03-02 10:00"),
        )
        assert [due.step for due in steps(given(*ended).state)] == [Step.TAKE_ACTION]
        assert steps(given(*ended, record_action("2026-03-09 09:00")).state) == ()

    def test_where_nothing_calls_for_it_none_is_recorded(self) -> None:
        given(TAKEN_IN).when(record_action("2026-03-05 10:00")).then_refused("OP-15", kind=WrongState)

    def test_it_does_not_come_before_what_called_for_it(self) -> None:
        given(*JUDGED).when(record_action("2026-03-02 09:29")).then_refused("time", kind=WrongTime)

    def test_the_responsible_person_records_it_not_the_handler(self) -> None:
        given(*JUDGED).when(record_action("2026-03-05 10:00", by="handler")).then_refused(
            "authority, policy w08", kind=NotAuthorised
        )

    def test_a_satisfied_callback_does_not_stand_for_it(self) -> None:
        """The customer is content; the cause is still there."""
        done = (
            *JUDGED,
            propose("2026-03-02 10:00"),
            approve("2026-03-02 11:00", by="general_manager"),
            finish("2026-03-02 16:00"),
            call_back("2026-03-03 09:00"),
            end("2026-03-03 10:00"),
        )
        assert calls(*done) == [("severity", True)]


@pytest.mark.parametrize("policy", [W08, GROUP400, HANDBOOK], ids=lambda policy: policy.name)
def test_the_rule_is_in_every_shipped_policy_with_its_clause(policy: Policy) -> None:
    """OP-15: group400 and the handbook leave W08's rule in force (M4 art. 13)."""
    assert policy.corrective is not None
    assert (policy.corrective.rule, policy.corrective.clause) == ("OP-15", "W08-01 4.3.1.2, 4.5.6")


def test_a_policy_without_the_rule_calls_for_nothing() -> None:
    """OP-15: what calls for action is the policy's; a case goes by the one that was in force at its acceptance."""
    silent = W08.model_copy(update={"corrective": None})
    assert calls(*JUDGED, under=silent) == []


def test_which_severities_are_far_reaching_is_the_policys() -> None:
    """OP-15."""
    assert W08.corrective is not None
    only_major = W08.model_copy(
        update={"corrective": W08.corrective.model_copy(update={"severities": (Severity.MAJOR,)})}
    )
    assert calls(*JUDGED, under=only_major) == []
