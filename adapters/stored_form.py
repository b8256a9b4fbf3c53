"""How an event and its envelope are stored: by the types of their fields, found once for each class of events.

What is written was validated when the event was made. Reading finds fields and words that this release does not know
and values of another type, and leaves the rest: a pattern or a bound for what comes in may become stricter, and what
was recorded once must load for ever; that the bytes are still those that were recorded is for their hashes to tell. See
docs/decisions/0009 and 0017.
"""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from enum import StrEnum
from functools import cache, cached_property
from types import NoneType, UnionType
from typing import TYPE_CHECKING, Annotated, Any, Final, NamedTuple, TypeVar, Union, get_args, get_origin

from pydantic import BaseModel
from pydantic_core import CoreConfig, SchemaValidator, core_schema

from ..domain.personal import Clear, Sealed
from ..domain.values import utc_text

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from pydantic_core import CoreSchema

    from ..domain.event import Event

M = TypeVar("M", bound=BaseModel)

plain_word: Final = str.__str__
"""A coded word as plain text: what is exactly a string is written faster than what is also a word of a list."""


class _Way(NamedTuple):
    """How values of a type are read, and how those are written that are not of a type of JSON."""

    schema: CoreSchema
    write: Callable[[Any], object] | None = None


class StoredForm:
    """The stored form of one class of events.

    Raises:
        TypeError: a field is of a type that has no form here.

    """

    def __init__(self, kind: type[Event]) -> None:
        if any(field.default_factory is not None for field in kind.model_fields.values()):
            raise TypeError(f"{kind.__name__} makes a default anew each time; events have fixed ones")
        self._kind = kind
        self._own = frozenset(kind.model_fields)
        self._ways = {name: _way(field.annotation) for name, field in kind.model_fields.items()}
        self._writes = [(name, way.write) for name, way in self._ways.items() if way.write is not None]

    def write(self, event: Event) -> dict[str, Any]:
        """The fields as JSON values, without those that are unknown.

        Raises:
            TypeError: a personal field is not sealed.

        """
        values = {name: value for name, value in vars(event).items() if value is not None}
        for name, write in self._writes:
            if name in values:
                values[name] = write(values[name])
        return values

    def read(self, state: bytes) -> tuple[Event, tuple[Any, ...]]:
        """The event from its bytes, and the values of its envelope in the order of `ENVELOPE`; None is one not given.

        Raises:
            ArithmeticError, TypeError, ValueError: a field is missing or unknown, or its value is none of its type's.

        """
        fields, _, given = self._fields_of(state)
        envelope = tuple(map(fields.pop, ENVELOPE))
        return made(self._kind, fields, given & self._own), envelope

    @cached_property
    def _fields_of(self) -> Callable[[bytes], tuple[dict[str, Any], None, set[str]]]:
        """All fields at once, and which of them are given; made when first asked for, as not all events are read."""
        own = {
            name: way.schema if field.is_required() else _optional(way.schema, field.default)
            for (name, field), way in zip(self._kind.model_fields.items(), self._ways.values(), strict=True)
        }
        return SchemaValidator(_fields({**own, **ENVELOPE}), CoreConfig(cache_strings="keys")).validate_json


@cache
def form_of(kind: type[Event]) -> StoredForm | None:
    """The stored form of a class of events; none for those few whose fields are more than plain values."""
    try:
        return StoredForm(kind)
    except TypeError:
        return None


def made(kind: type[M], fields: dict[str, Any], given: set[str]) -> M:
    """Make a model of values that are known to be right, by setting what pydantic's own `model_construct` sets.

    That one looks at every field in Python, and takes longer than validation does where a model has many.
    """
    model = object.__new__(kind)
    _set(model, "__dict__", fields)
    _set(model, "__pydantic_fields_set__", given)
    _set(model, "__pydantic_extra__", None)
    _set(model, "__pydantic_private__", None)
    return model


_set: Final = object.__setattr__
"""The models are frozen."""


def _way(annotation: object) -> _Way:
    kinds = set(_kinds(annotation)) - {NoneType}
    if kinds == {Clear, Sealed}:
        return _SEALED
    if len(kinds) == 1:
        (kind,) = kinds
        if kind in _WAYS:
            return _WAYS[kind]
        if isinstance(kind, type) and issubclass(kind, StrEnum):
            return _Way(core_schema.enum_schema(kind, list(kind), sub_type="str"), plain_word)
    raise TypeError(f"{annotation} has no stored form")


def _kinds(annotation: object) -> Iterator[object]:
    """The types that a field may have, without what pydantic notes beside them."""
    if get_origin(annotation) is Annotated:
        yield from _kinds(get_args(annotation)[0])
    elif get_origin(annotation) in {Union, UnionType}:
        for part in get_args(annotation):
            yield from _kinds(part)
    else:
        yield annotation


def read_moment(text: str) -> datetime:
    """A stored time.

    Raises:
        ValueError: it is none, or not in UTC.

    """
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is not UTC:
        raise ValueError("no time in UTC")
    return moment


def _write_sealed(words: object) -> dict[str, str]:
    if not isinstance(words, Sealed):
        raise TypeError("personal words are stored sealed only")
    return vars(words)


def _sealed(read: tuple[dict[str, str], None, set[str]]) -> Sealed:
    fields, _, given = read
    return made(Sealed, fields, given)


def _fields(schemas: Mapping[str, CoreSchema]) -> CoreSchema:
    fields = {name: core_schema.model_field(schema) for name, schema in schemas.items()}
    return core_schema.model_fields_schema(fields, extra_behavior="forbid")


def _optional(schema: CoreSchema, default: object = None) -> CoreSchema:
    return core_schema.with_default_schema(schema, default=default)


def _read_by(read: Callable[[str], object], text: CoreSchema) -> CoreSchema:
    return core_schema.no_info_after_validator_function(read, text)


_TEXT: Final = core_schema.str_schema(strict=True)
_INTEGER: Final = core_schema.int_schema(strict=True)
# What ends in Z is in UTC, so that nothing else need be asked; an offset goes the way of validation.
_MOMENT: Final = _read_by(datetime.fromisoformat, core_schema.str_schema(strict=True, pattern="Z$"))
_WAYS: Final[Mapping[object, _Way]] = {
    str: _Way(_TEXT),
    int: _Way(_INTEGER),
    bool: _Way(core_schema.bool_schema(strict=True)),
    datetime: _Way(_MOMENT, utc_text),
    Decimal: _Way(_read_by(Decimal, _TEXT), str),
}
# Sealed's own schema would ask for patterns, so this goes without it.
_SEALED: Final = _Way(
    core_schema.no_info_after_validator_function(_sealed, _fields(dict.fromkeys(Sealed.model_fields, _TEXT))),
    _write_sealed,
)
ENVELOPE: Final[Mapping[str, CoreSchema]] = {
    "stream": _TEXT,
    "version": _INTEGER,
    "name": _TEXT,
    "recorded_at": _MOMENT,
    "local_date": _read_by(date.fromisoformat, _TEXT),
    "actor_id": _TEXT,
    "actor_role": _TEXT,
    "actor_center": _optional(_TEXT),
    "command_id": _TEXT,
    "command_hash": _TEXT,
    "policy_name": _optional(_TEXT),
    "policy_version": _optional(_TEXT),
    "policy_digest": _optional(_TEXT),
    "cause": _optional(_TEXT),
    "late_reason": _optional(_TEXT),
}
"""How what the ledger says of an event is stored beside the event's own fields."""
