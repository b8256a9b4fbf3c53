"""The policies that are shipped, and reading one of one's own from a file, which may inherit from another."""

from __future__ import annotations

import os
import tomllib
from difflib import get_close_matches
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from pydantic import ValidationError

from ...domain.catalogue import COMMANDS
from ...domain.policy import Policy
from ...domain.refusal import Refused
from ...domain.values import form_of

if TYPE_CHECKING:
    from pydantic_core import ErrorDetails

OWN: Final = ("name", "version", "in_force_from", "source", "label")
"""What a policy that inherits gives itself: else two policies would go by one name."""


class BadPolicy(Refused):
    """A policy file that is missing, is no TOML, or lacks or misspells a value."""


def shipped() -> tuple[str, ...]:
    """Names of the policies that come with the package."""
    return tuple(
        sorted(file.name.removesuffix(".toml") for file in files(__name__).iterdir() if file.name.endswith(".toml"))
    )


def load(name: str) -> Policy:
    """Read a shipped policy by its name, or one of your own by the path of its TOML file.

    `inherits` names a shipped policy or another file, beside this one, whose values hold where this one gives none;
    `without` lists those of its values that do not. What comes of it is whole: it names no file any more.

    Raises:
        BadPolicy: says which file, which value, and what would be right.

    """
    values = _values(name, ())
    try:
        policy = Policy.model_validate(values)
    except ValidationError as error:
        wrong = "; ".join(_told(one) for one in error.errors(include_url=False))
        raise BadPolicy(f"{name} has {wrong}", rule="policy", right="the values that w08.toml shows") from None
    listed = [*policy.authority, *(command for where in (policy.authority_where or {}).values() for command in where)]
    for command in listed:
        if command not in COMMANDS:
            near = get_close_matches(command, COMMANDS, n=1)
            right = near[0] if near else "a name that `caseledger do --list` shows"
            raise BadPolicy(f"{name} has authority.{command}: there is no such command", rule="policy", right=right)
    return policy


def _values(name: str, heirs: tuple[str, ...]) -> dict[str, Any]:
    """The values of a policy with those it inherits; `heirs` are the places of those that led to it."""
    values = _read(name)
    parent = values.pop("inherits", None)
    without = values.pop("without", [])
    if parent is None:
        if without:
            raise BadPolicy(f"{name} has without, and inherits nothing", rule="policy", right="inherits beside it")
        return values
    if not isinstance(parent, str) or not isinstance(without, list):
        raise BadPolicy(
            f"{name} has inherits or without of a wrong form", rule="policy", right="a name; a list of keys"
        )
    if missing := [key for key in OWN if key not in values]:
        raise BadPolicy(f"{name} lacks {', '.join(missing)}", rule="policy", right="its own, beside what it inherits")
    source = parent if parent in shipped() else str(Path(name).parent / parent)
    heirs = (*heirs, _place(name))
    if _place(source) in heirs:
        raise BadPolicy(f"{name} inherits itself by way of {parent}", rule="policy", right="another policy")
    inherited = _values(source, heirs)
    for key in without:
        _drop(inherited, str(key), name)
    return _merged(inherited, values)


def _place(name: str) -> str:
    """Where a policy lies: a file is the same one by whatever links and dots it is named."""
    if name in shipped():
        return name
    try:
        return os.path.realpath(name)
    except ValueError:  # a name with U+0000 is no path; reading it says so
        return name


def _drop(values: dict[str, Any], key: str, name: str) -> None:
    """Take a value out, named by its dotted key."""
    *tables, last = key.split(".")
    found = values
    for depth, table in enumerate(tables, start=1):
        inner = found.get(table, {})
        if not isinstance(inner, dict):
            way = ".".join(tables[:depth])
            raise BadPolicy(
                f"{name} is without {key}, and {way} is no table",
                rule="policy",
                right=f"a key it inherits, such as {way}",
            )
        found = inner
    if last not in found:
        raise BadPolicy(f"{name} is without {key}, which it does not inherit", rule="policy", right="a key it inherits")
    del found[last]


def _merged(inherited: dict[str, Any], own: dict[str, Any]) -> dict[str, Any]:
    """One's own values over those inherited, table by table."""
    both = {
        key: _merged(inherited[key], own[key]) for key in inherited.keys() & own.keys() if _tables(inherited, own, key)
    }
    return {**inherited, **own, **both}


def _tables(inherited: dict[str, Any], own: dict[str, Any], key: str) -> bool:
    return isinstance(inherited[key], dict) and isinstance(own[key], dict)


def _told(error: ErrorDetails) -> str:
    """One wrong value: where it is, what is wrong, and what would be right where that can be said."""
    place = ".".join(map(str, error["loc"]))
    if error["type"] == "string_pattern_mismatch":
        return f"{place}: {form_of(error.get('ctx', {})['pattern'])}"
    if error["type"] != "extra_forbidden":
        return f"{place}: {error['msg'].removeprefix('Value error, ')}"
    near = get_close_matches(str(error["loc"][-1]), Policy.model_fields, n=1)
    return f"{place}: there is no such key" + (f", but {near[0]}" if near else "")


def _read(name: str) -> dict[str, Any]:
    try:
        if name in shipped():
            text = files(__name__).joinpath(f"{name}.toml").read_text(encoding="utf-8")
        else:
            text = Path(name).read_text(encoding="utf-8")
        return tomllib.loads(text)
    except UnicodeDecodeError:
        raise BadPolicy("the policy file is not UTF-8", rule="policy", right="a TOML file in UTF-8") from None
    except tomllib.TOMLDecodeError as error:
        raise BadPolicy(f"{name} is no TOML: {error}", rule="policy", right="a TOML file in UTF-8") from None
    except (OSError, ValueError):  # a name with U+0000 is no path
        raise BadPolicy(
            f"there is no policy {name!r}", rule="policy", right=f"one of {', '.join(shipped())}, or the path of a file"
        ) from None
