"""Completion of a service order: tested, signed, rated, paid as agreed (SO-2, SO-8)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..checks import moment_of
from ..personal import personal
from ..refusal import MissingDetail, WrongState, WrongTime
from ..terms import Terms
from ..values import utc_text
from .events import OrderCompleted

if TYPE_CHECKING:
    from datetime import datetime

    from .commands import CompleteOrder
    from .state import OrderState


def complete(
    command: CompleteOrder, state: OrderState, terms: Terms, *, arrived_at: datetime, subject: str
) -> tuple[OrderCompleted]:
    """Take the completion in, with the deadline for its callback (SO-11).

    Raises:
        Refused: qualified without test or signature; a time that cannot be; a fee that was not agreed before the work.

    """
    if command.qualified and not (command.tested and command.signed):
        raise MissingDetail(
            "qualified work is tested before the customer, who signs",
            rule="SO-8",
            right="tested and signed, or qualified false",
            where="tested" if not command.tested else "signed",
        )
    moment = moment_of(command, terms, since=arrived_at, step="arrival")
    started = command.work_started_at
    if started is not None and not arrived_at <= started <= moment:
        raise WrongTime(
            f"{utc_text(started)} is not between arrival and completion",
            rule="time",
            right=f"a time from {utc_text(arrived_at)} to {utc_text(moment)}",
            where="work_started_at",
        )
    if command.fee:
        _agreed(command, state, moment)
    due = terms.due(moment, terms.rules.order_callback)
    return (
        OrderCompleted(
            occurred_at=moment,
            turn=state.turn.number,
            tested=command.tested,
            signed=command.signed,
            qualified=command.qualified,
            rating=command.rating,
            work_started_at=started,
            work_minutes=command.work_minutes,
            material_from=command.material_from,
            material=personal(command.material, subject),
            fee=command.fee,
            result=personal(command.result, subject),
            callback_due_at=due.at if due else None,
            callback_due_provisional=due.provisional if due else False,
            calendar=terms.edition(terms.rules.order_callback),
        ),
    )


def _agreed(command: CompleteOrder, state: OrderState, moment: datetime) -> None:
    """Refuse a fee without a price told and agreed before the work starts, or beyond it (SO-2; SO-7 for more work)."""
    if not state.prices:
        raise WrongState(
            "no price was agreed", rule="SO-2", right="agree_price before the work, or a fee of 0", where="fee"
        )
    first, last = state.prices[0], state.prices[-1]
    begun = command.work_started_at or moment
    if first.at > begun or last.at > moment:
        raise WrongTime(
            "the price was agreed after the work had started" if first.at > begun else "it lies before the last price",
            rule="SO-2",
            right=f"work from {utc_text(first.at)} and completion from {utc_text(last.at)} on",
            where="work_started_at" if first.at > begun else "occurred_at",
        )
    if command.fee > last.amount:
        raise WrongState(
            f"{command.fee} is more than the agreed {last.amount}",
            rule="SO-2",
            right="agree_price first, or at most the agreed price",
            where="fee",
        )
