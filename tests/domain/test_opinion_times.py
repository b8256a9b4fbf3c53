"""Times agreed with the customer, the group platform's clocks, and those beside the flow."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from caseledger.adapters.testing import (
    Builder,
    accept,
    agree_time,
    approve,
    assess,
    at,
    call_back,
    confirm_alert,
    correct_assessment,
    decide_suggestion,
    declare_risk,
    end,
    explain_not_ours,
    finish,
    forward_alert,
    given,
    hand_over,
    happened,
    make_contact,
    plan_on_alert,
    propose,
    report_major,
    respond,
    start_work,
    submit_solution,
)
from caseledger.domain.opinion.commands import AcceptOpinion
from caseledger.domain.opinion.deadlines import AgreeTime, Because, DeadlineMoved
from caseledger.domain.opinion.events import OpinionAccepted
from caseledger.domain.opinion.platform import ContactMade
from caseledger.domain.opinion.timing import Clock, Judgement, Verdict, run_of
from caseledger.domain.refusal import Refused, UnknownCode, WrongState, WrongTime
from tests.domain.clocked import MONDAY, SECOND, due, lived, said
from tests.policies import GROUP


class TestAgreedTimes:
    """OP-5: an agreed time replaces the deadline from then on; the old one stays, and so does lateness (SO-6)."""

    def test_the_agreed_time_counts_and_the_old_one_stays_on_record(self) -> None:
        ask = agree_time("2026-03-02 09:30", until=at("2026-03-03 18:00"), reason="业主开会")
        story = given(accept(MONDAY)).when(ask)
        story.then(
            happened(
                DeadlineMoved,
                move=1,
                clock=Clock.RESPONSE,
                turn=1,
                because=Because.AGREED,
                was=at("2026-03-02 10:00"),
                due_at=at("2026-03-03 18:00"),
                was_late=False,
                reason="业主开会",
            )
        )
        state = lived(accept(MONDAY), ask, respond("2026-03-03 18:00"))
        assert said(state, Clock.RESPONSE, at("2026-03-04 00:00")) == Judgement(Verdict.IN_TIME)
        assert state.accepted.response_due_at == at("2026-03-02 10:00")

    def test_agreed_after_its_time_it_stays_late(self) -> None:
        ask = agree_time("2026-03-02 10:00:01", until=at("2026-03-03 18:00"))
        state = lived(accept(MONDAY), ask, respond("2026-03-02 11:00"))
        assert said(state, Clock.RESPONSE, at("2026-03-04 00:00")) == Judgement(Verdict.LATE, timedelta(hours=1))
        # At the very last moment it was not late yet.
        edge = lived(accept(MONDAY), agree_time("2026-03-02 10:00", until=at("2026-03-03 18:00")))
        assert edge.moves[0].was_late is False

    def test_handling_has_a_deadline_only_by_agreement_and_each_turn_its_own(self) -> None:
        begun = (accept(MONDAY), assess(MONDAY))
        assert said(lived(*begun), Clock.HANDLING, at(MONDAY)) == Judgement(Verdict.WITHOUT_TARGET)
        ask = agree_time("2026-03-02 12:00", clock="handling", until=at("2026-03-05 12:00"))
        turn = (propose("2026-03-02 13:00"), approve("2026-03-02 14:00"), finish("2026-03-05 12:00:01"))
        state = lived(*begun, ask, *turn, call_back("2026-03-05 13:00", outcome_satisfied=False))
        assert said(state, Clock.HANDLING, at("2026-03-06 00:00")) == Judgement(Verdict.LATE, SECOND)
        assert due(state, Clock.HANDLING, 2) is None

    @pytest.mark.parametrize(
        ("ask", "refusal"),
        [
            (agree_time("2026-03-02 09:30", clock="plan", until=at("2026-03-09 18:00")), UnknownCode),
            (agree_time("2026-03-02 09:30", clock="callback", until=at("2026-03-09 18:00")), WrongState),
            (agree_time("2026-03-02 09:30", until=at("2026-03-02 09:29:59")), WrongTime),
        ],
    )
    def test_what_is_not_agreed_has_not_started_or_lies_back_is_refused(
        self, ask: AgreeTime, refusal: type[Refused]
    ) -> None:
        given(accept(MONDAY)).when(ask).then_refused("OP-5", kind=refusal)

    def test_what_is_done_is_not_agreed_anew(self) -> None:
        ask = agree_time("2026-03-02 10:00", until=at("2026-03-09 18:00"))
        given(accept(MONDAY), respond("2026-03-02 09:20")).when(ask).then_refused("OP-5", kind=WrongState)


class TestGroupPlatform:
    """GP-1, GP-2: work starts, the customer is contacted, plan and time needed are submitted, the desk issues them."""

    def test_steps_come_in_their_order_and_once(self) -> None:
        asked = accept(MONDAY, category="cleaning")
        given(asked, start_work("2026-03-02 09:05"), under=GROUP).when(start_work("2026-03-02 09:06")).then_refused(
            "GP-1", kind=WrongState
        )
        contact = make_contact("2026-03-02 09:30")
        given(asked, contact, under=GROUP).when(make_contact("2026-03-02 09:40")).then_refused("GP-1", kind=WrongState)
        given(asked, under=GROUP).when(contact).then(
            happened(ContactMade, department="cleaning", solution_due_at=at("2026-03-02 13:30"))
        )
        early = submit_solution("2026-03-02 09:40", completion_at=at("2026-03-03 09:00"))
        given(asked, under=GROUP).when(early).then_refused("GP-2", kind=WrongState)

    def test_the_reported_completion_takes_the_place_of_the_limit(self) -> None:
        submitted = submit_solution("2026-03-02 10:00", completion_at=at("2026-03-06 18:00"))
        state = lived(accept(MONDAY, category="cleaning"), make_contact("2026-03-02 09:30"), submitted, under=GROUP)
        assert state.platform.limit_at == at("2026-03-06 18:00")
        assert replace(state.platform, completion_at=None).limit_at == at("2026-03-02 13:30")


def test_w08_records_none_of_the_clocks_that_it_does_not_know() -> None:
    story = given().when(accept(MONDAY))
    (accepted,) = story.events
    others = ("start", "contact", "reply", "decision", "explanation", "hand_over", "notify")
    assert isinstance(accepted, OpinionAccepted)
    assert [name for name in others if getattr(accepted, f"{name}_due_at") is not None] == []


class TestClocksBesideTheFlow:
    """GP-3, GP-4, GP-6, OP-3, OP-17: suggestions, not ours, the night, major matters, alerts, at their edges."""

    NIGHT = accept("2026-03-02 23:30", by="duty_staff")

    @pytest.mark.parametrize(
        ("begun", "clock", "last", "do"),
        [
            (accept(MONDAY, kind="suggestion"), Clock.DECISION, "2026-03-04 23:59:59.999999", decide_suggestion),
            (accept(MONDAY), Clock.EXPLANATION, "2026-03-04 23:59:59.999999", explain_not_ours),
            (NIGHT, Clock.HAND_OVER, "2026-03-03 23:59:59.999999", hand_over),
            (accept(MONDAY, severity="major"), Clock.NOTIFY, "2026-03-03 23:59:59.999999", report_major),
        ],
    )
    def test_the_last_moment_is_in_time(self, begun: AcceptOpinion, clock: Clock, last: str, do: Builder[Any]) -> None:
        limit_at = at(last)
        for moment, expected in (
            (limit_at, Judgement(Verdict.IN_TIME)),
            (limit_at + SECOND, Judgement(Verdict.LATE, SECOND)),
        ):
            state = lived(begun, do(moment), under=GROUP)
            assert due(state, clock) == limit_at
            assert said(state, clock, moment) == expected

    def test_without_an_explanation_none_is_owed(self) -> None:
        assert run_of(lived(accept(MONDAY), under=GROUP), Clock.EXPLANATION, 1) is None

    def test_notice_is_owed_from_when_it_was_found_major_and_not_where_that_was_wrong(self) -> None:
        found = (accept(MONDAY), assess("2026-03-05 09:00", severity="major"))
        # Thursday's judgement: until the end of Friday.
        assert due(lived(*found, under=GROUP), Clock.NOTIFY) == at("2026-03-06 23:59:59.999999")
        wrong = correct_assessment("2026-03-05 10:00", validity="valid", severity="general")
        assert run_of(lived(*found, wrong, under=GROUP), Clock.NOTIFY, 1) is None

    def test_the_plan_on_an_alert_is_owed_also_when_the_case_has_ended(self) -> None:
        raised = (accept(MONDAY), declare_risk("2026-03-02 10:00"), confirm_alert("2026-03-02 11:00", level="red"))
        forwarded = (*raised, forward_alert("2026-03-02 12:00", level="red"))
        ended = (
            *forwarded,
            assess("2026-03-02 13:00", validity="invalid"),
            end("2026-03-02 14:00", explanation="误报"),
        )
        limit_at = at("2026-03-03 23:59:59.999999")  # GP-6: one day, to its end
        assert run_of(lived(*raised, under=GROUP), Clock.ALERT_PLAN, 1) is None
        for state in (lived(*forwarded, under=GROUP), lived(*ended, under=GROUP)):
            assert due(state, Clock.ALERT_PLAN) == limit_at
            assert said(state, Clock.ALERT_PLAN, limit_at) == Judgement(Verdict.RUNNING)
            assert said(state, Clock.ALERT_PLAN, limit_at + SECOND) == Judgement(Verdict.OVERDUE, SECOND)
        plan = plan_on_alert("2026-03-03 12:00", level="red", completion_at=at("2026-03-06 18:00"))
        assert said(lived(*ended, plan, under=GROUP), Clock.ALERT_PLAN, limit_at) == Judgement(Verdict.IN_TIME)
