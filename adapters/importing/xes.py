"""The events of an XES log (IEEE 1849), one at a time, as rows: an event's attributes, and `case:` its trace's.

Read by expat itself: flat in memory, and it knows the line. A document type declaration is refused, and with it every
entity that could be expanded without end or fetched from elsewhere; no XES log has one.
"""

from __future__ import annotations

import gzip
import os
from collections import deque
from typing import IO, TYPE_CHECKING, Final, cast
from xml.parsers import expat

from .rows import BrokenRow, Row, UnreadableFile

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from .rows import AnyRow

_CHUNK: Final = 1 << 16
_GZIP: Final = b"\x1f\x8b"
_VALUES: Final = frozenset({"string", "date", "int", "float", "boolean", "id"})
_RIGHT: Final = "an XES log: <log> with <trace>s of <event>s"
OF_CASE: Final = "case:"
"""Goes before the name of a trace's attribute, as in the CSV files that process mining tools write."""


class XesRows:
    """The events of a log as rows of the columns that the mapping names; `seen` are all attributes that were found.

    Attributes within attributes, lists and the log's own ones are left out.

    Raises:
        UnreadableFile: while reading: not well-formed, not XES, or with a document type declaration.

    """

    def __init__(self, file: IO[bytes], columns: Sequence[str]) -> None:
        """Read nothing yet; a packed log (`.xes.gz`) is unpacked on the way."""
        packed = file.seekable() and file.read(2) == _GZIP
        if file.seekable():
            file.seek(-min(2, file.tell()), os.SEEK_CUR)
        self._file = file
        self._text: IO[bytes] = cast("IO[bytes]", gzip.GzipFile(fileobj=file)) if packed else file
        self.header = list(columns)
        self.seen: dict[str, None] = {}
        self._found: deque[AnyRow] = deque()
        self._path: list[str] = []
        self._trace: dict[str, str] = {}
        self._event: dict[str, str] = {}
        self._line = 0
        self._parser = expat.ParserCreate(namespace_separator=" ")
        self._parser.buffer_text = True
        self._parser.StartElementHandler = self._start
        self._parser.EndElementHandler = self._end
        self._parser.StartDoctypeDeclHandler = self._doctype

    @property
    def position(self) -> int:
        """Bytes read so far, 0 where the file cannot tell."""
        return self._file.tell() if self._file.seekable() else 0

    def release(self) -> None:
        """Let go of the file, and leave closing it to who opened it."""

    def __iter__(self) -> Iterator[AnyRow]:
        """Read on to the end of the log."""
        try:
            while chunk := self._text.read(_CHUNK):
                self._parser.Parse(chunk, False)  # noqa: FBT003 - expat takes it by place: there is more to come
                while self._found:
                    yield self._found.popleft()
            self._parser.Parse(b"", True)  # noqa: FBT003 - and here there is not
        except expat.ExpatError as error:
            raise UnreadableFile(f"the log is not well-formed XML: {error}", right=_RIGHT) from None
        except (OSError, EOFError) as error:  # a broken gzip file
            raise UnreadableFile(f"the log cannot be unpacked: {error}", right="an XES log, plain or by gzip") from None

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        tag = name.rpartition(" ")[2]
        path = self._path
        path.append(tag)
        if len(path) == 1 and tag != "log":
            raise UnreadableFile(f"the file is XML, and its root is <{tag}>", right=_RIGHT)
        if tag == "event":
            self._line = self._parser.CurrentLineNumber
        elif tag in _VALUES and "key" in attributes:
            key = attributes["key"]
            if path[:-1] == ["log", "trace", "event"]:
                self._keep(self._event, key, attributes)
            elif path[:-1] == ["log", "trace"]:
                self._keep(self._trace, OF_CASE + key, attributes)

    def _keep(self, where: dict[str, str], key: str, attributes: dict[str, str]) -> None:
        self.seen[key] = None
        where[key] = attributes.get("value", "")

    def _end(self, name: str) -> None:
        tag = name.rpartition(" ")[2]
        path = self._path
        if tag == "event":
            if path == ["log", "trace", "event"]:
                both = self._trace | self._event
                self._found.append(Row(self._line, [both.get(column, "") for column in self.header]))
            else:
                self._found.append(BrokenRow(self._line, "is an event outside of any trace, so of no case"))
            self._event = {}
        elif tag == "trace":
            self._trace = {}
        path.pop()

    def _doctype(self, *_declared: object) -> None:
        raise UnreadableFile("the log has a document type declaration", right=f"{_RIGHT}, without <!DOCTYPE …>")
