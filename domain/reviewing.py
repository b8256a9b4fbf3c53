"""The center's recurring duties: the review of opinion forms, the signed summary of the platform (OP-16, GP-8)."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from typing import TYPE_CHECKING, ClassVar

from .center_events import GroupSummarySigned, OpinionsReviewed
from .clocks import deadline, local_day
from .command import Command
from .growth import replace
from .refusal import WrongState
from .values import CenterId, Id

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

    from .center_state import CenterState
    from .clocks import Calendar
    from .policy import Policy, WeeklySummary
    from .terms import Terms


class ReviewOpinions(Command):
    """Record that the opinion forms of the last seven days were reviewed (OP-16)."""

    name: ClassVar[str] = "review_opinions"
    subject_field: ClassVar[str] = "center"
    center: CenterId


class SignGroupSummary(Command):
    """Record the week's summary of the group platform with both signatures (GP-8)."""

    name: ClassVar[str] = "sign_group_summary"
    subject_field: ClassVar[str] = "center"
    center: CenterId
    project_manager: Id
    branch_head: Id


def review_due(policy: Policy, moment: datetime, calendar: Calendar, zone: ZoneInfo) -> datetime | None:
    """Until when the opinion forms are reviewed next, counted from a moment (OP-16)."""
    return None if policy.review is None else deadline(moment, policy.review, calendar, zone).at


def summary_due(policy: Policy, moment: datetime, zone: ZoneInfo) -> datetime | None:
    """Until when the next summary is signed: the policy's hour of its weekday, the first after a moment (GP-8)."""
    return None if policy.summary is None else _next(policy.summary, moment, zone)


def _next(rule: WeeklySummary, moment: datetime, zone: ZoneInfo) -> datetime:
    today = local_day(moment, zone)
    day = today + timedelta(days=(rule.weekday - today.isoweekday()) % 7)
    due = datetime.combine(day, time(rule.hour), tzinfo=zone)
    if due <= moment:
        due = datetime.combine(day + timedelta(days=7), time(rule.hour), tzinfo=zone)
    return due.astimezone(UTC)


def renewed(state: CenterState, event: OpinionsReviewed | GroupSummarySigned) -> CenterState:
    """Take in a duty that was done: when, and until when it is due again."""
    if isinstance(event, OpinionsReviewed):
        return replace(state, reviewed_at=event.occurred_at, review_due_at=event.review_due_at)
    return replace(state, signed_at=event.occurred_at, summary_due_at=event.summary_due_at)


def review(command: ReviewOpinions, state: CenterState, terms: Terms, moment: datetime) -> OpinionsReviewed:
    """Record the review; the next one is due from here (OP-16)."""
    policy = state.policy_on(local_day(moment, state.zone))
    if policy.review is None:
        raise WrongState(f"the policy {policy.name} has no review", rule="OP-16", right="a policy that has one")
    return OpinionsReviewed(
        occurred_at=moment,
        center=command.center,
        reviewed_by=command.actor.id,
        was_due_at=state.review_due_at,
        review_due_at=review_due(policy, moment, terms.calendar, state.zone),
    )


def sign(command: SignGroupSummary, state: CenterState, moment: datetime) -> GroupSummarySigned:
    """Record the signed summary; the next one is due a week on (GP-8)."""
    policy = state.policy_on(local_day(moment, state.zone))
    if policy.summary is None:
        raise WrongState(f"the policy {policy.name} has no summary", rule="GP-8", right="a center under group400")
    if command.project_manager == command.branch_head:
        raise WrongState(
            "one person signed twice", rule="GP-8", right="project manager and branch head", where="branch_head"
        )
    # Signed early it is this week's, so that the next one is due a week after that: not at the end of the same week.
    since = moment if state.summary_due_at is None else max(moment, state.summary_due_at)
    return GroupSummarySigned(
        occurred_at=moment,
        center=command.center,
        project_manager=command.project_manager,
        branch_head=command.branch_head,
        was_due_at=state.summary_due_at,
        summary_due_at=summary_due(policy, since, state.zone),
    )
