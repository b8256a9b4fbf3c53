"""The mapping of a log with several rows for each case: which activity becomes which command. Data in TOML."""

from __future__ import annotations

import os
from functools import cache
from typing import TYPE_CHECKING, Any, Final, Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from ...domain.catalogue import COMMANDS, KIND_OF
from .fields import FieldForm, mappable
from .loading import made_of, read_mapping, toml_values, wrong_source
from .mapping import CsvText, ExcelSheet, FieldSource, Origin
from .times import ISO8601, TimeForm

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ...domain.command import Command

KINDS: Final = ("opinion", "order")
"""The kinds of case that a log may be about."""
_NOT_FIELDS: Final = frozenset({"do", "take", "fields"})


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class XesForm(_Part):
    """`[xes]`: the log is XES; an event's attributes are its columns, and its trace's are, with `case:` before them."""


class LogForm(_Part):
    """`[log]`: the columns that say of which case an event is, what was done and when; and what is left out.

    `event` names a column with an id that is the event's own within its case; without one events are numbered by time.
    """

    case: str
    activity: str
    time: str
    event: str | None = None
    ignore: tuple[str, ...] = ()


class Step(_Part):
    """A command that an activity becomes; all other keys are the command's fields.

    `take` says which of a case's events of this activity become the command: each, only the first, or only the last.
    """

    do: str
    take: Literal["each", "first", "last"] = "each"
    fields: dict[str, FieldSource] = Field(default_factory=dict)

    @model_validator(mode="before")
    @classmethod
    def _fields_beside(cls, values: object) -> object:
        if not isinstance(values, dict):
            return values
        fields = {name: value for name, value in values.items() if name not in _NOT_FIELDS}
        return {name: values[name] for name in ("do", "take") if name in values} | {"fields": fields}

    @field_validator("do")
    @classmethod
    def _known(cls, name: str) -> str:
        if name not in _POSSIBLE:
            raise ValueError(f"there is no command {name!r} about a case; there are: {', '.join(_POSSIBLE)}")
        return name

    @property
    def command(self) -> type[Command]:
        """The command's class."""
        return COMMANDS[self.do]


_POSSIBLE: Final = tuple(name for name, command in COMMANDS.items() if KIND_OF[command] in KINDS)


class LogMapping(Origin):
    """The mapping of an event log; it says one of `[csv]` (also where none is given), `[excel]` and `[xes]`."""

    csv: CsvText | None = None
    excel: ExcelSheet | None = None
    xes: XesForm | None = None
    log: LogForm
    steps: dict[str, tuple[Step, ...]] = Field(min_length=1)

    @field_validator("steps", mode="before")
    @classmethod
    def _one_or_several(cls, steps: object) -> object:
        if not isinstance(steps, dict):
            return steps
        return {activity: [step] if isinstance(step, dict) else step for activity, step in steps.items()}

    @model_validator(mode="after")
    def _whole(self) -> LogMapping:
        if sum(form is not None for form in (self.csv, self.excel, self.xes)) > 1:
            raise ValueError("give one of [csv], [excel] and [xes]")
        if both := sorted(set(self.steps) & set(self.log.ignore)):
            raise ValueError(f"{both[0]!r} is a step and ignored; it can be one of them")
        kinds = {KIND_OF[step.command] for steps in self.steps.values() for step in steps}
        if len(kinds) > 1:
            raise ValueError(f"the steps are about {' and '.join(sorted(kinds))}; a log is about one kind of case")
        if not any(step.command.creates for steps in self.steps.values() for step in steps):
            (kind,) = kinds
            starts = [name for name in _POSSIBLE if COMMANDS[name].creates and KIND_OF[COMMANDS[name]] == kind]
            raise ValueError(f"no step begins a case; one of them does {starts[0]}")
        return self

    @property
    def kind(self) -> str:
        """The kind of case that the log is about."""
        return next(KIND_OF[step.command] for steps in self.steps.values() for step in steps)

    @property
    def times(self) -> TimeForm:
        """How times are written; in XES by ISO 8601, if the mapping says nothing else."""
        if self.xes is None or "format" in self.time.model_fields_set:
            return self.time
        return TimeForm(format=ISO8601, zone=self.time.zone, blank=self.time.blank)

    @property
    def starts(self) -> tuple[str, ...]:
        """The activities that begin a case."""
        return tuple(name for name, steps in self.steps.items() if any(step.command.creates for step in steps))

    @property
    def columns(self) -> dict[str, str]:
        """Every column that the mapping reads, with the first place that names it."""
        found = {self.log.case: "log.case"}
        found.setdefault(self.log.activity, "log.activity")
        found.setdefault(self.log.time, "log.time")
        if self.log.event is not None:
            found.setdefault(self.log.event, "log.event")
        for place, _, _, source, _ in self.sources():
            for column in source.columns:
                found.setdefault(column, place)
        return found

    @property
    def open_columns(self) -> frozenset[str]:
        """Columns whose words may be shown in a message: they become codes, ids and times, and no personal words."""
        shown = {self.log.case, self.log.activity, self.log.time, self.log.event or self.log.case}
        for _, _, _, source, form in self.sources():
            if form is not None and not form.personal:
                shown.update(source.columns)
        return frozenset(shown)

    def sources(self) -> Iterator[tuple[str, Step, str, FieldSource, FieldForm | None]]:
        """Each mapped field: its place in the mapping, its step and name, where it comes from, and what it takes."""
        for place, step in self.placed():
            for name, source in step.fields.items():
                yield f"{place}.{name}", step, name, source, fields_of(step.command).get(name)

    def categories(self) -> Iterator[tuple[str, FieldSource]]:
        """Where categories come from, with the places in the mapping."""
        return ((place, source) for place, _, name, source, _ in self.sources() if name == "category")

    def placed(self) -> Iterator[tuple[str, Step]]:
        """Each step with its place in the mapping."""
        for activity, steps in self.steps.items():
            for number, step in enumerate(steps):
                yield f"steps.{activity!r}" + (f".{number}" if len(steps) > 1 else ""), step


@cache
def fields_of(command: type[Command]) -> dict[str, FieldForm]:
    """The fields of a command that a step may fill; its time is the event's."""
    return {name: form for name, form in mappable(command).items() if name != "occurred_at"}


def load_log_mapping(given: str | os.PathLike[str]) -> LogMapping:
    """Load the mapping of an event log by its path.

    Raises:
        InvalidMapping: no such file, not TOML, or wrong in its content; every place is named.

    """
    name, values = read_mapping(given)
    return log_mapping(values, name)


def parse_log_mapping(text: str, name: str = "(text)") -> LogMapping:
    """Read the mapping of an event log from TOML text.

    Raises:
        InvalidMapping: not TOML, or wrong in its content; every place is named.

    """
    return log_mapping(toml_values(text, name), name)


def log_mapping(values: dict[str, Any], name: str) -> LogMapping:
    """Make the mapping of an event log of what its TOML says.

    Raises:
        InvalidMapping: wrong in its content; every place is named.

    """
    return made_of(LogMapping, values, name, _wrong_steps)


def _wrong_steps(mapping: LogMapping) -> Iterator[tuple[str, str]]:
    for place, step in mapping.placed():
        for name, form in fields_of(step.command).items():
            if form.required and name not in step.fields:
                yield f"{place}.{name}", f"is needed: {step.do} cannot do without"
    for place, step, name, source, known in mapping.sources():
        if name == "occurred_at":
            yield place, "is the time of the event, which [log] time says"
        else:
            yield from wrong_source(place, source, known, step.do, fields_of(step.command))
