"""The sections of the form WR08-01-02 and the events that fill each (OP-21)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from ..values import Coded
from . import (
    approval,
    attachments,
    corrections,
    duty,
    investigation,
    merging,
    not_ours,
    parties,
    platform,
    repetition,
    suggestions,
)
from . import company as of_company
from . import events as did

if TYPE_CHECKING:
    from ..event import Event


class Section(Coded):
    """A section of 顾客意见反映办理表 WR08-01-02."""

    ACCEPTANCE = "acceptance", "受理情况"
    INVESTIGATION = "investigation", "情况调查及现场核实", "investigation and on-site check"
    UNDERTAKING = "undertaking", "承接情况及处理结果", "undertaking and result"
    CALLBACK = "callback", "回访情况"
    SECOND_RESULT = "second_result", "再处理结果", "result of handling again"
    CLOSING = "closing", "结束说明", "closing explanation"


_SECTIONS: Final[dict[Section, tuple[type[Event], ...]]] = {
    Section.ACCEPTANCE: (
        did.OpinionAccepted,
        did.OpinionResponded,
        corrections.OpinionCorrected,
        attachments.OriginalAttached,
        merging.SecondComplaintMade,
        *duty.THEME.events,
    ),
    Section.INVESTIGATION: (
        did.OpinionAssessed,
        corrections.AssessmentCorrected,
        investigation.OpinionInvestigated,
        *parties.THEME.events,
        *not_ours.THEME.events,
    ),
    Section.UNDERTAKING: (
        did.OpinionDispatched,
        did.OpinionTransferred,
        did.PlanProposed,
        did.PlanApproved,
        did.PlanReturned,
        did.HandlingFinished,
        did.OpinionCommented,
        investigation.ProgressReported,
        *approval.THEME.events,
        *suggestions.THEME.events,
        *platform.THEME.events,
        *of_company.THEME.events,
    ),
    Section.CALLBACK: (
        did.FollowedUp,
        did.CalledBack,
        corrections.CallbackCorrected,
        *repetition.THEME.events,  # counts as an unsatisfied callback (OP-12)
    ),
    Section.SECOND_RESULT: (did.RehandlingStarted,),
    Section.CLOSING: (did.OpinionEnded, merging.OpinionMerged),
}
SECTION_OF: Final = {event: section for section, events in _SECTIONS.items() for event in events}
"""By event; what is not here is not on the form."""
_AGAIN: Final = frozenset({Section.INVESTIGATION, Section.UNDERTAKING})


def section_of(event: Event) -> Section | None:
    """The section that an event fills; from the second turn on, handling fills 再处理结果. None: not on the form."""
    section = SECTION_OF.get(type(event))
    return Section.SECOND_RESULT if section in _AGAIN and (getattr(event, "turn", None) or 1) > 1 else section
