"""The rows of an Excel sheet, one at a time, with the numbers that Excel shows and the cells that hold no value."""

from __future__ import annotations

import os
import re
from datetime import datetime
from decimal import Decimal
from typing import IO, TYPE_CHECKING, Any, Final
from zipfile import BadZipFile

from .rows import BrokenRow, Row, UnreadableFile, Unusable
from .times import LocalTime

if TYPE_CHECKING:
    from collections.abc import Iterator

    from openpyxl.workbook import Workbook

    from .mapping import ExcelSheet
    from .rows import AnyRow

_EXACT: Final = 10**15
"""Excel keeps fifteen digits of a number; of a longer one it has put zeros in place of the rest."""
_ZEROS: Final = re.compile(r"0+")
_NEVER_CALCULATED: Final = re.compile(
    rb'<c\s(?![^>]*\bt="str")[^>]*?r="([A-Z]+[0-9]+)"[^>]*>\s*<f\b[^>]*?(?:/>|>[^<]*</f>)\s*(?:<v\s*/>|<v>\s*</v>)?\s*</c>'
)
_RIGHT: Final = "an .xlsx workbook whose sheet has a row that names the columns"
_CHUNK: Final = 1 << 20


class ExcelRows:
    """The header and, lazily, the rows of a sheet; a row's line is its number in the sheet.

    Cells come as text: a number in full (an id never in the form 1.01E+11), a date as a real time, yes and no as TRUE
    and FALSE. A cell that holds an error, or a number that Excel has cut to fifteen digits, is unusable
    and says so. Columns without a name are no part of the table; rows without a value are no rows.

    Raises:
        UnreadableFile: no workbook, no such sheet, no header, formulas that nobody has calculated, or no openpyxl.

    """

    def __init__(self, file: IO[bytes], form: ExcelSheet) -> None:
        if not file.seekable():
            raise UnreadableFile(
                "a workbook cannot be read from a stream", right="a path, or a file that can be sought"
            )
        self._file = file
        self._book = _opened(file)
        self._sheet: Any = self._choose(form.sheet)
        self._first = form.header_row
        _all_calculated(self._book, self._sheet)
        self._sheet.reset_dimensions()  # what the file says of them is often wrong, and cuts off columns
        rows = list(self._sheet.iter_rows(min_row=self._first, max_row=self._first, values_only=True))
        if not rows or all(cell is None for cell in rows[0]):
            raise UnreadableFile(f"row {form.header_row} of the sheet {self._sheet.title!r} is blank", right=_RIGHT)
        self.header = ["" if cell is None else str(cell).strip() for cell in rows[0]]

    @property
    def position(self) -> int:
        """Where in the file it reads; the rows are packed, so this goes up in steps."""
        return self._file.tell()

    def release(self) -> None:
        """Let go of the workbook; the file was opened by others."""
        self._book.close()

    def __iter__(self) -> Iterator[AnyRow]:
        """Read on to the end of the sheet."""
        width = len(self.header)
        line = self._first
        try:
            for line, cells in enumerate(self._sheet.iter_rows(min_row=self._first + 1), start=self._first + 1):
                if any(cell.value is not None for cell in cells[:width]):
                    row = [_text(cell) for cell in cells[:width]]
                    yield Row(line, row + [""] * (width - len(row)))
        except (ValueError, KeyError, SyntaxError) as error:  # xml's ParseError is a SyntaxError
            yield BrokenRow(line + 1, f"the sheet cannot be read from here on: {error}")
        self._file.seek(0, os.SEEK_END)  # the sheet may lie anywhere in the file; now all of it was read

    def _choose(self, name: str | None) -> Any:  # noqa: ANN401 - openpyxl has several classes of sheets
        names = [sheet.title for sheet in self._book.worksheets]
        if name is None and len(names) == 1:
            return self._book.worksheets[0]
        if name not in names:
            what = f"the workbook has no sheet {name!r}" if name else f"the workbook has {len(names)} sheets"
            raise UnreadableFile(what, right=f"[excel] sheet = one of: {', '.join(map(repr, names))}")
        return self._book[name]


def _opened(file: IO[bytes]) -> Workbook:
    try:
        from openpyxl import load_workbook  # noqa: PLC0415 - an extra: only who imports Excel needs it
        from openpyxl.utils.exceptions import InvalidFileException  # noqa: PLC0415 - as above
    except ImportError:
        raise UnreadableFile(
            "Excel files are read by openpyxl, which is not installed", right="pip install 'caseledger[excel]'"
        ) from None
    try:
        return load_workbook(file, read_only=True, data_only=True)
    except (BadZipFile, InvalidFileException, KeyError, ValueError, SyntaxError, OSError) as error:
        what = "an old .xls file or a locked one" if _is_ole(file) else str(error)
        raise UnreadableFile(f"the file is no workbook that can be read: {what}", right=_RIGHT) from None


def _is_ole(file: IO[bytes]) -> bool:
    file.seek(0)
    return file.read(8) == b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


def _all_calculated(book: Any, sheet: Any) -> None:  # noqa: ANN401 - openpyxl says nothing of what is looked at here
    """Refuse formulas without a result: openpyxl gives nothing for them, which would pass for a blank cell."""
    tail = b""
    with book._archive.open(sheet._worksheet_path) as packed:  # noqa: SLF001 - openpyxl has no public way to the sheet's own text
        while chunk := packed.read(_CHUNK):
            text = tail + chunk
            if b"<f" in text and (found := _NEVER_CALCULATED.search(text)):
                raise UnreadableFile(
                    f"{found[1].decode()} holds a formula that was never calculated",
                    right="the workbook opened and saved by Excel or LibreOffice",
                )
            tail = text[max(text.rfind(b"</c>"), 0) :][-_CHUNK:]


def _text(cell: Any) -> str:  # noqa: ANN401 - blank cells are of another class than the others
    value: object = cell.value
    match value:
        case None:
            text = ""
        case str() if cell.data_type == "e":
            text = Unusable.because(value, f"holds the error {value} of Excel in {cell.coordinate}, and no value")
        case datetime():
            text = LocalTime.of(value)
        case bool():
            text = "TRUE" if value else "FALSE"
        case int() | float():
            text = _number(value, cell)
        case _:
            text = str(value)
    return text


def _number(value: float, cell: Any) -> str:  # noqa: ANN401 - as above
    if abs(value) >= _EXACT:
        text = format(Decimal(value), "f")
        reason = f"is a number of more than fifteen digits in {cell.coordinate}, of which Excel keeps only fifteen"
        return Unusable.because(text, f"{reason}; let the source write it as text")
    if value == int(value):
        whole = str(int(value))
        # An id such as 00017 may be the number 17 in a format of five zeros.
        return whole.zfill(len(cell.number_format)) if _ZEROS.fullmatch(str(cell.number_format)) else whole
    return format(Decimal(f"{value:.15g}"), "f")
