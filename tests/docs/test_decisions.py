"""Decision records are numbered alike, have the same parts, and none is missing from their index."""

import re
from pathlib import Path

import pytest

FOLDER = Path(__file__).parents[2] / "docs" / "decisions"
RECORDS = sorted(FOLDER.glob("[0-9]*.md"))


@pytest.mark.parametrize("record", RECORDS, ids=lambda record: record.stem)
def test_a_record_has_its_number_its_status_and_its_parts(record: Path) -> None:
    text = record.read_text(encoding="utf-8")
    assert text.startswith(f"# {int(record.name[:4])}. ")
    assert re.match(r"\d{4}-\d{2}-\d{2}\. Accepted\.", text.splitlines()[2])
    parts = re.findall(r"^## (.+)$", text, re.MULTILINE)
    assert [part for part in parts if part in {"Context", "Decision", "Consequences"}] == parts[:2] + parts[-1:]
    assert parts[:2] == ["Context", "Decision"]


def test_the_index_lists_every_record_by_its_title_in_order() -> None:
    listed = re.findall(r"^\| \[(.+)\]\((.+)\) \| \S", (FOLDER / "README.md").read_text(encoding="utf-8"), re.MULTILINE)
    assert listed == [(one.read_text(encoding="utf-8").splitlines()[0].removeprefix("# "), one.name) for one in RECORDS]


def test_numbers_are_handed_out_once() -> None:
    assert [int(one.name[:4]) for one in RECORDS] == list(range(1, len(RECORDS) + 1))
