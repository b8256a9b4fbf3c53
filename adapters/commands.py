"""Commands from their names and JSON-like values, where a shipped policy may go by its name."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..domain import catalogue
from .policies import BadPolicy, load, shipped

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ..domain.command import Command


def command_from(name: str, values: Mapping[str, Any]) -> Command:
    """Make a command from its name and JSON-like values.

    Args:
        name: such as `accept_opinion`.
        values: its fields. Where a policy is asked for, the name of a shipped one will do; no file is read, as the
            values may be anybody's.

    Raises:
        UnknownCommand: lists the names there are.
        BadPolicy: no policy of that name is shipped.
        InvalidCommand: says for each field what is wrong; repeats no value, since values may be personal data.

    """
    named = values.get("policy")
    kind = catalogue.COMMANDS.get(name)
    if not isinstance(named, str) or kind is None or "policy" not in kind.model_fields:
        return catalogue.command_from(name, values)
    if named not in shipped():
        raise BadPolicy(
            "there is no shipped policy of that name",
            rule="policy",
            right=f"one of {', '.join(shipped())}, or the values of one of your own: "
            'load_policy("own.toml").model_dump(mode="json")',
            where="policy",
        )
    return catalogue.command_from(name, {**values, "policy": load(named).values})
