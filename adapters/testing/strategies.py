"""Hypothesis strategies: for every command, and for whole histories of a center. They alone need Hypothesis.

`commands(kind)` gives commands that are right in their form, read off the command's own fields; the domain may still
refuse them. `histories()` gives what a center may have lived through, each command with the moment of its recording.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from hypothesis import strategies as st
from hypothesis.strategies import DrawFn, SearchStrategy

from ...domain import values
from ...domain.catalogue import KIND_OF
from ...domain.command import Command
from ...domain.policy import Policy
from ...domain.refusal import Refused
from .builders import CENTER, W08, adopt, at, register
from .fitting import fitting
from .forms import any_command, commands, moments, texts
from .moves import OF_CENTER, possible, roles
from .world import World

__all__ = ["Step", "any_command", "commands", "histories", "moments", "texts"]

_START: Final = at("2025-12-29 09:00")  # a month's end, a year's end and a holiday are near
_DAY: Final = timedelta(days=1)
_PAUSES: Final = (
    st.just(timedelta()) | st.timedeltas(timedelta(), timedelta(hours=3)) | st.timedeltas(timedelta(), 9 * _DAY)
)
_OPEN: Final = 3
"""So many cases are open at a time."""
_PREFERRED: Final = 3
"""How much more often what is new in a history comes next."""


@dataclass(frozen=True)
class Step:
    """A command, and the moment at which it is recorded: put the clock there, then do it."""

    at: datetime
    command: Command


@st.composite
def histories(draw: DrawFn, *, max_steps: int = 30, policy: Policy = W08, refused: bool = False) -> tuple[Step, ...]:
    """Give what `center:sz01` may have lived through, from its registration on, in the order of recording.

    Steps are a moment to days apart, some recorded late and with the reason; several cases are open at a time. What
    comes next is what the state of a case lets happen, and mostly what did not happen yet in this history, so that many
    of them together hold every command about a case, under w08 or under group400.

    Left out are the commands that nobody gives, `only_follows`, and those of the watch, `moves.WATCHED`: whether they
    are called for depends on the clocks of one case, or on what two cases have in common.

    Args:
        draw: Hypothesis' own.
        max_steps: how many commands there may be after the center is opened.
        policy: what governs the cases.
        refused: keep also what the domain refuses; otherwise every step is taken.

    """
    world = World(policy, CENTER)
    steps = [
        Step(_START, register(_START, command_id="cmd:0")),
        Step(_START, adopt(_START, command_id="cmd:1", policy=policy)),
    ]
    for step in steps:
        world.ask(step.command, step.at)
    now = _START
    for number in range(2, 2 + draw(st.integers(0, max_steps))):
        now += draw(_PAUSES)
        case = draw(_cases(world))
        kind = draw(_kinds(world, case, {type(step.command) for step in steps}))
        about = case or (CENTER if kind in OF_CENTER else f"{KIND_OF[kind]}:{number}")
        command = draw(_next(kind, world, about, (now, number)))
        try:
            world.ask(command, now)
        except Refused:
            if not refused:
                continue
        steps.append(Step(now, command))
    return tuple(steps)


def _cases(world: World) -> SearchStrategy[str | None]:
    """An open case, or none: something new is begun while few are open, so that those there are get far."""
    cases = world.open_cases()
    return st.sampled_from([*cases, None] if len(cases) < _OPEN else cases)


def _kinds(world: World, case: str | None, known: set[type[Command]]) -> SearchStrategy[type[Command]]:
    """A command about a case that its state lets happen, more often one that is not known from this history yet."""
    kinds = possible(world, case)
    return st.sampled_from([*kinds, *[kind for kind in kinds if kind not in known] * _PREFERRED])


@st.composite
def _next(draw: DrawFn, kind: type[Command], world: World, case: str, about: tuple[datetime, int]) -> Command:
    """Draw a command that the domain will mostly take; `about` is now and the command's number."""
    now, number = about
    role = draw(st.sampled_from(roles(kind, world, case)))
    since = world.last.get(case, now - _DAY)
    happened = draw(st.just(now) | _between(since, now))
    fixed: dict[str, object] = {
        "command_id": f"cmd:{number}",
        "actor": {"id": f"staff:{number % 3}", "role": role, "center": CENTER},
        "occurred_at": happened,
        "late_reason": st.sampled_from(values.LateReason) if now - happened > _DAY else None,
        **({"center": CENTER} if kind.creates else {}),
        kind.subject_field: case,
    }
    return draw(commands(kind, **{**fixed, **fitting(kind, world, case, happened)}))


def _between(since: datetime, until: datetime) -> SearchStrategy[datetime]:
    return st.timedeltas(timedelta(), max(until - since, timedelta())).map(lambda ago: until - ago)
