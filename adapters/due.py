"""What is due, for those who open it in the morning: the steps of all open cases, with the roles that may do them."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import select

from ..domain.checks import aware
from ..domain.opinion.steps import Step
from ..domain.refusal import MissingDetail, UnknownCode
from ..domain.values import Role, utc_text
from ..projections.facts.centers import CENTERS
from ..projections.reports.due import DueStep, Form, most_urgent
from ..projections.reports.sources import stored
from .asking import MOST
from .clock import system_clock
from .reading import unregistered

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from sqlalchemy import Row

    from ..domain.center_state import CenterState
    from ..domain.policy import Policy
    from .clock import Clock
    from .store.database import Database

_STEPS: Final = {step.value: step for step in Step}


class DueList:
    """Reads what is due; holds no state but the database and the way to the centers' policies."""

    def __init__(
        self, database: Database, center: Callable[[str], CenterState | None], now: Clock = system_clock
    ) -> None:
        self._database = database
        self._center = center
        self._now = now

    def steps(
        self, *, center: str | None, role: Role | str | None, as_of: datetime | None, limit: int | None
    ) -> list[DueStep]:
        """See `Ledger.due`."""
        acting = _role(role)
        if limit is not None and not 0 <= limit < MOST:
            raise MissingDetail(f"{limit} is no number of steps", rule="form", right="0 or more", where="limit")
        now = self._now()
        moment = aware(as_of, where="as_of") or now
        policies = self._policies(center)
        form = Form(
            of_one_center=center is not None,
            able=None if acting is None else tuple((one, _able(acting, policies[one])) for one in sorted(policies)),
            limited=limit is not None,
            happened=moment < now,
        )
        values = {"center": center, "most": limit, "moment": utc_text(moment)}
        with self._database.transaction(write=False) as connection:
            found = connection.execute(most_urgent(form), values).all()
        return [_row(row, moment, policies) for row in found]

    def _policies(self, center: str | None) -> dict[str, Policy]:
        """The policies that may govern an open case, by their digest."""
        with self._database.transaction(write=False) as connection:
            known = list(connection.execute(select(stored(CENTERS).c.case_id)).scalars())
        if center is not None and center not in known:
            raise unregistered(center, known)
        states = [self._center(one) for one in known if center in {None, one}]
        return {policy.ref.digest: policy for state in states if state for _, policy in state.policies}


def _role(role: Role | str | None) -> Role | None:
    try:
        return None if role is None else Role(role)
    except ValueError:
        raise UnknownCode(
            f"{role!r} is no role", rule="authority", right=f"one of {', '.join(Role)}", where="role"
        ) from None


def _able(role: Role, policy: Policy) -> tuple[Step, ...]:
    """The steps that someone in this role may do under a policy."""
    return tuple(step for step in Step if role in _roles(step, policy))


def _roles(step: Step, policy: Policy | None) -> tuple[Role, ...]:
    listed = policy.authority.get(step.command) if policy else None
    return tuple(Role) if listed is None else listed


def _row(row: Row[Any], moment: datetime, policies: Mapping[str, Policy]) -> DueStep:
    step = _STEPS[row.step]
    until = None if row.due_at is None else datetime.fromisoformat(row.due_at)
    policy = policies.get(row.policy_digest)
    listed = policy.authority.get(step.command) if policy else None
    return DueStep(
        until=until,
        late_by=moment - until if until is not None and until < moment else None,
        step=step,
        case=row.case_id,
        number=row.number,
        center=row.center,
        kind=row.kind,
        category=row.category,
        turn=row.turn,
        command=step.command,
        roles=listed or (),
        policy=f"{policy.name} {policy.version}" if policy else "",
    )
