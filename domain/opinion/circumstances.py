"""What about a case changes who may do what: it is major, or the company handed it down (OP-7, OP-8, OP-19)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..checks import not_authorised
from ..policy import Circumstance
from .words import Severity

if TYPE_CHECKING:
    from ..command import Command
    from ..policy import Policy
    from .state import OpinionState


def circumstances(state: OpinionState) -> tuple[Circumstance, ...]:
    """Those that hold for a case."""
    found = {
        Circumstance.MAJOR: state.severity is Severity.MAJOR,
        Circumstance.HANDED_DOWN: state.handed_down is not None,
    }
    return tuple(one for one, holds in found.items() if holds)


def authorise_here(command: Command, state: OpinionState, policy: Policy) -> None:
    """Refuse a command that the policy gives to other roles in the circumstances of the case.

    Raises:
        NotAuthorised: names the role, the circumstance and the roles that may.

    """
    if policy.authority_where is None:
        return
    for circumstance in circumstances(state):
        allowed = policy.authority_where.get(circumstance, {}).get(command.name)
        if allowed is not None and command.actor.role not in allowed:
            raise not_authorised(command, policy, allowed, because=f" of a case that is {circumstance.en}")
