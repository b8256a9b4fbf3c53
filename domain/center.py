"""Center: a management service center's master data and the policies it has adopted."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import ClassVar
from zoneinfo import ZoneInfo

from pydantic import Field

from .center_events import (
    CenterRegistered,
    Estate,
    EstateHouseholdsReported,
    Estates,
    HouseholdsReported,
    PolicyAdopted,
    ZoneName,
)
from .command import Command
from .event import Event
from .growth import replace
from .policy import Policy
from .refusal import AlreadyExists, MissingDetail, NoPolicy, UnknownCase, UnknownCode
from .reviewing import (
    GroupSummarySigned,
    OpinionsReviewed,
    ReviewOpinions,
    SignGroupSummary,
    renewed,
    review,
    review_due,
    sign,
    summary_due,
)
from .terms import Terms, moment_of
from .values import CenterId, Code, Count, Label

# State


@dataclass(frozen=True)
class CenterState:
    """What is known of a center."""

    id: str
    label: str
    registered_at: datetime
    time_zone: str
    estates: tuple[Estate, ...]
    total_households: int | None
    resident_households: int | None
    households_at: datetime
    policies: tuple[tuple[date, Policy], ...] = ()
    estate_households: Mapping[str, int] = field(default_factory=dict)
    review_due_at: datetime | None = None
    summary_due_at: datetime | None = None
    reviewed_at: datetime | None = None
    signed_at: datetime | None = None

    @property
    def zone(self) -> ZoneInfo:
        """The time zone of days and months (DA-5)."""
        return ZoneInfo(self.time_zone)

    def households_of(self, estate: str) -> int | None:
        """The households of an estate: as reported, or all of the center's where it runs that estate alone."""
        if estate in self.estate_households:
            return self.estate_households[estate]
        return self.total_households if [one.id for one in self.estates] == [estate] else None

    def policy_on(self, day: date) -> Policy:
        """The policy in force on a local day: the last adopted of those with the latest date not after it.

        Raises:
            NoPolicy: none was in force.

        """
        found: tuple[date, Policy] | None = None
        for start, policy in self.policies:
            if start <= day and (found is None or start >= found[0]):
                found = (start, policy)
        if found is None:
            raise NoPolicy(
                f"{self.id} had no policy in force on {day}",
                rule="policy",
                right="adopt_policy for the center with an in_force_from not after that day",
            )
        return found[1]

    def policy_by(self, digest: str) -> Policy:
        """The adopted policy with exactly this content, by which an older case goes on.

        Raises:
            NoPolicy: none of the center's has it.

        """
        for _, policy in self.policies:
            if policy.ref.digest == digest:
                return policy
        raise NoPolicy(
            f"{self.id} never adopted the policy with the digest {digest[:12]}",
            rule="policy",
            right="a case accepted under a policy of its center",
        )


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
