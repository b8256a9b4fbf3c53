"""Which reader a mapping asks for."""

from __future__ import annotations

from typing import IO, TYPE_CHECKING

from .excel import ExcelRows
from .mapping import CsvText
from .rows import CsvRows

if TYPE_CHECKING:
    from .mapping import ExcelSheet
    from .rows import Rows


def rows_of(source: IO[bytes], csv: CsvText | None, excel: ExcelSheet | None) -> Rows:
    """Open a table as the mapping says that it is written.

    Raises:
        UnreadableFile: it is not written so.

    """
    return ExcelRows(source, excel) if excel else CsvRows(source, csv or CsvText())
