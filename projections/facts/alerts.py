"""fact_alerts: one row an alert, once per case and level (GP-5 to GP-7); fact_repetitions: what came again (OP-12)."""

from __future__ import annotations

from typing import Final

from ...domain.opinion.alert_events import (
    AlertConfirmed,
    AlertDismissed,
    AlertForwarded,
    AlertPlanSubmitted,
    AlertRaised,
)
from ...domain.opinion.repetition import TreatedAsUnsatisfied
from ..columntypes import CODE, ID, INTEGER, LABEL, MONEY, MONTH, TIME
from ..vocabulary import Facts, last

ALERTS: Final = Facts(
    name="fact_alerts",
    zh="预警",
    en="alerts of opinions",
    key=("case", "alert"),
    key_labels=(("案件", "case, the stream's id"), ("预警序号", "alert, from 1")),
    opened_by=(AlertRaised,),
    indices=(("confirmed_month",), ("planned_at", "dismissed_at")),
    columns=(
        last("level", CODE, AlertRaised, zh="级别", en="blue, yellow or red", rule="GP-5"),
        last("reason", CODE, AlertRaised, zh="原因", en="why it was raised", rule="GP-5"),
        last("raised_at", TIME, AlertRaised, field="occurred_at", zh="预警时间", en="raised", rule="GP-6"),
        last("limit_at", TIME, AlertRaised, zh="处理时限", en="time limit that was passed", rule="GP-5"),
        last("past_at", TIME, AlertRaised, zh="预警起点", en="past it by the level's days since", rule="GP-5"),
        last("counted", INTEGER, AlertRaised, zh="相同问题户数", en="households with the same issue", rule="GP-5"),
        last("households", INTEGER, AlertRaised, zh="总户数", en="of so many households", rule="GP-5"),
        last("scope", ID, AlertRaised, zh="范围", en="of this project, or of the company", rule="GP-5"),
        last("confirmed_at", TIME, AlertConfirmed, field="occurred_at", zh="核实时间", en="confirmed", rule="GP-6"),
        last("confirmed_by", ID, AlertConfirmed, zh="核实人", en="who confirmed it", rule="GP-6"),
        last(
            "confirmed_month",
            MONTH,
            AlertConfirmed,
            field="local_date",
            zh="核实月份",
            en="local month of confirmation",
            rule="GP-7",
        ),
        last("points", MONEY, AlertConfirmed, zh="扣分", en="points taken off", rule="GP-7"),
        last("dismissed_at", TIME, AlertDismissed, field="occurred_at", zh="撤销时间", en="dismissed", rule="GP-6"),
        last("forwarded_at", TIME, AlertForwarded, field="occurred_at", zh="转发时间", en="forwarded", rule="GP-6"),
        last("forwarded_to", LABEL, AlertForwarded, field="to_roles", zh="转发对象", en="to these roles", rule="GP-6"),
        last("plan_due_at", TIME, AlertForwarded, field="alert_plan_due_at", zh="方案期限", en="plan due", rule="GP-6"),
        last("planned_at", TIME, AlertPlanSubmitted, field="occurred_at", zh="上报方案", en="plan", rule="GP-6"),
        last("completion_at", TIME, AlertPlanSubmitted, zh="计划完成", en="completion time given", rule="GP-6"),
    ),
)

REPETITIONS: Final = Facts(
    name="fact_repetitions",
    zh="重复投诉",
    en="cases that count as unsatisfied because the same came again",
    key=("case", "repetition"),
    key_labels=(("案件", "case, the stream's id"), ("重复序号", "repetition, from 1")),
    opened_by=(TreatedAsUnsatisfied,),
    columns=(
        last("turn", INTEGER, TreatedAsUnsatisfied, zh="轮次", en="turn that counts so", rule="OP-12"),
        last("by_case", ID, TreatedAsUnsatisfied, zh="后来案件", en="the case that came again", rule="OP-12"),
        last("treated_at", TIME, TreatedAsUnsatisfied, field="occurred_at", zh="判定时间", en="when", rule="OP-12"),
    ),
)
