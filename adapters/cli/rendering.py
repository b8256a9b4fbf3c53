"""What is listed: as a table for people, as JSON for programs. One or the other on standard output, nothing else."""

from __future__ import annotations

import csv
import io
import json
import os
import re
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import fields
from decimal import Decimal
from typing import Final, TypeVar
from zoneinfo import ZoneInfo

from rich import box
from rich.cells import cell_len
from rich.console import Console
from rich.table import Table
from rich.text import Text

from .headings import heading
from .options import Form
from .people import UNKNOWN, shown
from .programs import plain
from .streams import visible, writes_unicode

Row = TypeVar("Row")

_FORMULA: Final = ("=", "+", "-", "@")
_NO_OTHER: Final[Mapping[str, str]] = {}
_ANY_WIDTH: Final = 100_000
_GAP: Final = 3
_LEAST_FOLDED: Final = 40
# JSON leaves these as they are; a terminal would obey them, and half a surrogate pair cannot be written.
_UNSAFE_IN_JSON: Final = re.compile("[\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff]")


def screen() -> Console:
    """Standard output: coloured on a terminal without NO_COLOR; as wide as the text where it is piped."""
    piped = not sys.stdout.isatty() and not os.environ.get("COLUMNS")
    return Console(file=sys.stdout, width=_ANY_WIDTH if piped else None, markup=False, highlight=False, emoji=False)


def say(line: str) -> None:
    """Write one line for people; it is not folded, so that it can be searched."""
    sys.stdout.write(visible(line) + "\n")


def print_json(value: object) -> None:
    """Write one JSON value; ASCII where the output's encoding lacks characters, so that it is JSON everywhere."""
    text = json.dumps(plain(value), ensure_ascii=not writes_unicode(), indent=2, allow_nan=False)
    sys.stdout.write(_UNSAFE_IN_JSON.sub(lambda found: f"\\u{ord(found[0]):04x}", text) + "\n")


def _in_utc(_row: object) -> None:
    return None


def print_rows(
    rows: Iterable[Row],
    form: Form,
    *,
    zone_of: Callable[[Row], ZoneInfo | None] = _in_utc,
    headed: Mapping[str, str] = _NO_OTHER,
) -> int:
    """List rows, frozen dataclasses or mappings, all of one kind.

    Args:
        rows: what is listed.
        form: a table, one JSON array of objects, or CSV.
        zone_of: the time zone that a row's times are shown in to people, that of its center; without it UTC.
        headed: headings of columns whose name means something else in other lists.

    Returns:
        How many.

    """
    found = list(rows)
    listed = [_record(row) for row in found]
    if form is Form.JSON:
        print_json(listed)
    elif form is Form.CSV:
        _print_csv(listed, [zone_of(row) for row in found], headed)
    elif not listed:
        say("无记录 nothing to list")
    else:
        names = list(listed[0])
        print_table(
            [headed.get(name) or heading(name) for name in names],
            [_line(record, zone_of(row)) for row, record in zip(found, listed, strict=True)],
            right={place for place, name in enumerate(names) if _is_number(row[name] for row in listed)},
        )
    return len(listed)


def _print_csv(
    rows: Sequence[Mapping[str, object]], zones: Sequence[ZoneInfo | None], headed: Mapping[str, str]
) -> None:
    """Write what the table shows for a spreadsheet: UTF-8 with its mark, without which Excel takes Chinese for GBK."""
    text = io.StringIO()
    writer = csv.writer(text)
    if rows:
        writer.writerow([headed.get(name) or heading(name) for name in rows[0]])
    for row, zone in zip(rows, zones, strict=True):
        writer.writerow([_cell(value, zone) for value in row.values()])
    sys.stdout.flush()
    sys.stdout.buffer.write(text.getvalue().encode("utf-8-sig", errors="backslashreplace"))


def _cell(value: object, zone: ZoneInfo | None) -> str:
    """What is unknown is an empty cell; and a spreadsheet must not take words for a formula."""
    text = shown(value, zone)
    if text == UNKNOWN:
        return ""
    return f"'{text}" if isinstance(value, str) and text.startswith(_FORMULA) else text


def say_what_is_left(listed: int, limit: int, there_are: Callable[[], int]) -> None:
    """Say on standard error that the limit kept something back: a list that ends silently looks whole.

    Args:
        listed: how many rows were.
        limit: how many at most.
        there_are: counts all of them; asked only where the limit was reached.

    """
    if listed < limit or (every := there_are()) <= listed:
        return
    told = f"共 {every} 条，列出 {listed} 条 {listed} of {every} shown; --limit N shows more"
    sys.stderr.write(f"caseledger: {told}\n")


def print_table(headings: Sequence[str], rows: Iterable[Sequence[str]], *, right: Iterable[int] = ()) -> None:
    """Draw a table; a Chinese character takes the two columns that terminals give it.

    Where the terminal is too narrow, the last column is folded; where even that leaves it too little, the table is
    turned, or its rows are written one below the other.
    """
    listed = [list(row) for row in rows]
    console = screen()
    widths = [max(map(cell_len, column)) for column in zip(headings, *listed, strict=True)]
    *firm, last = widths
    if sum(firm) + _GAP * len(firm) + min(last, _LEAST_FOLDED) > console.width:
        _print_narrow(headings, listed, console)
        return
    table = Table(box=box.SIMPLE_HEAD, show_edge=False, pad_edge=False)
    to_the_right = set(right)
    for place, words in enumerate(headings):
        table.add_column(
            # Text, not str: what was recorded may look like markup, and is not to be obeyed.
            Text(words),
            justify="right" if place in to_the_right else "left",
            no_wrap=place < len(firm),
            overflow="fold",
        )
    for row in listed:
        table.add_row(*(Text(cell) for cell in row))
    console.print(table)


def _print_narrow(headings: Sequence[str], rows: Sequence[Sequence[str]], console: Console) -> None:
    """Turn the table, so that its rows stand side by side; where there are too many, one below the other."""
    turned = [headings, *rows]
    if sum(max(map(cell_len, column)) + _GAP for column in turned) - _GAP <= console.width:
        table = Table(box=box.SIMPLE_HEAD, show_edge=False, pad_edge=False, show_header=False)
        for place in range(len(turned)):
            table.add_column(no_wrap=True, justify="right" if place else "left")
        for line in zip(*turned, strict=True):
            table.add_row(*(Text(cell) for cell in line))
        console.print(table)
        return
    width = max(map(cell_len, headings))
    for number, row in enumerate(rows):
        if number:
            say("")
        for words, cell in zip(headings, row, strict=True):
            say(f"{words}{' ' * (width - cell_len(words))}  {cell}")


def _line(record: Mapping[str, object], zone: ZoneInfo | None) -> list[str]:
    return [shown(value, zone) for value in record.values()]


def _record(row: object) -> dict[str, object]:
    if isinstance(row, Mapping):
        return dict(row)
    # Not asdict(): that copies what lies deeper, and this shows it by its own type.
    return {field.name: getattr(row, field.name) for field in fields(row)}  # type: ignore[arg-type]  # rows are dataclasses


def _is_number(values: Iterable[object]) -> bool:
    return all(value is None or (isinstance(value, int | Decimal) and not isinstance(value, bool)) for value in values)
