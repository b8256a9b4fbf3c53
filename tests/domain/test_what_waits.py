"""What waits to be done about an opinion, in which turn and until when, step after step (issue: what is due)."""

import pytest

from caseledger.adapters.testing import (
    accept,
    approve,
    assess,
    at,
    call_back,
    confirm_alert,
    correct_assessment,
    decide_suggestion,
    declare_risk,
    dispatch,
    end,
    explain_not_ours,
    finish,
    follow_up,
    forward_alert,
    given,
    inform_party,
    issue_solution,
    make_contact,
    plan_on_alert,
    propose,
    raise_alert,
    report_back,
    respond,
    review_not_ours,
    start_work,
    submit_solution,
    tell_duty_staff,
)
from caseledger.domain.command import Command
from caseledger.domain.opinion.steps import Due, Step, steps
from caseledger.domain.policy import Policy
from tests.domain.story import CENTER, W08
from tests.policies import GROUP

DAY, NEXT = "2026-03-02", "2026-03-03"
LAST = "23:59:59.999999"
TAKEN = accept(f"{DAY} 09:00", category="cleaning")
JUDGED = (TAKEN, assess(f"{DAY} 09:10"))
ANSWERED = (*JUDGED, respond(f"{DAY} 09:20"))
PLANNED = (*ANSWERED, propose(f"{DAY} 10:00"))
HANDLED = (*PLANNED, approve(f"{DAY} 11:00"), finish(f"{DAY} 12:00"))
AGAIN = (*HANDLED, call_back(f"{DAY} 15:00", outcome_satisfied=False))

FOLLOW_UP = (Step.FOLLOW_UP, f"2026-03-09 {LAST}")
Waits = tuple[Step, str | None]


def waiting(*told: Command, under: Policy = W08) -> tuple[Due, ...]:
    return steps(given(*told, under=under).states["opinion"])


def of_turn(turn: int, *waits: Waits) -> tuple[Due, ...]:
    return tuple(Due(step, turn, at(until) if until else None) for step, until in waits)


@pytest.mark.parametrize(
    ("told", "turn", "waits"),
    [
        ((TAKEN,), 1, [(Step.RESPOND, f"{DAY} 10:00"), (Step.ASSESS, None)]),
        (JUDGED, 1, [(Step.RESPOND, f"{DAY} 10:00"), FOLLOW_UP, (Step.PROPOSE_PLAN, f"2026-03-05 {LAST}")]),
        (ANSWERED, 1, [FOLLOW_UP, (Step.PROPOSE_PLAN, f"2026-03-05 {LAST}")]),
        (PLANNED, 1, [FOLLOW_UP, (Step.APPROVE_PLAN, None)]),
        (HANDLED[:-1], 1, [FOLLOW_UP, (Step.FINISH, None)]),
        (HANDLED, 1, [FOLLOW_UP, (Step.CALL_BACK, f"2026-03-04 {LAST}")]),
        # The plan's three working days are counted from acceptance; a later turn has no such time.
        (AGAIN, 2, [FOLLOW_UP, (Step.PROPOSE_PLAN, None)]),
        ((*AGAIN, propose(f"{DAY} 16:00")), 2, [FOLLOW_UP, (Step.APPROVE_PLAN, None)]),
        ((*AGAIN, propose(f"{DAY} 16:00"), approve(f"{DAY} 16:30")), 2, [FOLLOW_UP, (Step.FINISH, None)]),
        (
            (*AGAIN, propose(f"{NEXT} 16:00"), approve(f"{NEXT} 16:30"), finish(f"{NEXT} 17:00")),
            2,
            [FOLLOW_UP, (Step.CALL_BACK, f"2026-03-05 {LAST}")],
        ),
        ((*HANDLED, call_back(f"{NEXT} 10:00")), 1, [FOLLOW_UP, (Step.END, None)]),
        ((*HANDLED, call_back(f"{NEXT} 10:00"), end(f"{NEXT} 11:00")), 1, []),
        ((TAKEN, assess(f"{DAY} 09:10", validity="invalid"), respond(f"{DAY} 09:20")), 1, [(Step.EXPLAIN, None)]),
        # Not answered in the first turn, it is still due by its first time in the second one.
        (
            (*JUDGED, *AGAIN[3:]),
            2,
            [(Step.RESPOND, f"{DAY} 10:00"), FOLLOW_UP, (Step.PROPOSE_PLAN, None)],
        ),
    ],
)
def test_along_the_flow(told: tuple[Command, ...], turn: int, waits: list[Waits]) -> None:
    """W08-01 4.8.2."""
    assert waiting(*told) == of_turn(turn, *waits)


def test_by_its_agreed_time_the_result_is_due_and_that_of_a_later_turn_by_none() -> None:
    agreed = accept(f"{DAY} 09:00", agreed_handling_at=at("2026-03-06 18:00"))
    first = (agreed, *HANDLED[1:-1])
    assert waiting(*first) == of_turn(1, FOLLOW_UP, (Step.FINISH, "2026-03-06 18:00"))
    again = (agreed, *AGAIN[1:], propose(f"{DAY} 16:00"), approve(f"{DAY} 16:30"))
    assert waiting(*again) == of_turn(2, FOLLOW_UP, (Step.FINISH, None))


def test_a_third_partys_matter_waits_for_the_party_to_know() -> None:
    """OP-2; W08-04 二.4."""
    theirs = (TAKEN, assess(f"{DAY} 09:10", validity="third_party"), respond(f"{DAY} 09:20"))
    plan = (Step.PROPOSE_PLAN, f"2026-03-05 {LAST}")
    assert waiting(*theirs) == of_turn(1, FOLLOW_UP, (Step.INFORM_PARTY, None), plan)
    approved = (*theirs, propose(f"{DAY} 10:00"), approve(f"{DAY} 11:00"))
    assert waiting(*approved) == of_turn(1, FOLLOW_UP, (Step.INFORM_PARTY, None))
    assert waiting(*approved, inform_party(f"{DAY} 12:00")) == of_turn(1, FOLLOW_UP, (Step.FINISH, None))


class TestOtherKinds:
    def test_praise_is_read_and_an_inquiry_answered_and_ended(self) -> None:
        assert waiting(accept(f"{DAY} 09:00", kind="praise")) == of_turn(1, (Step.END, None))
        inquiry = accept(f"{DAY} 09:00", kind="inquiry")
        assert waiting(inquiry) == of_turn(1, (Step.RESPOND, None))
        assert waiting(inquiry, respond(f"{DAY} 09:10")) == of_turn(1, (Step.END, None))

    def test_a_suggestion_is_decided_and_answered_where_the_policy_asks_for_it(self) -> None:
        """GP-3."""
        said = accept(f"{DAY} 09:00", kind="suggestion")
        assert waiting(said) == of_turn(1, (Step.END, None))
        assert waiting(said, under=GROUP) == of_turn(1, (Step.DECIDE, f"2026-03-04 {LAST}"))
        decided = (said, decide_suggestion(f"{DAY} 10:00"))
        assert waiting(*decided, under=GROUP) == of_turn(1, (Step.ANSWER, None))
        assert waiting(*decided, follow_up(f"{DAY} 11:00"), under=GROUP) == of_turn(1, (Step.END, None))


class TestDutyStaffAndTheCompany:
    NIGHT = accept(f"{DAY} 08:00", by="duty_staff", kind="praise", severity="major")

    def test_what_duty_staff_took_in_is_handed_over_reported_where_major_and_they_are_told(self) -> None:
        """OP-3, OP-17, OP-19, OP-20."""
        to_hand_over, to_report = (Step.HAND_OVER, f"{NEXT} {LAST}"), (Step.REPORT_MAJOR, None)
        told = of_turn(1, to_hand_over, to_report, (Step.TELL_DUTY_STAFF, None), (Step.END, None))
        assert waiting(self.NIGHT, under=GROUP) == told
        after = of_turn(1, to_hand_over, to_report, (Step.END, None))
        assert waiting(self.NIGHT, tell_duty_staff(f"{DAY} 09:00"), under=GROUP) == after

    def test_a_major_complaint_is_told_within_a_working_day(self) -> None:
        major = accept(f"{DAY} 09:00", severity="major")
        assert waiting(major, respond(f"{DAY} 09:10"), under=GROUP)[0] == Due(
            Step.REPORT_MAJOR, 1, at(f"{NEXT} {LAST}")
        )

    def test_found_major_by_a_correction_it_is_told_within_a_working_day_of_that(self) -> None:
        corrected = correct_assessment(f"{DAY} 09:30", validity="valid", severity="major")
        assert Due(Step.REPORT_MAJOR, 1, at(f"{NEXT} {LAST}")) in waiting(*ANSWERED, corrected, under=GROUP)

    def test_what_the_company_handed_down_is_reported_back_turn_by_turn(self) -> None:
        """OP-8."""
        down = (
            accept(f"{DAY} 09:00", by="qa", level="company"),
            *ANSWERED[1:],
            dispatch(f"{DAY} 09:30", by="qa", to_kind="center", to=CENTER),
            *HANDLED[3:],
        )
        called = (*down, call_back(f"{NEXT} 10:00"))
        assert waiting(*called) == of_turn(1, FOLLOW_UP, (Step.REPORT_BACK, None))
        assert waiting(*called, report_back(f"{NEXT} 11:00")) == of_turn(1, FOLLOW_UP, (Step.END, None))
        again = (
            *down,
            report_back(f"{DAY} 13:00", without_callback="稍后"),
            call_back(f"{NEXT} 10:00", outcome_satisfied=False),
            propose(f"{NEXT} 11:00"),
            approve(f"{NEXT} 12:00"),
            finish(f"{NEXT} 13:00"),
            call_back("2026-03-04 10:00"),
        )
        assert waiting(*again) == of_turn(2, FOLLOW_UP, (Step.REPORT_BACK, None))


class TestGroupPlatform:
    """GP-1, GP-2, GP-4."""

    REPLY = (Step.REPLY, f"2026-03-04 {LAST}")
    RESPOND = (Step.RESPOND, f"{DAY} 10:00")
    CONTACT = (Step.CONTACT, f"{DAY} 10:00")

    def test_work_contact_solution_and_its_issue(self) -> None:
        assess_ = (Step.ASSESS, None)
        assert waiting(TAKEN, under=GROUP) == of_turn(
            1, self.RESPOND, self.REPLY, (Step.START_WORK, f"{DAY} 09:10"), self.CONTACT, assess_
        )
        started = (TAKEN, start_work(f"{DAY} 09:05"))
        assert waiting(*started, under=GROUP) == of_turn(1, self.RESPOND, self.REPLY, self.CONTACT, assess_)
        contacted = (TAKEN, make_contact(f"{DAY} 09:06"))  # which is work begun
        assert waiting(*contacted, under=GROUP) == of_turn(
            1, self.RESPOND, self.REPLY, (Step.SUBMIT_SOLUTION, f"{DAY} 13:06"), assess_
        )
        submitted = (*contacted, submit_solution(f"{DAY} 09:07", completion_at=at("2026-03-06 18:00")))
        assert waiting(*submitted, under=GROUP) == of_turn(
            1, self.RESPOND, self.REPLY, (Step.ISSUE_SOLUTION, None), assess_
        )
        issued = (*submitted, issue_solution(f"{DAY} 09:08"))
        assert waiting(*issued, under=GROUP) == of_turn(1, self.RESPOND, self.REPLY, assess_)
        assert waiting(*issued, *JUDGED[1:], under=GROUP) == of_turn(
            1, self.RESPOND, self.REPLY, FOLLOW_UP, (Step.FINISH, None)
        )

    def test_in_a_later_turn_the_solution_waits_for_its_issue_there(self) -> None:
        again = (
            *AGAIN[:1],
            make_contact(f"{DAY} 09:05"),
            *AGAIN[1:],
            submit_solution(f"{DAY} 16:00", completion_at=at("2026-03-06 18:00")),
        )
        assert waiting(*again, under=GROUP) == of_turn(
            2, FOLLOW_UP, (Step.ISSUE_SOLUTION, None), (Step.PROPOSE_PLAN, None)
        )

    def test_why_it_is_not_ours_waits_for_its_review_until_it_is_handled(self) -> None:
        explained = (TAKEN, respond(f"{DAY} 09:05"), make_contact(f"{DAY} 09:06"), explain_not_ours(f"{DAY} 09:07"))
        solution, assess_ = (Step.SUBMIT_SOLUTION, f"{DAY} 13:06"), (Step.ASSESS, None)
        assert waiting(*explained, under=GROUP) == of_turn(1, solution, (Step.REVIEW_NOT_OURS, None), assess_)
        no = review_not_ours(f"{DAY} 09:08", upheld=False)
        assert waiting(*explained, no, under=GROUP) == of_turn(1, solution, assess_)
        handled = (*explained, *JUDGED[1:], *HANDLED[3:])
        assert Step.REVIEW_NOT_OURS not in [due.step for due in waiting(*handled, under=GROUP)]
        again = (*handled, call_back(f"{DAY} 15:00", outcome_satisfied=False))
        assert Due(Step.REVIEW_NOT_OURS, 2, None) in waiting(*again, under=GROUP)


def test_in_a_later_turn_what_waits_is_of_that_turn() -> None:
    """OP-11; what belongs to the case waits in its last turn."""
    handled = (propose(f"{NEXT} 16:00"), approve(f"{NEXT} 16:30"), finish(f"{NEXT} 17:00"))
    called = (*AGAIN, *handled, call_back("2026-03-04 10:00"))
    assert waiting(*called) == of_turn(2, FOLLOW_UP, (Step.END, None))
    night = (accept(f"{DAY} 09:00", by="duty_staff"), *called[1:])
    assert waiting(*night) == of_turn(
        2, FOLLOW_UP, (Step.HAND_OVER, f"{NEXT} {LAST}"), (Step.TELL_DUTY_STAFF, None), (Step.END, None)
    )
    far_reaching = correct_assessment(f"{DAY} 16:00", validity="valid", severity="common")
    assert Due(Step.TAKE_ACTION, 2) in waiting(*AGAIN, far_reaching)  # OP-15
    theirs = correct_assessment(f"{DAY} 16:00", validity="third_party")
    assert waiting(*AGAIN, theirs) == of_turn(2, FOLLOW_UP, (Step.INFORM_PARTY, None), (Step.PROPOSE_PLAN, None))


def test_each_alert_waits_for_its_own_step() -> None:
    """GP-6."""
    limit = (make_contact(f"{DAY} 09:05"), submit_solution(f"{DAY} 09:06", completion_at=at(f"{DAY} 18:00")))
    raised = (*AGAIN[:1], *limit, *AGAIN[1:], declare_risk(f"{DAY} 15:10"), raise_alert("2026-03-06 00:00"))

    def of_alerts(*told: Command) -> list[Due]:
        return [due for due in waiting(*raised, *told, under=GROUP) if "alert" in due.step]

    confirm, forward = Due(Step.CONFIRM_ALERT, 2), Due(Step.FORWARD_ALERT, 2)
    red = (confirm_alert("2026-03-06 09:00", level="red"), forward_alert("2026-03-06 10:00", level="red"))
    blue = (confirm_alert("2026-03-07 09:00"), forward_alert("2026-03-08 10:00"))
    assert of_alerts() == [confirm, confirm]
    assert of_alerts(*red[:1]) == [forward, confirm]
    plan_red, plan_blue = (
        Due(Step.PLAN_ON_ALERT, 2, at(f"2026-03-07 {LAST}")),
        Due(Step.PLAN_ON_ALERT, 2, at(f"2026-03-09 {LAST}")),
    )
    assert of_alerts(*red) == [plan_red, confirm]
    assert of_alerts(*red, *blue) == [plan_red, plan_blue]
    planned = plan_on_alert("2026-03-08 12:00", level="red", completion_at=at("2026-03-12 18:00"))
    assert of_alerts(*red, *blue, planned) == [plan_blue]
