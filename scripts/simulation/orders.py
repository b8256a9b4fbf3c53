"""Service orders: asked for, priced, dispatched, done at home, called back by sample."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from .people import ORDERS, Center, category
from .story import Story

if TYPE_CHECKING:
    from datetime import datetime
    from random import Random

URGENT_MINUTES, ORDINARY_MINUTES = 5, 30
SAMPLED = 0.7  # the manual asks for 60 %
UNQUALIFIED = 1 / 20
NOT_DONE = 1 / 40
PAPER = 1 / 60


def order(draw: Random, center: Center, case: str, start: datetime) -> Story:
    """Tell an order from the request to its end."""
    paper = timedelta(hours=draw.uniform(25, 60)) if draw.random() < PAPER else timedelta()
    story = Story(draw, center, case, start, paper)
    said, words = category(draw, ORDERS)
    urgent = story.chance(1 / 7)
    story.then(
        "request_order", "acceptor", center=center.id, channel="phone", category=said, content=words,
        priority="urgent" if urgent else "ordinary", **center.household(draw),
    )  # fmt: skip
    fee = f"{draw.choice([0, 20, 35, 50, 80])}.00"
    story.then("agree_price", "acceptor", timedelta(minutes=2), basis="posted", amount=fee)
    story.then("dispatch_order", "acceptor", timedelta(minutes=3), to=center.person(draw, "technician"))
    if story.chance(NOT_DONE):
        story.then("end_order", "assistant", story.some(0.5, 3), explanation="顾客取消")
        return story
    story.then("receive_order", "technician", timedelta(minutes=draw.randint(1, 10)))
    limit = 60 * (URGENT_MINUTES if urgent else ORDINARY_MINUTES)
    late = story.chance(center.late_share)
    share = draw.uniform(1.1, 3) if late else draw.uniform(0.3, 0.95)
    story.then("arrive_for_order", "technician", timedelta(seconds=round(limit * share)))
    _work(story, fee, late=late)
    return story


def _work(story: Story, fee: str, *, late: bool) -> None:
    qualified = not story.chance(UNQUALIFIED)
    story.then(
        "complete_order", "technician", story.some(0.3, 1.5), tested=True, signed=True, qualified=qualified,
        rating=story.draw.choice(["satisfied", "satisfied", "basically_satisfied"]), fee=fee,
    )  # fmt: skip
    explained = {} if qualified else {"explanation": "维修不合格,另行返修"}
    if story.chance(SAMPLED):
        way = story.draw.choice(["visit", "phone"])
        story.then(
            "call_back_order", "assistant", story.some(4, 30), way=way, customer_signed=way == "visit",
            timely=not late, manners_satisfied=True, quality_satisfied=story.chance(0.95),
        )  # fmt: skip
        story.then("end_order", "assistant", timedelta(minutes=30), **explained)
    elif not qualified:
        story.then("end_order", "assistant", story.some(1, 5), **explained)
    else:
        story.then("end_order", "assistant", timedelta(hours=50), not_sampled=True)
