"""Cases as the deciders know them: what the ledger does with a command, without a ledger."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from ...domain.catalogue import DECIDERS, KIND_OF
from ...domain.checks import authorise
from ...domain.clocks import local_day
from ...domain.refusal import Refused
from ...domain.register import number_of
from ...domain.terms import Terms
from ..calendar import ChineseCalendar

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from ...domain.center_state import CenterState
    from ...domain.clocks import Calendar
    from ...domain.command import Command
    from ...domain.event import Event
    from ...domain.policy import Policy

CALENDAR: Final = ChineseCalendar()


def decided(  # noqa: PLR0913 - all that a decision depends on
    command: Command,
    state: object,
    home: CenterState | None,
    policy: Policy,
    now: datetime,
    *,
    serial: int = 1,
    calendar: Calendar = CALENDAR,
    others: Mapping[str, object] | None = None,
    allowed: bool = False,
) -> tuple[Event, ...]:
    """Decide as the ledger does: the terms from the center, the role checked, then the decider.

    Args:
        command: what is asked, with the id of its case.
        state: what is known of the case or center; `None` before its first event.
        home: the center it is about; `None` where none is registered.
        policy: what governs the case.
        now: the ledger's clock.
        serial: which number a new case gets.
        calendar: official working days.
        others: what is known of other cases, by their ids.
        allowed: it follows from another command, so the actor's role is not asked.

    Raises:
        Refused: by a rule.

    """
    kind = KIND_OF[type(command)]
    terms = Terms(now=now, calendar=calendar)
    if kind != "center" and home is not None:
        number = number_of(home.id, kind, local_day(command.occurred_at or now, home.zone), serial)
        named = {case: (others or {}).get(case) for case in command.referred}
        terms = Terms(now, calendar, policy, home, number, named)
        if not allowed:
            authorise(command, policy, home.id)
    return DECIDERS[kind].decide(command, state, terms)


@dataclass
class World:
    """One center and its cases, by their ids, as far as they have come; `last` is when each had its last event."""

    policy: Policy
    center: str
    states: dict[str, Any] = field(default_factory=dict)
    last: dict[str, datetime] = field(default_factory=dict)

    def ask(self, command: Command, now: datetime, *, allowed: bool = False) -> tuple[Event, ...]:
        """Decide a command on its case, and take in what happens, also to other cases because of it.

        Raises:
            Refused: by a rule; nothing changed.

        """
        stream: str = getattr(command, command.subject_field)
        events = decided(
            command,
            self.states.get(stream),
            self.states.get(self.center),
            self.policy,
            now,
            serial=len(self.states),
            others=self.states,
            allowed=allowed,
        )
        decider = DECIDERS[KIND_OF[type(command)]]
        before = dict(self.states), dict(self.last)
        for event in events:
            self.states[stream] = decider.evolve(self.states.get(stream), event)
            self.last[stream] = max(self.last.get(stream, event.occurred_at), event.occurred_at)
        try:
            for following in decider.consequences(command, events):
                self.ask(following, now, allowed=True)
        except Refused:
            self.states, self.last = before
            raise
        return events

    def open_cases(self) -> list[str]:
        """The cases that have not ended, in the order in which they began."""
        return [stream for stream, state in self.states.items() if stream != self.center and state.is_open]
