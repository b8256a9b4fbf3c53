"""Center: a management service center's master data and the policies it has adopted."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Annotated, ClassVar
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from .command import Command
from .event import Event
from .policy import Policy
from .refusal import AlreadyExists, MissingDetail, NoPolicy, UnknownCase
from .terms import Terms, moment_of
from .values import CenterId, Code, Count, Label


def _zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        raise ValueError(f"{name!r} is not a time zone; give an IANA name such as Asia/Shanghai") from None
    return name


ZoneName = Annotated[str, AfterValidator(_zone)]


class Estate(BaseModel):
    """A residential estate (小区) that a center runs, with the areas a survey must cover (SV-2)."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)
    id: Code
    label: Label
    areas: tuple[Code, ...] = ()


def _each_once(estates: tuple[Estate, ...]) -> tuple[Estate, ...]:
    ids = [estate.id for estate in estates]
    if twice := sorted({one for one in ids if ids.count(one) > 1}):
        raise ValueError(f"names {', '.join(twice)} twice; give each estate an id of its own")
    return estates


# Events


class CenterRegistered(Event):
    """A center came under the ledger."""

    name: ClassVar[str] = "center.registered.v1"
    center: CenterId
    label: Label
    time_zone: ZoneName
    estates: tuple[Estate, ...]
    total_households: Count | None = None
    resident_households: Count | None = None


class HouseholdsReported(Event):
    """The dated numbers of households changed."""

    name: ClassVar[str] = "center.households_reported.v1"
    center: CenterId
    total_households: Count
    resident_households: Count


class PolicyAdopted(Event):
    """A policy came into force at the center, with its full values: nothing read later depends on a file."""

    name: ClassVar[str] = "center.policy_adopted.v1"
    center: CenterId
    in_force_from: date
    policy: Policy
    digest: str


CENTER_EVENTS = (CenterRegistered, HouseholdsReported, PolicyAdopted)


# State


@dataclass(frozen=True, slots=True)
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

    @property
    def zone(self) -> ZoneInfo:
        """The time zone of days and months (DA-5)."""
        return ZoneInfo(self.time_zone)

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
        case PolicyAdopted() if state:
            return replace(
                state, policies=(*state.policies, (event.in_force_from, event.policy.adopted_as(event.digest)))
            )
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
    estates: Annotated[tuple[Estate, ...], AfterValidator(_each_once)] = Field(min_length=1)
    total_households: Count | None = Field(default=None, description="where known")
    resident_households: Count | None = Field(default=None, description="常住户, where known")


class ReportHouseholds(Command):
    """Give the center's numbers of households as of `occurred_at`."""

    name: ClassVar[str] = "report_households"
    subject_field: ClassVar[str] = "center"
    center: CenterId
    total_households: Count
    resident_households: Count


class AdoptPolicy(Command):
    """Put a policy in force at a center from a day on; cases accepted before keep theirs."""

    name: ClassVar[str] = "adopt_policy"
    subject_field: ClassVar[str] = "center"
    center: CenterId
    policy: Policy
    in_force_from: date | None = Field(default=None, description="local day; the policy's own where absent")


CenterCommand = RegisterCenter | ReportHouseholds | AdoptPolicy
CENTER_COMMANDS = (RegisterCenter, ReportHouseholds, AdoptPolicy)


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
    if isinstance(command, ReportHouseholds):
        _fewer_residents(command)
        return (
            HouseholdsReported(
                occurred_at=moment,
                center=command.center,
                total_households=command.total_households,
                resident_households=command.resident_households,
            ),
        )
    start = command.in_force_from or command.policy.in_force_from
    policy = command.policy
    return (
        PolicyAdopted(
            occurred_at=moment, center=command.center, in_force_from=start, policy=policy, digest=policy.ref.digest
        ),
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
