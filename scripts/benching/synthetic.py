"""Whole opinion cases of a company that never was, written straight through the recorder; no decisions, no facts.

A company of fifty centers takes in cases at an even rate, so that a ledger of ten times the events is ten times as old.
Events lie in the order in which they were recorded, the cases of a week mixed, as life writes them: a case's events are
not neighbours in the table. The same seed gives the same bytes.
"""

from __future__ import annotations

import random
from base64 import urlsafe_b64encode
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from heapq import heappop, heappush
from typing import TYPE_CHECKING, Any, Final
from zoneinfo import ZoneInfo

from eventsourcing.persistence import StoredEvent

from caseledger.adapters.codec import encode
from caseledger.adapters.keystore import MemoryKeyStore
from caseledger.adapters.ledger import Ledger
from caseledger.adapters.policies import load
from caseledger.adapters.store.factory import SqlFactory
from caseledger.domain.catalogue import EVENTS, command_from
from caseledger.domain.event import Actor, PolicyRef, Recorded

if TYPE_CHECKING:
    from collections.abc import Iterator

ZONE: Final = ZoneInfo("Asia/Shanghai")
START: Final = datetime(2023, 1, 1, tzinfo=ZONE).astimezone(UTC)
CENTERS: Final = 50
BETWEEN_CASES: Final = timedelta(minutes=13)
"""About 3,300 cases and 28,000 events a month: a million events are three years."""
EVENTS_A_CASE: Final = 8.7
PAGE: Final = 10_000

CATEGORIES: Final = ("noise", "cleaning", "greening", "neighbours", "public_facilities", "pets")

Step = tuple[str, float, dict[str, Any]]


@dataclass
class _Case:
    """A case under way: its steps one after the other, each some hours after the one before."""

    draw: random.Random
    stream: str
    center: str
    customer: str
    now: datetime
    policy: PolicyRef
    version: int = 0
    recorded: datetime = field(default=START)

    def sealed(self) -> dict[str, str]:
        """Words that nobody can read: as long as a short sentence in Chinese."""
        size = self.draw.randrange(40, 150)
        return {
            "subject": self.customer,
            "key": f"key:{self.draw.getrandbits(128):032x}",
            "nonce": urlsafe_b64encode(self.draw.randbytes(12)).decode(),
            "ct": urlsafe_b64encode(self.draw.randbytes(size)).decode(),
        }

    def told(self, name: str, hours: float, values: dict[str, Any]) -> Recorded:
        """The next event, as the ledger would record it."""
        self.now += timedelta(hours=hours, seconds=self.draw.randrange(60))
        self.recorded = max(self.recorded, self.now + timedelta(minutes=self.draw.randrange(1, 20)))
        self.version += 1
        code = self.center.removeprefix("center:")
        return Recorded(
            stream=self.stream,
            version=self.version,
            event=EVENTS[name].model_validate({"occurred_at": self.now, **values}),
            recorded_at=self.recorded,
            local_date=self.now.astimezone(ZONE).date(),
            actor=Actor.model_validate({"id": f"staff:{code}-1", "role": "acceptor", "center": self.center}),
            command_id=f"cmd:{self.draw.getrandbits(128):032x}",
            command_hash=f"hmac:key:{self.draw.getrandbits(128):032x}:{self.draw.getrandbits(256):064x}",
            policy=self.policy,
        )


def write(url: str, events: int, seed: int = 3) -> None:
    """Make a new ledger of so many events, centers and policies included; its facts are not built."""
    _open(url)
    factory = SqlFactory({"PERSISTENCE_MODULE": "caseledger.adapters.store", "CASELEDGER_URL": url})
    recorder = factory.application_recorder()
    left = events - (recorder.max_notification_id() or 0)
    page: list[StoredEvent] = []
    for stored in _in_order(seed):
        if left <= 0:
            break
        left -= 1
        page.append(stored)
        if len(page) == PAGE:
            recorder.insert_events(page)
            page.clear()
    recorder.insert_events(page)
    factory.close()


def last_month(events: int) -> str:
    """The last month that a ledger of so many events covers whole (or its first, where it covers none)."""
    cases = events / EVENTS_A_CASE
    end = (START + cases * BETWEEN_CASES).astimezone(ZONE)
    before = end.replace(day=1) - timedelta(days=1)
    return f"{max(before, START.astimezone(ZONE)):%Y-%m}"


def _open(url: str) -> None:
    """Register the centers and adopt the policy, through the real commands."""
    policy = load("w08")
    with Ledger(url, clock=lambda: START - timedelta(days=1), keys=MemoryKeyStore(), facts=False) as ledger:
        for number in range(CENTERS):
            center = f"center:c{number:02d}"
            boss = {"id": f"staff:c{number:02d}-manager", "role": "manager", "center": center}
            known = {"actor": boss, "center": center, "occurred_at": START - timedelta(days=2)}
            estate = {"id": f"e{number:02d}", "label": f"第{number}花园", "areas": ["east", "west"]}
            register = {
                "command_id": f"cmd:open-{number}",
                "label": f"第{number}服务中心",
                "estates": [estate],
                "total_households": 1200,
                "resident_households": 1000,
            }
            ledger.do(command_from("register_center", {**known, **register}))
            adopt = {"command_id": f"cmd:adopt-{number}", "policy": policy.values}
            ledger.do(command_from("adopt_policy", {**known, **adopt}))


def _in_order(seed: int) -> Iterator[StoredEvent]:
    """All events of all cases, without end, by the moment of recording."""
    draw = random.Random(seed)
    policy = load("w08").ref
    waiting: list[tuple[datetime, int, int, StoredEvent]] = []
    serial = 0
    while True:
        begun = START + serial * BETWEEN_CASES
        while waiting and waiting[0][0] <= begun:
            yield heappop(waiting)[3]
        for recorded in _story(draw, serial, begun, policy):
            stored = StoredEvent(recorded.stream, recorded.version, recorded.name, encode(recorded))
            heappush(waiting, (recorded.recorded_at, serial, recorded.version, stored))
        serial += 1


def _story(draw: random.Random, serial: int, begun: datetime, policy: PolicyRef) -> Iterator[Recorded]:
    number = draw.randrange(CENTERS)
    unit = f"c{number:02d}-{draw.randrange(1, 25):02d}-{draw.randrange(101, 2804)}"
    # As UUIDv7: the time first, then chance.
    stream = f"opinion:{int(begun.timestamp() * 1000):012x}{draw.getrandbits(80):020x}"
    case = _Case(draw, stream, f"center:c{number:02d}", f"customer:{unit}", begun, policy)
    path = draw.random()
    kind = "praise" if path < 0.07 else "complaint"
    yield case.told("opinion.accepted.v1", 0, _acceptance(case, serial, kind, unit))
    for name, hours, values in _course(case, path):
        yield case.told(name, hours, values)


def _acceptance(case: _Case, serial: int, kind: str, unit: str) -> dict[str, Any]:
    code = case.center.removeprefix("center:c")
    return {
        "center": case.center,
        "number": f"C{code}-OP-{case.now.astimezone(ZONE):%Y%m}-{serial:07d}",
        "kind": kind,
        "channel": case.draw.choice(["phone", "visit", "web", "app"]),
        "level": "center",
        "category": case.draw.choice(CATEGORIES),
        "estate": f"e{code}",
        "area": case.draw.choice(["east", "west"]),
        "unit": f"unit:{unit}",
        "customer": case.customer,
        "contact": case.sealed(),
        "place": case.sealed(),
        "content": case.sealed(),
        "wanted_way": "phone",
        "response_due_at": case.now + timedelta(hours=1),
        "plan_due_at": case.now + timedelta(days=3),
        "calendar": "cn-holidays-0.109",
    }


def _course(case: _Case, path: float) -> Iterator[Step]:
    """What becomes of it: read by the manager, found invalid, or handled, one in ten of those more than once."""
    draw = case.draw
    ended = "opinion.ended.v1"
    if path < 0.07:
        yield "opinion.commented.v1", draw.uniform(2, 30), {"comment": case.sealed()}
        yield ended, 1, {"turn": 1, "ending": "read"}
        return
    yield "opinion.responded.v1", draw.uniform(0.1, 1.2), {"way": "phone", "note": case.sealed()}
    verdict = {"assessment": 1, "assessed_by": "staff:boss", "reason": case.sealed()}
    if path < 0.17:
        yield "opinion.assessed.v1", draw.uniform(0.5, 4), {**verdict, "validity": "invalid", "flow": False}
        yield ended, 2, {"turn": 1, "ending": "with_explanation", "explanation": case.sealed()}
        return
    yield "opinion.assessed.v1", draw.uniform(0.5, 4), {**verdict, "validity": "valid", "flow": True}
    yield "opinion.dispatched.v1", 0.5, {"dispatch": 1, "turn": 1, "to_kind": "handler", "to": "staff:h-1"}
    turns = 2 if draw.random() < 0.1 else 1
    for turn in range(1, turns + 1):
        yield from _turn(case, turn, last=turn == turns)
    yield ended, draw.uniform(1, 8), {"turn": turns, "ending": "after_callback"}


def _turn(case: _Case, turn: int, *, last: bool) -> Iterator[Step]:
    draw = case.draw
    yield "opinion.plan_proposed.v1", draw.uniform(2, 80), {"turn": turn, "plan": 1, "text": case.sealed()}
    yield "opinion.plan_approved.v1", draw.uniform(0.5, 6), {"turn": turn, "plan": 1}
    if draw.random() < 0.2:
        told = {"follow_up": turn, "turn": turn, "way": "phone", "note": case.sealed()}
        yield "opinion.followed_up.v1", draw.uniform(4, 30), told
    due = case.now + timedelta(days=3)
    finished = {"turn": turn, "result": case.sealed(), "callback_due_at": due, "calendar": "cn-holidays-0.109"}
    yield "opinion.handling_finished.v1", draw.uniform(3, 90), finished
    answers = {"handled_in_time": draw.random() > 0.2, "outcome_satisfied": last, "attitude_satisfied": True}
    called = {"callback": turn, "turn": turn, "way": "phone", "satisfied": last, **answers}
    yield "opinion.called_back.v1", draw.uniform(3, 60), called
    if not last:
        yield "opinion.rehandling_started.v1", 0.1, {"turn": turn + 1, "callback": turn}
