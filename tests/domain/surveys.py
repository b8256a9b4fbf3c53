"""Commands about one survey, and W08-05's table 1 as forms."""

from caseledger.domain.policy import Bilingual
from caseledger.domain.survey.commands import (
    ApproveSurveyForm,
    CloseSurvey,
    DistributeSurvey,
    FormItem,
    ItemCount,
    RecordSurveyCounts,
    ReturnSurveyForm,
)
from tests.domain.story import CENTER, Anything, do

CASE = "survey:1"

TABLE_1: Anything = {
    "impression": (120, 71, 9),
    "cleaning": (95, 82, 23),
    "greening": (118, 79, 3),
    "security": (145, 50, 5),
    "equipment": (68, 82, 50),
    "facilities": (150, 48, 2),
    "repair": (124, 46, 30),
}
"""The manual's printed counts: 200 households; satisfied, basically satisfied, unsatisfied."""
LABELS = {
    "impression": ("总体印象", "overall impression"),
    "cleaning": ("保洁工作", "cleaning"),
    "greening": ("绿化", "greening"),
    "security": ("治安", "security"),
    "equipment": ("设备情况", "equipment"),
    "facilities": ("公用设施", "public facilities"),
    "repair": ("日常维修", "daily repair"),
}
WORDS = ("satisfied", "basically_satisfied", "unsatisfied")


def form_items(*codes: str) -> tuple[FormItem, ...]:
    return tuple(
        FormItem(item=code, label=Bilingual(zh=LABELS[code][0], en=LABELS[code][1])) for code in codes or TABLE_1
    )


def approve(*codes: str, **fields: Anything) -> ApproveSurveyForm:
    told: dict[str, Anything] = {"title": "2026年度顾客意见调查", "items": form_items(*codes)} | fields
    return do(ApproveSurveyForm, "2026-05-04 09:00", center=CENTER, case=CASE, **told)


def distribute(forms: int, when: str = "2026-05-06 09:00") -> DistributeSurvey:
    return do(DistributeSurvey, when, case=CASE, forms=forms)


def bring_back(when: str = "2026-05-08 18:00", *, by_visit: bool = False, **answers: Anything) -> ReturnSurveyForm:
    return do(ReturnSurveyForm, when, case=CASE, answers=answers, by_visit=by_visit)


def counted(returned: int, *, returned_by_visit: int = 0, **counts: tuple[int, int, int]) -> RecordSurveyCounts:
    named = {item: ItemCount(**dict(zip(WORDS, three, strict=True))) for item, three in counts.items()}
    return do(
        RecordSurveyCounts,
        "2026-05-20 10:00",
        case=CASE,
        returned=returned,
        returned_by_visit=returned_by_visit,
        counts=named,
    )


def close(when: str = "2026-05-21 10:00") -> CloseSurvey:
    return do(CloseSurvey, when, case=CASE)


TWO_ITEMS = ("cleaning", "security")
OUT = (approve(*TWO_ITEMS), distribute(10))
