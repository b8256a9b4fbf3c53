"""What is known of repetitions of a case (OP-12)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from .repetition import TreatedAsUnsatisfied


@dataclass(frozen=True, slots=True)
class Repetitions:
    """The times that a case was found not to be solved, because the same came again."""

    treated: tuple[TreatedAsUnsatisfied, ...] = ()

    @property
    def by_cases(self) -> tuple[str, ...]:
        """The cases that came again, in their order."""
        return tuple(one.by_case for one in self.treated)


NEVER: Final = Repetitions()
"""Nothing like it came again."""
