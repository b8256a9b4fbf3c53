"""What is known of an opinion's corrections."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True)
class Corrections:
    """How many corrections there were, and of what."""

    acceptance: int = 0
    assessment: int = 0
    callbacks: tuple[int, ...] = ()
    """The numbers of the callbacks that were corrected, once a correction."""

    @property
    def total(self) -> int:
        """All of them."""
        return self.acceptance + self.assessment + len(self.callbacks)


NONE: Final = Corrections()
