"""A small property company that never was: its customers, its staff, and what they do, drawn from one seed.

Every step comes out as a command with the moment at which it happens and the moment at which it is entered; whoever
runs them sets the ledger's clock to the second. The same seed gives the same commands. No person behind it is real.
"""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

if TYPE_CHECKING:
    from collections.abc import Iterator

ZONE = ZoneInfo("Asia/Shanghai")
DAY = (8, 20)
AT_ANY_HOUR = {
    "respond_to_opinion",
    "agree_price",
    "dispatch_order",
    "receive_order",
    "arrive_for_order",
    "complete_order",
}
COMPLAINTS = {
    "noise": ("楼上深夜噪音", 5),
    "cleaning": ("楼道垃圾未清", 4),
    "greening": ("草坪枯黄", 2),
    "neighbours": ("邻居占用过道", 2),
    "public_facilities": ("单元门禁失灵", 6),
    "service_awareness": ("前台态度冷淡", 2),
    "pets": ("遛狗不牵绳", 2),
    "outside_parties": ("临近工地夜间施工", 2),
}
ORDERS = {
    "water": ("水龙头漏水", 5),
    "electrics": ("插座无电", 4),
    "doors_windows": ("门锁损坏", 3),
    "masonry": ("墙面钻孔", 2),
}
SURVEY_ITEMS = {
    "overall": ("总体印象", "overall impression"),
    "cleaning": ("保洁工作", "cleaning"),
    "security": ("治安", "security"),
    "equipment": ("设备情况", "equipment"),
    "repairs": ("日常维修", "daily repairs"),
}


@dataclass(frozen=True)
class Step:
    """A command's name and values, with the moment it happens and the (later) moment it is entered."""

    entered: datetime
    order: int
    happened: datetime
    command: str
    values: dict[str, Any]


@dataclass(frozen=True)
class Center:
    """A management service center of the company."""

    code: str
    label: str
    estate: str
    households: int
    late_share: float

    @property
    def id(self) -> str:
        """Its id in the ledger."""
        return f"center:{self.code}"

    def staff(self, role: str) -> dict[str, str]:
        """The one who acts in a role here."""
        return {"id": f"staff:{self.code}-{role.replace('_', '-')}", "role": role, "center": self.id}


CENTERS = (
    Center("sz01", "锦绣花园服务中心", "jinxiu", 1200, 0.06),
    Center("sz02", "海景公寓服务中心", "haijing", 860, 0.17),
)


def year(seed: int, policy: dict[str, Any], *, first: datetime, months: int = 12) -> list[Step]:
    """Give all steps of the centers' year, in the order in which they are entered.

    Args:
        seed: draws everything.
        policy: JSON values of the policy that the centers adopt.
        first: aware start of the first month.
        months: how many months, of thirty days each, are lived through.

    """
    draw = random.Random(seed)  # noqa: S311 - invented customers, no secrets
    steps: list[Step] = []
    for center in CENTERS:
        steps += _opening(center, policy, first - timedelta(days=1))
        for month in range(months):
            start = first + timedelta(days=30 * month)
            for _ in range(max(3, center.households // 60)):
                steps += _opinion(draw, center, _moment(draw, start), len(steps))
            for _ in range(max(3, center.households // 40)):
                steps += _order(draw, center, _moment(draw, start), len(steps))
        steps += _survey(draw, center, first + timedelta(days=30 * (months // 2)), len(steps))
    return sorted(steps, key=lambda step: (step.entered, step.order))


def _moment(draw: random.Random, start: datetime) -> datetime:
    """A moment of the month: mostly by day, one in eight at night."""
    hour = draw.choice([22, 23, 1, 5]) if draw.random() < 1 / 8 else draw.randint(8, 19)
    return (
        (start + timedelta(days=draw.randrange(30)))
        .astimezone(ZONE)
        .replace(hour=hour, minute=draw.randrange(60), second=draw.randrange(60))
        .astimezone(UTC)
    )


class _Story:
    """The steps of one case, each a while after the one before; night-time entries wait for the morning."""

    def __init__(self, draw: random.Random, center: Center, case: str, start: datetime) -> None:
        self.draw = draw
        self.center = center
        self.case = case
        self.now = start
        self.entered = start
        self.steps: list[Step] = []

    def then(self, command: str, role: str, after: timedelta = timedelta(), /, **values: Any) -> None:  # noqa: ANN401 - fields of any command
        self.now += after
        local = self.now.astimezone(ZONE)
        if self.steps and command not in AT_ANY_HOUR and not DAY[0] <= local.hour < DAY[1]:
            # Customers are rung and plans are signed by day; what would fall into the night is done in the morning.
            morning = local.replace(hour=DAY[0], minute=local.minute, second=local.second)
            local = morning if local.hour < DAY[0] else morning + timedelta(days=1)
            self.now = local.astimezone(UTC)
        night = local.hour < 7 or local.hour >= 21  # noqa: PLR2004 - the duty staff's hours
        entered = self.now + (timedelta(hours=9) if night else timedelta(minutes=self.draw.randint(1, 20)))
        self.entered = max(self.entered + timedelta(seconds=1), entered)
        number = len(self.steps) + 1
        self.steps.append(
            Step(
                self.entered,
                number,
                self.now,
                command,
                {
                    "command_id": f"cmd:{self.case.replace(':', '-')}-{number}",
                    "actor": self.center.staff(role),
                    "case": self.case,
                    **values,
                },
            )
        )

    def some(self, low: float, high: float) -> timedelta:
        """A while of so many hours, longer where the center is known to be slow."""
        hours = self.draw.uniform(low, high)
        return timedelta(hours=hours * (6 if self.draw.random() < self.center.late_share else 1))


def _opening(center: Center, policy: dict[str, Any], moment: datetime) -> Iterator[Step]:
    boss = center.staff("manager")
    estate = {"id": center.estate, "label": center.label.removesuffix("服务中心"), "areas": ["east", "west"]}
    register = {
        "command_id": f"cmd:{center.code}-register",
        "actor": boss,
        "center": center.id,
        "label": center.label,
        "estates": [estate],
        "total_households": center.households,
        "resident_households": center.households * 4 // 5,
    }
    yield Step(moment, 0, moment, "register_center", register)
    adopt = {"command_id": f"cmd:{center.code}-policy", "actor": boss, "center": center.id, "policy": policy}
    yield Step(moment + timedelta(seconds=1), 1, moment, "adopt_policy", adopt)


def _of(draw: random.Random, words: dict[str, tuple[str, int]]) -> tuple[str, str]:
    category = draw.choices(list(words), [weight for _, weight in words.values()])[0]
    return category, words[category][0]


def _household(draw: random.Random, center: Center) -> dict[str, str]:
    unit = f"{center.code}-{draw.randrange(1, 25):02d}-{draw.randrange(101, 2804)}"
    return {
        "estate": center.estate,
        "area": draw.choice(["east", "west"]),
        "unit": f"unit:{unit}",
        "customer": f"customer:{unit}",
    }


def _opinion(draw: random.Random, center: Center, start: datetime, serial: int) -> list[Step]:
    story = _Story(draw, center, f"opinion:{center.code}-{serial}", start)
    kind = draw.choices(["complaint", "suggestion", "inquiry", "praise"], [12, 3, 3, 1])[0]
    category, words = _of(draw, COMPLAINTS)
    story.then(
        "accept_opinion", "acceptor", center=center.id, kind=kind, category=category, content=words,
        channel=draw.choice(["phone", "visit", "web", "app"]), wanted_way="phone", **_household(draw, center),
    )  # fmt: skip
    if kind in {"suggestion", "praise"}:
        story.then("comment_on_opinion", "manager", story.some(2, 30), comment="已阅,谢谢")
        story.then("end_opinion", "manager", story.some(0, 1))
        return story.steps
    story.then("respond_to_opinion", "acceptor", story.some(0.1, 0.9), way="phone")
    if kind == "inquiry":
        story.then("end_opinion", "assistant", story.some(0, 4))
        return story.steps
    verdict = draw.choices(["valid", "third_party", "invalid"], [14, 3, 3])[0]
    story.then("assess_opinion", "manager", story.some(0.5, 4), validity=verdict, reason="现场核实")
    if verdict == "invalid":
        story.then("end_opinion", "manager", story.some(1, 5), explanation="已向顾客说明不属管理责任")
        return story.steps
    story.then("dispatch_opinion", "acceptor", story.some(0.1, 1), to=f"staff:{center.code}-handler")
    _turns(story)
    return story.steps


def _turns(story: _Story) -> None:
    """Handling, callback, and handling again while the customer is not content; now and then nobody can be reached."""
    for turn in range(1, 4):
        story.then("propose_plan", "handler", story.some(2, 14), text=f"第{turn}次处理方案")
        story.then("approve_plan", "manager", story.some(0.5, 6))
        if story.draw.random() < 1 / 3:
            story.then("follow_up_opinion", "acceptor", story.some(4, 30), way="phone", note="处理中")
        story.then("finish_handling", "manager", story.some(3, 40), result="已处理完毕")
        if story.draw.random() < 1 / 15:
            story.then("end_opinion", "manager", story.some(20, 60), explanation="多次联系不上顾客")
            return
        content = story.draw.random() > 1 / 7
        story.then(
            "call_back_opinion", "acceptor", story.some(3, 22), way=story.draw.choice(["phone", "phone", "visit"]),
            handled_in_time=story.draw.random() > 1 / 6, outcome_satisfied=content, attitude_satisfied=True,
        )  # fmt: skip
        if content:
            story.then("end_opinion", "manager", story.some(1, 8))
            return


def _order(draw: random.Random, center: Center, start: datetime, serial: int) -> list[Step]:
    story = _Story(draw, center, f"order:{center.code}-{serial}", start)
    category, words = _of(draw, ORDERS)
    priority = draw.choices(["ordinary", "urgent"], [6, 1])[0]
    story.then(
        "request_order", "acceptor", center=center.id, channel="phone", category=category, priority=priority,
        content=words, **_household(draw, center),
    )  # fmt: skip
    fee = f"{draw.choice([0, 20, 35, 50, 80])}.00"
    story.then("agree_price", "acceptor", timedelta(minutes=2), basis="posted", amount=fee)
    story.then("dispatch_order", "acceptor", timedelta(minutes=3), to=f"staff:{center.code}-technician")
    story.then("receive_order", "technician", timedelta(minutes=draw.randint(1, 10)))
    limit = 5 if priority == "urgent" else 30
    late = draw.random() < center.late_share
    story.then(
        "arrive_for_order",
        "technician",
        timedelta(minutes=limit * (draw.uniform(1.1, 3) if late else draw.uniform(0.3, 0.95))),
    )
    qualified = draw.random() > 1 / 20
    story.then(
        "complete_order", "technician", story.some(0.3, 1.5), tested=True, signed=True, qualified=qualified,
        rating=draw.choice(["satisfied", "satisfied", "basically_satisfied"]), fee=fee,
    )  # fmt: skip
    if draw.random() < 0.7:  # noqa: PLR2004 - the manual asks for 60 %
        way = draw.choice(["visit", "phone"])
        story.then(
            "call_back_order", "assistant", story.some(4, 30), way=way, customer_signed=way == "visit", timely=not late,
            manners_satisfied=True, quality_satisfied=draw.random() > 1 / 20,
        )  # fmt: skip
        end = {} if qualified else {"explanation": "维修不合格,另行返修"}
        story.then("end_order", "assistant", timedelta(minutes=30), **end)
    elif not qualified:
        story.then("end_order", "assistant", story.some(1, 5), explanation="维修不合格,另行返修")
    else:
        story.then("end_order", "assistant", timedelta(hours=50), not_sampled=True)
    return story.steps


def _survey(draw: random.Random, center: Center, start: datetime, serial: int) -> list[Step]:
    story = _Story(
        draw, center, f"survey:{center.code}-{serial}", start.astimezone(ZONE).replace(hour=10).astimezone(UTC)
    )
    items = [{"item": code, "label": {"zh": zh, "en": en}} for code, (zh, en) in SURVEY_ITEMS.items()]
    story.then("approve_survey_form", "qa", center=center.id, title="年度顾客意见调查", items=items)
    asked = center.households // 2
    story.then("distribute_survey", "steward", timedelta(days=1), forms=asked)
    returned = round(asked * draw.uniform(0.62, 0.85))
    counts = {}
    for code in SURVEY_ITEMS:
        unhappy = round(returned * draw.uniform(0.02, 0.2))
        fairly = round(returned * draw.uniform(0.2, 0.4))
        counts[code] = {
            "satisfied": returned - fairly - unhappy, "basically_satisfied": fairly, "unsatisfied": unhappy,
        }  # fmt: skip
    story.then("record_survey_counts", "assistant", timedelta(days=10), returned=returned, counts=counts)
    story.then("close_survey", "manager", timedelta(hours=3))
    return story.steps
