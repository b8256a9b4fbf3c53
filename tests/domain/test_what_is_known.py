"""What is known of an opinion after its steps, turn by turn: the state that replay shows (OP-8, OP-10, OP-11)."""

import pytest

from caseledger.adapters.testing import (
    accept,
    approve,
    assess,
    at,
    call_back,
    comment,
    correct_callback,
    decide_suggestion,
    dispatch,
    end,
    finish,
    follow_up,
    given,
    happened,
    inform_party,
    propose,
    refer_plan,
    respond,
    return_plan,
    track_party,
    transfer,
)
from caseledger.domain.command import Command
from caseledger.domain.opinion.company import HandedDown, ReportedBack
from caseledger.domain.opinion.events import OpinionEnded
from caseledger.domain.opinion.platform import WorkStarted
from caseledger.domain.opinion.state import Callback, FollowUp
from caseledger.domain.opinion.suggestions import Decision, told_of_decision
from caseledger.domain.opinion.themes import evolve
from caseledger.domain.opinion.words import Ending
from caseledger.domain.personal import Clear
from tests.domain.story import CENTER
from tests.policies import GROUP

DAY, NEXT = "2026-03-02", "2026-03-03"
BEGUN = (accept(f"{DAY} 09:00"), assess(f"{DAY} 09:30", by="manager"))
PLANNED = (*BEGUN, propose(f"{DAY} 10:00"))
HANDLED = (*PLANNED, approve(f"{DAY} 11:00"), finish(f"{DAY} 12:00"))
CALLED = (*HANDLED, call_back(f"{NEXT} 10:00"))
AGAIN = (*HANDLED, call_back(f"{NEXT} 10:00", outcome_satisfied=False))


@pytest.mark.parametrize(
    ("told", "status"),
    [
        (BEGUN[:1], "accepted"),
        (BEGUN, "assessed"),
        ((BEGUN[0], dispatch(f"{DAY} 09:10")), "dispatched"),
        ((*BEGUN, dispatch(f"{DAY} 09:40")), "dispatched"),
        (PLANNED, "planned"),
        ((*PLANNED, return_plan(f"{DAY} 11:00")), "planned"),
        (HANDLED[:-1], "planned"),
        (HANDLED, "handled"),
        (CALLED, "called_back"),
        ((*HANDLED, call_back(f"{DAY} 12:00")), "called_back"),  # at the moment it was finished
        (AGAIN, "rehandling"),
        ((*AGAIN, propose(f"{NEXT} 11:00")), "rehandling"),
        ((*AGAIN, propose(f"{NEXT} 11:00"), approve(f"{NEXT} 12:00"), finish(f"{NEXT} 13:00")), "handled"),
        ((*CALLED, end(f"{NEXT} 11:00")), "ended"),
    ],
)
def test_where_it_stands_in_one_word(told: tuple[Command, ...], status: str) -> None:
    assert given(*told).state.status == status


def test_who_judged_it_when_and_how() -> None:
    given(BEGUN[0]).when(assess(f"{DAY} 09:30", by="manager", severity="common")).then_known(
        validity="valid", flow=True, severity="common", assessments=1, assessed_by="staff:manager"
    )


def test_each_follow_up_and_callback_is_kept_as_it_was_made() -> None:
    told = (
        *BEGUN,
        follow_up(f"{DAY} 09:40", way="letter"),
        *HANDLED[2:],
        call_back(
            f"{NEXT} 10:00", way="visit", handled_in_time=False, outcome_satisfied=True, attitude_satisfied=False
        ),
        follow_up(f"{NEXT} 11:00", way="phone"),
    )
    state = given(*told).state
    due = at("2026-03-09 23:59:59.999999")
    assert state.follow_ups == (
        FollowUp(number=1, turn=1, at=at(f"{DAY} 09:40"), way="letter", was_due_at=due),
        FollowUp(number=2, turn=2, at=at(f"{NEXT} 11:00"), way="phone", was_due_at=due),
    )
    assert state.callbacks == (
        Callback(
            number=1,
            turn=1,
            at=at(f"{NEXT} 10:00"),
            way="visit",
            handled_in_time=False,
            outcome_satisfied=True,
            attitude_satisfied=False,
            satisfied=False,
        ),
    )


def test_a_plan_that_was_returned_and_made_anew_is_referred_to_nobody() -> None:
    returned = (*PLANNED, refer_plan(f"{DAY} 10:10"), return_plan(f"{DAY} 10:20", by="manager"))
    assert given(*returned).state.turn.plan_status == "returned"
    anew = given(*returned, propose(f"{DAY} 10:30")).state.turn
    assert (anew.plans, anew.plans_returned, anew.plan_status, anew.referred_to) == (2, 1, "proposed", None)
    assert (anew.plan_first_proposed_at, anew.plan_last_proposed_at) == (at(f"{DAY} 10:00"), at(f"{DAY} 10:30"))


def test_turns_keep_what_belongs_to_them() -> None:
    """OP-11: the first turn's times and answers stay."""
    first, second = given(*AGAIN, propose(f"{NEXT} 11:00")).state.turns
    assert (first.number, first.started_at, first.finished_at) == (1, at(f"{DAY} 09:00"), at(f"{DAY} 12:00"))
    assert (first.plan_approved_at, first.callback_due_at) == (at(f"{DAY} 11:00"), at("2026-03-04 23:59:59.999999"))
    assert first.callback_due_provisional is False
    assert (second.number, second.started_at, second.finished_at) == (2, at(f"{NEXT} 10:00"), None)


def test_who_has_it_and_since_when_the_center_does() -> None:
    """OP-8."""
    taken = (accept(f"{DAY} 09:00", by="qa", level="company"), assess(f"{DAY} 09:30", by="qa"))
    down = dispatch(f"{DAY} 09:40", by="qa", to_kind="center", to=CENTER)
    assert given(*taken, dispatch(f"{DAY} 09:35", by="qa")).state.handed_down is None
    story = given(*taken, down).when(dispatch(f"{DAY} 10:00", by="qa_officer"))
    story.then_known(
        handler="staff:handler", dispatches=2, working=("staff:handler",), handed_down=HandedDown(at(f"{DAY} 09:40"))
    )
    story.when(transfer(f"{DAY} 10:10", jointly=True)).then_known(
        handler="department:order", dispatches=3, working=("staff:handler", "department:order")
    )


def test_what_another_system_calls_it_is_known_until_it_is_opened_again() -> None:
    ended = (*CALLED, end(f"{NEXT} 11:00", source="old_system", source_status="closed"))
    given(*CALLED).when(ended[-1]).then(happened(OpinionEnded, source="old_system", source_status="closed")).then_known(
        source_status="closed", ending="after_callback", ended_at=at(f"{NEXT} 11:00")
    )
    given(*ended).when(correct_callback("2026-03-04 09:00", outcome_satisfied=False)).then_known(
        source_status=None, ending=None, ended_at=None, turn__number=2
    )


def test_what_was_decided_on_a_suggestion_and_when() -> None:
    said = accept(f"{DAY} 09:00", kind="suggestion")
    no = decide_suggestion(f"{DAY} 10:00", adopted=False, reason="场地不足")
    given(said).when(no).then_known(decision=Decision(adopted=False, at=at(f"{DAY} 10:00")))
    given(said).when(decide_suggestion(f"{DAY} 10:00")).then_known(
        decision=Decision(adopted=True, at=at(f"{DAY} 10:00"))
    )


def test_parties_are_known_once_each_in_the_order_they_were_told() -> None:
    """OP-2."""
    told = (
        BEGUN[0],
        assess(f"{DAY} 09:30", validity="third_party"),
        inform_party(f"{DAY} 10:00", party="party:b"),
        inform_party(f"{DAY} 10:10", party="party:a"),
        inform_party(f"{DAY} 10:20", party="party:b"),
    )
    given(*told).when(track_party(f"{DAY} 11:00", party="party:a")).then_known(parties=("party:b", "party:a"))


def test_comments_are_counted_and_the_first_response_is_the_one_that_counts() -> None:
    given(BEGUN[0], comment(f"{DAY} 09:10"), respond(f"{DAY} 09:20")).when(comment(f"{DAY} 09:30")).then_known(
        comments=2, responded_at=at(f"{DAY} 09:20")
    )


def test_nothing_is_known_of_a_case_before_its_acceptance() -> None:
    moment = at(f"{DAY} 09:00")
    for event in (OpinionEnded(occurred_at=moment, turn=1, ending=Ending.READ), WorkStarted(occurred_at=moment)):
        assert evolve(None, event) is None


def test_an_event_of_another_theme_leaves_the_rest_as_it_is() -> None:
    before = given(*BEGUN, under=GROUP).state
    moment = at(f"{DAY} 10:00")
    after = evolve(before, ReportedBack(occurred_at=moment, turn=1, outcome=Clear(subject="customer:1", text="无")))
    assert after == before  # the company had not handed it down, so nothing is known to be reported


def test_before_it_is_decided_on_a_suggestion_nobody_was_told_so() -> None:
    """GP-3: the answer is what the customer hears after the decision."""
    said = (accept(f"{DAY} 09:00", kind="suggestion"), respond(f"{DAY} 09:10"))
    assert not told_of_decision(given(*said).state)
    decided = (*said, decide_suggestion(f"{DAY} 10:00"))
    assert not told_of_decision(given(*decided).state)
    assert told_of_decision(given(*decided, follow_up(f"{DAY} 10:00")).state)
