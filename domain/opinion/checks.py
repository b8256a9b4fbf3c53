"""What several decisions about an opinion ask of it first."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..personal import Clear
from ..refusal import WrongState
from .words import PlanStatus

if TYPE_CHECKING:
    from datetime import datetime

    from ..policy import Policy
    from .commands import CallBackOpinion, OfOpinion
    from .corrections import CorrectCallback
    from .state import OpinionState


def own_category(said: str | None, policy: Policy) -> str | None:
    """The policy's own word for a category, where it was said in the words of a list that the policy maps (OP-4)."""
    return said and (policy.category_mapping or {}).get(said, said)


def in_flow(state: OpinionState) -> None:
    """Only a complaint that was judged valid or a third party's runs through handling (OP-1, OP-2)."""
    if not state.is_complaint:
        raise WrongState(f"{state.accepted.kind.en} has no handling flow", rule="OP-1", right="end_opinion")
    if state.flow is None:
        raise WrongState("the complaint is not judged yet", rule="OP-2", right="assess_opinion first")
    if not state.flow:
        raise WrongState(
            "an invalid complaint has no handling flow", rule="OP-2", right="end_opinion with an explanation"
        )


def not_finished(state: OpinionState) -> None:
    """What belongs to handling comes before its result is signed (OP-10)."""
    if state.turn.finished_at is not None:
        raise WrongState("handling of this turn is finished", rule="OP-10", right="call_back_opinion next")


def called_back(state: OpinionState) -> bool:
    """Whether the current turn was finished and then called back (OP-10)."""
    return state.turn.finished_at is not None and state.is_called_back


def satisfaction(answers: CallBackOpinion | CorrectCallback) -> bool | None:
    """What a callback comes to: no where anything is still wrong, unknown where nothing was answered (OP-10).

    In time or not is an answer too, but what came late is not therefore wrong still.
    """
    if answers.still_wrong or answers.outcome_satisfied is False or answers.attitude_satisfied is False:
        return False
    given = (answers.handled_in_time, answers.outcome_satisfied, answers.attitude_satisfied)
    return True if any(answer is not None for answer in given) else None


def proposed_at(state: OpinionState) -> datetime:
    """When the plan was put forward that waits for approval.

    Raises:
        WrongState: none waits.

    """
    if state.turn.plan_status is not PlanStatus.PROPOSED or state.turn.plan_last_proposed_at is None:
        raise WrongState("no plan waits for approval", rule="OP-7", right="propose_plan first")
    return state.turn.plan_last_proposed_at


def last_step(state: OpinionState) -> datetime:
    """When the last thing happened that the case holds; it cannot have ended before."""
    turn = state.turn
    steps = [turn.started_at, turn.plan_last_proposed_at, turn.plan_approved_at, turn.finished_at]
    steps += [state.assessed_at, state.responded_at, state.decided_at, state.explained_at, state.handed_over_at]
    steps += [follow_up.at for follow_up in state.follow_ups] + [callback.at for callback in state.callbacks]
    return max(step for step in steps if step is not None)


def subject(command: OfOpinion, state: OpinionState) -> str:
    """Whose key seals what was said: the customer's, or the case's own where the customer is unknown."""
    return state.accepted.customer or command.case


def words(text: str, command: OfOpinion, state: OpinionState) -> Clear:
    """What was said, marked as personal data of its subject."""
    return Clear(subject=subject(command, state), text=text)
