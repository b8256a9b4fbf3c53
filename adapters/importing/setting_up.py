"""What must be in the ledger before the first row: the center, and the policy without clocks for its history."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ...domain.center import AdoptPolicy, RegisterCenter, evolve
from ...domain.center_state import CenterState
from ...domain.event import Actor
from ...domain.refusal import UnknownCase
from ...domain.values import Role
from .differences import center_differences
from .loading import InvalidMapping

if TYPE_CHECKING:
    from ...domain.command import Command
    from ...domain.policy import Policy
    from ..ledger import Ledger
    from .mapping import Origin
    from .report import Difference


def setting_up(ledger: Ledger, mapping: Origin, policy: Policy) -> tuple[list[Command], list[Difference]]:
    """Say what is to be recorded before the rows, and how the mapping's center differs from the one registered before.

    A center that others registered stays theirs; only the policy is adopted for it.

    Raises:
        UnknownCase: the center is unknown, and the mapping says only its id.
        InvalidMapping: from its day on the policy would also govern what the center records itself.

    """
    home = mapping.center
    actor = Actor(id=f"import:{mapping.source}", role=Role.IMPORTER)
    recorded = ledger.histories([home.id])[home.id]
    state: CenterState | None = None
    for record in recorded:
        state = evolve(state, record.event)
    register = _registration(mapping, actor)
    needed: list[Command] = []
    differences: list[Difference] = []
    if state is None:
        if register is None:
            raise UnknownCase(
                f"{home.id} is not registered, and the mapping {mapping.name} says only its id",
                rule="center",
                right="register_center first, or label, time_zone and estates under [center]",
                where="center.id",
            )
        needed.append(register)
    elif register is not None and recorded[0].command_id == register.command_id:
        differences = center_differences(register, recorded)
    if state is None or not _in_force(state, mapping, policy):
        if state is not None:
            _spare_the_living(state, mapping, policy)
        day = mapping.policy.in_force_from
        needed.append(
            AdoptPolicy(
                actor=actor,
                command_id=f"import:{mapping.source}:policy:{day}:{policy.ref.digest[:12]}",
                center=home.id,
                policy=policy,
                in_force_from=day,
            )
        )
    return needed, differences


def _registration(mapping: Origin, actor: Actor) -> RegisterCenter | None:
    home = mapping.center
    if home.label is None or home.time_zone is None:
        return None
    return RegisterCenter(
        actor=actor,
        command_id=f"import:{mapping.source}:center",
        center=home.id,
        label=home.label,
        time_zone=home.time_zone,
        estates=home.estates,
        total_households=home.total_households,
        resident_households=home.resident_households,
    )


def _in_force(state: CenterState, mapping: Origin, policy: Policy) -> bool:
    """Whether the policy governs the first day already; then it was adopted by an earlier import."""
    day = mapping.policy.in_force_from
    adopted = [(start, known.ref.digest) for start, known in state.policies if start <= day]
    return bool(adopted) and max(reversed(adopted), key=lambda one: one[0])[1] == policy.ref.digest


def _spare_the_living(state: CenterState, mapping: Origin, policy: Policy) -> None:
    """Refuse to put imported history's policy over the one that governs what the center records today."""
    day = mapping.policy.in_force_from
    others = [(start, known.name) for start, known in state.policies if known.name != policy.name]
    if others and not any(start > day for start, _ in others):
        start, name = max(others)
        what = (
            f"{policy.name} from {day} on would replace {name}, in force at {state.id} since {start}; "
            f"give a day before {start}, or first adopt {name} again from the day after the history ends"
        )
        raise InvalidMapping(mapping.name, [("policy.in_force_from", what)])
