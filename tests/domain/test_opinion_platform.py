"""Suggestions, complaints that are not ours, the group's solutions, originals: W08-01 4.2.2; M4 十."""

import pytest

from caseledger.adapters.testing import (
    GROUP400,
    accept,
    assess,
    attach,
    call_back,
    decide_suggestion,
    end,
    explain_not_ours,
    finish,
    follow_up,
    given,
    happened,
    issue_solution,
    make_contact,
    respond,
    review_not_ours,
    submit_solution,
)
from caseledger.domain.opinion.attachments import OriginalAttached
from caseledger.domain.opinion.events import HandlingFinished, OpinionAssessed, OpinionEnded
from caseledger.domain.opinion.not_ours import NotOursExplained, NotOursReviewed
from caseledger.domain.opinion.suggestions import SuggestionDecided
from caseledger.domain.refusal import MissingDetail
from tests.domain.complaints import COMPLAINT, HANDLED, JUDGED, MONDAY
from tests.domain.story import at


class TestSuggestions:
    """GP-3: 2日内确定是否采纳建议,客户建议采纳与否,均需回复业主,对于未采纳的建议,应向业主说明原因."""

    SAID = accept(f"{MONDAY} 09:00", kind="suggestion")
    ADOPTED = decide_suggestion(f"{MONDAY} 10:00")

    def test_it_is_adopted(self) -> None:
        given(self.SAID).when(self.ADOPTED).then(
            happened(SuggestionDecided, adopted=True, decided_by="staff:manager", reason=None)
        ).then_known(decided_at=at(f"{MONDAY} 10:00"))

    def test_why_it_is_not_adopted_is_said(self) -> None:
        no = decide_suggestion(f"{MONDAY} 10:00", adopted=False)
        given(self.SAID).when(no).then_refused(rule="GP-3", kind=MissingDetail, where="reason")
        given(self.SAID).when(decide_suggestion(f"{MONDAY} 10:00", adopted=False, reason="场地不足")).then(
            happened(SuggestionDecided, adopted=False, reason="场地不足")
        )

    def test_it_is_decided_once_and_only_suggestions_are(self) -> None:
        given(self.SAID, self.ADOPTED).when(decide_suggestion(f"{MONDAY} 11:00")).then_refused(rule="GP-3")
        given(COMPLAINT).when(self.ADOPTED).then_refused(rule="GP-3", says="suggestions only")

    def test_under_group400_it_ends_decided_and_answered(self) -> None:
        bye = end(f"{MONDAY} 12:00")
        given(self.SAID, under=GROUP400).when(bye).then_refused(rule="GP-3", says="decide_suggestion first")
        early = (self.SAID, respond(f"{MONDAY} 09:59:59"), self.ADOPTED)
        given(*early, under=GROUP400).when(bye).then_refused(rule="GP-3", says="was not told")
        for told in (respond(f"{MONDAY} 10:00"), follow_up(f"{MONDAY} 10:00"), call_back(f"{MONDAY} 10:00")):
            ending = "after_callback" if told.name == "call_back_opinion" else "read"
            given(self.SAID, self.ADOPTED, told, under=GROUP400).when(bye).then(happened(OpinionEnded, ending=ending))

    def test_under_w08_the_manager_may_end_it_as_read(self) -> None:
        given(self.SAID).when(end(f"{MONDAY} 12:00")).then(happened(OpinionEnded, ending="read"))


class TestNotOurs:
    """GP-4: 2日内向集团公司客服中心提交非责任说明,经集团公司客服中心审核无误后做无效投诉处理."""

    EXPLAINED = (COMPLAINT, explain_not_ours(f"{MONDAY} 10:00"))

    def test_the_units_head_explains(self) -> None:
        given(COMPLAINT, under=GROUP400).when(explain_not_ours(f"{MONDAY} 10:00", by="branch_head")).then(
            happened(NotOursExplained, explanation="属开发商保修")
        ).then_known(explained_at=at(f"{MONDAY} 10:00"))

    def test_upheld_it_counts_as_invalid_and_ends_with_an_explanation(self) -> None:
        upheld = review_not_ours(f"{MONDAY} 15:00")
        given(*self.EXPLAINED, under=GROUP400).when(upheld).then(
            happened(NotOursReviewed, upheld=True, reviewed_by="staff:group-desk", reason="核实无误"),
            happened(OpinionAssessed, assessment=1, validity="invalid", flow=False, assessed_by="staff:group-desk"),
        )
        given(*self.EXPLAINED, upheld, under=GROUP400).when(end(f"{MONDAY} 16:00", explanation="属开发商")).then(
            happened(OpinionEnded, ending="with_explanation")
        )

    def test_a_complaint_that_was_judged_valid_counts_as_invalid_too(self) -> None:
        given(*JUDGED, explain_not_ours(f"{MONDAY} 10:00"), under=GROUP400).when(
            review_not_ours(f"{MONDAY} 15:00")
        ).then(happened(NotOursReviewed), happened(OpinionAssessed, assessment=2, validity="invalid"))

    def test_not_upheld_it_goes_on(self) -> None:
        no = review_not_ours(f"{MONDAY} 15:00", upheld=False)
        given(*self.EXPLAINED, under=GROUP400).when(no).then(happened(NotOursReviewed, upheld=False))
        given(*self.EXPLAINED, no, under=GROUP400).when(assess(f"{MONDAY} 16:00")).then(happened(OpinionAssessed))
        given(*self.EXPLAINED, no, under=GROUP400).when(explain_not_ours(f"{MONDAY} 16:00")).then_refused(rule="GP-4")
        given(*self.EXPLAINED, no, under=GROUP400).when(review_not_ours(f"{MONDAY} 16:00")).then_refused(rule="GP-4")

    def test_what_cannot_be_explained_or_reviewed(self) -> None:
        praise = accept(f"{MONDAY} 09:00", kind="praise")
        given(praise, under=GROUP400).when(explain_not_ours(f"{MONDAY} 10:00")).then_refused(rule="GP-4")
        invalid = (COMPLAINT, assess(f"{MONDAY} 09:30", validity="invalid"))
        given(*invalid, under=GROUP400).when(explain_not_ours(f"{MONDAY} 10:00")).then_refused(rule="GP-4")
        given(COMPLAINT, under=GROUP400).when(review_not_ours(f"{MONDAY} 10:00")).then_refused(rule="GP-4")
        given(*HANDLED, under=GROUP400).when(explain_not_ours(f"{MONDAY} 17:00")).then_refused(rule="OP-10")

    def test_it_is_no_part_of_w08(self) -> None:
        given(COMPLAINT).when(explain_not_ours(f"{MONDAY} 10:00", by="manager")).then_refused(
            rule="authority, policy w08", says="nobody; it is no part of this policy"
        )


class TestGroupSolution:
    """GP-2: 根据集团公司下达的解决方案,严格落实."""

    ISSUED = (
        *JUDGED,
        make_contact(f"{MONDAY} 10:00"),
        submit_solution(f"{MONDAY} 12:00", completion_at=at("2026-03-05 18:00")),
        issue_solution(f"{MONDAY} 13:00"),
    )

    def test_the_issued_solution_stands_for_the_approved_plan(self) -> None:
        given(*self.ISSUED, under=GROUP400).when(finish(f"{MONDAY} 12:59:59")).then_refused(rule="time")
        given(*self.ISSUED, under=GROUP400).when(finish(f"{MONDAY} 16:00")).then(happened(HandlingFinished, turn=1))
        given(*self.ISSUED[:-1], under=GROUP400).when(finish(f"{MONDAY} 16:00")).then_refused(rule="OP-7")

    def test_the_next_turn_needs_a_plan_or_solution_of_its_own(self) -> None:
        again = (*self.ISSUED, finish(f"{MONDAY} 16:00"), call_back("2026-03-03 10:00", outcome_satisfied=False))
        given(*again, under=GROUP400).when(finish("2026-03-03 16:00")).then_refused(rule="OP-7")


class TestAttachments:
    def test_an_original_is_kept_by_reference_and_hash_also_after_the_end(self) -> None:
        """妥善保管顾客投诉、意见或服务需求的原件 (OP-18; M2 5.1.1)."""
        ended = (COMPLAINT, end(f"{MONDAY} 12:00", explanation="误报"))
        given(*ended, attach(f"{MONDAY} 12:10")).when(
            attach(f"{MONDAY} 12:20", reference="archive:2", form="photo")
        ).then(happened(OriginalAttached, attachment=2, reference="archive:2", sha256="0" * 64, form="photo"))

    @pytest.mark.parametrize("wrong", ["", "0" * 63, "G" * 64, "A" * 64])
    def test_what_is_no_hash_is_refused(self, wrong: str) -> None:
        with pytest.raises(ValueError, match="sha256"):
            attach(sha256=wrong)
