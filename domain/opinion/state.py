"""What is known of an opinion, turn by turn."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ..values import Role
from .company import HandedDown
from .correction_state import NONE, Corrections
from .corrective_state import UNCALLED, Corrective
from .duty import UNTOLD, Duty, Notice
from .events import OpinionAccepted
from .investigation import NOTHING, Groundwork
from .merging import APART, Merging
from .not_ours import NotOurs
from .platform import UNTOUCHED, Platform
from .repeated import NEVER, Repetitions
from .suggestions import Decision
from .words import Ending, Kind, PlanStatus, Severity, Validity

if TYPE_CHECKING:
    from datetime import datetime

    from .alert_state import Alert
    from .deadlines import DeadlineMoved


@dataclass(frozen=True)
class Turn:
    """One turn of handling; a later turn never touches an earlier one (OP-11)."""

    number: int
    started_at: datetime
    plans: int = 0
    plan_status: PlanStatus = PlanStatus.NONE
    plan_first_proposed_at: datetime | None = None
    plan_last_proposed_at: datetime | None = None
    plan_approved_at: datetime | None = None
    plans_returned: int = 0
    finished_at: datetime | None = None
    callback_due_at: datetime | None = None
    callback_due_provisional: bool = False
    referred_to: Role | None = None
    ended_at: datetime | None = None


@dataclass(frozen=True)
class Callback:
    """One callback and its answers; `None` is an answer that was not given."""

    number: int
    turn: int
    at: datetime
    way: str
    handled_in_time: bool | None
    outcome_satisfied: bool | None
    attitude_satisfied: bool | None
    satisfied: bool | None


@dataclass(frozen=True, slots=True)
class FollowUp:
    """One message to the customer while the case is open."""

    number: int
    turn: int
    at: datetime
    way: str
    was_due_at: datetime | None = None


@dataclass(frozen=True)
class OpinionState:
    """An opinion as far as it has come."""

    accepted: OpinionAccepted
    turns: tuple[Turn, ...]
    validity: Validity | None = None
    flow: bool | None = None
    severity: Severity | None = None
    assessments: int = 0
    assessed_at: datetime | None = None
    assessed_by: str | None = None
    dispatches: int = 0
    handler: str | None = None
    responded_at: datetime | None = None
    follow_ups: tuple[FollowUp, ...] = ()
    callbacks: tuple[Callback, ...] = ()
    comments: int = 0
    ended_at: datetime | None = None
    ending: Ending | None = None
    source_status: str | None = None
    follow_up_due_at: datetime | None = None
    moves: tuple[DeadlineMoved, ...] = ()
    platform: Platform = UNTOUCHED
    merging: Merging = APART
    working: tuple[str, ...] = ()
    """Those who have the case now; several where it was handed on jointly (OP-8)."""
    handed_down: HandedDown | None = None
    duty: Duty = UNTOLD
    notice: Notice | None = None
    groundwork: Groundwork = NOTHING
    parties: tuple[str, ...] = ()
    """Third parties that were informed (OP-2)."""
    decision: Decision | None = None
    not_ours: NotOurs | None = None
    attachments: int = 0
    corrections: Corrections = NONE
    alerts: tuple[Alert, ...] = ()
    repetitions: Repetitions = NEVER
    corrective: Corrective = UNCALLED

    @property
    def center(self) -> str:
        """The center whose case it is."""
        return self.accepted.center

    @property
    def accepted_at(self) -> datetime:
        """When it was taken in."""
        return self.accepted.occurred_at

    @property
    def turn(self) -> Turn:
        """The current turn of handling."""
        return self.turns[-1]

    @property
    def is_open(self) -> bool:
        """Whether it has not ended."""
        return self.ended_at is None

    @property
    def status(self) -> str:
        """Where the case stands, in one word; the same words as the facts' status column."""
        if self.ended_at is not None:
            return "ended"
        if self.turn.finished_at is not None:
            return "called_back" if self.is_called_back else "handled"
        if self.turn.number > 1:
            return "rehandling"
        if self.turn.plan_status is not PlanStatus.NONE:
            return "planned"
        if self.dispatches:
            return "dispatched"
        return "assessed" if self.validity else "accepted"

    @property
    def is_called_back(self) -> bool:
        """Whether the customer was asked about the current turn; a callback before it was handled is none (OP-10)."""
        last = self.callbacks[-1] if self.callbacks else None
        handled_at = self.turn.finished_at
        return last is not None and last.turn == self.turn.number and (handled_at is None or last.at >= handled_at)

    @property
    def decided_at(self) -> datetime | None:
        """When it was decided whether a suggestion is adopted (GP-3)."""
        return self.decision.at if self.decision else None

    @property
    def explained_at(self) -> datetime | None:
        """When it was explained why it is not our responsibility (GP-4)."""
        return self.not_ours.explained_at if self.not_ours else None

    @property
    def handed_over_at(self) -> datetime | None:
        """When duty staff handed it over (OP-3)."""
        return self.duty.handed_over_at

    @property
    def major_reported_at(self) -> datetime | None:
        """When a major matter was first told to someone responsible (OP-19)."""
        return self.duty.major_reported_at

    @property
    def second_complaints(self) -> int:
        """How many further complaints on the same matter were merged into it (GP-5)."""
        return self.merging.second_complaints

    @property
    def is_complaint(self) -> bool:
        """Whether it is a complaint of whatever validity."""
        return self.accepted.kind is Kind.COMPLAINT
