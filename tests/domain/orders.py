"""Commands about one service order, by the clock of a Monday, and how far they bring it."""

from caseledger.domain.order.commands import (
    AgreePrice,
    ArriveForOrder,
    CallBackOrder,
    CompleteOrder,
    DispatchOrder,
    EndOrder,
    ReceiveOrder,
    RequestOrder,
)
from tests.domain.story import CENTER, Anything, do

CASE = "order:1"
DAY = "2026-03-02"  # a Monday


def request(when: str = f"{DAY} 09:00", /, **fields: Anything) -> RequestOrder:
    return do(RequestOrder, when, center=CENTER, case=CASE, **fields)


def price(amount: str, when: str = f"{DAY} 09:05") -> AgreePrice:
    return do(AgreePrice, when, case=CASE, basis="posted", amount=amount)


def dispatch(when: str = f"{DAY} 09:10", to: str = "staff:wang", **fields: Anything) -> DispatchOrder:
    return do(DispatchOrder, when, case=CASE, to=to, **fields)


def receive(when: str = f"{DAY} 09:15") -> ReceiveOrder:
    return do(ReceiveOrder, when, by="technician", case=CASE)


def arrive(when: str = f"{DAY} 09:40") -> ArriveForOrder:
    return do(ArriveForOrder, when, by="technician", case=CASE)


def complete(when: str = f"{DAY} 10:30", /, **fields: Anything) -> CompleteOrder:
    told: dict[str, Anything] = {"tested": True, "signed": True, "qualified": True, "fee": "0"} | fields
    return do(CompleteOrder, when, by="technician", case=CASE, **told)


def call_back(when: str = "2026-03-03 10:00", /, **fields: Anything) -> CallBackOrder:
    return do(CallBackOrder, when, case=CASE, **({"way": "phone"} | fields))


def end(when: str = "2026-03-03 11:00", /, **fields: Anything) -> EndOrder:
    return do(EndOrder, when, case=CASE, **fields)


ON_SITE = (request(), dispatch(), receive(), arrive())
DONE = (*ON_SITE, complete())
