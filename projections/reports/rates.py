"""Rates: always with numerator and denominator; with nothing in the denominator there is no rate (DA-4)."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal
from typing import Any, Final

from sqlalchemy import ColumnElement, case, func

from .sources import ONE

_CENT: Final = Decimal("0.01")


def percent(numerator: int, denominator: int) -> Decimal | None:
    """A share in percent with two decimals, halves away from zero; none where the denominator is 0."""
    return (Decimal(100 * numerator) / Decimal(denominator)).quantize(_CENT, ROUND_HALF_UP) if denominator else None


def shorten(share: Decimal | None) -> Decimal | None:
    """A recorded share in percent, with two decimals."""
    return None if share is None else share.quantize(_CENT, ROUND_HALF_UP)


def number_of(condition: ColumnElement[bool]) -> ColumnElement[Any]:
    """How many rows fulfil a condition."""
    return func.count(case((condition, ONE)))
