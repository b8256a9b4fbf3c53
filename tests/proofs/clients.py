"""What the clients of a ledger were answered, and whether the ledger holds it."""

from __future__ import annotations

from dataclasses import dataclass, field

from caseledger.adapters.ledger import Ledger
from tests.proofs.reading import Reading, reread
from tests.proofs.soundness import all_is_sound
from tests.proofs.work import Answer, ask, once, step


@dataclass
class Client:
    """A client, whose part one writer after another may take."""

    mark: str
    answers: list[Answer] = field(default_factory=list)
    unheard: int = 0
    """Steps that were found recorded though no answer to them had been heard."""
    confirmed: int = 0
    """So many answers were held to the ledger."""

    @property
    def last(self) -> int:
        """The last step that was answered: where the next writer begins, so that it is asked twice."""
        return max(len(self.answers) - 1, 0)

    def take(self, number: int, answer: Answer) -> None:
        """Note an answer. A step is recorded whole or not at all, and what is asked again is answered as before."""
        own = {done.repeated for group in answer for done in group or () if self.mark in done.command_id}
        assert len(own) <= 1, f"{self.mark} step {number} was recorded by half: {answer}"
        if number < len(self.answers):
            assert own <= {True}, f"{self.mark} step {number} was acknowledged, and happened again"
            assert once(answer) == once(self.answers[number]), f"{self.mark} step {number} has another answer now"
        else:
            assert number == len(self.answers)
            self.answers.append(answer)
            self.unheard += True in own

    def faults(self, reading: Reading) -> list[str]:
        """What the ledger does not hold as it was told since the last look."""
        found: list[str] = []
        for number in range(self.confirmed, len(self.answers)):
            ids = tuple(tuple(command.command_id or "" for command in group) for group in step(self.mark, number))
            found += reading.faults(self.answers[number], ids)
        self.confirmed = len(self.answers)
        return found


class Clients:
    """Several clients of one ledger, and a follower of it.

    Args:
        seed: marks their cases and commands.
        count: how many they are.

    """

    def __init__(self, seed: str, count: int) -> None:
        self.each = [Client(f"{seed}{number}") for number in range(count)]
        self.reading = Reading()

    def look(self, ledger: Ledger) -> None:
        """Read what is new, and hold every answer heard since the last look to it.

        Raises:
            AssertionError: something acknowledged is lost, is there twice or by half, or the database is damaged.

        """
        self.reading.go_on(ledger)
        assert not (faults := [fault for client in self.each for fault in client.faults(self.reading)]), faults
        all_is_sound(ledger)

    def look_at_last(self, ledger: Ledger) -> None:
        """Ask what was not answered, and some of what was; then look, and read all once more from the beginning."""
        for client in self.each:
            for number in range(max(len(client.answers) - 6, 0), len(client.answers) + 1):
                client.take(number, ask(ledger, step(client.mark, number)))
        self.look(ledger)
        assert reread(ledger).places == self.reading.places, "something was written behind the follower's back"

    def __str__(self) -> str:
        steps = sum(len(client.answers) for client in self.each)
        groups = [group for client in self.each for answer in client.answers for group in answer if group]
        return (
            f"{sum(map(len, groups))} commands acknowledged in {steps} steps, "
            f"{sum(client.unheard for client in self.each)} steps recorded but unheard and asked again, "
            f"{len(self.reading.places)} events"
        )
