"""The rows of a CSV file, one at a time, each with its line; a broken row costs itself and never its neighbours.

Rows of other sources (excel.py, xes.py) have the same form.
"""

from __future__ import annotations

import codecs
import csv
import io
import os
import re
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, Final, Protocol, TypeAlias

from ...domain.refusal import Refused

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .mapping import CsvText

_FIRST: Final = 0xDC00
"""Where the bytes that are not valid in the encoding are kept: U+DC00 plus the byte, which no file can hold as text."""
UNSTORABLE: Final = re.compile("[\x00\ud800-\udfff]")
"""What no database could give back: U+0000, and bytes that are not valid in the file's encoding."""
_KEEP: Final = "caseledger-keep-bytes"


class UnreadableFile(Refused):
    """The file cannot be read as what the mapping says that it is; nothing was recorded."""

    def __init__(self, what: str, *, right: str) -> None:
        super().__init__(what, rule="import", right=right)


def _keep_bytes(error: UnicodeError) -> tuple[str, int]:
    """Keep each undecodable byte as a lone surrogate; Python's own handler gives up below 0x80, as in UTF-16."""
    if not isinstance(error, UnicodeDecodeError):
        raise error
    return "".join(chr(_FIRST + byte) for byte in error.object[error.start : error.end]), error.end


codecs.register_error(_KEEP, _keep_bytes)


@dataclass(frozen=True, slots=True)
class Row:
    """A row as it lies in the file: its first line, counted from 1 as an editor does, and its cells as written."""

    line: int
    cells: list[str]


@dataclass(frozen=True, slots=True)
class BrokenRow:
    """Something on a line that is no row of the table, and why."""

    line: int
    reason: str


AnyRow: TypeAlias = Row | BrokenRow


class Unusable(str):
    """A cell that holds no value, such as an error of Excel, and why; as text it is what the cell shows."""

    __slots__ = ("reason",)
    reason: str

    @classmethod
    def because(cls, text: str, reason: str) -> Unusable:
        """Keep what the cell shows and why it cannot be used."""
        cell = cls(text)
        cell.reason = reason
        return cell


class Rows(Protocol):
    """A table being read: its columns, then its rows; `position` is how many bytes were read so far."""

    header: list[str]

    @property
    def position(self) -> int:
        """Bytes read so far, 0 where the file cannot tell."""
        ...

    def release(self) -> None:
        """Let go of the file, and leave closing it to who opened it."""
        ...

    def __iter__(self) -> Iterator[AnyRow]:
        """Read on to the end of the file."""
        ...


class CsvRows:
    """The header and, lazily, the rows of an open CSV file.

    Blank lines are no rows. `position` is how many bytes were read so far.

    Raises:
        UnreadableFile: no header, or one that the encoding cannot read.

    """

    def __init__(self, file: IO[bytes], form: CsvText) -> None:
        self._file = file
        self._form = form
        self._text = io.TextIOWrapper(file, encoding=form.encoding, errors=_KEEP, newline="")
        self._lines = _Lines(self._text)
        self._reader = csv.reader(self._lines, delimiter=form.delimiter, strict=True)
        self.header = self._read_header()

    @property
    def position(self) -> int:
        """Bytes read so far, 0 where the file cannot tell."""
        return self._file.tell() if self._file.seekable() else 0

    def release(self) -> None:
        """Let go of the file, and leave closing it to who opened it."""
        self._text.detach()

    def __iter__(self) -> Iterator[AnyRow]:
        """Read on to the end of the file."""
        width = len(self.header)
        lines = self._lines
        while True:
            lines.mark()
            first = lines.number + 1
            try:
                cells = next(self._reader)
            except StopIteration:
                return
            except csv.Error as error:
                lines.back_to_second()
                yield BrokenRow(first, f"is not CSV: {_in_words(error)}; the lines after it are read anew")
                continue
            if not cells:
                continue
            if len(cells) == width:
                yield Row(first, cells)
            else:
                last = f", up to line {lines.number}" if lines.number > first else ""
                yield BrokenRow(first, f"has {len(cells)} cells{last}, and the header {width}")

    def _read_header(self) -> list[str]:
        right = f"a CSV file in {self._form.encoding} whose first line names the columns"
        try:
            header = [cell.strip() for cell in next(self._reader, [])]
        except csv.Error as error:
            raise UnreadableFile(f"line 1 is not CSV: {_in_words(error)}", right=right) from None
        if not any(header):
            raise UnreadableFile("the file is empty" if self._lines.number == 0 else "line 1 is blank", right=right)
        wrong = UNSTORABLE.search("".join(header))
        if wrong:
            raise UnreadableFile(
                f"line 1 holds {shown(wrong[0])}, which is no character of {self._form.encoding}",
                right=f"{right}; or the file's own encoding under [csv] encoding",
            )
        if len(header) == 1:
            _suspect(header[0], self._form.delimiter, right)
        return header


class _Lines:
    """The lines of a text, counted; those since the mark can be read again."""

    def __init__(self, text: io.TextIOWrapper) -> None:
        self._text = text
        self._again: list[str] = []
        self._since: list[str] = []
        self.number = 0

    def __iter__(self) -> _Lines:
        return self

    def __next__(self) -> str:
        line = self._again.pop() if self._again else next(self._text)
        if self.number == 0:
            line = line.removeprefix("\ufeff")
        self.number += 1
        self._since.append(line)
        return line

    def mark(self) -> None:
        """Begin a row here."""
        self._since.clear()

    def back_to_second(self) -> None:
        """Give up the row since the mark, and go on with its second line."""
        again = self._since[1:]
        self.number -= len(again)
        self._again.extend(reversed(again))


@contextmanager
def opened(given: str | os.PathLike[str] | IO[Any]) -> Iterator[IO[bytes]]:
    """Open a path for reading, or take an open binary file and leave closing it to its owner.

    Raises:
        UnreadableFile: it cannot be opened, or is open as text.

    """
    if isinstance(given, (str, os.PathLike)):
        try:
            file = Path(given).open("rb")  # noqa: SIM115 - closed below; here only opening may fail
        except OSError as error:
            raise UnreadableFile(f"{os.fspath(given)}: {error.strerror}", right="the path of a file") from None
        with file:
            yield file
    elif not hasattr(given, "readinto"):
        raise UnreadableFile("the file is open as text", right="a path, or a file opened in mode 'rb'")
    else:
        yield given


def shown(text: str) -> str:
    """Write a cell so that it can be printed: kept bytes in hexadecimal, U+0000 and the like as their escapes."""
    kept = re.sub("[\udc00-\udcff]", lambda found: f"\\x{ord(found[0]) - _FIRST:02x}", text)
    return "".join(sign if sign.isprintable() else sign.encode("unicode_escape").decode() for sign in kept)


def _suspect(header: str, delimiter: str, right: str) -> None:
    for other in ",;\t|":
        if other != delimiter and other in header:
            raise UnreadableFile(
                f"line 1 is a single column with {header.count(other)} {other!r} in it",
                right=f"{right}; or [csv] delimiter = {other!r}",
            )


def _in_words(error: csv.Error) -> str:
    text = str(error)
    if "unexpected end" in text or "field larger" in text:
        return "a quote is opened and never closed"
    return text
