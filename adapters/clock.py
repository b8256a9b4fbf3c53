"""The ledger's clock, and ids that sort by the time they were made."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Callable

    Clock: TypeAlias = Callable[[], datetime]
    RandomBytes: TypeAlias = Callable[[int], bytes]


def system_clock() -> datetime:
    """Now, in UTC with microseconds."""
    return datetime.now(UTC)


def new_command_id(now: datetime, random_bytes: RandomBytes = os.urandom) -> str:
    """Make an id for a command that came without one: its milliseconds, then eighty random bits (as UUIDv7 does)."""
    return f"cmd:{int(now.timestamp() * 1000):012x}{random_bytes(10).hex()}"
