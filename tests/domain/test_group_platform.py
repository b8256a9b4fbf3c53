"""The group platform: work started, customer contacted, solution submitted and issued (GP-1, GP-2; M4 art. 10)."""

import pytest

from caseledger.adapters.testing import (
    accept,
    assess,
    explain_not_ours,
    given,
    happened,
    issue_solution,
    make_contact,
    review_not_ours,
    start_work,
    submit_solution,
)
from caseledger.domain.command import Command
from caseledger.domain.opinion.platform import ContactMade, SolutionIssued, SolutionSubmitted, WorkStarted
from caseledger.domain.refusal import MissingDetail, WrongState, WrongTime
from tests.domain.story import at
from tests.policies import GROUP

DAY = "2026-03-02"
TAKEN = accept(f"{DAY} 09:00", category="cleaning")
CONTACTED = (TAKEN, make_contact(f"{DAY} 09:30"))
FRIDAY, SUNDAY = at("2026-03-06 18:00"), at("2026-03-08 18:00")
SUBMITTED = (*CONTACTED, submit_solution(f"{DAY} 10:00", completion_at=FRIDAY))


class TestContact:
    def test_work_starts_once_and_the_customer_may_be_contacted_without_it(self) -> None:
        given(TAKEN, under=GROUP).when(start_work(f"{DAY} 09:05")).then(happened(WorkStarted)).then_known(
            platform__started_at=at(f"{DAY} 09:05")
        )
        given(TAKEN, start_work(f"{DAY} 09:05"), under=GROUP).when(start_work(f"{DAY} 09:06")).then_refused(
            rule="GP-1", kind=WrongState
        )
        given(TAKEN, under=GROUP).when(make_contact(f"{DAY} 09:30")).then(happened(ContactMade))

    def test_it_needs_a_way_and_is_made_once(self) -> None:
        given(TAKEN, under=GROUP).when(make_contact(f"{DAY} 09:30", way="none")).then_refused(
            rule="GP-1", kind=MissingDetail, where="way"
        )
        given(*CONTACTED, under=GROUP).when(make_contact(f"{DAY} 09:40")).then_refused(rule="GP-1", kind=WrongState)

    @pytest.mark.parametrize(
        ("severity", "due"),
        [
            (None, f"{DAY} 13:30"),  # 一般问题4小时内
            ("general", f"{DAY} 13:30"),
            ("common", "2026-03-03 23:59:59.999999"),  # 严重问题1日内
            ("major", "2026-03-03 23:59:59.999999"),
        ],
    )
    def test_the_solution_is_due_by_how_serious_it_is(self, severity: str | None, due: str) -> None:
        given(TAKEN, under=GROUP).when(make_contact(f"{DAY} 09:30", severity=severity)).then(
            happened(ContactMade, severity=severity, solution_due_at=at(due))
        )
        judged = (TAKEN, assess(f"{DAY} 09:10", severity=severity))
        given(*judged, under=GROUP).when(make_contact(f"{DAY} 09:30")).then(
            happened(ContactMade, severity=severity, solution_due_at=at(due))
        )

    def test_what_the_contact_finds_goes_before_what_was_judged(self) -> None:
        judged = (TAKEN, assess(f"{DAY} 09:10", severity="major"))
        given(*judged, under=GROUP).when(make_contact(f"{DAY} 09:30", severity="general")).then(
            happened(ContactMade, severity="general", solution_due_at=at(f"{DAY} 13:30"))
        )

    @pytest.mark.parametrize(
        ("category", "due"),
        [
            ("cleaning", at(f"{DAY} 13:30")),
            (None, at(f"{DAY} 13:30")),  # of no category yet: the limit of the other ones
            ("greening", None),  # this policy has no limit for it
        ],
    )
    def test_the_limit_is_the_categorys(self, category: str | None, due: object) -> None:
        given(accept(f"{DAY} 09:00", category=category), under=GROUP).when(make_contact(f"{DAY} 09:30")).then(
            happened(ContactMade, solution_due_at=due)
        )

    def test_department_and_severity_are_known_from_the_contact_on(self) -> None:
        """确定责任部门 (art. 10 (一)3)."""
        contact = make_contact(f"{DAY} 09:30", department="order", severity="common")
        given(TAKEN, under=GROUP).when(contact).then_known(
            platform__department="order", platform__severity="common", platform__contacted_at=at(f"{DAY} 09:30")
        )

    def test_a_policy_without_such_limits_sets_none(self) -> None:
        free = GROUP.model_copy(update={"solution": None})
        given(TAKEN, under=free).when(make_contact(f"{DAY} 09:30")).then(happened(ContactMade, solution_due_at=None))


class TestSolution:
    def test_it_is_submitted_again_where_it_changes_and_the_first_time_counts(self) -> None:
        given(*CONTACTED, under=GROUP).when(submit_solution(f"{DAY} 10:00", completion_at=FRIDAY)).then(
            happened(SolutionSubmitted, solution=1, text="加派人手", completion_at=FRIDAY)
        )
        given(*SUBMITTED, under=GROUP).when(submit_solution(f"{DAY} 11:00", completion_at=SUNDAY)).then(
            happened(SolutionSubmitted, solution=2, completion_at=SUNDAY)
        ).then_known(
            platform__solutions=2,
            platform__submitted_at=at(f"{DAY} 10:00"),
            platform__completion_at=SUNDAY,
            platform__limit_at=SUNDAY,
        )

    def test_the_desk_issues_the_last_one(self) -> None:
        changed = (*SUBMITTED, submit_solution(f"{DAY} 11:00", completion_at=SUNDAY))
        given(*changed, under=GROUP).when(issue_solution(f"{DAY} 12:00")).then(
            happened(SolutionIssued, solution=2, text="同意")
        ).then_known(platform__issued_at=at(f"{DAY} 12:00"))

    @pytest.mark.parametrize(
        ("before", "ask"),
        [
            ((TAKEN,), submit_solution(f"{DAY} 10:00", completion_at=FRIDAY)),
            (CONTACTED, issue_solution(f"{DAY} 10:00")),
        ],
    )
    def test_steps_come_in_their_order(self, before: tuple[Command, ...], ask: Command) -> None:
        given(*before, under=GROUP).when(ask).then_refused(rule="GP-2", kind=WrongState)

    def test_completion_is_not_reported_for_a_time_gone_by(self) -> None:
        early = submit_solution(f"{DAY} 10:00", completion_at=at(f"{DAY} 09:59:59"))
        given(*CONTACTED, under=GROUP).when(early).then_refused(rule="GP-2", kind=WrongTime, where="completion_at")


@pytest.mark.parametrize("upheld", [True, False])
def test_when_it_was_explained_why_not_ours_is_known_after_the_review_too(*, upheld: bool) -> None:
    """GP-4: within two days; the review does not erase when."""
    explained = (TAKEN, explain_not_ours(f"{DAY} 10:00"))
    given(*explained, under=GROUP).when(review_not_ours(f"{DAY} 15:00", upheld=upheld)).then_known(
        explained_at=at(f"{DAY} 10:00"), not_ours__upheld=upheld
    )
