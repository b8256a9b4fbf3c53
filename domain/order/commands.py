"""What may be asked about a service order."""

from __future__ import annotations

from typing import ClassVar

from pydantic import Field

from ..command import Command
from ..personal import PersonalText
from ..values import CenterId, Channel, Code, Count, Id, Money, OrderId, Satisfaction, UtcTime, Way
from .words import Effort, MaterialFrom, PriceBasis, Priority, Provider


class RequestOrder(Command):
    """Take in a request for work (SO-1): the start of an order, with the number on its form.

    An agreed time of arrival replaces the policy's limit (SO-6); an order that can wait needs one by its dispatch.
    """

    name: ClassVar[str] = "request_order"
    creates: ClassVar[bool] = True
    center: CenterId
    case: OrderId | None = Field(default=None, description="id of the new order; derived from command_id where absent")
    channel: Channel | None = None
    category: Code | None = Field(default=None, description="one of the policy's order categories (SO-1)")
    priority: Priority = Priority.ORDINARY
    effort: Effort | None = None
    estate: Code | None = None
    area: Code | None = None
    unit: Id | None = Field(default=None, description="the dwelling or office where the work is")
    customer: Id | None = Field(default=None, description="id of the person who asks")
    contact: PersonalText | None = Field(default=None, description="name and how to reach the customer; sealed")
    place: PersonalText | None = Field(default=None, description="where exactly; sealed")
    content: PersonalText | None = Field(default=None, description="what is needed; sealed")
    agreed_arrival_at: UtcTime | None = None
    linked_to: OrderId | None = Field(default=None, description="an earlier order that this one goes back to")
    source: Code | None = Field(default=None, description="name of the system it was imported from")
    source_case: Id | None = Field(default=None, description="that system's own id of the order")


class OfOrder(Command):
    """A command about a service order that is in the ledger."""

    case: OrderId


class AgreePrice(OfOrder):
    """Record the price the customer was told and agreed to (SO-2); a later one replaces it."""

    name: ClassVar[str] = "agree_price"
    basis: PriceBasis
    amount: Money = Field(description="the whole price, in the center's currency")
    note: PersonalText | None = None


class DispatchOrder(OfOrder):
    """Hand the order to whoever does the work (SO-4)."""

    name: ClassVar[str] = "dispatch_order"
    to_kind: Provider = Provider.TECHNICIAN
    to: Id
    agreement: Id | None = Field(default=None, description="signed agreement on file; a supplier needs one (SO-4)")
    agreed_arrival_at: UtcTime | None = Field(default=None, description="time agreed since the request (SO-6)")
    planned_completion_at: UtcTime | None = Field(default=None, description="plan, entered at dispatch (SO-16)")
    note: PersonalText | None = None


class ReceiveOrder(OfOrder):
    """Record that the technician has the order: the time to arrive runs (SO-6)."""

    name: ClassVar[str] = "receive_order"


class ArriveForOrder(OfOrder):
    """Record the arrival at the customer's (SO-6)."""

    name: ClassVar[str] = "arrive_for_order"


class CompleteOrder(OfOrder):
    """Record that the work is done, tested before the customer, signed and rated (SO-8)."""

    name: ClassVar[str] = "complete_order"
    tested: bool = Field(description="tested before the customer")
    signed: bool = Field(description="signed by the customer")
    qualified: bool = Field(description="in order at this completion (SO-10, SO-13)")
    rating: Satisfaction | None = None
    work_started_at: UtcTime | None = None
    work_minutes: Count | None = Field(default=None, description="time worked, in minutes")
    material_from: MaterialFrom | None = None
    material: PersonalText | None = Field(default=None, description="what was used; sealed")
    fee: Money = Field(description="what is charged; 0 for free work")
    result: PersonalText | None = None


class CallBackOrder(OfOrder):
    """Ask the customer afterwards (SO-11): in time? manners? quality? anything else? and on the whole?

    Without a `satisfied` on the whole it follows from the three answers: any no is a no, three times yes is a yes.
    """

    name: ClassVar[str] = "call_back_order"
    way: Way
    customer_signed: bool = Field(default=False, description="the customer wrote and signed; a visit needs it")
    timely: bool | None = None
    manners_satisfied: bool | None = None
    quality_satisfied: bool | None = None
    satisfied: bool | None = None
    provider_told: bool | None = Field(default=None, description="whether the provider was told the result")
    remark: PersonalText | None = Field(default=None, description="the customer's words")
    further_needs: PersonalText | None = None


class EndOrder(OfOrder):
    """End the order: after its callback, as not in the callback sample, or with a closing explanation (SO-11)."""

    name: ClassVar[str] = "end_order"
    not_sampled: bool = Field(default=False, description="it was not chosen for a callback (SO-11)")
    explanation: PersonalText | None = Field(default=None, description="结束说明: why it ends otherwise")
    source: Code | None = None
    source_status: Code | None = None


ORDER_COMMANDS = (
    RequestOrder,
    AgreePrice,
    DispatchOrder,
    ReceiveOrder,
    ArriveForOrder,
    CompleteOrder,
    CallBackOrder,
    EndOrder,
)
