"""Opinions: taken in, answered, judged, handled in turns, called back; some anonymous, some come again."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from .people import COMPLAINTS, Center, category
from .story import Story

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime
    from random import Random

PAPER = 1 / 50
NAMELESS = "nameless"
"""A complaint of somebody who says neither who it is nor how to answer."""
ANONYMOUS = 1 / 25
UNREACHABLE = 1 / 15
CONTENT = 6 / 7
AGAIN = 1 / 10
TWICE = 1 / 20
LONG = 1 / 20
AGREED = 1 / 6
MOST_TURNS = 4


@dataclass(frozen=True)
class Said:
    """What was said before, for one who comes again with the same."""

    case: str
    household: dict[str, str]
    category: str
    words: str
    ended: bool = True


def opinion(  # noqa: PLR0913 - what a case begins with
    draw: Random, center: Center, case: str, start: datetime, *, kind: str | None = None, before: Said | None = None
) -> Iterator[Story]:
    """Tell an opinion from its acceptance on; and the next one of the same customer, where it comes up again."""
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
        _complaint(story, reachable=not anonymous)
    else:
        _simple(story, kind)
    yield story
    if kind == "complaint" and not anonymous and not paper and story.chance(TWICE):
        yield from _second(story, household, said, words)
    if kind == "complaint" and not anonymous and case.count("-") < MOST_TURNS and story.chance(AGAIN):
        later = story.now + timedelta(days=draw.uniform(3, 45))
        told = Said(case, household, said, words, story.steps[-1].command == "end_opinion")
        yield from opinion(draw, center, f"{case}-again", later, kind="complaint", before=told)


def _second(first: Story, household: dict[str, str], said: str, words: str) -> Iterator[Story]:
    """The customer rings again over the same before it is handled: a second complaint, merged into the first."""
    story = Story(first.draw, first.center, f"{first.case}-twice", first.steps[0].happened + first.some(0.3, 3))
    told = {"kind": "complaint", "category": said, "content": words, "channel": "phone", **household}
    story.then("accept_opinion", "acceptor", center=first.center.id, **told)
    story.then("merge_opinion", "acceptor", story.some(0.1, 0.3), into=first.case, reason="与前案同一事项")
    still_open = min(step.entered for step in first.steps if step.command in {"finish_handling", "end_opinion"})
    if story.steps[-1].entered < still_open:
        yield story


def _simple(story: Story, kind: str) -> None:
    if kind == "inquiry":
        story.then("respond_to_opinion", "acceptor", story.some(0.1, 0.9), way="phone")
        story.then("end_opinion", "assistant", story.some(0.2, 4))
        return
    story.then("comment_on_opinion", "manager", story.some(2, 30), comment="已阅,谢谢")
    story.then("end_opinion", "manager", story.some(0.1, 1))


def _complaint(story: Story, *, reachable: bool) -> None:
    way = "phone" if reachable else "none"
    story.then("respond_to_opinion", "acceptor", story.some(0.1, 0.8), way=way)
    verdict = story.draw.choices(["valid", "third_party", "invalid"], [14, 3, 3])[0]
    severity = story.draw.choices(["general", "common", "major"], [30, 4, 1])[0]
    story.then("assess_opinion", "manager", story.some(0.5, 4), validity=verdict, reason="现场核实", severity=severity)
    if verdict == "invalid":
        story.then("end_opinion", "manager", story.some(1, 5), explanation="已向顾客说明不属管理责任")
        return
    handler = story.center.person(story.draw, "handler")
    story.then("dispatch_opinion", "acceptor", story.some(0.1, 1), to=handler)
    if story.chance(1 / 10):
        story.then(
            "transfer_opinion",
            "assistant",
            story.some(0.5, 3),
            to="department:order",
            reason="属秩序部",
            explained=True,
        )
    for turn in range(1, MOST_TURNS + 1):
        _plan(story, turn)
        _work(story, reachable=reachable)
        if _called_back(story, reachable=reachable):
            return


def _plan(story: Story, turn: int) -> None:
    story.then("propose_plan", "handler", story.some(4, 26), text=f"第{turn}次处理方案")
    if story.chance(1 / 12):
        story.then("return_plan", "manager", story.some(0.5, 4), reason="请写明完成时间")
        story.then("propose_plan", "handler", story.some(1, 6), text=f"第{turn}次处理方案,已写明时间")
    story.then("approve_plan", "manager", story.some(0.5, 6))


def _work(story: Story, *, reachable: bool) -> None:
    """Handle it; who waits for long is told how it goes, twice in a week (OP-9)."""
    weeks = story.draw.randint(1, 3) if story.chance(LONG) else 0
    for _ in range(2 * weeks if reachable else 0):
        story.then("follow_up_opinion", "acceptor", timedelta(days=3), way="phone", note="处理中")
    if reachable and not weeks and story.chance(1 / 3):
        story.then("follow_up_opinion", "acceptor", story.some(2, 20), way="phone", note="处理中")
    story.then("finish_handling", "manager", story.some(3, 30), result="已处理完毕")


def _called_back(story: Story, *, reachable: bool) -> bool:
    """Ask the customer, where there is a way to; whether the case came to its end."""
    if not reachable:
        story.then("end_opinion", "manager", story.some(1, 8), explanation="顾客未留联系方式,已公示处理结果")
        return True
    if story.chance(UNREACHABLE):
        story.then("end_opinion", "manager", story.some(20, 60), explanation="多次联系不上顾客")
        return True
    content = story.chance(CONTENT)
    story.then(
        "call_back_opinion", "acceptor", story.some(3, 22), way=story.draw.choice(["phone", "phone", "visit"]),
        handled_in_time=story.chance(5 / 6), outcome_satisfied=content, attitude_satisfied=story.chance(0.97),
    )  # fmt: skip
    if story.steps[-1].values["attitude_satisfied"] and content:
        story.then("end_opinion", "manager", story.some(1, 8))
        return True
    return False
