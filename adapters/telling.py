"""What is told of commands and their results in logs and traces: names, ids and counts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..domain.catalogue import COMMANDS
from ..domain.refusal import Refused

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ..domain.command import Command
    from .history import Outcome
    from .watching import Fields

_NAMES = {kind: name for name, kind in COMMANDS.items()}


def name_of(command: Command) -> str:
    """The command's name as a person types it."""
    return _NAMES.get(type(command), type(command).__name__)


def told_of(results: Sequence[tuple[Outcome, ...] | Refused]) -> Fields:
    """Count what came of groups of commands; where there was one command, name its case, its id or its rule.

    The text of a refusal is not told: it may repeat what was entered.
    """
    outcomes = [outcome for result in results if not isinstance(result, Refused) for outcome in result]
    refused = [result for result in results if isinstance(result, Refused)]
    fields: Fields = {"events": sum(len(outcome.events) for outcome in outcomes if not outcome.repeated)}
    repeated = sum(outcome.repeated for outcome in outcomes)
    if repeated:
        fields["repeated"] = repeated
    if refused:
        fields["refused"] = len(refused)
    if len(results) == 1 and refused:
        fields["rule"] = refused[0].rule
    if len(outcomes) == 1 and not refused:
        fields |= {"case": outcomes[0].case, "command_id": outcomes[0].command_id}
    return fields
