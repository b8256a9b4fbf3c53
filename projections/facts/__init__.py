"""The tables of facts, one file a declaration."""

from __future__ import annotations

from typing import Final

from .alerts import ALERTS, REPETITIONS
from .callbacks import CALLBACKS
from .centers import CENTERS
from .corrective import CORRECTIVE_ACTIONS, CORRECTIVE_CALLS
from .deadlines import DEADLINES
from .follow_ups import FOLLOW_UPS
from .opinions import OPINIONS
from .orders import ORDERS
from .platform import PLATFORM
from .survey_items import SURVEY_ITEMS
from .surveys import SURVEYS
from .turns import TURNS

ALL: Final = (
    CENTERS,
    OPINIONS,
    TURNS,
    CALLBACKS,
    FOLLOW_UPS,
    DEADLINES,
    PLATFORM,
    ALERTS,
    REPETITIONS,
    CORRECTIVE_CALLS,
    CORRECTIVE_ACTIONS,
    ORDERS,
    SURVEYS,
    SURVEY_ITEMS,
)
"""Every declaration, in the order in which they are built."""
