"""A row of another system's table, put into our commands."""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import blake2b
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from ...domain.event import Actor
from ...domain.opinion.commands import AcceptOpinion, EndOpinion
from ...domain.values import LateReason, Role, utc_text
from .cells import CellReader, Wrong, fitting, storable
from .fields import ACCEPT, END, reason_of
from .mapping import fill
from .report import MASK, Fault
from .rows import shown

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from ...domain.command import Command
    from ...domain.refusal import Refused
    from .mapping import EndForm, Mapping
    from .rows import Row


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
        self._read = CellReader(mapping.time)

    def translate(self, row: Row) -> Translated | Fault:
        """Make the commands of a row, or say what is wrong with it: the first fault, and how many more there are."""
        wrong: list[Wrong] = []
        try:
            self._storable(row)
            cells = self._cells(row)
            key = self._key(cells)
        except Wrong as found:
            return self._fault(row, [found])
        values: dict[str, Any] = {}
        for name, source, form in self._accept:
            try:
                value = self._read.time(source, cells, form) if form.time else self._read.word(source, cells, form)
            except Wrong as found:
                wrong.append(found)
                continue
            if value is not None:
                values[name] = value
        end = None
        try:
            end = self._end(self._mapping.end, cells, key, values.get("occurred_at")) if self._mapping.end else None
        except Wrong as found:
            wrong.append(found)
        if wrong:
            return self._fault(row, wrong)
        try:
            return Translated(row.line, key, cells, self._accepting(key, values), end)
        except ValidationError as error:
            return self._fault(row, [Wrong(self._column_of(error), reason_of(error))])

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
        return self._fault(row, [Wrong(self._mapping.table.key[0], reason)])

    @property
    def columns(self) -> dict[str, str]:
        """The first column behind each mapped field, by the field's place in the mapping."""
        return {place: source.columns[0] for place, source, _ in self._mapping.sources() if source.columns}

    def _storable(self, row: Row) -> None:
        storable(self._header, row.cells, self._mapping.csv.encoding if self._mapping.csv else "")

    def _cells(self, row: Row) -> dict[str, str]:
        """The mapped cells by column, without the spaces around them; what means that nothing is known is empty."""
        return {column: self._read.cell(column, row.cells[at]) for column, at in self._columns.items()}

    def _key(self, cells: dict[str, str]) -> str:
        """Make the key part of an id, see `key_in_ids`."""
        return fitting(self._mapping.table.key, cells, len(f"import:{self._mapping.source}::accept"))

    def _end(self, form: EndForm, cells: dict[str, str], key: str, opened: datetime | None) -> EndOpinion | None:
        when = form.when
        status = cells[when.column]
        if status in when.open:
            return None
        if status not in when.closed:
            known = ", ".join(repr(word) for word in (*when.closed, *when.open))
            raise Wrong(when.column, f"says neither closed nor open; the mapping knows {known}")
        at = self._read.time(form.at, cells, END["occurred_at"])
        if opened is not None and at is not None and at < opened:
            raise Wrong(form.at.column, "lies before the opening")
        status_word = self._read.word(form.source_status, cells, END["source_status"]) if form.source_status else None
        try:
            return EndOpinion(
                actor=self._actor,
                command_id=f"import:{self._mapping.source}:{key}:end",
                late_reason=LateReason.IMPORTED,
                case=f"opinion:{self._mapping.source}-{key}",
                occurred_at=at,
                explanation=fill(form.explanation, cells) or form.explanation,
                source=self._mapping.source,
                source_status=None if status_word is None else str(status_word),
            )
        except ValidationError as error:
            raise Wrong(None, f"the ending: {reason_of(error)}") from None

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

    def _fault(self, row: Row, wrong: Sequence[Wrong]) -> Fault:
        first = wrong[0]
        value = None
        if first.column is not None:
            cell = row.cells[self._header.index(first.column)]
            value = shown(cell) if first.column in self._mapping.open_columns else MASK
        others = "".join(f"; also {one.column}: {one.reason}" for one in wrong[1:])
        return Fault(row.line, first.reason + others, first.column, value)


def _about(end: EndOpinion, refusal: Refused) -> bool:
    """Whether a refused time is the ending's: the message begins with it."""
    return end.occurred_at is not None and refusal.what.startswith(utc_text(end.occurred_at))
