"""fact_deadlines: one row a deadline that was moved; the one it replaces stays in `was` and in its event (OP-5)."""

from __future__ import annotations

from typing import Final

from ...domain.opinion.deadlines import DeadlineMoved
from ..columntypes import BOOLEAN, CODE, INTEGER, LABEL, TIME
from ..vocabulary import Facts, last

DEADLINES: Final = Facts(
    name="fact_deadlines",
    zh="期限变更",
    en="deadlines of opinions that were moved",
    key=("case", "move"),
    key_labels=(("案件", "case, the stream's id"), ("变更序号", "move, from 1")),
    opened_by=(DeadlineMoved,),
    columns=(
        last("clock", CODE, DeadlineMoved, zh="时限", en="which clock", rule="OP-5"),
        last("turn", INTEGER, DeadlineMoved, zh="轮次", en="turn of handling", rule="OP-11"),
        last("number", INTEGER, DeadlineMoved, zh="序号", en="which follow-up; 1 for other clocks", rule="OP-9"),
        last("moved_at", TIME, DeadlineMoved, field="occurred_at", zh="变更时间", en="when it was moved", rule="OP-5"),
        last("because", CODE, DeadlineMoved, zh="原因", en="agreed, calendar published, or handled again", rule="OP-5"),
        last("asked_by", CODE, DeadlineMoved, zh="提出方", en="who asked for another time", rule="OP-5"),
        last("due_at", TIME, DeadlineMoved, zh="新期限", en="the deadline from then on", rule="OP-5"),
        last("provisional", BOOLEAN, DeadlineMoved, zh="新期限为暂定", en="it is provisional", rule="OP-6"),
        last("was", TIME, DeadlineMoved, zh="原期限", en="the deadline it replaces", rule="OP-5"),
        last("was_late", BOOLEAN, DeadlineMoved, zh="变更时已超期", en="that one had run out", rule="OP-5"),
        last("calendar", LABEL, DeadlineMoved, zh="日历版本", en="edition it was counted anew by", rule="OP-6"),
    ),
)
