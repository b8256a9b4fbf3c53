"""The policies that are shipped, and reading one of one's own from a file."""

from __future__ import annotations

import tomllib
from importlib.resources import files
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from ...domain.policy import Policy
from ...domain.refusal import Refused


class BadPolicy(Refused):
    """A policy file that is missing, is no TOML, or lacks or misspells a value."""


def shipped() -> tuple[str, ...]:
    """Names of the policies that come with the package."""
    return tuple(
        sorted(file.name.removesuffix(".toml") for file in files(__name__).iterdir() if file.name.endswith(".toml"))
    )


def load(name: str) -> Policy:
    """Read a shipped policy by its name, or one of your own by the path of its TOML file.

    Raises:
        BadPolicy: says which file, which value, and what would be right.

    """
    try:
        if name in shipped():
            text = files(__name__).joinpath(f"{name}.toml").read_text(encoding="utf-8")
        else:
            text = Path(name).read_text(encoding="utf-8")
    except UnicodeDecodeError:
        raise BadPolicy("the policy file is not UTF-8", rule="policy", right="a TOML file in UTF-8") from None
    except (OSError, ValueError):  # a name with U+0000 is no path
        raise BadPolicy(
            f"there is no policy {name!r}", rule="policy", right=f"one of {', '.join(shipped())}, or the path of a file"
        ) from None
    try:
        values: dict[str, Any] = tomllib.loads(text)
        return Policy.model_validate(values)
    except tomllib.TOMLDecodeError as error:
        raise BadPolicy(f"{name} is no TOML: {error}", rule="policy", right="a TOML file in UTF-8") from None
    except ValidationError as error:
        wrong = "; ".join(f"{'.'.join(map(str, one['loc']))}: {one['msg']}" for one in error.errors(include_url=False))
        raise BadPolicy(f"{name} has {wrong}", rule="policy", right="the values that w08.toml shows") from None
