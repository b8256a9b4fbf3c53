"""Tables stand straight with Chinese in them, and lose nothing where the terminal is narrow."""

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal

import pytest
from rich.cells import cell_len

from caseledger.adapters.cli.options import Form
from caseledger.adapters.cli.rendering import print_rows
from caseledger.domain.opinion.words import Kind


@dataclass(frozen=True)
class Row:
    center: str
    month: str
    count: int
    rate: Decimal | None
    words: str = ""


ROWS = [Row("center:sz01", "2024-03", 7, Decimal("66.67"), "一二三"), Row("center:gz09", "2024-03", 1200, None, "abc")]


def test_columns_begin_where_terminals_put_them(capsys: pytest.CaptureFixture[str]) -> None:
    print_rows(ROWS, Form.TABLE)
    heading, _, first, second = capsys.readouterr().out.splitlines()
    place = cell_len(first[: first.index("一二三")])
    assert cell_len(second[: second.index("abc")]) == place
    assert cell_len(heading[: heading.index("words")]) == place


def test_numbers_stand_to_the_right(capsys: pytest.CaptureFixture[str]) -> None:
    print_rows(ROWS, Form.TABLE)
    _, _, first, second = capsys.readouterr().out.splitlines()
    assert first.index("   7 ") + 4 == second.index("1200") + 4


def test_what_is_unknown_is_a_dash_and_never_a_zero(capsys: pytest.CaptureFixture[str]) -> None:
    print_rows(ROWS[1:], Form.TABLE)
    assert "–" in capsys.readouterr().out


def narrow(
    rows: list[Row], columns: int, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> list[str]:
    monkeypatch.setenv("COLUMNS", str(columns))
    print_rows(rows, Form.TABLE)
    return capsys.readouterr().out.splitlines()


def test_a_terminal_too_narrow_for_the_table_has_it_turned(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    lines = narrow(ROWS, 50, capsys, monkeypatch)
    assert [line.split()[-2:] for line in lines] == [
        ["center:sz01", "center:gz09"],
        ["2024-03", "2024-03"],
        ["7", "1200"],
        ["66.67", "–"],
        ["一二三", "abc"],
    ]


def test_a_terminal_too_narrow_for_that_has_a_line_a_field(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    lines = narrow(ROWS, 30, capsys, monkeypatch)
    assert [line.split()[-1] for line in lines if line] == [
        *("center:sz01", "2024-03", "7", "66.67", "一二三"),
        *("center:gz09", "2024-03", "1200", "–", "abc"),
    ]


def test_a_long_last_column_is_folded(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "110")
    print_rows([Row("center:sz01", "2024-03", 7, None, "很" * 100)], Form.TABLE)
    out = capsys.readouterr().out
    assert out.count("很") == 100
    assert max(map(cell_len, out.splitlines())) <= 110


def test_what_looks_like_markup_is_not_obeyed(capsys: pytest.CaptureFixture[str]) -> None:
    print_rows([Row("center:sz01", "2024-03", 7, None, "[red]x[/red] :smile:")], Form.TABLE)
    assert "[red]x[/red] :smile:" in capsys.readouterr().out


def test_json_has_counts_as_numbers_times_in_utc_codes_as_words_and_the_unknown_as_null(
    capsys: pytest.CaptureFixture[str],
) -> None:
    at = datetime(2024, 3, 4, 1, 30, tzinfo=UTC)
    print_rows([{"count": 7, "rate": Decimal("66.67"), "at": at, "kind": Kind.PRAISE, "no": None}], Form.JSON)
    told = {"count": 7, "rate": "66.67", "at": "2024-03-04T01:30:00.000000Z", "kind": "praise", "no": None}
    assert json.loads(capsys.readouterr().out) == [told]


def test_nothing_to_list_is_said_in_a_table_and_is_an_empty_array_in_json(capsys: pytest.CaptureFixture[str]) -> None:
    print_rows([], Form.TABLE)
    assert "nothing to list" in capsys.readouterr().out
    print_rows([], Form.JSON)
    assert capsys.readouterr().out == "[]\n"
