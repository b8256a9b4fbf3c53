"""The figures of a survey, on exact fractions (SV-4; W08-03 4.3.1, M2 5.1.6)."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING

from ..policy import SurveyMethod

if TYPE_CHECKING:
    from collections.abc import Sequence


@dataclass(frozen=True)
class Tally:
    """How often each answer was given to an item."""

    satisfied: int = 0
    basically_satisfied: int = 0
    unsatisfied: int = 0

    @property
    def content(self) -> int:
        """Satisfied and basically satisfied together: what stands above the line."""
        return self.satisfied + self.basically_satisfied

    @property
    def answered(self) -> int:
        """All answers."""
        return self.content + self.unsatisfied

    def below_the_line(self, method: SurveyMethod, returned: int) -> int:
        """What the content ones are divided by: the forms returned, or the answers given."""
        return returned if method is SurveyMethod.OF_RETURNED else self.answered


def rate(numerator: int, denominator: int) -> Fraction | None:
    """A share, exactly; none where nothing is below the line (DA-4)."""
    return Fraction(numerator, denominator) if denominator else None


def mean(rates: Sequence[Fraction]) -> Fraction | None:
    """The total satisfaction: the mean of the items' rates, each weighing the same (W08-03 4.3.1)."""
    return sum(rates, Fraction(0)) / len(rates) if rates else None


def percent(share: Fraction | None) -> Decimal | None:
    """A share as percent with four decimals, halves to the even digit."""
    return None if share is None else Decimal(round(share * 1_000_000)).scaleb(-4)


def reached(part: int, whole: int | None, target: Decimal) -> bool | None:
    """Whether part of whole is at least the target percent; unknown where there is no whole (DA-4)."""
    return None if not whole else Fraction(part, whole) * 100 >= Fraction(target)
