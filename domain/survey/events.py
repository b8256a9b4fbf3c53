"""What can have happened to a survey. The stored names are a storage format: never change one, add a version.

Whatever is read per item carries `item`, so that one select over a survey's events gives one row an item.
"""

from __future__ import annotations

from typing import ClassVar

from ..event import Event
from ..policy import Percent, SurveyMethod
from ..values import CenterId, Code, Count, Id, Label, Satisfaction, UtcTime
from .words import Scope


class FormApproved(Event):
    """QA approved the form (SV-1); `items` counts its items, each of which follows as an `ItemListed`."""

    name: ClassVar[str] = "survey.form_approved.v1"
    center: CenterId
    number: str
    title: Label
    scope: Scope
    items: Count
    method: SurveyMethod
    approved_by: Id


class ItemListed(Event):
    """An item is on the form, at `position` from 1; center, number and method stand with it for the row of the item."""

    name: ClassVar[str] = "survey.item_listed.v1"
    item: Code
    position: Count
    label_zh: Label
    label_en: Label
    center: CenterId
    number: str
    scope: Scope
    method: SurveyMethod


class SurveyDistributed(Event):
    """Forms went out to households (SV-2); `distributed` is the number of all rounds together.

    `resident_households` is the center's number at the time; `target_met` compares all rounds with the policy's target
    and is absent where there is no target or nobody resident.
    """

    name: ClassVar[str] = "survey.distributed.v1"
    distribution: Count
    forms: Count
    distributed: Count
    resident_households: Count | None = None
    target_percent: Percent | None = None
    target_met: bool | None = None


class FormReturned(Event):
    """A form came back, or was filled in at a visit (SV-3); `answered` counts the items that have an answer."""

    name: ClassVar[str] = "survey.form_returned.v1"
    form: Count
    by_visit: bool
    answered: Count
    unit: Id | None = None


class ItemAnswered(Event):
    """An item's answer on a form."""

    name: ClassVar[str] = "survey.answered.v1"
    form: Count
    item: Code
    answer: Satisfaction


class FormsCounted(Event):
    """The forms that came back were counted by hand (SV-5), those obtained by visits among them (SV-3)."""

    name: ClassVar[str] = "survey.forms_counted.v1"
    returned: Count
    returned_by_visit: Count


class ItemCounted(Event):
    """An item's answers on the counted forms; fewer answers than forms means that some left it out."""

    name: ClassVar[str] = "survey.item_counted.v1"
    item: Code
    returned: Count
    satisfied: Count
    basically_satisfied: Count
    unsatisfied: Count


class ItemClosed(Event):
    """An item's closing figures (SV-4): `numerator` / `denominator` as `percent`; none where the latter is 0 (DA-4)."""

    name: ClassVar[str] = "survey.item_closed.v1"
    item: Code
    distributed: Count
    returned: Count
    satisfied: Count
    basically_satisfied: Count
    unsatisfied: Count
    method: SurveyMethod
    numerator: Count
    denominator: Count
    percent: Percent | None = None


class SurveyClosed(Event):
    """The survey's closing figures (SV-4, SV-5); `percent` is the mean of the rates of the `items_rated` items.

    `numerator` and `denominator` are the items' sums. `return_target_met` compares `returned` of `distributed` with the
    policy's target.
    """

    name: ClassVar[str] = "survey.closed.v1"
    resident_households: Count | None = None
    distributed: Count
    returned: Count
    returned_by_visit: Count
    method: SurveyMethod
    items: Count
    items_rated: Count
    satisfied: Count
    basically_satisfied: Count
    unsatisfied: Count
    numerator: Count
    denominator: Count
    percent: Percent | None = None
    return_target_percent: Percent | None = None
    return_target_met: bool | None = None
    counted_by: Id
    last_returned_at: UtcTime | None = None


SURVEY_EVENTS = (
    FormApproved,
    ItemListed,
    SurveyDistributed,
    FormReturned,
    ItemAnswered,
    FormsCounted,
    ItemCounted,
    ItemClosed,
    SurveyClosed,
)
