"""How much each proof does: enough to be worth it in `scripts/test`, or, by `scripts/prove`, all that was promised."""

from __future__ import annotations

import os
from typing import Final

WHOLE: Final = bool(os.environ.get("CASELEDGER_PROVE"))
"""Whether the proofs run at their full size."""

KILLS: Final = 2000 if WHOLE else 200
"""Writers killed, on each database."""

SERVER_KILLS: Final = 40 if WHOLE else 4
"""How often each server is killed."""

COMMANDS: Final = 1000 if WHOLE else 25
"""Steps that each of sixteen writers takes at once with the others; most are one command."""

LIVES: Final = {"sqlite": 200, "postgresql": 200 if WHOLE else 30, "mariadb": 200 if WHOLE else 30}
"""Lives of a store beside its model, on each database."""
CENTERS: Final = {"sqlite": 200 if WHOLE else 8, "postgresql": 200 if WHOLE else 3, "mariadb": 200 if WHOLE else 3}
"""Lives of a center, with all layers of a ledger."""
STEPS: Final = 50
"""Of each life."""
