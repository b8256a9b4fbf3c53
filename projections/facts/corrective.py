"""fact_corrective_calls: what calls for corrective action; fact_corrective_actions: what was done (OP-15)."""

from __future__ import annotations

from typing import Final

from ...domain.opinion.corrective import CorrectiveActionCalled, CorrectiveActionTaken, CorrectiveCallClosed
from ..columntypes import CODE, ID, INTEGER, MONTH, TIME
from ..vocabulary import Facts, last

CORRECTIVE_CALLS: Final = Facts(
    name="fact_corrective_calls",
    zh="应采取纠正或预防措施的意见",
    en="repeated and far-reaching opinions that call for action",
    key=("case", "call"),
    key_labels=(("案件", "case, the stream's id"), ("要求序号", "call, from 1")),
    opened_by=(CorrectiveActionCalled,),
    indices=(("closed_at",), ("called_month",)),
    columns=(
        last("reason", CODE, CorrectiveActionCalled, zh="原因", en="why", rule="OP-15"),
        last("severity", CODE, CorrectiveActionCalled, zh="影响程度", en="severity that called for it", rule="OP-19"),
        last("alert", INTEGER, CorrectiveActionCalled, zh="预警序号", en="alert that called for it", rule="GP-6"),
        last(
            "by_case",
            ID,
            CorrectiveActionCalled,
            zh="重复案件",
            en="the case that repeats it, or that it repeats",
            rule="OP-12",
        ),
        last(
            "called_at", TIME, CorrectiveActionCalled, field="occurred_at", zh="起始时间", en="since when", rule="OP-15"
        ),
        last(
            "called_month",
            MONTH,
            CorrectiveActionCalled,
            field="local_date",
            zh="起始月份",
            en="local month since which it calls for it",
            rule="DA-5",
        ),
        last(
            "closed_at",
            TIME,
            CorrectiveCallClosed,
            field="occurred_at",
            zh="了结时间",
            en="waits no longer since",
            rule="OP-15",
        ),
        last(
            "action",
            INTEGER,
            CorrectiveCallClosed,
            zh="措施序号",
            en="first action on it; none: judged less far-reaching",
            rule="OP-15",
        ),
    ),
)

CORRECTIVE_ACTIONS: Final = Facts(
    name="fact_corrective_actions",
    zh="纠正和预防措施",
    en="corrective and preventive actions on opinions",
    key=("case", "action"),
    key_labels=(("案件", "case, the stream's id"), ("措施序号", "action, from 1")),
    opened_by=(CorrectiveActionTaken,),
    columns=(
        last("kind", CODE, CorrectiveActionTaken, zh="措施类型", en="corrective or preventive", rule="OP-15"),
        last("taken_at", TIME, CorrectiveActionTaken, field="occurred_at", zh="措施时间", en="taken", rule="OP-15"),
        last("taken_by", ID, CorrectiveActionTaken, zh="责任人", en="who took it", rule="OP-15"),
        last("record", ID, CorrectiveActionTaken, zh="措施记录号", en="number of its own record", rule="OP-15"),
    ),
)
