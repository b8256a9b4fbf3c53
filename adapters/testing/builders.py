"""Commands in one line: each comes with what it needs, so that a test says only what it is about.

    accept("2026-03-02 09:00", kind="praise")   # by who may, at the center of these tests, as opinion:1

What is not said: the center is `center:sz01`, the first case of each kind `opinion:1`, `order:1`, `survey:1`, and the
actor has the first role that w08 allows the command to. Any field can be given; `by` names another role.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any, Final, Generic, TypeAlias, TypeVar
from zoneinfo import ZoneInfo

from ...domain.center import AdoptPolicy, RegisterCenter, ReportEstateHouseholds, ReportHouseholds
from ...domain.center_events import Estate
from ...domain.command import Command
from ...domain.event import Actor
from ...domain.opinion import (
    alerts,
    approval,
    attachments,
    company,
    corrections,
    corrective,
    deadlines,
    duty,
    investigation,
    merging,
    not_ours,
    parties,
    platform,
    repetition,
    suggestions,
)
from ...domain.opinion import commands as opinions
from ...domain.order import commands as orders
from ...domain.reviewing import ReviewOpinions, SignGroupSummary
from ...domain.survey import commands as surveys
from ...domain.values import Role
from ..policies import load

if TYPE_CHECKING:
    from collections.abc import Mapping

SHANGHAI: Final = ZoneInfo("Asia/Shanghai")
CENTER: Final = "center:sz01"
OPINION: Final = "opinion:1"
ORDER: Final = "order:1"
SURVEY: Final = "survey:1"
W08: Final = load("w08")
GROUP400: Final = load("group400")
HANDBOOK: Final = load("handbook")
ESTATES: Final = (Estate(id="garden", label="花园", areas=("north", "south")), Estate(id="tower", label="大厦"))
HOUSEHOLDS: Final = {"total_households": 400, "resident_households": 300}
OPENED: Final = "2023-08-01 00:00"
"""When the center of these tests came under the ledger: the day from which w08 is in force."""

Asked = TypeVar("Asked", bound=Command)
Anything: TypeAlias = Any  # the value of any field of any command, event or state


def at(text: str) -> datetime:
    """A moment by the clocks of Shenzhen, written `2026-03-02 09:00`; UTC comes back."""
    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI).astimezone(UTC)


def do(kind: type[Asked], when: str | datetime | None = None, /, *, by: str | None = None, **fields: Anything) -> Asked:
    """Make a command of someone who may give it under w08.

    Args:
        kind: which command.
        when: it happens: Shenzhen time as text, or an aware moment; without one, when it is recorded.
        by: code of the actor's role; without one the first that w08 allows the command to, or else group400.
        fields: the command's own.

    Raises:
        pydantic.ValidationError: a field that the command has not, or a value that it does not take.

    """
    allowed = W08.authority.get(kind.name) or GROUP400.authority.get(kind.name) or (Role.ACCEPTOR,)
    role = Role(by) if by else allowed[0]
    actor = Actor(id=f"staff:{role.value.replace('_', '-')}", role=role, center=CENTER)
    moment = at(when) if isinstance(when, str) else when
    return kind(**{"actor": actor, "occurred_at": moment, **fields})


@dataclass(frozen=True)
class Builder(Generic[Asked]):
    """Makes commands of one kind; what is not given is taken from `defaults`."""

    kind: type[Asked]
    defaults: Mapping[str, Any]

    def __call__(self, when: str | datetime | None = None, /, *, by: str | None = None, **fields: Anything) -> Asked:
        """Make the command: see `do`."""
        return do(self.kind, when, by=by, **{**self.defaults, **fields})


def _builder(kind: type[Asked], /, **defaults: Anything) -> Builder[Asked]:
    return Builder(kind, defaults)


_ANSWERS: Final = {"cleaning": "satisfied", "security": "basically_satisfied"}
_COUNT: Final = {"satisfied": 5, "basically_satisfied": 2, "unsatisfied": 1}
_ITEMS: Final = (
    {"item": "cleaning", "label": {"zh": "保洁工作", "en": "cleaning"}},
    {"item": "security", "label": {"zh": "治安", "en": "security"}},
)

# Centers

register = _builder(
    RegisterCenter,
    center=CENTER,
    label="一号管理服务中心",
    time_zone="Asia/Shanghai",
    estates=ESTATES,
    **HOUSEHOLDS,
)
adopt = _builder(AdoptPolicy, center=CENTER, policy=W08, in_force_from=date(2000, 1, 1))
report_households = _builder(ReportHouseholds, center=CENTER, **HOUSEHOLDS)
report_estate_households = _builder(ReportEstateHouseholds, center=CENTER, estate="garden", households=300)
review_opinions = _builder(ReviewOpinions, center=CENTER)
sign_summary = _builder(SignGroupSummary, center=CENTER, project_manager="staff:chen", branch_head="staff:wu")

# Opinions

accept = _builder(
    opinions.AcceptOpinion,
    case=OPINION,
    center=CENTER,
    kind="complaint",
    channel="phone",
    category="noise",
    customer="customer:1",
    content="楼上深夜噪音",
)
assess = _builder(opinions.AssessOpinion, case=OPINION, validity="valid", reason="现场核实")
dispatch = _builder(opinions.DispatchOpinion, case=OPINION, to="staff:handler")
transfer = _builder(opinions.TransferOpinion, case=OPINION, to="department:order", reason="属秩序部", explained=True)
respond = _builder(opinions.RespondToOpinion, case=OPINION, way="phone")
propose = _builder(opinions.ProposePlan, case=OPINION, text="上门劝阻")
approve = _builder(opinions.ApprovePlan, case=OPINION)
return_plan = _builder(opinions.ReturnPlan, case=OPINION, reason="请写明时间")
finish = _builder(opinions.FinishHandling, case=OPINION, result="已处理完毕")
follow_up = _builder(opinions.FollowUpOpinion, case=OPINION, way="phone")
call_back = _builder(
    opinions.CallBackOpinion,
    case=OPINION,
    way="phone",
    handled_in_time=True,
    outcome_satisfied=True,
    attitude_satisfied=True,
)
comment = _builder(opinions.CommentOnOpinion, case=OPINION, comment="已阅")
end = _builder(opinions.EndOpinion, case=OPINION)
investigate = _builder(investigation.InvestigateOpinion, case=OPINION, on_site=True, findings="现场核实")
report_progress = _builder(investigation.ReportProgress, case=OPINION, stands="处理中", spent_minutes=60)
refer_plan = _builder(approval.ReferPlan, case=OPINION, to_level="qa", reason="超出权限")
inform_party = _builder(parties.InformParty, case=OPINION, party="party:site", way="phone")
track_party = _builder(parties.TrackParty, case=OPINION, party="party:site", stands="已答应夜间停工")
hand_over = _builder(duty.HandOverOpinion, case=OPINION, to="staff:acceptor")
tell_duty_staff = _builder(duty.TellDutyStaff, case=OPINION, outcome="已处理")
report_major = _builder(duty.ReportMajor, case=OPINION, to="staff:manager")
report_back = _builder(company.ReportBack, case=OPINION, outcome="已处理并回访")
decide_suggestion = _builder(suggestions.DecideSuggestion, case=OPINION, adopted=True)
explain_not_ours = _builder(not_ours.ExplainNotOurs, case=OPINION, explanation="属开发商保修")
review_not_ours = _builder(not_ours.ReviewNotOurs, case=OPINION, upheld=True, reason="核实无误")
attach = _builder(attachments.AttachToOpinion, case=OPINION, reference="archive:1", sha256="0" * 64, form="letter")
correct = _builder(corrections.CorrectOpinion, case=OPINION, category="pets", reason="登记有误")
correct_assessment = _builder(corrections.CorrectAssessment, case=OPINION, validity="invalid", reason="登记有误")
correct_callback = _builder(
    corrections.CorrectCallback, case=OPINION, callback=1, outcome_satisfied=True, reason="登记有误"
)
merge = _builder(merging.MergeOpinion, case="opinion:2", into=OPINION)
note_second = _builder(merging.NoteSecondComplaint, case=OPINION, by_case="opinion:2")

# Clocks and the group platform

agree_time = _builder(deadlines.AgreeTime, case=OPINION, clock="response", asked_by="customer")
confirm_deadlines = _builder(deadlines.ConfirmDeadlines, case=OPINION)
start_work = _builder(platform.StartWork, case=OPINION)
make_contact = _builder(platform.MakeContact, case=OPINION, way="phone", department="cleaning")
submit_solution = _builder(platform.SubmitSolution, case=OPINION, text="加派人手")
issue_solution = _builder(platform.IssueSolution, case=OPINION, text="同意")

# Alerts and repetition

raise_alert = _builder(alerts.RaiseAlert, case=OPINION, level="blue", reason="overdue")
declare_risk = _builder(alerts.DeclareEscalationRisk, case=OPINION, reason="业主联系了媒体")
confirm_alert = _builder(alerts.ConfirmAlert, case=OPINION, level="blue")
dismiss_alert = _builder(alerts.DismissAlert, case=OPINION, level="blue", reason="已另行处理")
forward_alert = _builder(alerts.ForwardAlert, case=OPINION, level="blue")
plan_on_alert = _builder(alerts.SubmitAlertPlan, case=OPINION, level="blue", text="今日完成整改")
record_action = _builder(corrective.RecordCorrectiveAction, case=OPINION, measure="修订施工管理办法")
treat_as_unsatisfied = _builder(repetition.TreatAsUnsatisfied, case=OPINION, by_case="opinion:2")

# Service orders

request = _builder(
    orders.RequestOrder,
    case=ORDER,
    center=CENTER,
    channel="phone",
    category="water",
    customer="customer:1",
    content="水龙头漏水",
)
agree_price = _builder(orders.AgreePrice, case=ORDER, basis="posted", amount="35.00")
dispatch_order = _builder(orders.DispatchOrder, case=ORDER, to="staff:technician")
receive = _builder(orders.ReceiveOrder, case=ORDER)
arrive = _builder(orders.ArriveForOrder, case=ORDER)
complete = _builder(
    orders.CompleteOrder, case=ORDER, tested=True, signed=True, qualified=True, rating="satisfied", fee="0"
)
call_back_order = _builder(
    orders.CallBackOrder, case=ORDER, way="phone", timely=True, manners_satisfied=True, quality_satisfied=True
)
end_order = _builder(orders.EndOrder, case=ORDER)

# Surveys

approve_form = _builder(surveys.ApproveSurveyForm, case=SURVEY, center=CENTER, title="年度顾客意见调查", items=_ITEMS)
distribute = _builder(surveys.DistributeSurvey, case=SURVEY, forms=10)
return_form = _builder(surveys.ReturnSurveyForm, case=SURVEY, answers=_ANSWERS)
record_counts = _builder(surveys.RecordSurveyCounts, case=SURVEY, returned=8, counts=dict.fromkeys(_ANSWERS, _COUNT))
close = _builder(surveys.CloseSurvey, case=SURVEY)
