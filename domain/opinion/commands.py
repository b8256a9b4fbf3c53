"""What may be asked about an opinion."""

from __future__ import annotations

from typing import ClassVar

from pydantic import Field

from ..command import Command
from ..personal import PersonalText
from ..values import CenterId, Channel, Code, Id, OpinionId, UtcTime, Way
from .words import Kind, Level, Receiver, Severity, Validity


class AcceptOpinion(Command):
    """Take in an opinion (OP-1, OP-3): the start of a case, with the number on its form.

    An agreed time replaces the policy's limit for the response (OP-5); handling has a deadline only by agreement.
    """

    name: ClassVar[str] = "accept_opinion"
    creates: ClassVar[bool] = True
    refers_to: ClassVar[tuple[str, ...]] = ("linked_to",)
    center: CenterId
    case: OpinionId | None = Field(default=None, description="id of the new case; derived from command_id where absent")
    kind: Kind
    channel: Channel
    level: Level = Level.CENTER
    category: Code | None = Field(default=None, description="one of the policy's categories (OP-4)")
    severity: Severity | None = None
    estate: Code | None = None
    area: Code | None = None
    unit: Id | None = Field(default=None, description="the dwelling or office it is about")
    customer: Id | None = Field(default=None, description="id of the person who says it")
    department: Code | None = Field(default=None, description="department in charge from the start, where known")
    contact: PersonalText | None = Field(default=None, description="name and how to reach the customer; sealed")
    place: PersonalText | None = Field(default=None, description="where it happened; sealed")
    content: PersonalText | None = Field(default=None, description="what was said; sealed")
    wanted_way: Way | None = Field(default=None, description="how the customer wants the reply (OP-3)")
    wanted_at: UtcTime | None = Field(default=None, description="when the customer wants the reply (OP-3)")
    agreed_response_at: UtcTime | None = None
    agreed_handling_at: UtcTime | None = None
    linked_to: OpinionId | None = Field(default=None, description="an ended case that this one opens anew (OP-14)")
    source: Code | None = Field(default=None, description="name of the system it was imported from")
    source_case: Id | None = Field(default=None, description="that system's own id of the case")


class OfOpinion(Command):
    """A command about an opinion that is in the ledger."""

    case: OpinionId


class AssessOpinion(OfOpinion):
    """Judge a complaint valid, invalid or a third party's, with the reason (OP-2)."""

    name: ClassVar[str] = "assess_opinion"
    validity: Validity
    reason: PersonalText
    severity: Severity | None = None


class DispatchOpinion(OfOpinion):
    """Hand the case to a handler, a department or a supplier; or, as the company, to the center (OP-8)."""

    name: ClassVar[str] = "dispatch_opinion"
    to_kind: Receiver = Receiver.HANDLER
    to: Id
    reason: PersonalText | None = None
    jointly: bool = Field(default=False, description="beside those who have it already, who go on with it (OP-8)")


class TransferOpinion(OfOpinion):
    """Pass the case on to another department or to the company (OP-8); say whether the customer was told (4.6.3)."""

    name: ClassVar[str] = "transfer_opinion"
    to_kind: Receiver = Receiver.DEPARTMENT
    to: Id
    reason: PersonalText
    explained: bool
    jointly: bool = Field(default=False, description="those who have it already go on with it (OP-8)")


class RespondToOpinion(OfOpinion):
    """Record the first response to the customer (OP-5)."""

    name: ClassVar[str] = "respond_to_opinion"
    way: Way
    note: PersonalText | None = None


class ProposePlan(OfOpinion):
    """Put forward a handling plan (OP-6)."""

    name: ClassVar[str] = "propose_plan"
    text: PersonalText


class ApprovePlan(OfOpinion):
    """Sign the plan, before it is carried out (OP-7)."""

    name: ClassVar[str] = "approve_plan"


class ReturnPlan(OfOpinion):
    """Send the plan back, with the reason (OP-7)."""

    name: ClassVar[str] = "return_plan"
    reason: PersonalText


class FinishHandling(OfOpinion):
    """Check and sign the result of the current turn (OP-7)."""

    name: ClassVar[str] = "finish_handling"
    result: PersonalText


class FollowUpOpinion(OfOpinion):
    """Tell the customer how the open case is going (OP-9)."""

    name: ClassVar[str] = "follow_up_opinion"
    way: Way
    note: PersonalText | None = None


class CallBackOpinion(OfOpinion):
    """Ask the customer afterwards (OP-10): in time? satisfied with the outcome, with the attitude? anything else?

    `still_wrong` sends the case back to handling even where the three answers do not (OP-11).
    """

    name: ClassVar[str] = "call_back_opinion"
    way: Way
    handled_in_time: bool | None = None
    outcome_satisfied: bool | None = None
    attitude_satisfied: bool | None = None
    still_wrong: bool = False
    further_needs: PersonalText | None = None


class CommentOnOpinion(OfOpinion):
    """Write the manager's comment (OP-1)."""

    name: ClassVar[str] = "comment_on_opinion"
    comment: PersonalText


class EndOpinion(OfOpinion):
    """End the case: after its callback, or with a closing explanation (OP-14)."""

    name: ClassVar[str] = "end_opinion"
    explanation: PersonalText | None = Field(default=None, description="结束说明: why it ends without a callback")
    source: Code | None = None
    source_status: Code | None = None


OPINION_COMMANDS = (
    AcceptOpinion,
    AssessOpinion,
    DispatchOpinion,
    TransferOpinion,
    RespondToOpinion,
    ProposePlan,
    ApprovePlan,
    ReturnPlan,
    FinishHandling,
    FollowUpOpinion,
    CallBackOpinion,
    CommentOnOpinion,
    EndOpinion,
)
