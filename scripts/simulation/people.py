"""Who there is: centers with their estates, households and staff, and the words in which customers speak."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

ZONE = ZoneInfo("Asia/Shanghai")
ESTATES = ("锦绣", "海景", "翠湖", "阳光", "金桂", "星河", "梧桐", "碧水", "紫荆", "云山")
SUFFIXES = ("花园", "公寓", "名苑", "家园", "新城")
SURNAMES = "王李张刘陈杨黄赵周吴徐孙朱马胡郭林何高罗"
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
    "low_voltage": ("对讲无声", 1),
}
SHARES = {"acceptor": 0.2, "duty_staff": 0.1, "handler": 0.25, "technician": 0.3, "steward": 0.15}
"""Which part of a center's staff does what; of every other role there is one."""


@dataclass(frozen=True)
class Center:
    """A management service center of the company; `late_share` is how often its people are too slow."""

    code: str
    label: str
    estate: str
    households: int
    late_share: float
    staff: int = 12

    @property
    def id(self) -> str:
        """Its id in the ledger."""
        return f"center:{self.code}"

    @property
    def resident(self) -> int:
        """Households that live there."""
        return self.households * 4 // 5

    def actor(self, draw: Random, role: str) -> dict[str, str]:
        """Name one of those who act in a role here."""
        return {"id": self.person(draw, role), "role": role, "center": self.id}

    def person(self, draw: Random, role: str) -> str:
        """Give the id of one of those who act in a role here."""
        many = round(self.staff * SHARES.get(role, 0))
        return f"staff:{self.code}-{role.replace('_', '-')}" + (f"-{draw.randrange(many) + 1}" if many > 1 else "")

    def household(self, draw: Random) -> dict[str, str]:
        """Name a household, as a command about it does: where it is, who lives there, how to reach them."""
        number = draw.randrange(self.resident)
        building, flat = divmod(number, 60)
        name = SURNAMES[number % len(SURNAMES)] + ("先生" if number % 3 else "女士")
        unit = f"{self.code}-{building + 1}-{flat // 4 + 1}{flat % 4 + 1:02d}"
        return {
            "estate": self.estate,
            "area": "west" if building % 2 else "east",
            "unit": f"unit:{unit}",
            "customer": f"customer:{unit}",
            "contact": f"{name} 138****{number % 10_000:04d}",
        }

    def registration(self) -> dict[str, Any]:
        """What it is registered with."""
        estate = {"id": self.estate, "label": self.label.removesuffix("服务中心"), "areas": ["east", "west"]}
        return {
            "label": self.label,
            "estates": [estate],
            "total_households": self.households,
            "resident_households": self.resident,
        }


TWO = (
    Center("sz01", "锦绣花园服务中心", "jinxiu", 1200, 0.06),
    Center("sz02", "海景公寓服务中心", "haijing", 860, 0.17),
)
"""The two centers of the demo."""


def centers(seed: int, many: int, households: int, staff: int) -> tuple[Center, ...]:
    """Draw centers, some larger and some smaller than the average number of households; more of them change none."""
    found = []
    for number in range(many):
        draw = Random(f"{seed}/center/{number}")
        name = ESTATES[number % len(ESTATES)] + SUFFIXES[number // len(ESTATES) % len(SUFFIXES)]
        size = max(10, round(households * draw.uniform(0.6, 1.4)))
        late = round(draw.choice([0.03, 0.06, 0.1, 0.17]), 2)
        found.append(Center(f"sz{number + 1:02d}", f"{name}服务中心", f"estate-{number + 1}", size, late, staff))
    return tuple(found)


def category(draw: Random, words: dict[str, tuple[str, int]]) -> tuple[str, str]:
    """Draw a category by its weight, with the words for it."""
    chosen = draw.choices(list(words), [weight for _, weight in words.values()])[0]
    return chosen, words[chosen][0]
