"""Several calls for corrective action on one case: each is found by its own reason and closed by itself (OP-15)."""

from caseledger.adapters.testing import (
    accept,
    assess,
    at,
    confirm_alert,
    correct_assessment,
    declare_risk,
    given,
    happened,
    make_contact,
    raise_alert,
    record_action,
    submit_solution,
)
from caseledger.domain.opinion.alert_events import AlertConfirmed
from caseledger.domain.opinion.corrective import CorrectiveActionCalled, CorrectiveActionTaken, CorrectiveCallClosed
from caseledger.domain.refusal import WrongState
from tests.policies import GROUP

DAY = "2026-03-02"
BEGUN = (
    accept(f"{DAY} 09:00", category="cleaning"),
    make_contact(f"{DAY} 09:10"),
    submit_solution(f"{DAY} 09:20", completion_at=at(f"{DAY} 18:00")),
    assess(f"{DAY} 09:30"),
)
TWO_ALERTS = (*BEGUN, raise_alert("2026-03-06 00:00"), declare_risk("2026-03-06 09:00"))
"""Blue because it is past its time, then red because it may reach the media."""
TWO_CALLS = (
    *BEGUN[:-1],
    assess(f"{DAY} 09:30", severity="common"),
    declare_risk(f"{DAY} 10:00"),
    confirm_alert(f"{DAY} 11:00", level="red"),
)


def test_of_two_alerts_the_one_that_is_confirmed_says_whether_it_calls_for_action() -> None:
    given(*TWO_ALERTS, under=GROUP).when(confirm_alert("2026-03-06 10:00")).then(happened(AlertConfirmed, alert=1))
    given(*TWO_ALERTS, under=GROUP).when(confirm_alert("2026-03-06 10:00", level="red")).then(
        happened(AlertConfirmed, alert=2), happened(CorrectiveActionCalled, call=1, reason="escalation_risk", alert=2)
    )


def test_judged_less_far_reaching_only_the_call_by_its_severity_is_closed() -> None:
    less = correct_assessment(f"{DAY} 12:00", validity="valid", severity="general")
    state = given(*TWO_CALLS, less, under=GROUP).state
    assert [(call.called.reason.value, call.waits) for call in state.corrective.calls] == [
        ("severity", False),
        ("escalation_risk", True),
    ]


def test_action_taken_at_the_moment_of_a_call_answers_it_and_what_comes_later_waits() -> None:
    taken = record_action(f"{DAY} 11:00")
    given(*TWO_CALLS, under=GROUP).when(taken).then(
        happened(CorrectiveActionTaken, action=1),
        happened(CorrectiveCallClosed, call=1, action=1),
        happened(CorrectiveCallClosed, call=2, action=1),
    )
    early = given(*TWO_CALLS, under=GROUP).when(record_action(f"{DAY} 10:59:59"), now=f"{DAY} 12:00")
    early.then(happened(CorrectiveActionTaken), happened(CorrectiveCallClosed, call=1, action=1))
    assert [call.number for call in early.state.corrective.waiting] == [2]


def test_where_nothing_calls_for_it_none_is_recorded() -> None:
    given(*BEGUN, under=GROUP).when(record_action(f"{DAY} 12:00")).then_refused(
        rule="OP-15", kind=WrongState, where="case"
    )


def test_of_praise_nothing_calls_for_action_whatever_is_said_of_it() -> None:
    praise = (accept(f"{DAY} 09:00", kind="praise", severity="major"), declare_risk(f"{DAY} 10:00"))
    given(*praise, under=GROUP).when(confirm_alert(f"{DAY} 11:00", level="red")).then(happened(AlertConfirmed))
