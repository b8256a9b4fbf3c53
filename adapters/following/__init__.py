"""Facts kept in another database: a runner that follows the ledger, on any of the three engines.

The facts are the same selects as everywhere; the runner carries the rows of the cases that changed. No event is copied.
"""

from .aside import SetAside
from .errors import HistoryChangedError, OvertakenError, PassingError, TargetRefusedError
from .follower import Follower
from .lag import Lag

__all__ = [
    "Follower",
    "HistoryChangedError",
    "Lag",
    "OvertakenError",
    "PassingError",
    "SetAside",
    "TargetRefusedError",
]
