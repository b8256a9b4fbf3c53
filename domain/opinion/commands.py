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
    kind: Kind = Field(description="what the customer came with (OP-1)")
    channel: Channel = Field(description="how it came in (OP-1)")
    level: Level = Field(default=Level.CENTER, description="who took it in; the time for the plan depends on it (OP-6)")
    category: Code | None = Field(default=None, description="one of the policy's categories (OP-4)")
    severity: Severity | None = Field(default=None, description="how far it reaches, where seen at once (OP-19)")
    estate: Code | None = Field(default=None, description="one of the center's estates")
    area: Code | None = Field(default=None, description="one of the estate's areas")
    unit: Id | None = Field(default=None, description="the dwelling or office it is about")
    customer: Id | None = Field(default=None, description="id of the person who says it")
    department: Code | None = Field(default=None, description="department in charge from the start, where known")
    contact: PersonalText | None = Field(default=None, description="name and how to reach the customer; sealed")
    place: PersonalText | None = Field(default=None, description="where it happened; sealed")
    content: PersonalText | None = Field(default=None, description="what was said; sealed")
    wanted_way: Way | None = Field(default=None, description="how the customer wants the reply (OP-3)")
    wanted_at: UtcTime | None = Field(default=None, description="when the customer wants the reply (OP-3)")
    agreed_response_at: UtcTime | None = Field(
        default=None, description="until when the customer agreed to be answered (OP-5)"
    )
    agreed_handling_at: UtcTime | None = Field(
        default=None, description="until when the customer agreed that it be handled (OP-5)"
    )
    linked_to: OpinionId | None = Field(default=None, description="an ended case that this one opens anew (OP-14)")
    source: Code | None = Field(default=None, description="name of the system it was imported from")
    source_case: Id | None = Field(default=None, description="that system's own id of the case")


class OfOpinion(Command):
    """A command about an opinion that is in the ledger."""

    case: OpinionId


class AssessOpinion(OfOpinion):
    """Judge a complaint valid, invalid or a third party's, with the reason (OP-2)."""

    name: ClassVar[str] = "assess_opinion"
    validity: Validity = Field(description="what it was judged to be")
    reason: PersonalText = Field(description="why; sealed")
    severity: Severity | None = Field(default=None, description="how far it reaches (OP-19)")


class DispatchOpinion(OfOpinion):
    """Hand the case to a handler, a department or a supplier; or, as the company, to the center (OP-8)."""

    name: ClassVar[str] = "dispatch_opinion"
    to_kind: Receiver = Field(default=Receiver.HANDLER, description="what `to` is")
    to: Id = Field(description="who gets it")
    reason: PersonalText | None = Field(default=None, description="why; sealed")
    jointly: bool = Field(default=False, description="beside those who have it already, who go on with it (OP-8)")


class TransferOpinion(OfOpinion):
    """Pass the case on to another department or to the company (OP-8); say whether the customer was told (4.6.3)."""

    name: ClassVar[str] = "transfer_opinion"
    to_kind: Receiver = Field(default=Receiver.DEPARTMENT, description="what `to` is")
    to: Id = Field(description="who gets it")
    reason: PersonalText = Field(description="why; sealed")
    explained: bool = Field(description="whether the customer was told")
    jointly: bool = Field(default=False, description="those who have it already go on with it (OP-8)")


class RespondToOpinion(OfOpinion):
    """Record the first response to the customer (OP-5)."""

    name: ClassVar[str] = "respond_to_opinion"
    way: Way = Field(description="how the customer was answered")
    note: PersonalText | None = Field(default=None, description="what was said; sealed")


class ProposePlan(OfOpinion):
    """Put forward a handling plan (OP-6)."""

    name: ClassVar[str] = "propose_plan"
    text: PersonalText = Field(description="the plan; sealed")


class ApprovePlan(OfOpinion):
    """Sign the plan, before it is carried out (OP-7)."""

    name: ClassVar[str] = "approve_plan"


class ReturnPlan(OfOpinion):
    """Send the plan back, with the reason (OP-7)."""

    name: ClassVar[str] = "return_plan"
    reason: PersonalText = Field(description="what is to be done better; sealed")


class FinishHandling(OfOpinion):
    """Check and sign the result of the current turn (OP-7)."""

    name: ClassVar[str] = "finish_handling"
    result: PersonalText = Field(description="what was done; sealed")


class FollowUpOpinion(OfOpinion):
    """Tell the customer how the open case is going (OP-9)."""

    name: ClassVar[str] = "follow_up_opinion"
    way: Way = Field(description="how the customer was told")
    note: PersonalText | None = Field(default=None, description="what was said; sealed")


class CallBackOpinion(OfOpinion):
    """Ask the customer afterwards (OP-10): in time? satisfied with the outcome, with the attitude? anything else?

    `still_wrong` sends the case back to handling even where the three answers do not (OP-11).
    """

    name: ClassVar[str] = "call_back_opinion"
    way: Way = Field(description="how the customer was asked; `none` where there is no way to")
    handled_in_time: bool | None = Field(default=None, description="the customer's answer; absent where none was given")
    outcome_satisfied: bool | None = Field(
        default=None, description="the customer's answer; absent where none was given"
    )
    attitude_satisfied: bool | None = Field(
        default=None, description="the customer's answer; absent where none was given"
    )
    still_wrong: bool = Field(default=False, description="something is still to be handled (OP-11)")
    further_needs: PersonalText | None = Field(default=None, description="what else the customer wants; sealed")


class CommentOnOpinion(OfOpinion):
    """Write the manager's comment (OP-1)."""

    name: ClassVar[str] = "comment_on_opinion"
    comment: PersonalText = Field(description="the comment; sealed")


class EndOpinion(OfOpinion):
    """End the case: after its callback, or with a closing explanation (OP-14)."""

    name: ClassVar[str] = "end_opinion"
    explanation: PersonalText | None = Field(default=None, description="结束说明: why it ends without a callback")
    source: Code | None = Field(default=None, description="name of the system it was imported from")
    source_status: Code | None = Field(default=None, description="that system's own word for how it ended")


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
