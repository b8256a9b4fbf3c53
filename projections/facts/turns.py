"""fact_turns: one row a turn of handling; a later turn never touches an earlier one (OP-11)."""

from __future__ import annotations

from typing import Final

from ...domain.opinion.corrections import CallbackCorrected
from ...domain.opinion.events import (
    CalledBack,
    HandlingFinished,
    OpinionAccepted,
    OpinionEnded,
    PlanApproved,
    PlanProposed,
    PlanReturned,
    RehandlingStarted,
)
from ...domain.opinion.repetition import TreatedAsUnsatisfied
from ..columntypes import BOOLEAN, TIME
from ..vocabulary import Facts, count, first, last

TURNS: Final = Facts(
    name="fact_turns",
    zh="处理轮次",
    en="turns of handling of opinions",
    key=("case", "turn"),
    key_labels=(("案件", "case, the stream's id"), ("轮次", "turn, from 1")),
    opened_by=(OpinionAccepted, RehandlingStarted),
    columns=(
        first(
            "started_at",
            TIME,
            (OpinionAccepted, RehandlingStarted),
            field="occurred_at",
            zh="开始",
            en="start of the turn",
            rule="OP-11",
        ),
        count("plans", PlanProposed, zh="方案数", en="plans proposed", rule="OP-6"),
        first(
            "plan_first_proposed_at",
            TIME,
            PlanProposed,
            field="occurred_at",
            zh="首个方案",
            en="first plan",
            rule="OP-6",
        ),
        last(
            "plan_last_proposed_at", TIME, PlanProposed, field="occurred_at", zh="最近方案", en="last plan", rule="OP-6"
        ),
        last(
            "plan_approved_at", TIME, PlanApproved, field="occurred_at", zh="方案审定", en="plan approved", rule="OP-7"
        ),
        count("plans_returned", PlanReturned, zh="方案退回数", en="plans returned", rule="OP-7"),
        last(
            "finished_at",
            TIME,
            HandlingFinished,
            field="occurred_at",
            zh="处理完成",
            en="handling finished",
            rule="OP-7",
        ),
        last("callback_due_at", TIME, HandlingFinished, zh="回访期限", en="callback due", rule="OP-10"),
        count("callbacks", CalledBack, zh="回访次数", en="callbacks", rule="OP-10"),
        first(
            "called_back_at", TIME, CalledBack, field="occurred_at", zh="回访时间", en="first callback", rule="OP-10"
        ),
        last(
            "satisfied",
            BOOLEAN,
            (CalledBack, CallbackCorrected, TreatedAsUnsatisfied),
            zh="回访满意",
            en="nothing was still wrong",
            rule="OP-11",
        ),
        last("ended_at", TIME, OpinionEnded, field="occurred_at", zh="结束时间", en="end in this turn", rule="OP-14"),
    ),
)
