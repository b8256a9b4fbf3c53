"""fact_orders: one row a service order, as far as it has come (SO-1 to SO-13)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from sqlalchemy import ColumnElement, Integer, case, literal_column

from ...domain.order.events import (
    OrderArrived,
    OrderCalledBack,
    OrderCompleted,
    OrderDispatched,
    OrderEnded,
    OrderReceived,
    OrderRequested,
    PriceAgreed,
)
from ..columntypes import BOOLEAN, CODE, DAY, ID, INTEGER, LABEL, MONEY, MONTH, TIME, word
from ..vocabulary import Facts, compared, count, first, last, unseen

Row = Mapping[str, ColumnElement[Any]]

ARRIVAL = (OrderRequested, OrderDispatched, OrderReceived)
"""Each records the time to arrive as it stands from then on (SO-6)."""


def _status(row: Row) -> ColumnElement[str]:
    """The word of `OrderState.status`; a dispatch counts as received or arrived at by its own number."""
    nothing = literal_column("0", Integer())
    return case(
        (row["ended_at"].is_not(None), word("ended")),
        (row["called_back_turn"] == row["turns"], word("called_back")),
        (row["completed_at"].is_not(None), word("completed")),
        (row["dispatches"] == nothing, word("requested")),
        (row["arrived_dispatch"] == row["dispatches"], word("arrived")),
        (row["received_dispatch"] == row["dispatches"], word("received")),
        else_=word("dispatched"),
    )


ORDERS: Final = Facts(
    name="fact_orders",
    zh="顾客委托服务单",
    en="service orders, one row each",
    key=("case",),
    opened_by=(OrderRequested,),
    indices=(
        ("number",),
        ("unit",),
        ("customer",),
        ("month", "center"),
        ("completed_month", "center"),
        ("requested_at",),
        ("center", "requested_at"),
        ("status", "requested_at"),
    ),
    columns=(
        first("center", ID, OrderRequested, zh="管理服务中心", en="management service center", rule="SO-1"),
        first("number", ID, OrderRequested, zh="表单编号", en="number on the form", rule="SO-1"),
        first("channel", CODE, OrderRequested, zh="受理渠道", en="how it came in", rule="SO-1"),
        first("category", CODE, OrderRequested, zh="服务类别", en="category of work", rule="SO-1"),
        first("priority", CODE, OrderRequested, zh="急缓", en="urgent, ordinary, can wait", rule="SO-15"),
        first("effort", CODE, OrderRequested, zh="轻重", en="light or heavy", rule="SO-15"),
        first("estate", CODE, OrderRequested, zh="小区", en="estate", rule="SO-1"),
        first("area", CODE, OrderRequested, zh="区域", en="area of the estate", rule="SO-1"),
        first("unit", ID, OrderRequested, zh="房产", en="dwelling or office", rule="SO-1"),
        first("customer", ID, OrderRequested, zh="顾客编号", en="customer's id", rule="SO-1"),
        first("source", CODE, OrderRequested, zh="来源系统", en="system it was imported from", rule="OP-18"),
        first("source_case", ID, OrderRequested, zh="来源编号", en="that system's own id", rule="OP-18"),
        first("linked_to", ID, OrderRequested, zh="关联单", en="earlier order it goes back to", rule="SO-10"),
        first(
            "requested_on", DAY, OrderRequested, field="local_date", zh="受理日", en="local day of request", rule="DA-5"
        ),
        first(
            "month",
            MONTH,
            OrderRequested,
            field="local_date",
            zh="受理月份",
            en="local month of request",
            rule="DA-5",
        ),
        first(
            "requested_at",
            TIME,
            OrderRequested,
            field="occurred_at",
            zh="受理时间",
            en="request",
            rule="SO-1",
        ),
        first("policy_name", CODE, OrderRequested, zh="政策", en="governing policy", rule="policy"),
        first("policy_version", LABEL, OrderRequested, zh="政策版本", en="its version", rule="policy"),
        first("policy_digest", ID, OrderRequested, zh="政策摘要", en="SHA-256 of its values", rule="policy"),
        count("prices", PriceAgreed, zh="议价次数", en="prices agreed", rule="SO-2"),
        last("price_basis", CODE, PriceAgreed, field="basis", zh="收费依据", en="posted or negotiated", rule="SO-2"),
        last("price", MONEY, PriceAgreed, field="amount", zh="约定价格", en="price last agreed", rule="SO-2"),
        first("priced_at", TIME, PriceAgreed, field="occurred_at", zh="约价时间", en="price first agreed", rule="SO-2"),
        count("dispatches", OrderDispatched, zh="派单次数", en="dispatches", rule="SO-4"),
        last(
            "provider_kind", CODE, OrderDispatched, field="to_kind", zh="服务方类别", en="kind of provider", rule="SO-4"
        ),
        last("provider", ID, OrderDispatched, field="to", zh="服务方", en="who does the work", rule="SO-4"),
        last("agreement", ID, OrderDispatched, zh="委托服务协议", en="supplier's agreement on file", rule="SO-4"),
        last("planned_completion_at", TIME, OrderDispatched, zh="计划完成", en="planned completion", rule="SO-16"),
        first("received_at", TIME, OrderReceived, field="occurred_at", zh="首次接单", en="first receipt", rule="SO-6"),
        unseen(last("received_dispatch", INTEGER, OrderReceived, field="dispatch", zh="", en="", rule="SO-6")),
        last("arrival_agreed", BOOLEAN, ARRIVAL, zh="到场时间为约定", en="time to arrive was agreed", rule="SO-6"),
        last("arrival_due_at", TIME, ARRIVAL, zh="到场期限", en="arrival due", rule="SO-6"),
        first("arrived_at", TIME, OrderArrived, field="occurred_at", zh="首次到场", en="first arrival", rule="SO-6"),
        unseen(last("arrived_dispatch", INTEGER, OrderArrived, field="dispatch", zh="", en="", rule="SO-6")),
        unseen(last("turns", INTEGER, OrderRequested, field="turn", zh="", en="", rule="SO-10")),
        last("completed_at", TIME, OrderCompleted, field="occurred_at", zh="完成时间", en="completion", rule="SO-8"),
        last("completed_on", DAY, OrderCompleted, field="local_date", zh="完成日", en="local day", rule="DA-5"),
        last(
            "completed_month",
            MONTH,
            OrderCompleted,
            field="local_date",
            zh="完成月份",
            en="local month of completion",
            rule="SO-11",
        ),
        first("qualified", BOOLEAN, OrderCompleted, zh="首次合格", en="in order at first completion", rule="SO-13"),
        last("rating", CODE, OrderCompleted, zh="顾客评价", en="customer's rating", rule="SO-8"),
        last("work_started_at", TIME, OrderCompleted, zh="开始作业", en="start of the work", rule="SO-16"),
        last("work_minutes", INTEGER, OrderCompleted, zh="工时(分)", en="minutes worked", rule="SO-16"),
        last("fee", MONEY, OrderCompleted, zh="费用", en="fee charged", rule="SO-9"),
        last("callback_due_at", TIME, OrderCompleted, zh="回访期限", en="callback due", rule="SO-11"),
        count("callbacks", OrderCalledBack, zh="回访次数", en="callbacks", rule="SO-11"),
        first(
            "called_back_at",
            TIME,
            OrderCalledBack,
            field="occurred_at",
            zh="回访时间",
            en="first callback",
            rule="SO-11",
        ),
        unseen(last("called_back_turn", INTEGER, OrderCalledBack, field="turn", zh="", en="", rule="SO-11")),
        last("callback_way", CODE, OrderCalledBack, field="way", zh="回访方式", en="way of the callback", rule="SO-11"),
        last("by_visit", BOOLEAN, OrderCalledBack, zh="上门回访", en="called back by a visit", rule="SO-11"),
        last("timely", BOOLEAN, OrderCalledBack, zh="及时", en="in time?", rule="SO-11"),
        last("manners_satisfied", BOOLEAN, OrderCalledBack, zh="礼仪满意", en="satisfied with manners?", rule="SO-11"),
        last("quality_satisfied", BOOLEAN, OrderCalledBack, zh="质量满意", en="satisfied with quality?", rule="SO-11"),
        last("satisfied", BOOLEAN, OrderCalledBack, zh="总体满意", en="satisfied on the whole?", rule="SO-11"),
        last("ended_at", TIME, OrderEnded, field="occurred_at", zh="结束时间", en="end", rule="SO-11"),
        last("ended_month", MONTH, OrderEnded, field="local_date", zh="归档月份", en="archive month", rule="DA-5"),
        last("ending", CODE, OrderEnded, zh="结束方式", en="how it ended", rule="SO-11"),
        compared(
            "status",
            CODE,
            _status,
            of=(
                "ended_at",
                "called_back_turn",
                "turns",
                "completed_at",
                "dispatches",
                "arrived_dispatch",
                "received_dispatch",
            ),
            zh="状态",
            en="where it stands",
            rule="SO-11",
        ),
    ),
)
