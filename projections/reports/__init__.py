"""Reports: views over the facts and the events, and the figures read off them, so that they can never disagree."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from sqlalchemy import CompoundSelect, Select

from . import alerts, callbacks, clocks, corrective, monthly, surveys, trail
from .sources import stored

VIEWS: Final[dict[str, Callable[[], Select[*tuple[Any, ...]] | CompoundSelect[*tuple[Any, ...]]]]] = {
    "report_monthly_opinions": lambda: monthly.cases(stored),
    "report_timeliness": lambda: clocks.clocks(stored),
    "report_callback_rates": lambda: callbacks.cases(stored),
    "report_alert_points": lambda: alerts.points(stored),
    "report_corrective_actions": lambda: corrective.calls(stored),
    "report_survey_rates": lambda: surveys.rates(stored),
    "report_audit_trail": trail.trail,
}
"""The views by name, each with its select."""
