"""A policy: every number of a manual, named, versioned, with the clause it comes from. Data, not constants in code."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from enum import StrEnum
from functools import cached_property
from typing import TYPE_CHECKING, Annotated, Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, PlainSerializer, field_validator, model_validator

from .canonical import digest
from .event import PolicyRef
from .opinion.words import AlertLevel, CorrectiveReason, Severity
from .values import Code, Coded, Label, Points, Role

if TYPE_CHECKING:
    from collections.abc import Mapping

_FROZEN = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)
Percent = Annotated[Decimal, Field(ge=0, le=100), PlainSerializer(str, return_type=str, when_used="json")]


class Unit(StrEnum):
    """How a limit counts: the clock round (minutes, hours), or local days that end with the day.

    Months end with the day of the same number, or with the month's last where it has none such.
    """

    MINUTES = "minutes"
    HOURS = "hours"
    DAYS = "days"
    WORKING_DAYS = "working_days"
    MONTHS = "months"


class Limit(BaseModel):
    """A time limit: so many units after the start; `clause` is the manual's, `rule` the rulebook's."""

    model_config = _FROZEN
    amount: int = Field(ge=0, lt=10_000)
    unit: Unit
    rule: str
    clause: str


class SolutionLimits(BaseModel):
    """How long the solution of a category may take, for a general matter and for a serious one (GP-2)."""

    model_config = _FROZEN
    general: Limit
    serious: Limit


class AlertRule(BaseModel):
    """When an alert of a level is raised, what it costs, and to whom it goes (GP-5 to GP-7)."""

    model_config = _FROZEN
    past: Limit = Field(description="so long past the time limit")
    points: Points = Field(description="taken off where it is confirmed")
    plan: Limit = Field(description="time for plan and completion time, from the forwarding")
    forward_to: tuple[Role, ...]
    rule: str
    clause: str


class ShareRule(BaseModel):
    """Which share of all households with the same issue, within how long, raises red (GP-5)."""

    model_config = _FROZEN
    percent: Percent
    months: int = Field(ge=1, le=120)
    rule: str
    clause: str


class AlertRules(BaseModel):
    """The alerts of a policy, by level."""

    model_config = _FROZEN
    blue: AlertRule
    yellow: AlertRule
    red: AlertRule
    share: ShareRule | None = None

    def of(self, level: AlertLevel) -> AlertRule:
        """The rule of a level."""
        return {AlertLevel.BLUE: self.blue, AlertLevel.YELLOW: self.yellow, AlertLevel.RED: self.red}[level]


Likeness = Literal["category", "unit", "estate", "area", "customer", "department"]


class Repetition(BaseModel):
    """When an opinion is the same again (OP-12): lists of fields, of which the first that both cases know decides."""

    model_config = _FROZEN
    within: Limit
    alike: tuple[tuple[Likeness, ...], ...] = Field(min_length=1)


class CorrectiveRule(BaseModel):
    """Which opinions call for corrective or preventive action (OP-15)."""

    model_config = _FROZEN
    severities: tuple[Severity, ...] = Field(description="those that are far-reaching")
    reasons: tuple[CorrectiveReason, ...] = Field(description="beside the severity, what is far-reaching or repeated")
    rule: str
    clause: str


class WeeklySummary(BaseModel):
    """Until when in the week the signed summary is due: ISO weekday (Monday is 1) and local time (GP-8)."""

    model_config = _FROZEN
    weekday: int = Field(ge=1, le=7)
    hour: int = Field(ge=0, le=23)
    rule: str
    clause: str


class Target(BaseModel):
    """A figure the manual asks for, in percent, shown beside what was reached."""

    model_config = _FROZEN
    percent: Percent
    rule: str
    clause: str


class Bilingual(BaseModel):
    """A word for people, Chinese and English."""

    model_config = _FROZEN
    zh: Label
    en: Label


class SurveyMethod(StrEnum):
    """How an item's satisfaction is counted (SV-4); a report names the one it used."""

    OF_RETURNED = "of_returned"
    """(satisfied + basically satisfied) / forms returned (W08-03 4.3.1)."""
    OF_ANSWERED = "of_answered"
    """qualified / (qualified + unsatisfied) (M2 5.1.6)."""


class Circumstance(Coded):
    """What about a case gives some commands to other roles than usual."""

    MAJOR = "major", "重大", "major"
    """A major matter is handled by the responsible person in person (W08-01 4.3.1.3)."""
    HANDED_DOWN = "handed_down", "职能部门转交", "handed down by the company"
    """The company accepted it and handed it to a center, which reports back (W08-04 二)."""


class Approval(BaseModel):
    """Who approves plans (OP-7): the levels from the lowest up, and the lowest that will do for each severity."""

    model_config = _FROZEN
    levels: tuple[Role, ...] = Field(min_length=1)
    needed: dict[Severity, Role]

    @model_validator(mode="after")
    def _each_level_known(self) -> Self:
        if len(set(self.levels)) < len(self.levels):
            raise ValueError("levels names a role twice; name each level once, from the lowest up")
        if missing := set(Severity) - set(self.needed):
            raise ValueError(f"needed lacks {', '.join(sorted(missing))}; give each severity a level")
        if unknown := set(self.needed.values()) - set(self.levels):
            raise ValueError(
                f"needed names {', '.join(sorted(unknown))}, which levels does not; name one of the levels"
            )
        return self


class Policy(BaseModel):
    """A named, versioned set of values with the date from which it is in force.

    A limit that is absent means: no such clock. `authority` lists, by command name, the roles that may give it; a
    command that is not listed is open to every role, one with an empty list to none. `authority_where` narrows it in a
    circumstance. `approval` says who approves plans; absent: whoever `authority` lets. `category_mapping` gives words
    of another list the policy's own. `refuse_early_agreement`: an agreed time before acceptance is refused; where
    false (imported history) it is kept as recorded and flagged.
    """

    model_config = _FROZEN
    name: Code
    version: Label
    in_force_from: date
    source: Label
    label: Bilingual
    calendar: Code = Field(default="cn", description="official calendar that working days follow")
    response: Limit | None = None
    plan_at_center: Limit | None = None
    plan_at_company: Limit | None = None
    callback: Limit | None = None
    arrival: Limit | None = None
    arrival_urgent: Limit | None = None
    order_callback: Limit | None = None
    late_record: Limit | None = None
    reply: Limit | None = None
    start: Limit | None = None
    contact: Limit | None = None
    solution: dict[Code, SolutionLimits] | None = Field(default=None, description="by category (GP-2)")
    decision: Limit | None = None
    explanation: Limit | None = None
    hand_over: Limit | None = None
    notify: Limit | None = None
    review: Limit | None = Field(default=None, description="how often the opinion forms are reviewed (OP-16)")
    summary: WeeklySummary | None = None
    repetition: Repetition | None = None
    corrective: CorrectiveRule | None = None
    alerts: AlertRules | None = None
    agreeable: tuple[Code, ...] | None = Field(
        default=None,
        description="clocks whose time may be agreed anew (OP-5); where absent, those the customer waits for",
    )
    follow_ups: int = Field(default=0, ge=0, description="follow-ups asked for in every `follow_up_days` (OP-9)")
    follow_up_days: int = Field(default=7, ge=1)
    refuse_early_agreement: bool = True
    categories: dict[Code, Bilingual]
    order_categories: dict[Code, Bilingual]
    survey_method: SurveyMethod = SurveyMethod.OF_RETURNED
    targets: dict[Code, Target] = Field(default_factory=dict)
    authority: dict[Code, tuple[Role, ...]] = Field(default_factory=dict)
    authority_where: dict[Circumstance, dict[Code, tuple[Role, ...]]] | None = None
    own_center: tuple[Role, ...] | None = Field(
        default=None,
        description="roles of a center: who acts in one and names a center acts on cases of that center only",
    )
    approval: Approval | None = None
    category_mapping: dict[Code, Code] | None = None

    @model_validator(mode="after")
    def _categories_known(self) -> Self:
        if unknown := set((self.category_mapping or {}).values()) - set(self.categories):
            raise ValueError(f"category_mapping leads to {', '.join(sorted(unknown))}; name one of the categories")
        return self

    @field_validator("late_record")
    @classmethod
    def _by_the_clock(cls, limit: Limit | None) -> Limit | None:
        if limit is not None and limit.unit not in {Unit.MINUTES, Unit.HOURS}:
            raise ValueError("counts by the clock; give it in minutes or hours")
        return limit

    def model_copy(self, *, update: Mapping[str, Any] | None = None, deep: bool = False) -> Self:
        """Copy without what was computed from the old values."""
        copied = super().model_copy(update=update, deep=deep)
        for computed in ("values", "ref"):
            vars(copied).pop(computed, None)
        return copied

    def adopted_as(self, digest: str) -> Self:
        """The policy under the digest of its adoption, which a later release with further values computes otherwise."""
        copied = self.model_copy()
        vars(copied)["ref"] = PolicyRef(self.name, self.version, digest)
        return copied

    @cached_property
    def values(self) -> dict[str, Any]:
        """The policy as JSON values, what is absent left out; this is what the adoption event records."""
        return self.model_dump(mode="json", exclude_none=True)

    @cached_property
    def ref(self) -> PolicyRef:
        """Name, version and SHA-256 of the exact values; what every governed event records."""
        return PolicyRef(self.name, self.version, digest(self.values))
