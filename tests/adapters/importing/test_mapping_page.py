"""The mappings that docs/writing-a-mapping.md shows (and tests/docs runs) are short and whole."""

import re
from pathlib import Path

import pytest

from caseledger.adapters.importing import InvalidMapping, LogMapping, parse_log_mapping, parse_mapping

PAGE = (Path(__file__).parents[3] / "docs" / "writing-a-mapping.md").read_text(encoding="utf-8")
MAPPINGS: dict[str, str] = dict(
    re.findall(r'Path\("([a-z]+)\.toml"\)\.write_text\(\n    """\\\n(.*?)"""', PAGE, re.DOTALL)
)


def test_the_page_shows_the_mapping_of_a_log_in_csv_and_of_one_in_xes() -> None:
    found = {name: parse_log_mapping(text) for name, text in MAPPINGS.items()}
    assert {name: mapping.xes is not None for name, mapping in found.items()} == {"helpdesk": False, "claims": True}
    assert all(isinstance(mapping, LogMapping) for mapping in found.values())


@pytest.mark.parametrize("name", MAPPINGS)
def test_a_log_that_nobody_here_wrote_takes_a_mapping_of_at_most_forty_lines(name: str) -> None:
    assert len(MAPPINGS[name].splitlines()) <= 40


def test_the_mapping_of_a_log_is_none_of_a_table() -> None:
    with pytest.raises(InvalidMapping, match="log: a mapping has no such key"):
        parse_mapping(MAPPINGS["claims"])
