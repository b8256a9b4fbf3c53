"""A mapping: which column of another system's table becomes which field of our commands. Data in TOML."""

from __future__ import annotations

import re
from datetime import date
from typing import TYPE_CHECKING, Annotated, Final, TypeAlias

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from ...domain.center_events import Estate, ZoneName
from ...domain.values import CenterId, Count, Label
from .fields import ACCEPT, END, FieldForm
from .times import TimeForm, TimeFormat

if TYPE_CHECKING:
    from collections.abc import Iterator
    from collections.abc import Mapping as Cells

_NAMED: Final = re.compile(r"\{([^{}]+)\}")


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


def _one_character(text: str) -> str:
    if len(text) != 1 or text in '"\r\n':
        raise ValueError("is not one character; ',' or ';' or '\\t' would be right")
    return text


def _encoding(name: str) -> str:
    try:
        "id".encode(name)
    except (LookupError, ValueError):
        raise ValueError(f"{name!r} is not an encoding; 'utf-8' or 'gb18030' would be right") from None
    return name


class CsvText(_Part):
    """`[csv]`: how a CSV file is written."""

    encoding: Annotated[str, AfterValidator(_encoding)] = "utf-8"
    delimiter: Annotated[str, AfterValidator(_one_character)] = ","


class ExcelSheet(_Part):
    """`[excel]`: the sheet, which only a workbook with one sheet can leave out, and the row that names the columns."""

    sheet: str | None = None
    header_row: int = Field(default=1, ge=1, strict=True)


class _Keyed(_Part):
    key: tuple[str, ...] = Field(min_length=1)

    @model_validator(mode="before")
    @classmethod
    def _one_key(cls, values: object) -> object:
        if isinstance(values, dict) and isinstance(values.get("key"), str):
            return values | {"key": (values["key"],)}
        return values


class CsvForm(CsvText, _Keyed):
    """`[csv]` of a table: how it is written, and which column, or columns together, name a row for good."""


class ExcelForm(ExcelSheet, _Keyed):
    """`[excel]` of a table: where it stands, and which column, or columns together, name a row for good."""


class CenterForm(_Part):
    """`[center]`: whose cases these are; with everything but the id it is registered where it is not known yet."""

    id: CenterId
    label: Label | None = None
    time_zone: ZoneName | None = None
    estates: tuple[Estate, ...] = ()
    total_households: Count | None = None
    resident_households: Count | None = None

    @model_validator(mode="after")
    def _whole(self) -> CenterForm:
        given = [bool(self.label), bool(self.time_zone), bool(self.estates)]
        if any(given) and not all(given):
            raise ValueError("a center is registered with label, time_zone and estates; give all three, or none")
        return self

    @property
    def describes(self) -> bool:
        """Whether the mapping says enough to register the center."""
        return self.label is not None


class PolicyForm(_Part):
    """`[policy]`: the policy without clocks that the cases run under, and the local day from which it is in force."""

    name: str = "imported"
    in_force_from: date


Word: TypeAlias = str | bool | int
"""A word that a mapping holds for a field; yes and no, and whole numbers, as TOML writes them."""


class FieldSource(_Part):
    """Where a field comes from: one column, one fixed value, or a template of columns in braces.

    `map` turns the column's words into ours; a word that is not in it takes `default`, or the row is rejected. `code`
    makes a code of the column's words: lower case, everything but letters, digits, dot and hyphen as `_`. A blank cell
    is unknown, unless `map` has an entry for "". `format` is this column's own time format.
    """

    column: str | None = None
    value: Word | None = None
    template: str | None = None
    map: dict[str, Word] | None = None
    default: Word | None = None
    code: bool = False
    format: TimeFormat | None = None

    @model_validator(mode="after")
    def _one_source(self) -> FieldSource:
        given = [name for name in ("column", "value", "template") if getattr(self, name) is not None]
        if len(given) != 1:
            raise ValueError(f"give one of column, value and template; this has {' and '.join(given) or 'none'}")
        if self.column is None and (self.map is not None or self.code or self.format):
            raise ValueError("map, code and format go with a column")
        if self.template is not None and not named_in(self.template):
            raise ValueError("a template names columns in braces; for fixed words give value")
        if self.default is not None and self.map is None:
            raise ValueError("default goes with a map: it is for words that the map does not have")
        if self.code and self.map is not None:
            raise ValueError("give map or code, not both: the words of a map are taken as they are")
        return self

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns it reads."""
        if self.column is not None:
            return (self.column,)
        return named_in(self.template) if self.template is not None else ()


class Closing(_Part):
    """`[end] when`: the words of a column by which the source calls a case closed, and those for one still open."""

    column: str
    closed: tuple[str, ...] = Field(min_length=1)
    open: tuple[str, ...]


class EndForm(_Part):
    """`[end]`: how a closed source case ends: when, with which explanation, and the source's own word for it."""

    when: Closing
    at: FieldSource
    explanation: str = Field(min_length=1)
    source_status: FieldSource | None = None


def _source_code(code: str) -> str:
    if not re.fullmatch(r"[a-z0-9][a-z0-9_.]{0,23}", code):
        raise ValueError("is not a name of up to 24 characters a-z, 0-9, _ and . (it becomes part of every id)")
    return code


class Origin(_Part):
    """What every mapping says: which system, whose cases, under which policy, and how times are written.

    `name` is how messages call the mapping.
    """

    name: str = Field(default="(unnamed)", exclude=True)
    source: Annotated[str, AfterValidator(_source_code)]
    center: CenterForm
    policy: PolicyForm
    time: TimeForm


class Mapping(Origin):
    """The mapping of a table with one row for each case; it says either `[csv]` or `[excel]`."""

    csv: CsvForm | None = None
    excel: ExcelForm | None = None
    accept: dict[str, FieldSource]
    end: EndForm | None = None

    @model_validator(mode="after")
    def _one_form(self) -> Mapping:
        if (self.csv is None) == (self.excel is None):
            raise ValueError("a table is described by one of [csv] and [excel], with its key; a log of events by [log]")
        return self

    @property
    def kind(self) -> str:
        """The kind of case that the table is about."""
        return "opinion"

    def categories(self) -> Iterator[tuple[str, FieldSource]]:
        """Where the category comes from, with its place in the mapping."""
        return ((place, source) for place, source, _ in self.sources() if place == "accept.category")

    @property
    def table(self) -> CsvForm | ExcelForm:
        """How the table is written."""
        form = self.csv or self.excel
        if form is None:
            raise AssertionError("the validator lets no mapping pass without")
        return form

    @property
    def key_place(self) -> str:
        """Where the mapping names the key."""
        return "csv.key" if self.csv else "excel.key"

    @property
    def columns(self) -> dict[str, str]:
        """Every column that the mapping reads, with the first place that names it."""
        found: dict[str, str] = dict.fromkeys(self.table.key, self.key_place)
        for place, source, _ in self.sources():
            for column in source.columns:
                found.setdefault(column, place)
        if self.end:
            found.setdefault(self.end.when.column, "end.when")
            for column in named_in(self.end.explanation):
                found.setdefault(column, "end.explanation")
        return found

    @property
    def open_columns(self) -> frozenset[str]:
        """Columns whose words may be shown in a message: they become codes, ids and times, and no personal words."""
        shown = set(self.table.key) | ({self.end.when.column} if self.end else set())
        for _, source, form in self.sources():
            if form is not None and not form.personal:
                shown.update(source.columns)
        return frozenset(shown)

    def sources(self) -> Iterator[tuple[str, FieldSource, FieldForm | None]]:
        """Each mapped field: its place in the mapping, where it comes from, and what it takes."""
        for name, source in self.accept.items():
            yield f"accept.{name}", source, ACCEPT.get(name)
        if self.end:
            yield "end.at", self.end.at, END["occurred_at"]
            if self.end.source_status:
                yield "end.source_status", self.end.source_status, END["source_status"]


def named_in(template: str) -> tuple[str, ...]:
    """The columns that a template names in braces."""
    return tuple(dict.fromkeys(_NAMED.findall(template)))


def fill(template: str, cells: Cells[str, str]) -> str:
    """Put the cells into the template, and trim what blank ones leave at its ends."""
    return _NAMED.sub(lambda found: cells[found[1]], template).strip()
