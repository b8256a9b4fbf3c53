"""The same again within a month, where nobody could be called back: the earlier case counts as unsatisfied (OP-12)."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Final

from ..checks import moment_of
from ..event import Event
from ..growth import replace
from ..refusal import WrongState
from ..terms import Terms
from ..values import Count, OpinionId
from .commands import OfOpinion
from .deadlines import taken_up_again
from .events import OpinionAccepted, RehandlingStarted
from .linking import other_case
from .repeated import Repetitions
from .theme import Theme
from .words import Ending

if TYPE_CHECKING:
    from .state import OpinionState


class TreatedAsUnsatisfied(Event):
    """An ended case without a callback counts as called back and unsatisfied, because of another case (OP-12)."""

    name: ClassVar[str] = "opinion.treated_as_unsatisfied.v1"
    turn: Count
    repetition: Count
    by_case: OpinionId
    satisfied: bool = False


class TreatAsUnsatisfied(OfOpinion):
    """Send an ended case without a callback to re-handling, because the same came again (OP-12); the watch finds it."""

    name: ClassVar[str] = "treat_as_unsatisfied"
    refers_to: ClassVar[tuple[str, ...]] = ("by_case",)
    by_case: OpinionId


def could_repeat(state: OpinionState) -> bool:
    """Whether the case waits for what may come again: handled, and ended with an explanation instead of a callback."""
    return bool(state.flow) and state.turn.finished_at is not None and state.ending is Ending.WITH_EXPLANATION


def repeats(later: OpinionAccepted, earlier: OpinionState, terms: Terms) -> bool:
    """Whether a later opinion is the same again within the time after handling (OP-12).

    Likeness is the policy's: lists of fields, of which the first that both cases know in full decides.
    """
    rule = terms.rules.repetition
    finished = earlier.turn.finished_at
    if rule is None or finished is None:
        return False
    if not finished < later.occurred_at <= terms.due(finished, rule.within).at:
        return False
    first = earlier.accepted
    for fields in rule.alike:
        pairs = [(getattr(first, name), getattr(later, name)) for name in fields]
        if all(a is not None and b is not None for a, b in pairs):
            return all(a == b for a, b in pairs)
    return False


def _treat(command: TreatAsUnsatisfied, state: OpinionState, terms: Terms) -> tuple[Event, ...]:
    if command.by_case in state.repetitions.by_cases:
        return ()
    if not could_repeat(state):
        raise WrongState(
            "it did not end handled and without a callback", rule="OP-12", right="a case that ended so", where="case"
        )
    later = other_case(command.by_case, terms, where="by_case", rule="OP-12")
    if not repeats(later.accepted, state, terms):
        raise WrongState("that is not the same again in time", rule="OP-12", right="a like opinion", where="by_case")
    moment = moment_of(command, terms, since=later.accepted_at, step="acceptance of the later case")
    return (
        TreatedAsUnsatisfied(
            occurred_at=moment,
            turn=state.turn.number,
            repetition=len(state.repetitions.by_cases) + 1,
            by_case=command.by_case,
        ),
        RehandlingStarted(occurred_at=moment, turn=state.turn.number + 1, callback=len(state.callbacks)),
        *taken_up_again(state, terms, moment),
    )


def _evolve(state: OpinionState, event: TreatedAsUnsatisfied) -> OpinionState:
    return replace(state, repetitions=Repetitions((*state.repetitions.treated, event)))


THEME: Final = Theme(
    events=(TreatedAsUnsatisfied,),
    answers={TreatAsUnsatisfied: _treat},
    evolve=_evolve,
    after_end=frozenset({TreatAsUnsatisfied}),
)
