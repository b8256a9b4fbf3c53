"""One value as programs read it: JSON. Counts are numbers, amounts text, times UTC, spans seconds, the unknown null."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from datetime import date, datetime, timedelta
from functools import singledispatch
from typing import Any

from pydantic import BaseModel

from ...domain.personal import Clear, Erased, Sealed
from ...domain.values import utc_text


@singledispatch
def plain(value: object) -> Any:  # noqa: ANN401 - JSON values have no narrower type
    """Turn a value into what `json.dumps` takes."""
    if is_dataclass(value):
        return {field.name: plain(getattr(value, field.name)) for field in fields(value)}
    return None if value is None else str(value)


@plain.register
def _(value: int) -> int:
    return value


@plain.register
def _(value: str) -> str:
    return str(value)


@plain.register
def _(value: Sealed | Clear) -> dict[str, object]:
    return {"sealed": True, "subject": value.subject}


@plain.register
def _(value: Erased) -> dict[str, object]:
    return {"erased": True, "subject": value.subject}


@plain.register
def _(value: datetime) -> str:
    return utc_text(value)


@plain.register
def _(value: timedelta) -> int:
    return int(value.total_seconds())


@plain.register
def _(value: date) -> str:
    return value.isoformat()


@plain.register
def _(value: Mapping) -> dict[str, Any]:  # type: ignore[type-arg]  # singledispatch takes bare classes
    return {str(key): plain(inner) for key, inner in value.items()}


@plain.register(list)
@plain.register(tuple)
def _(value: list[Any] | tuple[Any, ...]) -> list[Any]:
    return [plain(inner) for inner in value]


@plain.register
def _(value: BaseModel) -> dict[str, Any]:
    return {name: plain(inner) for name, inner in value if inner is not None}
