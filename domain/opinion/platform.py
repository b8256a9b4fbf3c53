"""The group platform's own steps: work started, customer contacted, solution submitted and issued (GP-1, GP-2)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, Final

from ..checks import moment_of, not_early
from ..event import Event
from ..growth import replace
from ..personal import Personal, PersonalText
from ..refusal import MissingDetail, WrongState
from ..terms import Terms
from ..values import Code, Count, UtcTime, Way
from .checks import words
from .commands import OfOpinion
from .theme import Theme
from .words import Severity

if TYPE_CHECKING:
    from datetime import datetime

    from ..policy import Limit, Policy
    from .state import OpinionState

# Events


class WorkStarted(Event):
    """The unit took the group desk's dispatch up (GP-1)."""

    name: ClassVar[str] = "opinion.work_started.v1"


class ContactMade(Event):
    """The customer was contacted and the department settled; the solution is due from here (GP-1, GP-2).

    `severity` is what the limit was chosen by; a later judgement of it does not change the deadline (*ours*).
    """

    name: ClassVar[str] = "opinion.contact_made.v1"
    department: Code
    way: Way
    severity: Severity | None = None
    solution_due_at: UtcTime | None = None


class SolutionSubmitted(Event):
    """Plan and time needed went to QA and the group desk; `completion_at` is the reported completion (GP-2)."""

    name: ClassVar[str] = "opinion.solution_submitted.v1"
    solution: Count
    text: Personal
    completion_at: UtcTime


class SolutionIssued(Event):
    """The group desk issued the solution, which the unit carries out (GP-2)."""

    name: ClassVar[str] = "opinion.solution_issued.v1"
    solution: Count
    text: Personal


# State


@dataclass(frozen=True)
class Platform:
    """How far a case is in the group platform's steps."""

    started_at: datetime | None = None
    contacted_at: datetime | None = None
    department: str | None = None
    severity: Severity | None = None
    solution_due_at: datetime | None = None
    solutions: int = 0
    submitted_at: datetime | None = None
    completion_at: datetime | None = None
    issued_at: datetime | None = None

    @property
    def limit_at(self) -> datetime | None:
        """The time limit that alerts go by: the reported completion, before there is one the GP-2 limit (GP-5)."""
        return self.completion_at or self.solution_due_at


UNTOUCHED: Final = Platform()
"""No step taken yet."""


def evolve(state: OpinionState, event: WorkStarted | ContactMade | SolutionSubmitted | SolutionIssued) -> OpinionState:
    """Take one of the platform's events in."""
    at = state.platform
    match event:
        case WorkStarted():
            at = replace(at, started_at=event.occurred_at)
        case ContactMade():
            at = replace(
                at,
                contacted_at=event.occurred_at,
                department=event.department,
                severity=event.severity,
                solution_due_at=event.solution_due_at,
            )
        case SolutionSubmitted():
            at = replace(
                at,
                solutions=event.solution,
                submitted_at=at.submitted_at or event.occurred_at,
                completion_at=event.completion_at,
            )
        case SolutionIssued():
            at = replace(at, issued_at=event.occurred_at)
    return replace(state, platform=at)


# Commands


class StartWork(OfOpinion):
    """Take the group desk's dispatch up (GP-1)."""

    name: ClassVar[str] = "start_work"


class MakeContact(OfOpinion):
    """Contact the customer and settle the department; the clock of the solution starts (GP-1, GP-2)."""

    name: ClassVar[str] = "make_contact"
    way: Way
    department: Code
    severity: Severity | None = None


class SubmitSolution(OfOpinion):
    """Send plan and completion time to QA and the group desk; again where they change (GP-2)."""

    name: ClassVar[str] = "submit_solution"
    text: PersonalText
    completion_at: UtcTime


class IssueSolution(OfOpinion):
    """Issue the solution, as the group desk (GP-2)."""

    name: ClassVar[str] = "issue_solution"
    text: PersonalText


# Decide


def _start(command: StartWork, state: OpinionState, terms: Terms) -> tuple[Event, ...]:
    if state.platform.started_at is not None:
        raise WrongState("work was started already", rule="GP-1", right="make_contact next")
    return (WorkStarted(occurred_at=moment_of(command, terms, since=state.accepted_at)),)


def _contact(command: MakeContact, state: OpinionState, terms: Terms) -> tuple[Event, ...]:
    if state.platform.contacted_at is not None:
        raise WrongState("the customer was contacted already", rule="GP-1", right="follow_up_opinion for later ones")
    if command.way is Way.NONE:
        raise MissingDetail("a contact needs a way", rule="GP-1", right="how the customer was reached", where="way")
    moment = moment_of(command, terms, since=state.platform.started_at or state.accepted_at, step="start of work")
    severity = command.severity or state.severity
    due = terms.due(moment, solution_limit(terms.rules, state.accepted.category, severity))
    return (
        ContactMade(
            occurred_at=moment,
            department=command.department,
            way=command.way,
            severity=severity,
            solution_due_at=due.at if due else None,
        ),
    )


def solution_limit(policy: Policy, category: str | None, severity: Severity | None) -> Limit | None:
    """How long plan and time needed may take: by category, and shorter for what is general (GP-2)."""
    limits = (policy.solution or {}).get(category or "other")
    if limits is None:
        return None
    return limits.serious if severity in {Severity.COMMON, Severity.MAJOR} else limits.general


def _submit(command: SubmitSolution, state: OpinionState, terms: Terms) -> tuple[Event, ...]:
    contacted = state.platform.contacted_at
    if contacted is None:
        raise WrongState("the customer was not contacted", rule="GP-2", right="make_contact first")
    moment = moment_of(command, terms, since=contacted, step="contact")
    not_early(command.completion_at, moment, terms, where="completion_at", rule="GP-2")
    return (
        SolutionSubmitted(
            occurred_at=moment,
            solution=state.platform.solutions + 1,
            text=words(command.text, command, state),
            completion_at=command.completion_at,
        ),
    )


def _issue(command: IssueSolution, state: OpinionState, terms: Terms) -> tuple[Event, ...]:
    submitted = state.platform.submitted_at
    if submitted is None:
        raise WrongState("no solution was submitted", rule="GP-2", right="submit_solution first")
    return (
        SolutionIssued(
            occurred_at=moment_of(command, terms, since=submitted, step="submission"),
            solution=state.platform.solutions,
            text=words(command.text, command, state),
        ),
    )


THEME: Final = Theme(
    events=(WorkStarted, ContactMade, SolutionSubmitted, SolutionIssued),
    answers={StartWork: _start, MakeContact: _contact, SubmitSolution: _submit, IssueSolution: _issue},
    evolve=evolve,
)
