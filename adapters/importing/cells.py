"""What the cells of a row say: words, times and keys, read by the mapping; what cannot be read is a finding."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from ...domain.values import ID_LENGTH
from .mapping import fill
from .rows import UNSTORABLE, Unusable, shown
from .times import LocalTime

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import datetime

    from .fields import FieldForm
    from .mapping import FieldSource, Word
    from .times import TimeForm

_OTHER: Final = re.compile(r"[^a-z0-9.-]")
_CODED: Final = re.compile(r"[^a-z0-9.-]+")
_WHOLE: Final = re.compile(r"-?[0-9]{1,10}")


class Wrong(Exception):  # noqa: N818 - a finding about a cell on its way to the report
    """A cell that cannot be taken in, by its column (none: the whole row)."""

    def __init__(self, column: str | None, reason: str) -> None:
        super().__init__(reason)
        self.column = column
        self.reason = reason


class CellReader:
    """Reads cells by a mapping's `[time]` and by what it says of each field."""

    def __init__(self, form: TimeForm) -> None:
        self._form = form
        self._blank = frozenset(form.blank)

    def cell(self, column: str, written: str) -> str:
        """A cell without the spaces around it; what means that nothing is known is empty.

        Raises:
            Wrong: the cell holds no value at all, such as an error of Excel.

        """
        if type(written) is str:
            text = written.strip()
            return "" if text in self._blank else text
        if isinstance(written, Unusable):
            raise Wrong(column, written.reason)
        return written

    def word(self, source: FieldSource, cells: Mapping[str, str], form: FieldForm) -> Word | None:
        """What a field gets from the cells; nothing where it is unknown.

        Raises:
            Wrong: not in the map, blank where the field is needed, or no code or number.

        """
        if source.column is None:
            word = source.value if source.value is not None else _filled(source.template or "", cells)
            return None if word == "" else word
        cell = cells[source.column]
        if source.map is not None:
            if cell in source.map:
                return source.map[cell]
            if cell:
                if source.default is None:
                    raise Wrong(source.column, f"is not in the map of {form.name}, which has no default")
                return source.default
        elif cell:
            return _as_written(source, cell, form)
        if form.required:
            raise Wrong(source.column, f"is blank; {form.name} is needed")
        return None

    def time(self, source: FieldSource, cells: Mapping[str, str], form: FieldForm) -> datetime | None:
        """The time in a column, in UTC; nothing where it is unknown.

        Raises:
            Wrong: blank where the time is needed, or no time of the mapping's format.

        """
        cell = cells[source.column or ""]
        if not cell:
            if form.required:
                raise Wrong(source.column, "is blank; the time is needed")
            return None
        return self.moment(source.column or "", cell, source.format)

    def moment(self, column: str, cell: str, own_format: str | None = None) -> datetime:
        """The time in a cell that is not blank, in UTC.

        Raises:
            Wrong: it is no time of the mapping's format.

        """
        try:
            return self._form.read(cell, own_format)
        except ValueError as error:
            raise Wrong(column, str(error)) from None


def storable(header: Sequence[str], cells: Sequence[str], encoding: str) -> None:
    """Refuse what no database could give back, in whichever column it stands.

    Raises:
        Wrong: names the first column that holds such.

    """
    joined = "".join(cells)
    if joined.isascii() and "\x00" not in joined:
        return
    for column, cell in zip(header, cells, strict=True):
        if found := UNSTORABLE.search(cell):
            if found[0] == "\x00":
                raise Wrong(column, "holds the character U+0000, which cannot be stored")
            raise Wrong(column, f"holds the byte {shown(found[0])}, which is not valid {encoding}")


def fitting(columns: Sequence[str], cells: Mapping[str, str], taken: int) -> str:
    """Make the key in these columns part of an id of which so many characters are taken already.

    Raises:
        Wrong: a column is blank, or the key is too long for an id.

    """
    for column in columns:
        if not cells[column]:
            raise Wrong(column, "is blank; it is the key of the row")
    key = key_in_ids(cells[column] for column in columns)
    room = ID_LENGTH - taken
    if len(key) > room:
        raise Wrong(columns[0], f"is too long for an id: it takes {len(key)} characters, and {room} fit")
    return key


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


def _filled(template: str, cells: Mapping[str, str]) -> str:
    """Fill a template, or give nothing where all its columns are blank: its own words alone say nothing."""
    text = fill(template, cells)
    return text if text != fill(template, dict.fromkeys(cells, "")) else ""


def _as_written(source: FieldSource, cell: str, form: FieldForm) -> Word:
    if source.code:
        return _code(source.column or "", cell)
    if form.whole:
        if not _WHOLE.fullmatch(cell):
            raise Wrong(source.column, f"is no whole number, which {form.name} is")
        return int(cell)
    return str(cell) if isinstance(cell, LocalTime) else cell


def _code(column: str, cell: str) -> str:
    code = _CODED.sub("_", cell.lower()).strip("_") if cell.isascii() else ""
    if not code:
        raise Wrong(column, "gives no code of a-z and 0-9; name its words in a map")
    return code
