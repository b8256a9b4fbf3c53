"""A row of another system's table, put into our commands."""

from __future__ import annotations

import re
from dataclasses import dataclass
from hashlib import blake2b
from typing import TYPE_CHECKING, Any, Final

from pydantic import ValidationError

from ...domain.event import Actor
from ...domain.opinion.commands import AcceptOpinion, EndOpinion
from ...domain.values import LateReason, Role, utc_text
from .fields import ACCEPT, END, reason_of
from .mapping import fill
from .report import MASK, Fault
from .rows import UNSTORABLE, shown

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime

    from ...domain.command import Command
    from ...domain.refusal import Refused
    from .fields import FieldForm
    from .mapping import EndForm, FieldSource, Mapping
    from .rows import Row

_OTHER: Final = re.compile(r"[^a-z0-9.-]")
_CODED: Final = re.compile(r"[^a-z0-9.-]+")
_LONGEST_ID: Final = 64


class _Wrong(Exception):  # noqa: N818 - a finding about a cell on its way to the report
    """A cell that cannot be taken in, by its column (none: the whole row)."""

    def __init__(self, column: str | None, reason: str) -> None:
        super().__init__(reason)
        self.column = column
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Translated:
    """The commands that a row comes to; `key` is its key as part of an id, `cells` those that are mapped."""

    line: int
    key: str
    cells: dict[str, str]
    accept: AcceptOpinion
    end: EndOpinion | None

    @property
    def content(self) -> bytes:
        """A digest of the mapped cells, by which two rows are told apart."""
        return blake2b("\x1f".join(self.cells.values()).encode(), digest_size=16).digest()

    @property
    def end_id(self) -> str:
        """The command id of the row's ending, also where it has none yet."""
        return f"import:{self.accept.source}:{self.key}:end"

    @property
    def commands(self) -> list[Command]:
        """The commands in order; all of them are recorded, or none."""
        return [self.accept] if self.end is None else [self.accept, self.end]


class Translator:
    """Puts rows into commands by a mapping; `header` are the file's columns."""

    def __init__(self, mapping: Mapping, header: Sequence[str]) -> None:
        """Find the columns that the mapping names; the header has them all (`check_header`)."""
        self._mapping = mapping
        self._header = header
        self._columns = {column: header.index(column) for column in mapping.columns}
        self._actor = Actor(id=f"import:{mapping.source}", role=Role.IMPORTER)
        self._accept = [(name, source, ACCEPT[name]) for name, source in mapping.accept.items()]
        self._blank = frozenset(mapping.time.blank)

    def translate(self, row: Row) -> Translated | Fault:
        """Make the commands of a row, or say what is wrong with it: the first fault, and how many more there are."""
        wrong: list[_Wrong] = []
        try:
            self._storable(row)
            cells = self._cells(row)
            key = self._key(cells)
        except _Wrong as found:
            return self._fault(row, [found])
        values: dict[str, Any] = {}
        for name, source, form in self._accept:
            try:
                value = self._time(source, cells, form) if form.time else self._word(source, cells, form)
            except _Wrong as found:
                wrong.append(found)
                continue
            if value is not None:
                values[name] = value
        end = None
        try:
            end = self._end(self._mapping.end, cells, key, values.get("occurred_at")) if self._mapping.end else None
        except _Wrong as found:
            wrong.append(found)
        if wrong:
            return self._fault(row, wrong)
        try:
            return Translated(row.line, key, cells, self._accepting(key, values), end)
        except ValidationError as error:
            return self._fault(row, [_Wrong(self._column_of(error), reason_of(error))])

    def refused(self, row: Translated, refusal: Refused) -> Fault:
        """Say which column the ledger's refusal of a row is about, as far as it can be told."""
        place = f"accept.{refusal.where}"
        if refusal.where == "occurred_at" and row.end is not None and _about(row.end, refusal):
            place = "end.at"
        column = self.columns.get(place)
        value = None
        if column is not None:
            value = row.cells[column] if column in self._mapping.open_columns else MASK
        return Fault(row.line, f"{refusal.what} (rule {refusal.rule}); right would be {refusal.right}", column, value)

    def repeated_key(self, row: Row, line: int) -> Fault:
        """Reject a row whose key an earlier line has with other content; the earlier one counts."""
        reason = f"is the key of line {line}, which says something else"
        return self._fault(row, [_Wrong(self._mapping.csv.key[0], reason)])

    @property
    def columns(self) -> dict[str, str]:
        """The first column behind each mapped field, by the field's place in the mapping."""
        return {place: source.columns[0] for place, source, _ in self._mapping.sources() if source.columns}

    def _storable(self, row: Row) -> None:
        joined = "".join(row.cells)
        if joined.isascii() and "\x00" not in joined:
            return
        for column, cell in zip(self._header, row.cells, strict=True):
            if found := UNSTORABLE.search(cell):
                if found[0] == "\x00":
                    raise _Wrong(column, "holds the character U+0000, which cannot be stored")
                encoding = self._mapping.csv.encoding
                raise _Wrong(column, f"holds the byte {shown(found[0])}, which is not valid {encoding}")

    def _cells(self, row: Row) -> dict[str, str]:
        """The mapped cells by column, without the spaces around them; what means that nothing is known is empty."""
        blank = self._blank
        cells = {}
        for column, at in self._columns.items():
            cell = row.cells[at].strip()
            cells[column] = "" if cell in blank else cell
        return cells

    def _key(self, cells: dict[str, str]) -> str:
        """Make the key part of an id, see `key_in_ids`."""
        columns = self._mapping.csv.key
        for column in columns:
            if not cells[column]:
                raise _Wrong(column, "is blank; it is the key of the row")
        key = key_in_ids(cells[column] for column in columns)
        room = _LONGEST_ID - len(f"import:{self._mapping.source}::accept")
        if len(key) > room:
            raise _Wrong(columns[0], f"is too long for an id: it takes {len(key)} characters, and {room} fit")
        return key

    def _word(self, source: FieldSource, cells: dict[str, str], form: FieldForm) -> str | None:
        if source.column is None:
            text = source.value if source.value is not None else _filled(source.template or "", cells)
            return text or None
        cell = cells[source.column]
        if source.map is not None:
            if cell in source.map:
                return source.map[cell]
            if cell:
                if source.default is None:
                    raise _Wrong(source.column, f"is not in the map of {form.name}, which has no default")
                return source.default
        elif cell:
            return _code(source.column, cell) if source.code else cell
        if form.required:
            raise _Wrong(source.column, f"is blank; {form.name} is needed")
        return None

    def _time(self, source: FieldSource, cells: dict[str, str], form: FieldForm) -> datetime | None:
        cell = cells[source.column or ""]
        if not cell:
            if form.required:
                raise _Wrong(source.column, "is blank; the time is needed")
            return None
        try:
            return self._mapping.time.read(cell, source.format)
        except ValueError as error:
            raise _Wrong(source.column, str(error)) from None

    def _end(self, form: EndForm, cells: dict[str, str], key: str, opened: datetime | None) -> EndOpinion | None:
        when = form.when
        status = cells[when.column]
        if status in when.open:
            return None
        if status not in when.closed:
            known = ", ".join(repr(word) for word in (*when.closed, *when.open))
            raise _Wrong(when.column, f"says neither closed nor open; the mapping knows {known}")
        at = self._time(form.at, cells, END["occurred_at"])
        if opened is not None and at is not None and at < opened:
            raise _Wrong(form.at.column, "lies before the opening")
        status_word = self._word(form.source_status, cells, END["source_status"]) if form.source_status else None
        try:
            return EndOpinion(
                actor=self._actor,
                command_id=f"import:{self._mapping.source}:{key}:end",
                late_reason=LateReason.IMPORTED,
                case=f"opinion:{self._mapping.source}-{key}",
                occurred_at=at,
                explanation=fill(form.explanation, cells) or form.explanation,
                source=self._mapping.source,
                source_status=status_word,
            )
        except ValidationError as error:
            raise _Wrong(None, f"the ending: {reason_of(error)}") from None

    def _accepting(self, key: str, values: dict[str, Any]) -> AcceptOpinion:
        source = self._mapping.source
        return AcceptOpinion(
            actor=self._actor,
            command_id=f"import:{source}:{key}:accept",
            late_reason=LateReason.IMPORTED,
            case=f"opinion:{source}-{key}",
            center=self._mapping.center.id,
            source=source,
            source_case=key,
            **values,
        )

    def _column_of(self, error: ValidationError) -> str | None:
        place = error.errors(include_url=False, include_input=False)[0]["loc"]
        return self.columns.get(f"accept.{place[0]}") if place else None

    def _fault(self, row: Row, wrong: Sequence[_Wrong]) -> Fault:
        first = wrong[0]
        value = None
        if first.column is not None:
            cell = row.cells[self._header.index(first.column)]
            value = shown(cell) if first.column in self._mapping.open_columns else MASK
        others = "".join(f"; also {one.column}: {one.reason}" for one in wrong[1:])
        return Fault(row.line, first.reason + others, first.column, value)


def key_in_ids(parts: Iterable[str]) -> str:
    """Write a key in the alphabet of ids, so that it can be turned back and no two keys become one.

    Lower case letters a-z, digits, dot and hyphen stay; a capital A-Z becomes `_` and the small letter, any other
    character `__` and two hex digits for each of its bytes in UTF-8. Several columns are joined by `:`. An id begins
    with a letter or digit, so `k:` goes before what would not (`:` marks columns, whose number is fixed).
    """
    key = ":".join(_OTHER.sub(_escape, part) for part in parts)
    return key if key[0].isalnum() else f"k:{key}"


def _escape(found: re.Match[str]) -> str:
    sign = found[0]
    return f"_{sign.lower()}" if "A" <= sign <= "Z" else "".join(f"__{byte:02x}" for byte in sign.encode())


def _filled(template: str, cells: dict[str, str]) -> str:
    """Fill a template, or give nothing where all its columns are blank: its own words alone say nothing."""
    text = fill(template, cells)
    return text if text != fill(template, dict.fromkeys(cells, "")) else ""


def _code(column: str, cell: str) -> str:
    code = _CODED.sub("_", cell.lower()).strip("_") if cell.isascii() else ""
    if not code:
        raise _Wrong(column, "gives no code of a-z and 0-9; name its words in a map")
    return code


def _about(end: EndOpinion, refusal: Refused) -> bool:
    """Whether a refused time is the ending's: the message begins with it."""
    return end.occurred_at is not None and refusal.what.startswith(utc_text(end.occurred_at))
