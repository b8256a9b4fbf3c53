"""fact_callbacks: one row a callback of an opinion, with the answers; an answer not given is absent (OP-10)."""

from __future__ import annotations

from typing import Final

from ...domain.opinion.corrections import CallbackCorrected
from ...domain.opinion.events import CalledBack
from ..columntypes import BOOLEAN, CODE, DAY, INTEGER, TIME
from ..vocabulary import Facts, last, whether

ANSWERED: Final = (CalledBack, CallbackCorrected)

CALLBACKS: Final = Facts(
    name="fact_callbacks",
    zh="意见回访",
    en="callbacks of opinions",
    key=("case", "callback"),
    key_labels=(("案件", "case, the stream's id"), ("回访序号", "callback, from 1")),
    opened_by=(CalledBack,),
    columns=(
        last("turn", INTEGER, CalledBack, zh="轮次", en="turn of handling", rule="OP-11"),
        last("called_at", TIME, CalledBack, field="occurred_at", zh="回访时间", en="when", rule="OP-10"),
        last("called_on", DAY, CalledBack, field="local_date", zh="回访日", en="local day", rule="DA-5"),
        last("way", CODE, CalledBack, zh="回访方式", en="by which way", rule="OP-10"),
        last("handled_in_time", BOOLEAN, ANSWERED, zh="处理及时", en="handled in time?", rule="OP-10"),
        last("outcome_satisfied", BOOLEAN, ANSWERED, zh="结果满意", en="satisfied with the outcome?", rule="OP-10"),
        last("attitude_satisfied", BOOLEAN, ANSWERED, zh="态度满意", en="satisfied with the attitude?", rule="OP-10"),
        last("satisfied", BOOLEAN, ANSWERED, zh="无遗留问题", en="nothing was still wrong", rule="OP-11"),
        whether("corrected", CallbackCorrected, zh="已更正", en="the answers were corrected", rule="correction"),
    ),
)
