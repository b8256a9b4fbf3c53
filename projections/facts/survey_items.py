"""fact_survey_items: one row an item of a survey's form, with its answers and, once closed, its rate (SV-4)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from sqlalchemy import ColumnElement, func

from ...domain.survey.events import ItemAnswered, ItemClosed, ItemCounted, ItemListed
from ..columntypes import CODE, ID, INTEGER, LABEL, PERCENT
from ..vocabulary import Column, Facts, compared, count, first, last, unseen

ANSWERS: Final = (
    ("satisfied", "满意", "satisfied"),
    ("basically_satisfied", "基本满意", "basically satisfied"),
    ("unsatisfied", "不满意", "unsatisfied"),
)


def _answers() -> tuple[Column, ...]:
    """Each answer as it was counted by hand, else as often as it was given on a form."""
    columns: list[Column] = []
    for answer, zh, en in ANSWERS:
        counted, given = f"counted_{answer}", f"given_{answer}"

        def either(
            row: Mapping[str, ColumnElement[Any]], counted: str = counted, given: str = given
        ) -> ColumnElement[int]:
            return func.coalesce(row[counted], row[given])

        columns += [
            unseen(last(counted, INTEGER, ItemCounted, field=answer, zh="", en="", rule="SV-5")),
            unseen(count(given, ItemAnswered, where={"answer": answer}, zh="", en="", rule="SV-4")),
            compared(answer, INTEGER, either, of=(counted, given), zh=zh, en=en, rule="SV-4"),
        ]
    return tuple(columns)


SURVEY_ITEMS: Final = Facts(
    name="fact_survey_items",
    zh="调查项目",
    en="items of surveys",
    key=("case", "item"),
    key_labels=(("调查", "survey, the stream's id"), ("项目", "item of the form")),
    opened_by=(ItemListed,),
    indices=(("center",),),
    columns=(
        first("center", ID, ItemListed, zh="管理服务中心", en="management service center", rule="SV-1"),
        first("number", ID, ItemListed, zh="调查编号", en="number of the survey", rule="SV-1"),
        first("scope", CODE, ItemListed, zh="范围", en="general or topical", rule="SV-1"),
        first("place", INTEGER, ItemListed, field="position", zh="序号", en="place on the form", rule="SV-1"),
        first("label_zh", LABEL, ItemListed, zh="中文名称", en="Chinese label", rule="SV-1"),
        first("label_en", LABEL, ItemListed, zh="英文名称", en="English label", rule="SV-1"),
        first("method", CODE, ItemListed, zh="统计方法", en="method of counting", rule="SV-4"),
        *_answers(),
        last("distributed", INTEGER, ItemClosed, zh="发放份数", en="forms distributed", rule="SV-5"),
        last("returned", INTEGER, ItemClosed, zh="回收份数", en="forms returned", rule="SV-3"),
        last("numerator", INTEGER, ItemClosed, zh="分子", en="satisfied and basically satisfied", rule="SV-4"),
        last("denominator", INTEGER, ItemClosed, zh="分母", en="what they are divided by", rule="SV-4"),
        last("percent", PERCENT, ItemClosed, zh="满意率", en="item satisfaction", rule="SV-4"),
    ),
)
