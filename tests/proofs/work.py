"""What the writers of these proofs ask: the n-th step of a writer is the same commands whenever it is asked.

So a client that died can be replaced by another who only knows how many answers were heard, and asks the next again.
"""

from __future__ import annotations

from typing import Final, NamedTuple, TypeAlias

from caseledger.adapters import testing as kit
from caseledger.adapters.history import Outcome
from caseledger.adapters.ledger import Ledger
from caseledger.domain.command import Command
from caseledger.domain.refusal import Refused

CENTERS: Final = ("center:sz01", "center:sz02")
TOGETHER: Final = 12
"""For so many steps all writers work on the same case, which each of them tries to open; then comes the next one."""

Group: TypeAlias = tuple[Command, ...]
Step: TypeAlias = tuple[Group, ...]


class Done(NamedTuple):
    """What a writer was answered to one command, the events told by stream, version and position."""

    command_id: str
    case: str
    number: str | None
    events: tuple[tuple[str, int, int | None], ...]
    repeated: bool


Answer: TypeAlias = tuple[tuple[Done, ...] | None, ...]
"""For each group of a step what was done, or nothing where it was refused."""


def open_centers(ledger: Ledger) -> None:
    """Register the centers; a ledger that has them stays as it is."""
    for center in CENTERS:
        name = center.partition(":")[2]
        ledger.do(kit.register(center=center, command_id=f"cmd:register-{name}"))
        ledger.do(kit.adopt(center=center, command_id=f"cmd:adopt-{name}"))


def of_no_center(command: Command) -> Command:
    """The same by someone who names no center: writers work on the cases of both (decision 0016)."""
    return command.model_copy(update={"actor": command.actor.model_copy(update={"center": None})})


def step(mark: str, number: int) -> Step:
    """The commands of a writer's step, all with their ids.

    Numbers are issued (steps 0, 3 and 5), personal words are sealed under a new key (0) and under one that all share
    (2), several cases are written at once (5), and one group of a batch is refused (5).
    """
    return tuple(tuple(of_no_center(command) for command in group) for group in _asked(mark, number))


def _asked(mark: str, number: int) -> Step:
    own = f"opinion:{mark}-{number - number % 6}"
    shared = f"opinion:all-{number // TOGETHER}"
    center = CENTERS[number // 6 % len(CENTERS)]
    cmd = f"cmd:{mark}-{number}"
    match number % 6:
        case 0:
            return ((kit.accept(case=own, center=center, customer=f"customer:{mark}", command_id=cmd),),)
        case 1:
            # Whoever comes first opens it: all send the same command, and one of them is recorded.
            return ((kit.accept(case=shared, command_id=f"cmd:all-{number // TOGETHER}"),),)
        case 2:
            return ((kit.comment(case=own, comment=f"第{number}次查看", command_id=cmd),),)
        case 3:
            return ((kit.request(case=f"order:{mark}-{number}", center=center, command_id=cmd),),)
        case 4:
            opened = kit.accept(case=shared, command_id=f"cmd:all-{number // TOGETHER}")
            return ((opened,), (kit.follow_up(case=shared, command_id=cmd),))
        case _:
            new, refused = f"opinion:{mark}-{number}", f"opinion:{mark}-{number}-refused"
            return (
                (
                    kit.accept(case=new, center=center, command_id=f"{cmd}-a"),
                    kit.dispatch(case=new, command_id=f"{cmd}-b"),
                ),
                (
                    kit.accept(case=refused, center=center, command_id=f"{cmd}-c"),
                    kit.approve(case=refused, command_id=f"{cmd}-d"),  # there is no plan to approve (OP-7)
                ),
                (kit.follow_up(case=own, command_id=f"{cmd}-e"), kit.follow_up(case=shared, command_id=f"{cmd}-f")),
            )


def ask(ledger: Ledger, asked: Step) -> Answer:
    """Ask for a step and give the answer: one command by `do`, several in a batch.

    Raises:
        eventsourcing.persistence.PersistenceError: the store did not take it.

    """
    match asked:
        case ((command,),):
            return (told([ledger.do(command)]),)
        case _:
            results = ledger.do_batch(asked)
            return tuple(None if isinstance(result, Refused) else told(result) for result in results)


def told(outcomes: list[Outcome] | tuple[Outcome, ...]) -> tuple[Done, ...]:
    """The outcomes as a client keeps them."""
    return tuple(Done(one.command_id, one.case, one.number, _places(one), one.repeated) for one in outcomes)


def _places(outcome: Outcome) -> tuple[tuple[str, int, int | None], ...]:
    return tuple((event.stream, event.version, event.position) for event in outcome.events)


def once(answer: Answer) -> Answer:
    """An answer, whether it was given the first time or again."""
    return tuple(None if group is None else tuple(done._replace(repeated=False) for done in group) for group in answer)
