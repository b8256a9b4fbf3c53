"""How the fields of an event are stored: by their types, found once for each class of events.

What is written was validated when the event was made. Reading finds fields and words that this release does not know
and values of another type, and leaves the rest: a pattern or a bound for what comes in may become stricter, and what
was recorded once must load for ever; that the bytes are still those that were recorded is for their hashes to tell. See
docs/decisions/0009.
"""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from enum import StrEnum
from functools import cache
from types import NoneType, UnionType
from typing import TYPE_CHECKING, Annotated, Any, Final, NamedTuple, TypeVar, Union, get_args, get_origin

from pydantic import BaseModel

from ..domain.personal import Clear, Sealed
from ..domain.values import utc_text

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from ..domain.event import Event

M = TypeVar("M", bound=BaseModel)

plain_word: Final = str.__str__
"""A coded word as plain text: what is exactly a string is written faster than what is also a word of a list."""


class _Way(NamedTuple):
    """How values of a type are stored: as which type of JSON, and how to write and read those that are not of it."""

    stored: type
    write: Callable[[Any], object] | None = None
    read: Callable[[Any], object] | None = None


class StoredForm:
    """The stored form of one class of events.

    Raises:
        TypeError: a field is of a type that has no form here.

    """

    def __init__(self, kind: type[Event]) -> None:
        """Look at the fields' types."""
        ways = {name: _way(field.annotation) for name, field in kind.model_fields.items()}
        fields = kind.model_fields.items()
        if any(field.default_factory is not None for _, field in fields):
            raise TypeError(f"{kind.__name__} makes a default anew each time; events have fixed ones")
        self._kind = kind
        self._empty = {name: None if field.is_required() else field.get_default() for name, field in fields}
        self._required = frozenset(name for name, field in fields if field.is_required())
        self._writes = [(name, way.write) for name, way in ways.items() if way.write is not None]
        self._reads = {name: (way.stored, way.read) for name, way in ways.items()}

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

    def read(self, values: dict[str, Any]) -> Event:
        """The event from its JSON values.

        Raises:
            KeyError, TypeError, ValueError: a field is missing or unknown, or its value is none of its type's.

        """
        if not self._required <= values.keys():
            raise ValueError("a field is missing")
        fields = {**self._empty, **values}
        for name, value in values.items():
            stored, read = self._reads[name]
            if type(value) is not stored:
                raise ValueError("a value is of another type than its field")
            if read is not None:
                fields[name] = read(value)
        return made(self._kind, fields, set(values))


@cache
def form_of(kind: type[Event]) -> StoredForm | None:
    """The stored form of a class of events; none for those few whose fields are more than plain values."""
    try:
        return StoredForm(kind)
    except TypeError:
        return None


def made(kind: type[M], fields: dict[str, Any], given: set[str]) -> M:
    """Make a model of values that are known to be right, as unpickling does.

    `model_construct` is pydantic's usual way, and takes longer than validation does where a model has many fields.
    """
    model = kind.__new__(kind)
    model.__setstate__(
        {
            "__dict__": fields,
            "__pydantic_fields_set__": given,
            "__pydantic_extra__": None,
            "__pydantic_private__": None,
        }
    )
    return model


def _way(annotation: object) -> _Way:
    kinds = set(_kinds(annotation)) - {NoneType}
    if kinds == {Clear, Sealed}:
        return _Way(dict, _write_sealed, _read_sealed)
    if len(kinds) == 1:
        (kind,) = kinds
        if kind in _WAYS:
            return _WAYS[kind]
        if isinstance(kind, type) and issubclass(kind, StrEnum):
            return _Way(str, plain_word, {member.value: member for member in kind}.__getitem__)
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


def _read_sealed(values: dict[str, str]) -> Sealed:
    if values.keys() != _SEALED or set(map(type, values.values())) != {str}:
        raise ValueError("no sealed words")
    return made(Sealed, values, set(_SEALED))


_SEALED: Final = frozenset(Sealed.model_fields)
_WAYS: Final[dict[object, _Way]] = {
    str: _Way(str),
    int: _Way(int),
    bool: _Way(bool),
    datetime: _Way(str, utc_text, read_moment),
    Decimal: _Way(str, str, Decimal),
}
