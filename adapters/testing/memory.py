"""A ledger that lives in memory and whose clock stands where the test puts it; the same test gives the same bytes."""

from __future__ import annotations

from datetime import datetime, timedelta
from random import Random
from typing import TYPE_CHECKING

from ..ledger import Ledger
from .builders import OPENED, W08, adopt, at, register

if TYPE_CHECKING:
    from ...domain.command import Command
    from ...domain.policy import Policy
    from ..history import Outcome


class StandingClock:
    """A clock that stands where it was put.

    Args:
        now: Shenzhen time as text, or an aware moment.

    """

    def __init__(self, now: str | datetime = OPENED) -> None:
        self.now = _moment(now)

    def __call__(self) -> datetime:
        """Give the moment at which it stands."""
        return self.now

    def put(self, now: str | datetime) -> None:
        """Put it to a moment: Shenzhen time as text, or an aware moment."""
        self.now = _moment(now)

    def forward(self, by: timedelta) -> None:
        """Put it forward by a while."""
        self.now += by


class LedgerInMemory(Ledger):
    """A whole ledger on SQLite in memory: facts, figures and all; it ends with the object.

    Args:
        clock: gives the time of recording.
        seed: draws keys, nonces and ids, so that the same commands give the same bytes. It protects nobody's words.

    """

    def __init__(self, clock: StandingClock, *, seed: int = 0) -> None:
        self.clock = clock
        super().__init__("sqlite://", clock=clock, random_bytes=Random(seed).randbytes)  # noqa: S311 - made-up words

    def tell(self, *commands: Command) -> list[Outcome]:
        """Record commands, each as it happens: the clock goes to its `occurred_at` first, and never back.

        Raises:
            Refused: by a rule; the commands before it stay recorded.

        """
        outcomes = []
        for command in commands:
            self.clock.now = max(self.clock.now, command.occurred_at or self.clock.now)
            outcomes.append(self.do(command))
        return outcomes


def ledger_in_memory(
    now: str | datetime = "2026-03-02 09:00", *, policy: Policy | None = W08, seed: int = 0
) -> LedgerInMemory:
    """Make a ledger in memory in which `center:sz01` is registered and has adopted a policy.

    Args:
        now: where its clock stands: Shenzhen time as text, or an aware moment.
        policy: what the center adopts; `None`: no center is registered.
        seed: draws keys, nonces and ids.

    """
    ledger = LedgerInMemory(StandingClock(), seed=seed)
    if policy is not None:
        ledger.tell(register(OPENED, command_id="cmd:register"), adopt(OPENED, policy=policy, command_id="cmd:adopt"))
    ledger.clock.put(now)
    return ledger


def _moment(now: str | datetime) -> datetime:
    return at(now) if isinstance(now, str) else now
