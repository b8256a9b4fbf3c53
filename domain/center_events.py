"""What can have happened to a center, and what its master data are made of."""

from __future__ import annotations

from datetime import date
from typing import Annotated, ClassVar
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, BaseModel, ConfigDict

from .event import Event
from .policy import Policy
from .values import CenterId, Code, Count, Id, Label, UtcTime


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


Estates = Annotated[tuple[Estate, ...], AfterValidator(_each_once)]
"""The estates that a center runs, each once."""


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


class EstateHouseholdsReported(Event):
    """The number of households of one estate changed; shares of a project are counted of it (GP-5)."""

    name: ClassVar[str] = "center.estate_households_reported.v1"
    center: CenterId
    estate: Code
    households: Count


class PolicyAdopted(Event):
    """A policy came into force at the center, with its full values: nothing read later depends on a file."""

    name: ClassVar[str] = "center.policy_adopted.v1"
    center: CenterId
    in_force_from: date
    policy: Policy
    digest: str
    review_due_at: UtcTime | None = None
    summary_due_at: UtcTime | None = None


class OpinionsReviewed(Event):
    """The responsible person reviewed the opinion forms; the next review is due (OP-16; W08-01 4.4.2.6)."""

    name: ClassVar[str] = "center.opinions_reviewed.v1"
    center: CenterId
    reviewed_by: Id
    was_due_at: UtcTime | None = None
    review_due_at: UtcTime | None = None


class GroupSummarySigned(Event):
    """Project manager and branch head signed the week's summary for QA; the next one is due (GP-8; M4 art. 10)."""

    name: ClassVar[str] = "center.group_summary_signed.v1"
    center: CenterId
    project_manager: Id
    branch_head: Id
    was_due_at: UtcTime | None = None
    summary_due_at: UtcTime | None = None


CENTER_EVENTS = (
    CenterRegistered,
    HouseholdsReported,
    EstateHouseholdsReported,
    PolicyAdopted,
    OpinionsReviewed,
    GroupSummarySigned,
)
