"""What is decided about a survey: each command becomes events, or a refusal that names the rule."""

from __future__ import annotations

from functools import singledispatch
from typing import TYPE_CHECKING

from ..checks import known, moment_of
from ..refusal import AlreadyExists, MissingDetail, UnknownCase, UnknownCode, WrongState
from ..terms import Terms
from . import commands as ask
from . import events as did
from .figures import mean, percent, rate, reached
from .words import Entry

if TYPE_CHECKING:
    from datetime import datetime

    from ..command import Command
    from ..event import Event
    from .state import SurveyState


def decide(command: Command, state: SurveyState | None, terms: Terms) -> tuple[Event, ...]:
    """Answer a command with what happens, or refuse; pure.

    Raises:
        Refused: with the rule, what was refused, and what would be accepted.

    """
    if isinstance(command, ask.ApproveSurveyForm):
        if state is not None:
            raise AlreadyExists(f"{command.case} is in the ledger", rule="ids", right="another id", where="case")
        return _approve(command, terms)
    if state is None:
        raise UnknownCase(
            "no such survey is in the ledger", rule="ids", right="approve_survey_form first", where="case"
        )
    if state.figures is not None:
        raise WrongState("the survey is closed", rule="SV-5", right="a new survey", where="case")
    return _decide(command, state, terms)


def _approve(command: ask.ApproveSurveyForm, terms: Terms) -> tuple[Event, ...]:
    if command.case is None or terms.number is None:
        raise MissingDetail("it has no id or number yet", rule="ids", right="ids and numbers from outside the domain")
    codes = [item.item for item in command.items]
    twice = sorted({code for code in codes if codes.count(code) > 1})
    if twice:
        raise UnknownCode(
            f"{', '.join(twice)} is on the form more than once", rule="SV-1", right="each item once", where="items"
        )
    moment = moment_of(command, terms)
    approved = did.FormApproved(
        occurred_at=moment,
        center=command.center,
        number=terms.number,
        title=command.title,
        scope=command.scope,
        items=len(command.items),
        method=terms.rules.survey_method,
        approved_by=command.actor.id,
    )
    listed = (
        did.ItemListed(
            occurred_at=moment,
            item=item.item,
            position=position,
            label_zh=item.label.zh,
            label_en=item.label.en,
            center=approved.center,
            number=approved.number,
            scope=approved.scope,
            method=approved.method,
        )
        for position, item in enumerate(command.items, start=1)
    )
    return (approved, *listed)


@singledispatch
def _decide(command: Command, _state: SurveyState, _terms: Terms) -> tuple[Event, ...]:
    raise TypeError(f"{type(command).__name__} is not a command about a survey")


@_decide.register(ask.DistributeSurvey)
def _distribute(command: ask.DistributeSurvey, state: SurveyState, terms: Terms) -> tuple[Event, ...]:
    if state.entry is Entry.COUNTS:
        raise WrongState("its answers are counted", rule="SV-5", right="close_survey next")
    distributed = state.distributed + command.forms
    resident = terms.home.resident_households
    target = terms.rules.targets.get("survey_distributed")
    return (
        did.SurveyDistributed(
            occurred_at=moment_of(command, terms, since=state.approved_at, step="approval of the form"),
            distribution=state.distributions + 1,
            forms=command.forms,
            distributed=distributed,
            resident_households=resident,
            target_percent=target.percent if target else None,
            target_met=reached(distributed, resident, target.percent) if target else None,
        ),
    )


@_decide.register(ask.ReturnSurveyForm)
def _return(command: ask.ReturnSurveyForm, state: SurveyState, terms: Terms) -> tuple[Event, ...]:
    since = _distributed_at(state)
    if state.entry is Entry.COUNTS:
        raise WrongState("its answers came as counts per item", rule="SV-5", right="close_survey next")
    _not_beyond(state.returned + 1, state)
    for item in command.answers:
        known(item, state.tallies, where="answers", rule="SV-1")
    moment = moment_of(command, terms, since=since, step="distribution")
    form = did.FormReturned(
        occurred_at=moment,
        form=state.returned + 1,
        by_visit=command.by_visit,
        answered=len(command.answers),
        unit=command.unit,
    )
    answered = (
        did.ItemAnswered(occurred_at=moment, form=form.form, item=item, answer=command.answers[item])
        for item in state.tallies
        if item in command.answers
    )
    return (form, *answered)


@_decide.register(ask.RecordSurveyCounts)
def _count(command: ask.RecordSurveyCounts, state: SurveyState, terms: Terms) -> tuple[Event, ...]:
    since = _distributed_at(state)
    if state.entry is Entry.FORMS:
        raise WrongState("its answers came form by form", rule="SV-5", right="return_survey_form for each form")
    if state.entry is Entry.COUNTS:
        raise WrongState("its answers are counted already", rule="SV-5", right="close_survey next")
    _not_beyond(command.returned, state)
    _adds_up(command, state)
    moment = moment_of(command, terms, since=since, step="distribution")
    counted = (
        did.ItemCounted(occurred_at=moment, item=item, returned=command.returned, **command.counts[item].model_dump())
        for item in state.tallies
    )
    return (
        did.FormsCounted(occurred_at=moment, returned=command.returned, returned_by_visit=command.returned_by_visit),
        *counted,
    )


@_decide.register(ask.CloseSurvey)
def _close(command: ask.CloseSurvey, state: SurveyState, terms: Terms) -> tuple[Event, ...]:
    since = _distributed_at(state)
    moment = moment_of(command, terms, since=state.last_step_at or since, step="step before")
    method = state.approved.method
    parts = [
        (item, tally, tally.content, tally.below_the_line(method, state.returned))
        for item, tally in state.tallies.items()
    ]
    items = tuple(
        did.ItemClosed(
            occurred_at=moment,
            item=item,
            distributed=state.distributed,
            returned=state.returned,
            satisfied=tally.satisfied,
            basically_satisfied=tally.basically_satisfied,
            unsatisfied=tally.unsatisfied,
            method=method,
            numerator=above,
            denominator=below,
            percent=percent(rate(above, below)),
        )
        for item, tally, above, below in parts
    )
    rates = [share for _, _, above, below in parts if (share := rate(above, below)) is not None]
    target = terms.rules.targets.get("survey_returned")
    closed = did.SurveyClosed(
        occurred_at=moment,
        resident_households=state.resident_households,
        distributed=state.distributed,
        returned=state.returned,
        returned_by_visit=state.returned_by_visit,
        method=method,
        items=len(items),
        items_rated=len(rates),
        satisfied=sum(item.satisfied for item in items),
        basically_satisfied=sum(item.basically_satisfied for item in items),
        unsatisfied=sum(item.unsatisfied for item in items),
        numerator=sum(item.numerator for item in items),
        denominator=sum(item.denominator for item in items),
        percent=percent(mean(rates)),
        return_target_percent=target.percent if target else None,
        return_target_met=reached(state.returned, state.distributed, target.percent) if target else None,
        counted_by=command.actor.id,
        last_returned_at=state.last_returned_at,
    )
    return (*items, closed)


def _distributed_at(state: SurveyState) -> datetime:
    if state.distributed_at is None:
        raise WrongState("no forms were distributed", rule="SV-2", right="distribute_survey first")
    return state.distributed_at


def _not_beyond(returned: int, state: SurveyState) -> None:
    if returned > state.distributed:
        raise WrongState(
            f"{returned} forms returned of {state.distributed} distributed",
            rule="SV-3",
            right="at most as many as were distributed; distribute_survey for a further round",
            where="returned",
        )


def _adds_up(command: ask.RecordSurveyCounts, state: SurveyState) -> None:
    """Counts name each item of the form once, and none has more answers than forms (SV-5)."""
    for item in command.counts:
        known(item, state.tallies, where="counts", rule="SV-1")
    missing = [item for item in state.tallies if item not in command.counts]
    if missing:
        raise MissingDetail(
            f"no counts for {', '.join(missing)}", rule="SV-5", right="counts for each item of the form", where="counts"
        )
    if command.returned_by_visit > command.returned:
        raise MissingDetail(
            f"{command.returned_by_visit} forms by visit of {command.returned} returned",
            rule="SV-3",
            right="at most as many as were returned",
            where="returned_by_visit",
        )
    for item, count in command.counts.items():
        answers = count.satisfied + count.basically_satisfied + count.unsatisfied
        if answers > command.returned:
            raise MissingDetail(
                f"{item} has {answers} answers on {command.returned} forms",
                rule="SV-5",
                right="at most one answer to an item on each form",
                where="counts",
            )
