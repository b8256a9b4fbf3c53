"""Events, commands and values in words, for the stories that failing tests print."""

from __future__ import annotations

from datetime import datetime
from enum import Enum
from typing import TYPE_CHECKING

from pydantic import BaseModel

from ...domain.personal import Clear
from ...domain.values import Coded
from .builders import SHANGHAI

if TYPE_CHECKING:
    from ...domain.command import Command
    from ...domain.event import Event


def sentence(step: Event | Command) -> str:
    """Say an event or a command with its fields; what it does not give is left out."""
    fields = {name: getattr(step, name) for name in type(step).model_fields}
    when = fields.pop("occurred_at", None)
    actor = fields.pop("actor", None)
    by = f" by the {actor.role.en}" if actor else ""
    told = ", ".join(f"{name} {word(plain(value))}" for name, value in fields.items() if value not in (None, ()))
    return f"{name_of(type(step))}{by}{f' at {word(when)}' if when else ''}{f': {told}' if told else ''}"


def name_of(kind: type[Event | Command]) -> str:
    """Say the name of an event or a command without its version."""
    return kind.name.rsplit(".v", 1)[0].replace(".", " ").replace("_", " ")


def plain(value: object) -> object:
    """Give personal words as plain text, all else as it is."""
    return value.text if isinstance(value, Clear) else value


def word(value: object) -> str:
    """Say a value: times by the clocks of Shenzhen, codes with their label, texts in quotation marks."""
    match value:
        case datetime():
            return f"{value.astimezone(SHANGHAI):%Y-%m-%d %H:%M:%S.%f}".removesuffix(".000000").removesuffix(":00")
        case Coded():
            return f"{value.en} {value.zh}"
        case Enum():
            return str(value.value)
        case BaseModel():
            return type(value).__name__
        case str():
            return f"“{value}”"
        case _:
            return str(value)
