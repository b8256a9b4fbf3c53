"""fact_platform: one row an opinion that went through the group platform's steps (GP-1, GP-2)."""

from __future__ import annotations

from typing import Final

from ...domain.opinion.platform import ContactMade, SolutionIssued, SolutionSubmitted, WorkStarted
from ..columntypes import CODE, INTEGER, TIME
from ..vocabulary import Facts, first, last

PLATFORM: Final = Facts(
    name="fact_platform",
    zh="集团平台办理",
    en="opinions on the group platform",
    key=("case",),
    opened_by=(WorkStarted, ContactMade, SolutionSubmitted, SolutionIssued),
    columns=(
        first("work_started_at", TIME, WorkStarted, field="occurred_at", zh="启动工作", en="work started", rule="GP-1"),
        first("contacted_at", TIME, ContactMade, field="occurred_at", zh="联系客户", en="contacted", rule="GP-1"),
        first("department", CODE, ContactMade, zh="责任部门", en="department settled then", rule="GP-1"),
        first("severity", CODE, ContactMade, zh="影响程度", en="severity the limit was chosen by", rule="GP-2"),
        first("solution_due_at", TIME, ContactMade, zh="方案期限", en="solution due", rule="GP-2"),
        first(
            "submitted_at",
            TIME,
            SolutionSubmitted,
            field="occurred_at",
            zh="上报方案",
            en="solution submitted",
            rule="GP-2",
        ),
        last("solutions", INTEGER, SolutionSubmitted, field="solution", zh="上报次数", en="submissions", rule="GP-2"),
        last("completion_at", TIME, SolutionSubmitted, zh="上报完成时间", en="reported completion time", rule="GP-5"),
        last("issued_at", TIME, SolutionIssued, field="occurred_at", zh="下达方案", en="solution issued", rule="GP-2"),
    ),
)
