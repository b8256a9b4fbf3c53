"""The fields of a command that a mapping may fill: their types, which are times, and which hold personal words."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import TYPE_CHECKING, Any, Final, get_args

from pydantic import TypeAdapter, ValidationError

from ...domain.opinion.commands import AcceptOpinion, EndOpinion
from ...domain.personal import PersonalMark
from ...domain.values import form_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pydantic.fields import FieldInfo

    from ...domain.command import Command

OWN: Final = frozenset({"actor", "command_id", "late_reason", "case", "center", "source", "source_case"})
"""Fields that the import itself fills; no mapping sets them."""


@dataclass(frozen=True, slots=True)
class FieldForm:
    """What a field of a command takes: a time, a whole number, personal words, or a coded word; `adapter` checks it."""

    name: str
    required: bool
    time: bool
    whole: bool
    personal: bool
    adapter: TypeAdapter[Any]

    def fault(self, value: object) -> str | None:
        """Say why the field does not take a value, or nothing where it does."""
        try:
            self.adapter.validate_python(value)
        except ValidationError as error:
            return reason_of(error)
        return None


@cache
def mappable(command: type[Command]) -> dict[str, FieldForm]:
    """The fields of a command that a mapping may fill, by name; `occurred_at` is required of history."""
    return {
        name: FieldForm(
            name=name,
            required=info.is_required() or name == "occurred_at",
            time=any(part is datetime for part in _parts(info)),
            whole=any(part is int for part in _parts(info)),
            personal=any(isinstance(part, PersonalMark) for part in _parts(info)),
            adapter=TypeAdapter(info.rebuild_annotation()),
        )
        for name, info in command.model_fields.items()
        if name not in OWN
    }


def reason_of(error: ValidationError) -> str:
    """The first problem of a validation, in words for someone who looks at a mapping or a row."""
    first = error.errors(include_url=False)[0]
    context = first.get("ctx", {})
    if first["type"] == "string_pattern_mismatch":
        return form_of(context["pattern"])
    if first["type"] in {"too_long", "string_too_long"}:
        return f"is longer than the {context['max_length']} characters that it may have"
    if first["type"] == "value_error":
        return str(context["error"])
    return first["msg"].replace("Input should be", "should be").replace("String should", "should")


def _parts(info: FieldInfo) -> Iterator[object]:
    yield from info.metadata
    yield from _within(info.annotation)


def _within(annotation: object) -> Iterator[object]:
    yield annotation
    for part in get_args(annotation):
        yield from _within(part)


ACCEPT: Final = mappable(AcceptOpinion)
"""What `[accept]` may fill."""
END: Final = mappable(EndOpinion)
"""What `[end]` may fill."""
