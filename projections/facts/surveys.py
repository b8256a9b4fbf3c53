"""fact_surveys: one row a survey, with its closing figures once it is closed (SV-1 to SV-5)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from sqlalchemy import ColumnElement, Integer, case, func, literal_column, or_

from ...domain.survey.events import FormApproved, FormReturned, FormsCounted, SurveyClosed, SurveyDistributed
from ..columntypes import BOOLEAN, CODE, DAY, ID, INTEGER, LABEL, MONTH, PERCENT, TIME, word
from ..vocabulary import Facts, compared, count, first, last, unseen

Row = Mapping[str, ColumnElement[Any]]


def _returned(row: Row) -> ColumnElement[int]:
    """A survey is entered form by form or as counts, never both."""
    return func.coalesce(row["counted_returned"], row["forms"])


def _by_visit(row: Row) -> ColumnElement[int]:
    return func.coalesce(row["counted_by_visit"], row["forms_by_visit"])


def _status(row: Row) -> ColumnElement[str]:
    """The word of `SurveyState.status`."""
    nothing = literal_column("0", Integer())
    return case(
        (row["closed_at"].is_not(None), word("closed")),
        (or_(row["forms"] > nothing, row["counted_returned"].is_not(None)), word("returning")),
        (row["distributions"] > nothing, word("distributed")),
        else_=word("approved"),
    )


SURVEYS: Final = Facts(
    name="fact_surveys",
    zh="满意度调查",
    en="surveys, one row each",
    key=("case",),
    key_labels=(("调查", "survey, the stream's id"),),
    opened_by=(FormApproved,),
    indices=(
        ("number",),
        ("closed_month",),
        ("approved_at",),
        ("center", "approved_at"),
        ("status", "approved_at"),
    ),
    columns=(
        first("center", ID, FormApproved, zh="管理服务中心", en="management service center", rule="SV-1"),
        first("number", ID, FormApproved, zh="编号", en="number on the form", rule="SV-1"),
        first("title", LABEL, FormApproved, zh="名称", en="title", rule="SV-1"),
        first("scope", CODE, FormApproved, zh="范围", en="general or topical", rule="SV-1"),
        first("items", INTEGER, FormApproved, zh="项目数", en="items on the form", rule="SV-1"),
        first("method", CODE, FormApproved, zh="统计方法", en="method of counting", rule="SV-4"),
        first(
            "approved_on", DAY, FormApproved, field="local_date", zh="审定日", en="local day of approval", rule="DA-5"
        ),
        first(
            "month", MONTH, FormApproved, field="local_date", zh="审定月份", en="local month of approval", rule="DA-5"
        ),
        first("approved_at", TIME, FormApproved, field="occurred_at", zh="审定时间", en="approval", rule="SV-1"),
        first("policy_name", CODE, FormApproved, zh="政策", en="governing policy", rule="policy"),
        first("policy_version", LABEL, FormApproved, zh="政策版本", en="its version", rule="policy"),
        first("policy_digest", ID, FormApproved, zh="政策摘要", en="SHA-256 of its values", rule="policy"),
        count("distributions", SurveyDistributed, zh="发放轮次", en="rounds of distribution", rule="SV-2"),
        last("distributed", INTEGER, SurveyDistributed, zh="发放份数", en="forms distributed", rule="SV-2"),
        last("resident_households", INTEGER, SurveyDistributed, zh="常住户数", en="resident households", rule="SV-2"),
        last(
            "distribution_met", BOOLEAN, SurveyDistributed, field="target_met", zh="发放达标", en="enough?", rule="SV-2"
        ),
        unseen(count("forms", FormReturned, zh="", en="", rule="SV-3")),
        unseen(count("forms_by_visit", FormReturned, where={"by_visit": "true"}, zh="", en="", rule="SV-3")),
        unseen(last("counted_returned", INTEGER, FormsCounted, field="returned", zh="", en="", rule="SV-3")),
        unseen(last("counted_by_visit", INTEGER, FormsCounted, field="returned_by_visit", zh="", en="", rule="SV-3")),
        compared(
            "returned",
            INTEGER,
            _returned,
            of=("counted_returned", "forms"),
            zh="回收份数",
            en="forms returned",
            rule="SV-3",
        ),
        compared(
            "returned_by_visit",
            INTEGER,
            _by_visit,
            of=("counted_by_visit", "forms_by_visit"),
            zh="上门回收份数",
            en="of these by visit",
            rule="SV-3",
        ),
        last(
            "return_met",
            BOOLEAN,
            SurveyClosed,
            field="return_target_met",
            zh="回收达标",
            en="enough back?",
            rule="SV-3",
        ),
        last("closed_at", TIME, SurveyClosed, field="occurred_at", zh="统计时间", en="closing", rule="SV-5"),
        last(
            "closed_month",
            MONTH,
            SurveyClosed,
            field="local_date",
            zh="统计月份",
            en="local month of closing",
            rule="DA-5",
        ),
        last("items_rated", INTEGER, SurveyClosed, zh="有满意率项目数", en="items with a rate", rule="SV-4"),
        last("satisfied", INTEGER, SurveyClosed, zh="满意", en="satisfied", rule="SV-4"),
        last("basically_satisfied", INTEGER, SurveyClosed, zh="基本满意", en="basically satisfied", rule="SV-4"),
        last("unsatisfied", INTEGER, SurveyClosed, zh="不满意", en="unsatisfied", rule="SV-4"),
        last("numerator", INTEGER, SurveyClosed, zh="分子合计", en="sum of numerators", rule="SV-4"),
        last("denominator", INTEGER, SurveyClosed, zh="分母合计", en="sum of denominators", rule="SV-4"),
        last("percent", PERCENT, SurveyClosed, zh="总满意率", en="mean of the items' rates", rule="SV-4"),
        compared(
            "status",
            CODE,
            _status,
            of=("closed_at", "forms", "counted_returned", "distributions"),
            zh="状态",
            en="where it stands",
            rule="SV-5",
        ),
    ),
)
