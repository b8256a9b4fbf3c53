"""Surveys: forms out to households, answers back as counts or form by form, figures closed."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from .story import Story

if TYPE_CHECKING:
    from datetime import datetime
    from random import Random

    from .people import Center

ITEMS = {
    "overall": ("总体印象", "overall impression"),
    "cleaning": ("保洁工作", "cleaning"),
    "security": ("治安", "security"),
    "equipment": ("设备情况", "equipment"),
    "repairs": ("日常维修", "daily repairs"),
}
TOPICAL = 40
"""Forms of a topical survey, whose answers are entered one by one."""


def survey(draw: Random, center: Center, case: str, start: datetime, *, topical: bool) -> Story:
    """Tell a survey from the approval of its form to its figures."""
    story = Story(draw, center, case, start)
    items = [{"item": code, "label": {"zh": zh, "en": en}} for code, (zh, en) in ITEMS.items()]
    title, scope = ("专项顾客意见调查", "topical") if topical else ("年度顾客意见调查", "general")
    story.then("approve_survey_form", "qa", center=center.id, title=title, scope=scope, items=items)
    asked = min(TOPICAL, center.resident) if topical else max(1, round(center.resident * draw.uniform(0.45, 0.75)))
    story.then("distribute_survey", "steward", timedelta(days=1), forms=asked)
    returned = round(asked * draw.uniform(0.55, 0.85))
    if topical:
        for _ in range(returned):
            story.then(
                "return_survey_form", "steward", story.some(0.2, 6), answers=_form(draw), by_visit=story.chance(0.2)
            )
    else:
        counts = {code: _counts(draw, returned) for code in ITEMS}
        story.then("record_survey_counts", "assistant", timedelta(days=10), returned=returned, counts=counts)
    story.then("close_survey", "manager", timedelta(hours=3))
    return story


def _form(draw: Random) -> dict[str, str]:
    """The answers of a household; now and then it leaves one out."""
    words = ["satisfied", "basically_satisfied", "unsatisfied"]
    return {code: draw.choices(words, [6, 3, 1])[0] for code in ITEMS if draw.random() > 1 / 30}


def _counts(draw: Random, returned: int) -> dict[str, int]:
    unhappy = round(returned * draw.uniform(0.02, 0.2))
    fairly = round(returned * draw.uniform(0.2, 0.4))
    return {"satisfied": returned - fairly - unhappy, "basically_satisfied": fairly, "unsatisfied": unhappy}
