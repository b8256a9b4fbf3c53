"""Opinions: taken in, answered, judged, handled in turns, called back; some anonymous, some come again."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from random import Random
from typing import TYPE_CHECKING, Any

from .complaints import MOST_TURNS, complaint, handed_over, on_duty
from .people import COMPLAINTS, Center, category
from .story import Story

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

PAPER = 1 / 50
NAMELESS = "nameless"
"""A complaint of somebody who says neither who it is nor how to answer."""
ANONYMOUS = 1 / 25
AGAIN = 1 / 10
TWICE = 1 / 20
AGREED = 1 / 6
MISTAKEN = 1 / 15
ACTED = 3 / 4


@dataclass(frozen=True)
class Said:
    """What was said before, for one who comes again with the same."""

    case: str
    household: dict[str, str]
    category: str
    words: str
    ended: bool = True


def opinion(  # noqa: PLR0913 - what a case begins with
    draw: Random,
    center: Center,
    case: str,
    start: datetime,
    *,
    kind: str | None = None,
    before: Said | None = None,
    under: str = "w08",
) -> Iterator[Story]:
    """Tell an opinion from its acceptance on, `under` a policy; and the next one, where it comes up again."""
    paper = timedelta(hours=draw.uniform(25, 70)) if draw.random() < PAPER else timedelta()
    story = Story(draw, center, case, start, paper)
    anonymous = kind == NAMELESS
    kind = (
        "complaint"
        if anonymous
        else kind or draw.choices(["complaint", "suggestion", "inquiry", "praise"], [12, 3, 3, 1])[0]
    )
    said, words = (before.category, before.words) if before else category(draw, COMPLAINTS)
    anonymous = anonymous or (kind == "complaint" and before is None and story.chance(ANONYMOUS))
    household = before.household if before else center.household(draw)
    at_company = kind == "complaint" and story.chance(1 / 20)
    values: dict[str, Any] = {
        **({"estate": center.estate} if anonymous else household),
        "wanted_way": "none" if anonymous else "phone",
        "level": "company" if at_company else "center",
        **({"linked_to": before.case} if before and before.ended and story.chance(1 / 2) else {}),
        **({"agreed_handling_at": start + timedelta(days=draw.randint(3, 12))} if story.chance(AGREED) else {}),
    }
    story.then(
        "accept_opinion", "acceptor", center=center.id, kind=kind, category=said, content=words,
        channel="letter" if anonymous else draw.choice(["phone", "phone", "visit", "web", "app"]), **values,
    )  # fmt: skip
    if kind == "complaint":
        complaint(story, under, reachable=not anonymous, at_company=at_company)
    else:
        _simple(story, kind)
    _afterwards(story, kind)
    yield story
    yield from _corrective(story)
    if kind == "complaint" and not anonymous and not paper and story.chance(TWICE):
        yield from _second(story, household, said, words)
    if kind == "complaint" and not anonymous and case.count("-") < MOST_TURNS and story.chance(AGAIN):
        later = story.now + timedelta(days=draw.uniform(3, 45))
        told = Said(case, household, said, words, story.steps[-1].command == "end_opinion")
        yield from opinion(draw, center, f"{case}-again", later, kind="complaint", before=told, under=under)


def _second(first: Story, household: dict[str, str], said: str, words: str) -> Iterator[Story]:
    """The customer rings again over the same before it is handled: a second complaint, merged into the first."""
    story = Story(first.draw, first.center, f"{first.case}-twice", first.steps[0].happened + first.some(0.3, 3))
    told = {"kind": "complaint", "category": said, "content": words, "channel": "phone", **household}
    story.then("accept_opinion", "acceptor", center=first.center.id, **told)
    story.then("merge_opinion", "acceptor", story.some(0.1, 0.3), into=first.case, reason="与前案同一事项")
    still_open = min(step.entered for step in first.steps if step.command in {"finish_handling", "end_opinion"})
    if story.steps[-1].entered < still_open:
        yield story


def _corrective(first: Story) -> Iterator[Story]:
    """What is done about the cause of a far-reaching case, mostly (OP-15); drawn aside, so that all else stays."""
    judged = [step.values["severity"] for step in first.steps if step.command == "assess_opinion"]
    draw = Random(f"{first.case} corrective action")
    if judged in (["common"], ["major"]) and draw.random() < ACTED:
        told = len(first.steps)
        story = Story(draw, first.center, first.case, first.entered, told=told)
        record = f"ca:{story.center.code}-{draw.randrange(10_000)}"
        kind = draw.choice(["corrective", "corrective", "preventive"])
        story.then(
            "record_corrective_action", "manager", story.some(20, 90), kind=kind, measure="修订作业规程", record=record
        )
        yield story


def _simple(story: Story, kind: str) -> None:
    if kind == "inquiry":
        story.then("respond_to_opinion", "acceptor", story.some(0.1, 0.9), way="phone")
        handed_over(story)
        story.then("end_opinion", "assistant", story.some(0.2, 4))
        return
    handed_over(story)
    story.then("comment_on_opinion", "manager", story.some(2, 30), comment="已阅,谢谢")
    if kind == "suggestion":
        adopted = story.chance(1 / 2)
        why = {} if adopted else {"reason": "场地不足"}
        story.then("decide_suggestion", "manager", story.some(0.1, 4), adopted=adopted, **why)
        story.then("respond_to_opinion", "acceptor", story.some(0.5, 8), way="phone")
    story.then("end_opinion", "manager", story.some(0.1, 1))


def _afterwards(story: Story, kind: str) -> None:
    """What is told, kept or corrected once the case is through."""
    if on_duty(story) and story.chance(3 / 4):
        story.then("tell_duty_staff", "acceptor", story.some(0.2, 3), outcome="已处理")
    if story.chance(1 / 10):
        number = story.draw.randrange(10_000)
        kept = {"reference": f"archive:{story.center.code}-{number}", "sha256": f"{number:064x}", "form": "letter"}
        story.then("attach_to_opinion", "acceptor", story.some(0.2, 3), **kept)
    if kind == "complaint" and story.chance(MISTAKEN):
        story.then("correct_opinion", "manager", story.some(1, 30), category="other", reason="分类有误")
