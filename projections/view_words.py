"""What the columns of the views are called, for people, where the facts below them do not say it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from sqlalchemy import Table
from sqlalchemy.sql.visitors import iterate

from .facts import ALL
from .reports import VIEWS

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping

Words = tuple[str, str]
"""Chinese and English."""

_CATEGORY: Final = ("类别", "category of the opinion, or of the work")
_OWN: Final[Mapping[str, Mapping[str, Words]]] = {
    "report_monthly_opinions": {
        "must_call_back": ("应回访", "yes or no: valid or a third party's, and handled (OP-10)"),
    },
    "report_timeliness": {
        "clock": ("时限", "which clock"),
        "turn": ("轮次", "turn of handling; 1 where the clock runs once a case"),
        "number": ("单号", "number on the form"),
        "kind": ("类型", "kind of opinion, or `order`"),
        "category": _CATEGORY,
        "department": ("责任部门", "department in charge"),
        "month": ("月份", "local month of acceptance, of orders that of the request"),
        "started_at": ("起算", "when it began to run"),
        "due_at": ("期限", "the deadline it is judged by: the one that stands, or the first that had run out before"),
        "done_at": ("完成", "when what it waits for was done"),
        "ended_at": ("结束", "when the case ended"),
        "void_at": ("失效", "since when nothing is owed any more; a deadline that had passed by then stays passed"),
    },
    "report_callback_rates": {
        "subject": ("对象", "`opinion` or `order`"),
        "number": ("单号", "number on the form"),
        "kind": ("类型", "kind of opinion, or `order`"),
        "category": _CATEGORY,
        "month": ("月份", "local month of acceptance, of orders that of completion"),
        "owed_from": ("应回访起", "since when a callback is owed: handling finished, the order completed"),
        "called_back_at": ("回访时间", "first callback"),
        "by_visit": ("登门", "whether it was a visit; of orders only"),
    },
    "report_alert_points": {
        "level": ("级别", "blue, yellow or red"),
        "month": ("核实月份", "local month of confirmation"),
    },
    "report_corrective_actions": {
        "kind": ("意见类别", "kind of opinion"),
        "severity": ("影响程度", "severity that called for it"),
        "month": ("月份", "local month of the call"),
        "action_kind": ("措施类别", "corrective or preventive"),
    },
    "report_survey_rates": {
        "month": ("统计月份", "local month of closing"),
        "number": ("编号", "number on the form"),
        "place": ("序号", "place on the form; 0 is the total"),
        "numerator": ("分子", "satisfied and basically satisfied; of the total their sum"),
        "denominator": ("分母", "what they are divided by; of the total the sum"),
        "percent": ("满意率", "satisfaction with the item; of the total the mean of the items'"),
    },
    "report_audit_trail": {
        "position": ("序号", "place in the whole ledger, ascending"),
        "case_id": ("编号", "the stream: a case, a center, a register of numbers, a look at personal data"),
        "version": ("版本", "number of the event within its stream, from 1"),
        "event_name": ("事件", "stored name of the event, with its version"),
        "occurred_at": ("发生", "when it happened"),
        "recorded_at": ("记录", "when the ledger took it in"),
        "local_date": ("日期", "local day on which it happened"),
        "late_reason": ("补录原因", "why it was recorded more than a day late (WL-5)"),
        "actor_id": ("经办人", "who acted"),
        "actor_role": ("角色", "in which role"),
        "actor_center": ("经办人所属中心", "of which center, where the actor names one"),
        "command_id": ("指令", "the command that led to it"),
        "cause": ("起因", "the event or command that led to the command, where there is one"),
        "policy_name": ("政策", "governing policy"),
        "policy_version": ("政策版本", "its version"),
        "edition": ("标准版本", "edition of the standard"),
        "clause": ("条款", "clause that it is evidence for"),
        "evidence_zh": ("证据", "of what it is evidence, in Chinese"),
        "evidence_en": ("证据（英文）", "of what it is evidence, in English"),
    },
}


def words_of(view: str) -> Iterator[tuple[str, Words]]:
    """Each column of a view with its words: the view's own, else those that the facts it reads have for it.

    Raises:
        LookupError: the view has no words for a column that no facts have, or of which two say different things.

    """
    select = VIEWS[view]()
    read = {table.name for table in iterate(select) if isinstance(table, Table)}
    own = _OWN.get(view, {})
    for column in select.subquery().c:
        said = {own[column.name]} if column.name in own else set(_said_of(column.name, read))
        if len(said) != 1:
            raise LookupError(f"{view}.{column.name} needs words of its own; its facts say {sorted(said) or 'nothing'}")
        yield column.name, said.pop()


def _said_of(name: str, read: Collection[str]) -> Iterator[Words]:
    for facts in ALL:
        if facts.name in read:
            yield from (words for key, words in zip(facts.key_columns, facts.key_labels, strict=True) if key == name)
            yield from ((column.zh, column.en) for column in facts.shown if column.name == name)
