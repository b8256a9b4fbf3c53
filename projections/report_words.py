"""What the columns of the printed reports mean, for the data dictionary: definition, and of rates what divides what."""

from __future__ import annotations

from dataclasses import fields
from typing import TYPE_CHECKING, Final

from .reports.alerts import AlertPoints
from .reports.callbacks import CallbackRates
from .reports.corrective import CorrectiveCall
from .reports.monthly import MonthlyOpinions
from .reports.surveys import SurveyRates
from .reports.timeliness import ClockRan, Timeliness

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

Words = tuple[str, str]
"""Chinese label, and the definition."""

_COMMON: Final[Mapping[str, Words]] = {
    "month": ("月份", "local month of the center (DA-5) of which the cases are"),
    "by": ("分组方式", "what the rows are grouped by"),
    "group": ("分组", "the center, category … of the row; unknown is a group of its own, and comes last"),
    "center": ("中心", "management service center"),
    "case": ("编号", "the stream's id"),
    "number": ("单号", "number on the form"),
    "kind": ("类型", "kind of opinion"),
    "category": ("类别", "category of the complaint"),
    "policies": ("依据制度", "policies, each with its version, that governed the cases of the row"),
}
_ASKED: Final = "answers that were given to a question of the callback (OP-10), of the month's opinions, up to `as_of`"
_RATE_OF_CLOCK: Final = "share done in time of what was done or is overdue, percent"
_OPEN_AND_OVERDUE: Final = (
    "open and overdue: opinions, of this month or carried over, open at `as_of` with a clock of the flow past its "
    "time; timeliness counts clocks, of ended cases too"
)
_TO_CALL_BACK: Final = (
    "valid and third-party complaints of the month whose handling is finished (OP-10); "
    "service orders completed in the month (SO-11)"
)
_OWN: Final[Mapping[type, Mapping[str, Words]]] = {
    MonthlyOpinions: {
        "accepted": ("受理", "opinions accepted in the month"),
        "inquiries": ("征询", "of these, inquiries"),
        "suggestions": ("建议", "of these, suggestions"),
        "complaints": ("投诉", "of these, complaints"),
        "praise": ("表扬", "of these, praise"),
        "valid": ("有效", "complaints judged valid by `as_of`"),
        "invalid": ("无效", "complaints judged invalid by `as_of`"),
        "third_party": ("外单位问题", "complaints judged a third party's matter by `as_of`"),
        "not_judged": ("未判定", "complaints not judged by `as_of`"),
        "response_due": ("应答复", "clocks of the first response (OP-5) that were done or are overdue at `as_of`"),
        "response_in_time": ("及时答复", "of these, done in time"),
        "response_rate": ("答复及时率", _RATE_OF_CLOCK),
        "plan_due": ("应出方案", "clocks of plans (OP-6) that were done or are overdue at `as_of`"),
        "plan_in_time": ("及时出方案", "of these, done in time"),
        "plan_rate": ("方案及时率", _RATE_OF_CLOCK),
        "callback_due": (
            "到期回访",
            "callbacks of each turn (OP-10) that were done or are overdue at `as_of`",
        ),
        "callback_in_time": ("及时回访", "of these, done in time"),
        "callback_in_time_rate": ("回访及时率", _RATE_OF_CLOCK),
        "to_call_back": ("应回访", "valid and third-party complaints whose handling was finished by `as_of` (OP-10)"),
        "called_back": ("已回访", "of these, called back by `as_of`"),
        "callback_rate": ("回访率", "share that was called back, percent"),
        "timely_answers": ("及时性答数", f"{_ASKED}: was it handled in time"),
        "timely": ("答及时", "of these, yes"),
        "timely_rate": ("及时满意率", "share of yes, percent"),
        "outcome_answers": ("结果答数", f"{_ASKED}: satisfied with the outcome"),
        "outcome": ("结果满意", "of these, yes"),
        "outcome_rate": ("结果满意率", "share of yes, percent"),
        "attitude_answers": ("态度答数", f"{_ASKED}: satisfied with the attitude"),
        "attitude": ("态度满意", "of these, yes"),
        "attitude_rate": ("态度满意率", "share of yes, percent"),
        "rehandled": ("再处理", "opinions of the month handled again by `as_of` (OP-11)"),
        "ended": ("结束", "opinions of the month ended by `as_of`"),
        "carried_over": ("结转", "opinions of earlier months that were open when the month began"),
        "open_at_month_end": ("月末未结", "opinions of this month or earlier ones that were open at its end"),
        "overdue": ("超期未结", _OPEN_AND_OVERDUE),
    },
    Timeliness: {
        "clock": ("时限", "which clock: response, plan, handling, callback, arrival …"),
        "in_time": ("及时", "done by `as_of`, and no later than due"),
        "late": ("超时完成", "done by `as_of`, later than due"),
        "overdue": ("超期", "not done by `as_of` and past its time, also where the case has ended since"),
        "running": ("未到期", "not done by `as_of`, and not yet due"),
        "lapsed": ("到期前结束", "not done, the case ended before it was due"),
        "without_target": ("无时限", "without a deadline"),
        "cases": ("件数", "all clocks: the six verdicts added up"),
        "done": ("已完成", "in time or late"),
        "due": ("应完成", "done, or overdue"),
        "with_target": ("有时限", "all but those without a deadline"),
        "in_time_of_done": ("及时／已完成", "share in time of what was done, percent"),
        "in_time_of_due": ("及时／应完成", "share in time of what was due, percent"),
        "in_time_of_all": ("及时／有时限", "share in time of what has a deadline, percent: never done counts as late"),
        "target": ("目标", "what the policy asks for, percent (TG-1)"),
    },
    ClockRan: {
        "clock": ("时限", "which clock"),
        "turn": ("轮次", "turn of handling"),
        "started_at": ("起算", "when it began to run"),
        "due_at": ("应完成", "the deadline that it is judged by"),
        "done_at": ("已完成", "when it was done, by `as_of`"),
        "verdict": ("判断", "what is said of it, in the words of timeliness"),
        "late_by": ("已超时", "how much later than due it was done, or how long it is overdue at `as_of`"),
    },
    CallbackRates: {
        "subject": ("对象", "`opinion` or `order`"),
        "to_call_back": ("应回访", _TO_CALL_BACK),
        "called_back": ("已回访", "of these, called back by `as_of`"),
        "rate": ("比率", "share that was called back, percent"),
        "target": ("目标", "what the policy in force asks for, percent; none where centers differ"),
        "visits": ("登门回访", "orders called back by a visit"),
        "visit_rate": ("登门率", "share of visits, percent"),
        "visit_target": ("登门目标", "what the policy in force asks for, percent"),
    },
    AlertPoints: {
        "center": ("中心", "management service center; the last row of several is the company's sum"),
        "blue": ("蓝色", "blue alerts confirmed in the month (GP-7)"),
        "yellow": ("黄色", "yellow ones"),
        "red": ("红色", "red ones"),
        "points": ("扣分", "points that they cost, added up"),
    },
    CorrectiveCall: {
        "since": ("起始", "since when the case calls for action"),
        "reason": ("原因", "why (OP-15)"),
        "by_case": ("重复案件", "the case that repeats it, or that it repeats"),
        "action": ("措施", "the first action: corrective or preventive"),
        "taken_at": ("采取", "when it was taken"),
        "taken_by": ("责任人", "who took it"),
        "record": ("措施记录", "number of its own record"),
    },
    SurveyRates: {
        "status": ("状态", "where the survey stands"),
        "method": ("统计方法", "`of_returned` or `of_answered` (SV-4)"),
        "item": ("项目", "item of the form; absent in the total"),
        "label_zh": ("项目名称", "its Chinese label"),
        "label_en": ("英文名称", "its English label"),
        "satisfied": ("满意", "answers: satisfied"),
        "basically_satisfied": ("基本满意", "answers: basically satisfied"),
        "unsatisfied": ("不满意", "answers: unsatisfied"),
        "distributed": ("发放", "forms distributed"),
        "returned": ("回收", "forms returned"),
        "numerator": ("分子", "satisfied and basically satisfied"),
        "denominator": ("分母", "forms returned, or answers, by the method"),
        "percent": ("百分比", "satisfaction with the item; of the total the mean of the items' rates"),
    },
}
REPORTS: Final[Mapping[str, type]] = {
    "caseledger report monthly": MonthlyOpinions,
    "caseledger report timeliness": Timeliness,
    "caseledger report timeliness --cases": ClockRan,
    "caseledger report callbacks": CallbackRates,
    "caseledger report alerts": AlertPoints,
    "caseledger report corrective": CorrectiveCall,
    "caseledger report surveys": SurveyRates,
}
"""By the command that prints them: the rows of the reports."""
RATES: Final[Mapping[type, Mapping[str, tuple[str, str]]]] = {
    MonthlyOpinions: {
        "response_rate": ("response_in_time", "response_due"),
        "plan_rate": ("plan_in_time", "plan_due"),
        "callback_in_time_rate": ("callback_in_time", "callback_due"),
        "callback_rate": ("called_back", "to_call_back"),
        "timely_rate": ("timely", "timely_answers"),
        "outcome_rate": ("outcome", "outcome_answers"),
        "attitude_rate": ("attitude", "attitude_answers"),
    },
    Timeliness: {
        f"in_time_of_{one}": ("in_time", of) for one, of in (("done", "done"), ("due", "due"), ("all", "with_target"))
    },
    CallbackRates: {"rate": ("called_back", "to_call_back"), "visit_rate": ("visits", "called_back")},
    SurveyRates: {"percent": ("numerator", "denominator")},
}
"""Of each rate its numerator and its denominator; without a denominator there is no rate (DA-4)."""


def words_of_report(kind: type) -> Iterator[tuple[str, Words]]:
    """Each column of a report with its words.

    Raises:
        LookupError: a column has none.

    """
    for column in fields(kind):
        own = _OWN[kind]
        if column.name not in own and column.name not in _COMMON:
            raise LookupError(f"{kind.__name__}.{column.name} has no words")
        yield column.name, own.get(column.name) or _COMMON[column.name]


def printed_reports() -> Iterator[str]:
    """The section of the data dictionary."""
    yield "## Reports\n"
    yield "What `caseledger report` prints, and `Figures` gives. `as_of` is the moment of judgement, now by default."
    for command, kind in REPORTS.items():
        rates = RATES.get(kind, {})
        yield f"\n### {command}\n"
        yield "| column | 中文 | definition | numerator | denominator |"
        yield "|---|---|---|---|---|"
        for name, (zh, said) in words_of_report(kind):
            above, below = rates.get(name, ("", ""))
            yield f"| {name} | {zh} | {said} | {above} | {below} |"
