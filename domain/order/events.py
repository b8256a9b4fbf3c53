"""What can have happened to a service order. The stored names are a storage format: never change one, add a version."""

from __future__ import annotations

from typing import ClassVar

from ..event import Event
from ..personal import Personal
from ..values import CenterId, Channel, Code, Count, Id, Money, OrderId, Satisfaction, UtcTime, Way
from .words import Effort, Ending, MaterialFrom, PriceBasis, Priority, Provider


class OrderRequested(Event):
    """A customer asked for work (SO-1). `arrival_due_at` is the agreed time, where one is agreed already.

    `arrival_due_early` flags an agreed time before the request, kept as recorded.
    """

    name: ClassVar[str] = "order.requested.v1"
    center: CenterId
    number: str
    turn: Count = 1
    channel: Channel | None = None
    category: Code | None = None
    priority: Priority
    effort: Effort | None = None
    estate: Code | None = None
    area: Code | None = None
    unit: Id | None = None
    customer: Id | None = None
    contact: Personal | None = None
    place: Personal | None = None
    content: Personal | None = None
    arrival_agreed: bool = False
    arrival_due_at: UtcTime | None = None
    arrival_due_early: bool = False
    linked_to: OrderId | None = None
    source: Code | None = None
    source_case: Id | None = None


class PriceAgreed(Event):
    """The customer was told the price and agreed (SO-2); `price` counts the agreements, the last one holds."""

    name: ClassVar[str] = "order.price_agreed.v1"
    turn: Count
    price: Count
    basis: PriceBasis
    amount: Money
    note: Personal | None = None


class OrderDispatched(Event):
    """The order was handed to whoever does the work (SO-4). `arrival_due_at`: as agreed, or as it stands already.

    `agreement` names the signed supplier's agreement (委托服务协议) on file; `planned_completion_at` is SO-16's plan.
    """

    name: ClassVar[str] = "order.dispatched.v1"
    turn: Count
    dispatch: Count
    to_kind: Provider
    to: Id
    agreement: Id | None = None
    planned_completion_at: UtcTime | None = None
    arrival_agreed: bool = False
    arrival_due_at: UtcTime | None = None
    arrival_due_early: bool = False
    note: Personal | None = None


class OrderReceived(Event):
    """The technician has the order; the time to arrive runs from the first receipt of the turn, or is agreed (SO-6)."""

    name: ClassVar[str] = "order.received.v1"
    turn: Count
    dispatch: Count
    receipt: Count
    arrival_agreed: bool = False
    arrival_due_at: UtcTime | None = None


class OrderArrived(Event):
    """The technician stood at the customer's door (SO-6)."""

    name: ClassVar[str] = "order.arrived.v1"
    turn: Count
    dispatch: Count
    arrival: Count


class OrderCompleted(Event):
    """The work of a turn is done (SO-8); the callback is due from here (SO-11).

    `qualified`: it was in order at this completion; the pass rate counts turn 1 (SO-13). `work_minutes` is time worked.
    """

    name: ClassVar[str] = "order.completed.v1"
    turn: Count
    tested: bool
    signed: bool
    qualified: bool
    rating: Satisfaction | None = None
    work_started_at: UtcTime | None = None
    work_minutes: Count | None = None
    material_from: MaterialFrom | None = None
    material: Personal | None = None
    fee: Money
    result: Personal | None = None
    callback_due_at: UtcTime | None = None
    callback_due_provisional: bool = False
    calendar: str | None = None


class OrderCalledBack(Event):
    """The customer was asked afterwards (SO-11). An absent answer is unknown; `satisfied` is that on the whole."""

    name: ClassVar[str] = "order.called_back.v1"
    callback: Count
    turn: Count
    way: Way
    by_visit: bool
    customer_signed: bool
    timely: bool | None = None
    manners_satisfied: bool | None = None
    quality_satisfied: bool | None = None
    satisfied: bool | None = None
    provider_told: bool | None = None
    remark: Personal | None = None
    further_needs: Personal | None = None


class OrderEnded(Event):
    """The order ended (SO-11). `source_status` is another system's own word for it, where it was imported."""

    name: ClassVar[str] = "order.ended.v1"
    turn: Count
    ending: Ending
    explanation: Personal | None = None
    source: Code | None = None
    source_status: Code | None = None


ORDER_EVENTS = (
    OrderRequested,
    PriceAgreed,
    OrderDispatched,
    OrderReceived,
    OrderArrived,
    OrderCompleted,
    OrderCalledBack,
    OrderEnded,
)
