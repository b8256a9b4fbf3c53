"""What may be asked about a survey."""

from __future__ import annotations

from typing import ClassVar

from pydantic import BaseModel, ConfigDict, Field

from ..command import Command
from ..policy import Bilingual
from ..values import CenterId, Code, Count, Id, Label, Satisfaction, SurveyId
from .words import Scope

_FROZEN = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)


class FormItem(BaseModel):
    """A question of the form, with its text for people."""

    model_config = _FROZEN
    item: Code
    label: Bilingual


class ItemCount(BaseModel):
    """How often each answer was given to an item, as counted by hand."""

    model_config = _FROZEN
    satisfied: Count
    basically_satisfied: Count
    unsatisfied: Count


class ApproveSurveyForm(Command):
    """Approve the form of a survey (SV-1): the start of the survey, with its number."""

    name: ClassVar[str] = "approve_survey_form"
    creates: ClassVar[bool] = True
    center: CenterId
    case: SurveyId | None = Field(default=None, description="id of the survey; derived from command_id where absent")
    title: Label
    scope: Scope = Scope.GENERAL
    items: tuple[FormItem, ...] = Field(min_length=1, max_length=200)


class OfSurvey(Command):
    """A command about a survey that is in the ledger."""

    case: SurveyId


class DistributeSurvey(OfSurvey):
    """Record that forms went out to households (SV-2); again for a second, focused round."""

    name: ClassVar[str] = "distribute_survey"
    forms: Count = Field(ge=1, description="households asked in this round")


class ReturnSurveyForm(OfSurvey):
    """Record one returned form with its answers (SV-3); an item left out has no answer."""

    name: ClassVar[str] = "return_survey_form"
    answers: dict[Code, Satisfaction]
    by_visit: bool = Field(default=False, description="filled in at a visit to a household that had not returned it")
    unit: Id | None = Field(default=None, description="the household, where the form is not anonymous")


class RecordSurveyCounts(OfSurvey):
    """Record the answers as counts per item, all items of the form together (SV-5)."""

    name: ClassVar[str] = "record_survey_counts"
    returned: Count = Field(description="forms returned, those obtained by visits included")
    returned_by_visit: Count = Field(default=0, description="of these, filled in at visits")
    counts: dict[Code, ItemCount]


class CloseSurvey(OfSurvey):
    """Close the survey with its figures (SV-4, SV-5); no answers come in afterwards."""

    name: ClassVar[str] = "close_survey"


SURVEY_COMMANDS = (ApproveSurveyForm, DistributeSurvey, ReturnSurveyForm, RecordSurveyCounts, CloseSurvey)
