"""Who signs a plan, and who may do what in which circumstances: OP-7, OP-8, OP-19; W08-01 4.3.1.3, 4.3.1.6."""

import pytest

from caseledger.adapters.testing import (
    accept,
    approve,
    assess,
    call_back,
    dispatch,
    finish,
    given,
    happened,
    propose,
    refer_plan,
)
from caseledger.domain.opinion.approval import PlanReferred
from caseledger.domain.opinion.events import OpinionDispatched, PlanApproved
from caseledger.domain.policy import Circumstance
from caseledger.domain.refusal import NotAuthorised, WrongState
from caseledger.domain.values import Role
from tests.domain.story import W08

DAY = "2026-03-02"
JUDGED = (accept(f"{DAY} 09:00"), assess(f"{DAY} 09:30"))
PLANNED = (*JUDGED, propose(f"{DAY} 11:00"))
WITHOUT_LEVELS = W08.model_copy(update={"approval": None})


class TestLevels:
    @pytest.mark.parametrize(
        ("severity", "says"),
        [
            ("common", "which needs the deputy general manager for common or of larger effect"),
            ("major", "which needs the general manager for major"),
        ],
    )
    def test_the_refusal_says_which_level_it_takes_and_why(self, severity: str, says: str) -> None:
        steps = (JUDGED[0], assess(f"{DAY} 09:30", severity=severity), propose(f"{DAY} 11:00"))
        given(*steps).when(approve(f"{DAY} 12:00", by="manager")).then_refused(
            rule="OP-7", kind=NotAuthorised, where="actor.role", says=says
        )

    def test_where_it_was_referred_the_refusal_says_so(self) -> None:
        up = refer_plan(f"{DAY} 11:30", to_level="deputy_general_manager")
        given(*PLANNED, up).when(approve(f"{DAY} 12:00", by="qa")).then_refused(
            rule="OP-7", where="actor.role", says="which needs the deputy general manager because it was referred (rule"
        )

    def test_a_policy_without_levels_lets_whoever_it_lists_sign_and_has_nobody_to_refer_to(self) -> None:
        major = (JUDGED[0], assess(f"{DAY} 09:30", severity="major"), propose(f"{DAY} 11:00"))
        given(*major, under=WITHOUT_LEVELS).when(approve(f"{DAY} 12:00", by="manager")).then(happened(PlanApproved))
        given(*PLANNED, under=WITHOUT_LEVELS).when(refer_plan(f"{DAY} 12:00")).then_refused(
            rule="OP-7", kind=WrongState, says="has no levels of approval"
        )

    def test_a_plan_of_a_later_turn_is_referred_in_that_turn_alone(self) -> None:
        turn = (*PLANNED, refer_plan(f"{DAY} 11:30"), approve(f"{DAY} 12:00", by="qa"), finish(f"{DAY} 13:00"))
        again = (*turn, call_back(f"{DAY} 14:00", outcome_satisfied=False), propose(f"{DAY} 15:00"))
        story = given(*again).when(refer_plan(f"{DAY} 16:00", to_level="general_manager"))
        story.then(happened(PlanReferred, turn=2, plan=1, to_level="general_manager"))
        assert [turn.referred_to for turn in story.state.turns] == ["qa", "general_manager"]
        given(*again).when(approve(f"{DAY} 16:00", by="manager")).then(happened(PlanApproved, turn=2))


class TestCircumstances:
    MAJOR = accept(f"{DAY} 09:00", severity="major")

    def test_a_major_matter_is_assigned_by_those_who_may_and_the_refusal_names_them(self) -> None:
        """对重大的投诉问题,第一责任人或主要责任人需亲自处理 (4.3.1.3)."""
        given(self.MAJOR).when(dispatch(f"{DAY} 09:10", by="acceptor")).then_refused(
            rule="authority, policy w08",
            kind=NotAuthorised,
            where="actor.role",
            says="one of the roles manager, qa, deputy_general_manager, general_manager",
        )

    @pytest.mark.parametrize("narrowed", [None, {}, {Circumstance.HANDED_DOWN: {"end_opinion": (Role.QA,)}}])
    def test_what_the_policy_does_not_narrow_is_as_usual(
        self, narrowed: dict[Circumstance, dict[str, tuple[Role, ...]]] | None
    ) -> None:
        policy = W08.model_copy(update={"authority_where": narrowed})
        given(self.MAJOR, under=policy).when(dispatch(f"{DAY} 09:10", by="acceptor")).then(happened(OpinionDispatched))
