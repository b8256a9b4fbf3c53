"""The vocabulary of facts: each column is read off named fields of named events, or compares such columns.

A declaration is checked when its module is imported: an event without the field, a field that holds personal data or a
key that an event does not carry is a `DeclarationError` there and then.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Final, NotRequired, TypeAlias, TypedDict, Unpack, get_args

from ..domain.event import ENVELOPE_KEYS, Event
from ..domain.personal import Clear, Erased, Sealed
from .columntypes import BOOLEAN, CODE, ID, INTEGER, Type

if TYPE_CHECKING:
    from sqlalchemy import ColumnElement

EventClass: TypeAlias = type[Event]
Events: TypeAlias = EventClass | Sequence[EventClass]
Compare: TypeAlias = Callable[[Mapping[str, "ColumnElement[Any]"]], "ColumnElement[Any]"]

CASE: Final = "case"
CASE_COLUMN: Final = "case_id"
"""The first key, the stream, is the column `case_id`: `case` is a word of SQL's own."""


class DeclarationError(TypeError):
    """A declaration of facts names what does not exist or what facts must not hold."""


class Take(StrEnum):
    """How a column is read off the events of a case."""

    FIRST = "first"
    LAST = "last"
    LAST_GIVEN = "last_given"
    COUNT = "count"
    TOTAL = "total"
    WHETHER = "whether"
    LOWEST = "lowest"
    HIGHEST = "highest"
    COMPARED = "compared"


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a fact table, with its labels and the rule it serves.

    `where` keeps only the events whose field has one of the texts. `compare` and `of` belong to compared columns. A
    column that is not `shown` only serves those and is not in the table.
    """

    name: str
    type: Type
    take: Take
    zh: str
    en: str
    rule: str
    events: tuple[EventClass, ...] = ()
    field: str | None = None
    where: tuple[tuple[str, tuple[str, ...]], ...] = ()
    shown: bool = True
    of: tuple[str, ...] = ()
    compare: Compare | None = None

    @property
    def event_names(self) -> tuple[str, ...]:
        """Stored names of the events it is read off."""
        return tuple(event.name for event in self.events)


Where: TypeAlias = Mapping[str, str | Sequence[str]]


class Said(TypedDict):
    """What a column is called, for people, and the rule it serves."""

    zh: str
    en: str
    rule: str


class Counted(Said):
    """For columns that count events: `where` keeps those whose field has one of the texts."""

    where: NotRequired[Where]


class Taken(Counted):
    """For columns that take a field: `field` is the column's name where absent."""

    field: NotRequired[str]


def _column(take: Take, name: str, kind: Type, events: Events, words: Taken | Counted) -> Column:
    sources = tuple(events) if isinstance(events, Sequence) else (events,)
    if not sources:
        raise DeclarationError(f"{name}: no event to read it off")
    where = words.get("where", {})
    kept = tuple((key, (texts,) if isinstance(texts, str) else tuple(texts)) for key, texts in where.items())
    read = None if take in {Take.COUNT, Take.WHETHER} else str(words.get("field", name))
    for event in sources:
        for wanted in (read, *(key for key, _ in kept)):
            if wanted is not None:
                check_field(event, wanted, column=name)
    return Column(
        name=name,
        type=kind,
        take=take,
        zh=words["zh"],
        en=words["en"],
        rule=words["rule"],
        events=sources,
        field=read,
        where=kept,
    )


def check_field(event: EventClass, name: str, *, column: str) -> None:
    """Refuse a field that the event does not have, or one that holds personal data.

    Raises:
        DeclarationError: names the column, the event and the field.

    """
    if name in ENVELOPE_KEYS:
        return
    found = event.model_fields.get(name)
    if found is None:
        known = ", ".join(sorted(event.model_fields))
        raise DeclarationError(f"{column}: {event.name} has no field {name!r}; it has {known}")
    if {Clear, Sealed, Erased} & {found.annotation, *get_args(found.annotation)}:
        raise DeclarationError(f"{column}: {event.name}.{name} is personal data, which facts do not hold")


def first(name: str, kind: Type, events: Events, **words: Unpack[Taken]) -> Column:
    """Read a field off the earliest of these events by version."""
    return _column(Take.FIRST, name, kind, events, words)


def last(name: str, kind: Type, events: Events, **words: Unpack[Taken]) -> Column:
    """Read a field off the latest of these events by version, also where that one does not give it."""
    return _column(Take.LAST, name, kind, events, words)


def last_given(name: str, kind: Type, events: Events, **words: Unpack[Taken]) -> Column:
    """Read a field off the latest of these events that gives it."""
    return _column(Take.LAST_GIVEN, name, kind, events, words)


def lowest(name: str, kind: Type, events: Events, **words: Unpack[Taken]) -> Column:
    """Take the least of a field, such as the earliest of times, over these events."""
    return _column(Take.LOWEST, name, _sorts_as_text(name, kind), events, words)


def highest(name: str, kind: Type, events: Events, **words: Unpack[Taken]) -> Column:
    """Take the greatest of a field, such as the latest of times, over these events."""
    return _column(Take.HIGHEST, name, _sorts_as_text(name, kind), events, words)


def count(name: str, events: Events, **words: Unpack[Counted]) -> Column:
    """Count these events; 0 where there are none."""
    return _column(Take.COUNT, name, INTEGER, events, words)


def whether(name: str, events: Events, **words: Unpack[Counted]) -> Column:
    """Say whether any of these events happened."""
    return _column(Take.WHETHER, name, BOOLEAN, events, words)


def total(name: str, kind: Type, events: Events, **words: Unpack[Taken]) -> Column:
    """Add up a whole number or an amount over these events; absent where none gives it."""
    if kind.word not in {"integer", "decimal"}:
        raise DeclarationError(f"{name}: only whole numbers and amounts add up")
    return _column(Take.TOTAL, name, kind, events, words)


class Comparison(Said):
    """For compared columns: `of` names the recorded columns of the same row that are compared."""

    of: Sequence[str]


def compared(name: str, kind: Type, compare: Compare, **words: Unpack[Comparison]) -> Column:
    """Compute a column by comparing recorded columns of the same row; it computes no rule."""
    return Column(
        name=name,
        type=kind,
        take=Take.COMPARED,
        zh=words["zh"],
        en=words["en"],
        rule=words["rule"],
        of=tuple(words["of"]),
        compare=compare,
    )


def _sorts_as_text(name: str, kind: Type) -> Type:
    if kind.word not in {"time", "day", "month"}:
        raise DeclarationError(f"{name}: only times, days and months sort as text alike on every database")
    return kind


def unseen(column: Column) -> Column:
    """Keep a column out of the table; it only serves compared ones."""
    return dataclasses.replace(column, shown=False)


@dataclass(frozen=True, slots=True)
class Facts:
    """A table of facts: one row a case, or one a case and ordinal (turn, callback …).

    `key`: `("case",)` or `("case", part)`, the part (turn, callback, item …) being a field of every event read.
    `opened_by`: the events one of which must be there for the row to be.
    `indices`: columns by which rows are looked for, or looked for and put in order.
    """

    name: str
    zh: str
    en: str
    key: tuple[str, ...]
    opened_by: tuple[EventClass, ...]
    columns: tuple[Column, ...]
    key_labels: tuple[tuple[str, str], ...] = (("案件", "case, the stream's id"),)
    indices: tuple[tuple[str, ...], ...] = ()

    def __post_init__(self) -> None:
        """Check what the columns' makers could not see.

        Raises:
            DeclarationError: two columns of one name, a key that an event does not carry, streams of several kinds, an
                index on no column.

        """
        names = [*self.key_columns, *(column.name for column in self.columns)]
        twice = sorted({name for name in names if names.count(name) > 1})
        if twice:
            raise DeclarationError(f"{self.name}: two columns named {', '.join(twice)}")
        if self.key[:1] != (CASE,) or len(self.key_labels) != len(self.key):
            raise DeclarationError(f"{self.name}: the key starts with 'case' and has a label for each part")
        for event in self.events:
            for part in self.key[1:]:
                check_field(event, part, column=self.name)
        kinds = {event.name.partition(".")[0] for event in self.events}
        if len(kinds) != 1:
            raise DeclarationError(f"{self.name}: a row's events lie in one stream, not in {', '.join(sorted(kinds))}")
        seen = set(self.key_columns)
        for column in self.columns:
            if missing := set(column.of) - seen:
                raise DeclarationError(f"{self.name}.{column.name}: no column {', '.join(sorted(missing))} before it")
            seen.add(column.name)
        told = {*self.key_columns, *(column.name for column in self.shown)}
        if unknown := {name for index in self.indices for name in index} - told:
            raise DeclarationError(f"{self.name}: an index on {', '.join(sorted(unknown))}, which the table has not")

    @property
    def shown(self) -> tuple[Column, ...]:
        """The columns of the table, after the key."""
        return tuple(column for column in self.columns if column.shown)

    @property
    def events(self) -> tuple[EventClass, ...]:
        """Every event that a row is read off, by name."""
        found = {event.name: event for event in self.opened_by}
        found |= {event.name: event for column in self.columns for event in column.events}
        return tuple(found[name] for name in sorted(found))

    @property
    def event_names(self) -> frozenset[str]:
        """Stored names of those events; appending one of them touches the row."""
        return frozenset(event.name for event in self.events)

    @property
    def stream_kind(self) -> str:
        """The kind of stream, which is its id's prefix."""
        return self.opened_by[0].name.partition(".")[0]

    def key_type(self, part: str) -> Type:
        """The type of a part of the key."""
        if part == CASE:
            return ID
        return INTEGER if _is_whole(self.opened_by[0], part) else CODE

    @property
    def key_columns(self) -> tuple[str, ...]:
        """Columns of the primary key."""
        return (CASE_COLUMN, *self.key[1:])


def _is_whole(event: EventClass, name: str) -> bool:
    return event.model_fields[name].annotation is int
