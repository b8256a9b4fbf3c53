"""A CSV file is read row by row with the lines an editor shows; what is broken costs one row."""

from io import BytesIO, StringIO
from pathlib import Path

import pytest

from caseledger.adapters.importing.mapping import CsvForm
from caseledger.adapters.importing.rows import BrokenRow, CsvRows, Row, UnreadableFile, opened, shown

UTF8 = CsvForm(key=("id",))


def read(text: bytes, form: CsvForm = UTF8) -> list[Row | BrokenRow]:
    return list(CsvRows(BytesIO(text), form))


def test_quoted_newlines_keep_the_line_numbers_right() -> None:
    rows = read(b'id,words\n1,"two\nlines"\r\n2,"a ""quoted"" word"\n3,x')
    assert rows == [Row(2, ["1", "two\nlines"]), Row(4, ["2", 'a "quoted" word']), Row(5, ["3", "x"])]


def test_blank_lines_are_no_rows() -> None:
    assert read(b"id,words\n\n1,x\n\n") == [Row(3, ["1", "x"])]


def test_a_row_with_too_few_or_too_many_cells_is_broken() -> None:
    few, good, many = read(b"id,words\n1\n2,x\n3,x,y\n")
    assert few == BrokenRow(2, "has 1 cells, and the header 2")
    assert good == Row(3, ["2", "x"])
    assert many == BrokenRow(4, "has 3 cells, and the header 2")


def test_half_a_row_at_the_end_is_broken_and_costs_no_other() -> None:
    first, second = read(b'id,words\n1,x\n2,"cut o')
    assert first == Row(2, ["1", "x"])
    assert isinstance(second, BrokenRow)
    assert second.line == 3
    assert "never closed" in second.reason


def test_a_quote_left_open_does_not_swallow_the_rows_after_it() -> None:
    rows = read(b'id,words\n1,"open\n2,x\n3,y\n')
    assert [row.line for row in rows] == [2, 3, 4]
    assert isinstance(rows[0], BrokenRow)
    assert rows[1:] == [Row(3, ["2", "x"]), Row(4, ["3", "y"])]


def test_a_byte_order_mark_is_no_part_of_the_first_column() -> None:
    assert CsvRows(BytesIO(b"\xef\xbb\xbfid,words\n"), UTF8).header == ["id", "words"]


def test_bytes_that_are_not_valid_are_kept_for_the_message() -> None:
    (row,) = read(b"id,words\n1,caf\xe9\n")
    assert isinstance(row, Row)
    assert shown(row.cells[1]) == r"caf\xe9"


@pytest.mark.parametrize("encoding", ["gb18030", "utf-16", "latin-1"])
def test_other_encodings_are_read(encoding: str) -> None:
    words = "café" if encoding == "latin-1" else "电梯"
    rows = read(f"id,words\n1,{words}\n".encode(encoding), CsvForm(key=("id",), encoding=encoding))
    assert rows == [Row(2, ["1", words])]


def test_half_a_surrogate_pair_in_utf16_does_not_end_the_reading() -> None:
    text = "id,w\n1,".encode("utf-16-le") + b"\x00\xd8" + "\n2,x\n".encode("utf-16-le")
    rows = read(text, CsvForm(key=("id",), encoding="utf-16-le"))
    assert rows[-1] == Row(3, ["2", "x"])


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (b"", "the file is empty"),
        (b"\n1,x\n", "line 1 is blank"),
        (b"id;words\n", "delimiter = ';'"),
        (b"\xff\xfei\x00d\x00", r"line 1 holds \\xff, which is no character of utf-8"),
        (b'"id', "line 1 is not CSV"),
    ],
)
def test_a_file_without_a_header_that_can_be_read_is_refused(text: bytes, says: str) -> None:
    with pytest.raises(UnreadableFile, match=says):
        CsvRows(BytesIO(text), UTF8)


def test_a_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UnreadableFile, match="No such file"), opened(tmp_path / "nowhere.csv"):
        pass


def test_a_file_that_is_open_as_text_is_refused() -> None:
    with pytest.raises(UnreadableFile, match="open as text"), opened(StringIO("id\n")):
        pass


def test_a_given_file_stays_open() -> None:
    file = BytesIO(b"id,words\n1,x\n")
    with opened(file) as source:
        rows = CsvRows(source, UTF8)
        assert list(rows) == [Row(2, ["1", "x"])]
        rows.release()
    assert not file.closed
