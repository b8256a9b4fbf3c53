"""Recording: the steps through the real commands, in batches, the ledger's clock at each step's moment of entry."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import islice
from typing import TYPE_CHECKING, overload

from caseledger.adapters.ledger import Ledger
from caseledger.domain.catalogue import command_from
from caseledger.domain.refusal import Refused

if TYPE_CHECKING:
    from caseledger.domain.command import Command

    from .story import Step

BATCH = 5000
"""Commands in one transaction: the more, the fewer times a case that goes on is read again."""


@dataclass
class EntryClock:
    """The ledger's clock, set to the moment at which each step is entered."""

    now: datetime = datetime(2000, 1, 1, tzinfo=UTC)

    def __call__(self) -> datetime:
        """Give the moment it was set to."""
        return self.now


@dataclass
class Entries(Sequence["Sequence[Command]"]):
    """Commands of a batch, a group each; whoever goes through them finds the clock at each one's moment of entry.

    The ledger reads its clock once a group, and goes through the groups anew where another writer was quicker.
    """

    clock: EntryClock
    entered: list[datetime] = field(default_factory=list)
    commands: list[Command] = field(default_factory=list)

    def __iter__(self) -> Iterator[Sequence[Command]]:
        """Go through them."""
        for moment, command in zip(self.entered, self.commands, strict=True):
            self.clock.now = moment
            yield (command,)

    def __len__(self) -> int:
        """Count them."""
        return len(self.commands)

    @overload
    def __getitem__(self, index: int) -> Sequence[Command]: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[Sequence[Command]]: ...
    def __getitem__(self, index: int | slice) -> Sequence[Command] | Sequence[Sequence[Command]]:
        """Give one or some of them; the clock stays."""
        if isinstance(index, slice):
            return [(command,) for command in self.commands[index]]
        return (self.commands[index],)


@dataclass
class Tally:
    """What was recorded."""

    commands: int = 0
    events: int = 0


def record(  # noqa: PLR0913 - what to record where, and when to stop
    ledger: Ledger,
    clock: EntryClock,
    steps: Iterable[Step],
    *,
    events: int | None = None,
    batch: int = BATCH,
    progress: Callable[[Tally], None] | None = None,
) -> Tally:
    """Record steps.

    Args:
        ledger: an open ledger.
        clock: its clock.
        steps: in the order of their entry.
        events: stop after the batch with which the ledger has taken in so many events.
        batch: how many commands a transaction takes.
        progress: told after each batch.

    Raises:
        Refused: the simulation asked for something that the rules do not allow; what is wrong is the simulation.

    """
    tally = Tally()
    coming = iter(steps)
    while chosen := list(islice(coming, batch)):
        entries = Entries(
            clock,
            [step.entered for step in chosen],
            [command_from(step.command, {**step.values, "occurred_at": step.happened}) for step in chosen],
        )
        for step, result in zip(chosen, ledger.do_batch(entries), strict=True):
            if isinstance(result, Refused):
                result.add_note(f"asked: {step}")
                raise result
            (outcome,) = result
            tally.commands += 1
            # A new case's number is an event too, in its register.
            tally.events += len(outcome.events) + (outcome.number is not None and outcome.events[0].version == 1)
        if progress:
            progress(tally)
        if events is not None and tally.events >= events:
            break
    return tally
