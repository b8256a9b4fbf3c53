"""x"""

from caseledger.domain.order.commands import CallBackOrder, EndOrder
from tests.domain.orders import CASE
from tests.domain.story import Anything, do


def call_back(when: str = "2026-03-03 10:00", /, **fields: Anything) -> CallBackOrder:
    return do(CallBackOrder, when, case=CASE, **({"way": "phone"} | fields))


def end(when: str = "2026-03-03 11:00", /, **fields: Anything) -> EndOrder:
    return do(EndOrder, when, case=CASE, **fields)
