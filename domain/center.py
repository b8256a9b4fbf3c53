"""Center: a management service center's master data and the policies it has adopted."""

from __future__ import annotations

from datetime import date, datetime
from typing import ClassVar

from pydantic import Field

from .center_events import (
    CenterRegistered,
    EstateHouseholdsReported,
    Estates,
    GroupSummarySigned,
    HouseholdsReported,
    OpinionsReviewed,
    PolicyAdopted,
    ZoneName,
)
from .center_state import CenterState
from .checks import moment_of
from .command import Command
from .event import Event
from .growth import replace
from .policy import Policy
from .refusal import AlreadyExists, MissingDetail, UnknownCase, UnknownCode
from .reviewing import (
    ReviewOpinions,
    SignGroupSummary,
    renewed,
    review,
    review_due,
    sign,
    summary_due,
)
from .terms import Terms
from .values import CenterId, Code, Count, Label

# State


def evolve(state: CenterState | None, event: Event) -> CenterState | None:
    """Take an event into the state; never refuses."""
    match event:
        case CenterRegistered():
            return CenterState(
                id=event.center,
                label=event.label,
                registered_at=event.occurred_at,
                time_zone=event.time_zone,
                estates=event.estates,
                total_households=event.total_households,
                resident_households=event.resident_households,
                households_at=event.occurred_at,
            )
        case HouseholdsReported() if state:
            return replace(
                state,
                total_households=event.total_households,
                resident_households=event.resident_households,
                households_at=event.occurred_at,
            )
        case EstateHouseholdsReported() if state:
            reported = {**state.estate_households, event.estate: event.households}
            return replace(state, estate_households=reported)
        case PolicyAdopted() if state:
            return replace(
                state,
                policies=(*state.policies, (event.in_force_from, event.policy.adopted_as(event.digest))),
                review_due_at=event.review_due_at,
                summary_due_at=event.summary_due_at,
            )
        case OpinionsReviewed() | GroupSummarySigned() if state:
            return renewed(state, event)
        case _:
            return state


# Commands


class RegisterCenter(Command):
    """Bring a center under the ledger."""

    name: ClassVar[str] = "register_center"
    subject_field: ClassVar[str] = "center"
    creates: ClassVar[bool] = True
    center: CenterId
    label: Label = Field(description="name of the center, for people to read")
    time_zone: ZoneName = "Asia/Shanghai"
    estates: Estates = Field(min_length=1)
    total_households: Count | None = Field(default=None, description="where known")
    resident_households: Count | None = Field(default=None, description="常住户, where known")


class ReportHouseholds(Command):
    """Give the center's numbers of households as of `occurred_at`."""

    name: ClassVar[str] = "report_households"
    subject_field: ClassVar[str] = "center"
    center: CenterId
    total_households: Count
    resident_households: Count


class ReportEstateHouseholds(Command):
    """Give the number of households of one estate, where the center runs several (GP-5)."""

    name: ClassVar[str] = "report_estate_households"
    subject_field: ClassVar[str] = "center"
    center: CenterId
    estate: Code
    households: Count


class AdoptPolicy(Command):
    """Put a policy in force at a center from a day on; cases accepted before keep theirs."""

    name: ClassVar[str] = "adopt_policy"
    subject_field: ClassVar[str] = "center"
    center: CenterId
    policy: Policy
    in_force_from: date | None = Field(default=None, description="local day; the policy's own where absent")


CenterCommand = (
    RegisterCenter | ReportHouseholds | ReportEstateHouseholds | AdoptPolicy | ReviewOpinions | SignGroupSummary
)
CENTER_COMMANDS = (
    RegisterCenter,
    ReportHouseholds,
    ReportEstateHouseholds,
    AdoptPolicy,
    ReviewOpinions,
    SignGroupSummary,
)


# Decide


def decide(command: CenterCommand, state: CenterState | None, terms: Terms) -> tuple[Event, ...]:
    """Answer a command with what happens, or refuse.

    Raises:
        Refused: the center is known already, or unknown; more residents than households; a time that cannot be.

    """
    moment = moment_of(command, terms)
    if isinstance(command, RegisterCenter):
        if state is not None:
            raise AlreadyExists(f"{command.center} is registered", rule="ids", right="another id", where="center")
        _fewer_residents(command)
        fields = command.model_dump(include=set(CenterRegistered.model_fields) - {"occurred_at"})
        return (CenterRegistered(occurred_at=moment, **fields),)
    if state is None:
        raise UnknownCase(
            f"{command.center} is not registered", rule="center", right="register_center first", where="center"
        )
    match command:
        case ReportHouseholds():
            return (_households(command, moment),)
        case ReportEstateHouseholds():
            return (_estate_households(command, state, moment),)
        case ReviewOpinions():
            return (review(command, state, terms, moment),)
        case SignGroupSummary():
            return (sign(command, state, moment),)
        case _:
            return (_adopt(command, state, terms, moment),)


def _households(command: ReportHouseholds, moment: datetime) -> HouseholdsReported:
    _fewer_residents(command)
    return HouseholdsReported(
        occurred_at=moment,
        center=command.center,
        total_households=command.total_households,
        resident_households=command.resident_households,
    )


def _estate_households(
    command: ReportEstateHouseholds, state: CenterState, moment: datetime
) -> EstateHouseholdsReported:
    estates = [one.id for one in state.estates]
    if command.estate not in estates:
        listed = ", ".join(estates)
        raise UnknownCode(f"{command.estate!r} is not run", rule="GP-5", right=f"one of {listed}", where="estate")
    return EstateHouseholdsReported(
        occurred_at=moment, center=command.center, estate=command.estate, households=command.households
    )


def _adopt(command: AdoptPolicy, state: CenterState, terms: Terms, moment: datetime) -> PolicyAdopted:
    """Put the policy in force; the center's recurring duties are due from here by the policy (OP-16, GP-8)."""
    policy = command.policy
    return PolicyAdopted(
        occurred_at=moment,
        center=command.center,
        in_force_from=command.in_force_from or policy.in_force_from,
        policy=policy,
        digest=policy.ref.digest,
        review_due_at=review_due(policy, moment, terms.calendar, state.zone),
        summary_due_at=summary_due(policy, moment, state.zone),
    )


def _fewer_residents(command: RegisterCenter | ReportHouseholds) -> None:
    resident, total = command.resident_households, command.total_households
    if resident is not None and total is not None and resident > total:
        raise MissingDetail(
            f"{command.resident_households} resident of {command.total_households} households",
            rule="SV-2",
            right="at most as many resident households as there are in all",
            where="resident_households",
        )
