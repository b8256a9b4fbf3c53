"""Repeated and far-reaching opinions call for corrective or preventive action, which is recorded (OP-15).

W08-01 4.3.1.2: 对影响较大或出现反复意见的,责任人应及时采用纠正和预防措施处理; 4.5.6.
Which are far-reaching or repeated is the policy's; that a case calls for action is recorded when it is found, and no
later policy changes it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar, Final

from pydantic import Field

from ..checks import moment_of
from ..event import Event
from ..growth import replace
from ..personal import Personal, PersonalText
from ..refusal import WrongState
from ..terms import Terms
from ..values import Count, Id, OpinionId
from .alert_events import AlertConfirmed
from .checks import words
from .commands import OfOpinion
from .corrections import AssessmentCorrected
from .corrective_state import Call, Corrective
from .events import OpinionAccepted, OpinionAssessed
from .merging import SecondComplaintMade
from .repetition import TreatedAsUnsatisfied
from .theme import Theme
from .words import ActionKind, CorrectiveReason, Kind, Severity

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from .state import OpinionState


# Events


class CorrectiveActionCalled(Event):
    """The opinion was found far-reaching or repeated: it calls for action; `call` counts the calls of the case (OP-15).

    Beside the reason stands what it was found by: the `severity`, the `alert` that was confirmed, the other case that
    repeats it, or that it repeats.
    """

    name: ClassVar[str] = "opinion.corrective_action_called.v1"
    call: Count
    reason: CorrectiveReason
    severity: Severity | None = None
    alert: Count | None = None
    by_case: OpinionId | None = None


class CorrectiveCallClosed(Event):
    """A call waits no longer: that `action` is the first on it, or the opinion was judged less far-reaching (OP-15)."""

    name: ClassVar[str] = "opinion.corrective_call_closed.v1"
    call: Count
    action: Count | None = None
    severity: Severity | None = None


class CorrectiveActionTaken(Event):
    """Corrective or preventive action was taken; `action` counts those of the case (OP-15)."""

    name: ClassVar[str] = "opinion.corrective_action_taken.v1"
    action: Count
    kind: ActionKind
    taken_by: Id
    measure: Personal
    record: Id | None = None


# Commands


class RecordCorrectiveAction(OfOpinion):
    """Record the action taken on a case that calls for it (OP-15); also after its end, and each one if several."""

    name: ClassVar[str] = "record_corrective_action"
    kind: ActionKind = Field(default=ActionKind.CORRECTIVE, description="against the cause, or so that none comes up")
    measure: PersonalText = Field(description="what was done about the cause; sealed")
    record: Id | None = Field(default=None, description="number of its own record, under P8.8-1")


# Decide


def called_for(happened: Collection[Event], state: OpinionState | None, terms: Terms) -> Iterator[Event]:
    """What the events of a decision call for, or no longer call for, under the case's policy (OP-15).

    Nothing of praise: there is nothing wrong in it.
    """
    rule = terms.rules.corrective
    if (
        rule is None
        or _MAY_CALL.isdisjoint(map(type, happened))
        or (state is not None and state.accepted.kind is Kind.PRAISE)
    ):
        return
    calls = () if state is None else state.corrective.calls
    number = len(calls)
    for event in happened:
        if isinstance(event, OpinionAccepted) and event.kind is Kind.PRAISE:
            return
        if (lower := _lower_severity(event, rule.severities)) is not None:
            yield from (_no_longer(call, event, lower) for call in _by_severity(calls) if call.waits)
        for reason, found_by in _reasons(event, state):
            if reason is CorrectiveReason.SEVERITY:
                called = found_by["severity"] in rule.severities and not any(one.stands for one in _by_severity(calls))
            else:
                called = reason in rule.reasons
            if called:
                number += 1
                yield CorrectiveActionCalled(occurred_at=event.occurred_at, call=number, reason=reason, **found_by)


def _reasons(event: Event, state: OpinionState | None) -> Iterator[tuple[CorrectiveReason, dict[str, Any]]]:
    """The reasons that an event may be, each with what is recorded beside it."""
    match event:
        case OpinionAccepted() | OpinionAssessed() | AssessmentCorrected() if event.severity is not None:
            yield CorrectiveReason.SEVERITY, {"severity": event.severity}
        case TreatedAsUnsatisfied():
            yield CorrectiveReason.CAME_AGAIN, {"by_case": event.by_case}
        case SecondComplaintMade():
            yield CorrectiveReason.SECOND_COMPLAINT, {"by_case": event.by_case}
        case AlertConfirmed() if state is not None:
            why = state.alerts[event.alert - 1].raised.reason
            if why.value in _OF_ALERTS:
                yield CorrectiveReason(why.value), {"alert": event.alert}
        case _:
            pass
    if isinstance(event, OpinionAccepted) and event.linked_to is not None:
        yield CorrectiveReason.OPENED_ANEW, {"by_case": event.linked_to}


_MAY_CALL: Final[frozenset[type[Event]]] = frozenset(
    {OpinionAccepted, OpinionAssessed, AssessmentCorrected, TreatedAsUnsatisfied, SecondComplaintMade, AlertConfirmed}
)
_OF_ALERTS: Final = frozenset({CorrectiveReason.SHARE.value, CorrectiveReason.ESCALATION_RISK.value})


def _lower_severity(event: Event, far_reaching: tuple[Severity, ...]) -> Severity | None:
    """The severity that the case was judged to be now, where that is not far-reaching."""
    judged = event.severity if isinstance(event, OpinionAssessed | AssessmentCorrected) else None
    return None if judged in far_reaching else judged


def _by_severity(calls: tuple[Call, ...]) -> Iterator[Call]:
    return (call for call in calls if call.called.reason is CorrectiveReason.SEVERITY)


def _no_longer(call: Call, event: Event, severity: Severity) -> CorrectiveCallClosed:
    return CorrectiveCallClosed(occurred_at=event.occurred_at, call=call.number, severity=severity)


def _take(command: RecordCorrectiveAction, state: OpinionState, terms: Terms) -> tuple[Event, ...]:
    known = state.corrective
    if not known.standing:
        raise WrongState(
            "nothing calls for corrective action on it",
            rule="OP-15",
            right="a case that was judged far-reaching or came again",
            where="case",
        )
    first = (known.waiting or known.standing)[0]
    moment = moment_of(command, terms, since=first.called.occurred_at, step="call for action")
    action = len(known.actions) + 1
    taken = CorrectiveActionTaken(
        occurred_at=moment,
        action=action,
        kind=command.kind,
        taken_by=command.actor.id,
        measure=words(command.measure, command, state),
        record=command.record,
    )
    # What came only after the action was taken is not answered by it.
    answered = (call.number for call in known.waiting if call.called.occurred_at <= moment)
    return (taken, *(CorrectiveCallClosed(occurred_at=moment, call=call, action=action) for call in answered))


def _evolve(
    state: OpinionState, event: CorrectiveActionCalled | CorrectiveCallClosed | CorrectiveActionTaken
) -> OpinionState:
    return replace(state, corrective=_grown(state.corrective, event))


def _grown(
    known: Corrective, event: CorrectiveActionCalled | CorrectiveCallClosed | CorrectiveActionTaken
) -> Corrective:
    match event:
        case CorrectiveActionCalled():
            return replace(known, calls=(*known.calls, Call(event)))
        case CorrectiveCallClosed():
            calls = (replace(call, closed=event) if call.number == event.call else call for call in known.calls)
            return replace(known, calls=tuple(calls))
        case CorrectiveActionTaken():
            return replace(known, actions=(*known.actions, event))


THEME: Final = Theme(
    events=(CorrectiveActionCalled, CorrectiveActionTaken, CorrectiveCallClosed),
    answers={RecordCorrectiveAction: _take},
    evolve=_evolve,
    after_end=frozenset({RecordCorrectiveAction}),
)
