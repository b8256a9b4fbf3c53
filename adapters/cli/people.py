"""One value as people read it: words in Chinese and English, times with their offset, sealed words sealed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from datetime import datetime, timedelta
from functools import singledispatch
from typing import Any, Final
from zoneinfo import ZoneInfo

from pydantic import BaseModel

from ...domain.personal import Clear, Erased, Sealed
from ...domain.values import Coded, utc_text
from .streams import visible

UNKNOWN: Final = "–"
"""What is not known; never shown as 0 or as no."""
SEALED: Final = "〔sealed〕"
ERASED: Final = "〔erased〕"


@singledispatch
def shown(value: object, zone: ZoneInfo | None = None) -> str:
    """Write a value for people; times in `zone`, or in UTC with a `Z`."""
    if is_dataclass(value):
        return shown({field.name: getattr(value, field.name) for field in fields(value)}, zone)
    return visible(str(value))


@shown.register
def _(_value: None, _zone: ZoneInfo | None = None) -> str:
    return UNKNOWN


@shown.register
def _(value: bool, _zone: ZoneInfo | None = None) -> str:
    return "是 yes" if value else "否 no"


@shown.register
def _(_value: Sealed | Clear, _zone: ZoneInfo | None = None) -> str:
    return SEALED


@shown.register
def _(_value: Erased, _zone: ZoneInfo | None = None) -> str:
    return ERASED


@shown.register
def _(value: Coded, _zone: ZoneInfo | None = None) -> str:
    return f"{value.zh} {value.en}"


@shown.register
def _(value: datetime, zone: ZoneInfo | None = None) -> str:
    if zone is None:
        return utc_text(value)[:19].replace("T", " ") + "Z"
    text = value.astimezone(zone).strftime("%Y-%m-%d %H:%M:%S %z")
    return f"{text[:-2]}:{text[-2:]}"


@shown.register
def _(value: Mapping, zone: ZoneInfo | None = None) -> str:  # type: ignore[type-arg]  # singledispatch takes bare classes
    return ", ".join(f"{visible(str(key))} {shown(inner, zone)}" for key, inner in value.items())


@shown.register
def _(value: timedelta, _zone: ZoneInfo | None = None) -> str:
    minutes = int(value.total_seconds()) // 60
    days, rest = divmod(minutes, 24 * 60)
    return (f"{days}d " if days else "") + f"{rest // 60}:{rest % 60:02d}"


@shown.register(list)
@shown.register(tuple)
def _(value: list[Any] | tuple[Any, ...], zone: ZoneInfo | None = None) -> str:
    return ", ".join(shown(inner, zone) for inner in value) or UNKNOWN


@shown.register
def _(value: BaseModel, zone: ZoneInfo | None = None) -> str:
    name, version = getattr(value, "name", None), getattr(value, "version", None)
    if isinstance(name, str) and isinstance(version, str):
        # A policy: its values fill pages, and `policies` or JSON show them.
        return visible(f"{name} {version}")
    return ", ".join(f"{name} {shown(inner, zone)}" for name, inner in value if inner is not None)
