"""What the oracle is told and what it answers: cases as they were replayed, and rows of plain values."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from enum import Enum
from typing import Any, TypeAlias
from zoneinfo import ZoneInfo

from caseledger.domain.event import PolicyRef

Row: TypeAlias = dict[str, Any]
Key: TypeAlias = tuple[Any, ...]


@dataclass(frozen=True)
class Case:
    """A case as it was replayed: its state, the policy of its first event, and the zone of its center."""

    id: str
    state: Any
    policy: PolicyRef | None
    zone: ZoneInfo


def plain(value: object) -> object:
    """A value as the tables hold it: times as UTC text of one width, days as ISO text, coded words as their codes."""
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, datetime):
        return value.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="microseconds") + "Z"
    return value.isoformat() if isinstance(value, date) else value


def day(moment: datetime | None, zone: ZoneInfo) -> str | None:
    """The local day of a moment."""
    return None if moment is None else moment.astimezone(zone).strftime("%Y-%m-%d")


def month(moment: datetime | None, zone: ZoneInfo) -> str | None:
    """The local month of a moment."""
    return None if moment is None else moment.astimezone(zone).strftime("%Y-%m")


def final(values: Sequence[Any]) -> Any:  # noqa: ANN401 - whatever the sequence holds
    """The last of them, or nothing."""
    return values[-1] if values else None
