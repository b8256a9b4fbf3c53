"""The ledger's clock, and ids that sort by the time they were made."""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import UTC, datetime
from typing import TypeAlias

Clock: TypeAlias = Callable[[], datetime]
"""Gives the present moment, UTC."""
RandomBytes: TypeAlias = Callable[[int], bytes]
"""Gives so many random bytes."""


def system_clock() -> datetime:
    """Now, in UTC with microseconds."""
    return datetime.now(UTC)


def new_command_id(now: datetime, random_bytes: RandomBytes = os.urandom) -> str:
    """Make an id for a command that came without one: its milliseconds, then eighty random bits (as UUIDv7 does)."""
    return f"cmd:{int(now.timestamp() * 1000):012x}{random_bytes(10).hex()}"
