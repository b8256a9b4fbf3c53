"""What a target knows of itself: which ledger it follows, how far it is, and which cases it has set aside."""

from __future__ import annotations

from typing import Final

from sqlalchemy import Column, Integer, MetaData, Table

from ...projections.events import binary_text, position_number
from ...projections.options import PLAIN

TIME_LENGTH: Final = 27
"""As every time in the ledger: `YYYY-MM-DDTHH:MM:SS.ffffffZ`."""

follower_metadata: Final = MetaData()

ledger_follower: Final = Table(
    "ledger_follower",
    follower_metadata,
    Column("ledger_id", binary_text(), primary_key=True),
    Column("position", position_number()),
    Column("event", binary_text()),
    Column("seen", position_number(), nullable=False),
    Column("at", binary_text(TIME_LENGTH), nullable=False),
    Column("commits", position_number(), nullable=False),
    Column("paused_at", binary_text(TIME_LENGTH)),
    Column("gathered_at", binary_text(TIME_LENGTH)),
    **PLAIN,
)
"""One row. `position`: the facts hold every event up to it (none: they are still being gathered). `seen`: the ledger's
last position when the runner last looked, `at` that moment: where `position` is less, the facts are behind. `event`:
SHA-256 of the stored bytes at `position`. `commits`: transactions that changed facts, so that of two runners one is
refused. `paused_at`: since when the facts are to stand still. `gathered_at`: when a gathering under way last wrote."""

ledger_set_aside: Final = Table(
    "ledger_set_aside",
    follower_metadata,
    Column("case_id", binary_text(), primary_key=True),
    Column("position", position_number(), nullable=False, autoincrement=False),
    Column("reason", binary_text(200), nullable=False),
    Column("at", binary_text(TIME_LENGTH), nullable=False),
    Column("attempts", Integer(), nullable=False),
    **PLAIN,
)
"""Cases whose facts could not be read or written. Their rows stay as they were before `position`."""
