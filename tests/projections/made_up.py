"""Made-up events and declarations that use every word of the vocabulary, and a plain fold in Python."""

from __future__ import annotations

import json
from collections.abc import Sequence
from decimal import Decimal
from typing import Any, ClassVar

from sqlalchemy import case

from caseledger.domain.canonical import canonical
from caseledger.domain.event import Event
from caseledger.domain.values import Code, Count, Money, Text, UtcTime
from caseledger.projections.columntypes import BOOLEAN, CODE, DAY, INTEGER, LABEL, MONEY, MONTH, TIME, word
from caseledger.projections.vocabulary import (
    Facts,
    Said,
    compared,
    count,
    first,
    highest,
    last,
    last_given,
    lowest,
    total,
    unseen,
    whether,
)


class Opened(Event):
    name: ClassVar[str] = "thing.opened.v1"
    turn: Count = 1
    words: Text | None = None
    amount: Money | None = None
    size: Count | None = None
    flag: bool | None = None
    due_at: UtcTime | None = None
    way: Code | None = None


class Changed(Opened):
    name: ClassVar[str] = "thing.changed.v1"


class Noted(Opened):
    name: ClassVar[str] = "thing.noted.v1"


NAMES = [Opened.name, Changed.name, Noted.name]
SAID: Said = {"zh": "列", "en": "column", "rule": "test"}
BOTH = (Opened, Changed)

COLUMNS = (
    first("words", LABEL, Opened, **SAID),
    first("amount", MONEY, Opened, **SAID),
    first("size", INTEGER, Opened, **SAID),
    first("flag", BOOLEAN, Opened, **SAID),
    first("opened_on", DAY, Opened, field="local_date", **SAID),
    first("month", MONTH, Opened, field="local_date", **SAID),
    first("due_at", TIME, Opened, **SAID),
    first("words_of_first_change", LABEL, Changed, field="words", **SAID),
    last("words_of_last_change", LABEL, Changed, field="words", **SAID),
    last("words_of_either", LABEL, BOTH, field="words", **SAID),
    last_given("words_given", LABEL, BOTH, field="words", **SAID),
    last("flag_now", BOOLEAN, BOTH, field="flag", **SAID),
    last_given("flag_given", BOOLEAN, BOTH, field="flag", **SAID),
    last("size_now", INTEGER, BOTH, field="size", **SAID),
    last("amount_by_phone", MONEY, BOTH, field="amount", where={"way": "phone"}, **SAID),
    first("size_of_turn_2", INTEGER, Noted, field="size", where={"turn": "2"}, **SAID),
    count("changes", Changed, **SAID),
    count("flagged", BOTH, where={"flag": "true"}, **SAID),
    count("by_phone_or_mail", BOTH, where={"way": ("phone", "e-mail")}, **SAID),
    whether("was_noted", Noted, **SAID),
    total("sizes", INTEGER, BOTH, field="size", **SAID),
    total("amounts", MONEY, BOTH, field="amount", **SAID),
    lowest("earliest", TIME, BOTH, field="due_at", **SAID),
    highest("latest", TIME, (Opened, Noted), field="due_at", **SAID),
    unseen(last("last_way", CODE, BOTH, field="way", **SAID)),
    compared(
        "state",
        CODE,
        lambda row: case(
            (row["last_way"].is_(None), word("unknown")), (row["changes"] > 0, word("changed")), else_=word("new")
        ),
        of=("last_way", "changes"),
        **SAID,
    ),
)
CASES = Facts("fact_things", "事物", "things", ("case",), (Opened,), COLUMNS)
TURNS = Facts(
    "fact_thing_turns",
    "轮次",
    "turns of things",
    ("case", "turn"),
    (Opened, Noted),
    COLUMNS,
    key_labels=(("案件", "case"), ("轮次", "turn")),
)

Stored = tuple[str, int, str, bytes]


def stored(stream: str, version: int, name: str, fields: dict[str, Any]) -> Stored:
    """One row of the events table; fields that are None are absent."""
    given = {key: value for key, value in fields.items() if value is not None}
    return stream, version, name, canonical({**given, "stream": stream, "version": version, "name": name})


def fold(facts: Facts, events: Sequence[Stored]) -> list[tuple[Any, ...]]:
    """What the declaration says of these events: written without a look at the select, column by column."""
    groups: dict[tuple[Any, ...], list[tuple[str, dict[str, Any]]]] = {}
    for stream, _, name, state in sorted(events, key=lambda event: (event[0], event[1])):
        told = json.loads(state)
        key = tuple(told[part] for part in facts.key[1:] if part in told)
        if len(key) == len(facts.key) - 1:
            groups.setdefault((stream, *key), []).append((name, told))
    openers = {event.name for event in facts.opened_by}
    return sorted((*key, *_row(group)) for key, group in groups.items() if openers & {name for name, _ in group})


def _row(events: list[tuple[str, dict[str, Any]]]) -> tuple[Any, ...]:
    opened = [told for name, told in events if name == Opened.name]
    changed = [told for name, told in events if name == Changed.name]
    noted = [told for name, told in events if name == Noted.name]
    both = [told for name, told in events if name in {Opened.name, Changed.name}]
    phoned = [told for told in both if told.get("way") == "phone"]
    second = [told for told in noted if told.get("turn") == 2]
    start, end = opened[0] if opened else {}, both[-1] if both else {}
    sizes = [told["size"] for told in both if "size" in told]
    amounts = [Decimal(told["amount"]) for told in both if "amount" in told]
    way = end.get("way")
    return (
        start.get("words"),
        _money(start.get("amount")),
        start.get("size"),
        start.get("flag"),
        start.get("local_date"),
        start["local_date"][:7] if "local_date" in start else None,
        start.get("due_at"),
        changed[0].get("words") if changed else None,
        changed[-1].get("words") if changed else None,
        end.get("words"),
        _given(both, "words"),
        end.get("flag"),
        _given(both, "flag"),
        end.get("size"),
        _money(phoned[-1].get("amount")) if phoned else None,
        second[0].get("size") if second else None,
        len(changed),
        sum(told.get("flag") is True for told in both),
        sum(told.get("way") in {"phone", "e-mail"} for told in both),
        bool(noted),
        sum(sizes) if sizes else None,
        sum(amounts) if amounts else None,
        min((told["due_at"] for told in both if "due_at" in told), default=None),
        max((told["due_at"] for told in opened + noted if "due_at" in told), default=None),
        "unknown" if way is None else "changed" if changed else "new",
    )


def _given(events: list[dict[str, Any]], key: str) -> Any:  # noqa: ANN401 - whatever the field holds
    found = [told[key] for told in events if key in told]
    return found[-1] if found else None


def _money(text: str | None) -> Decimal | None:
    return None if text is None else Decimal(text)
