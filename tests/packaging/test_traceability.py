"""Every rule about opinions has code and a test, and the page that says so is current."""

from pathlib import Path

import pytest

from scripts import traceability

PAGE = Path(__file__).parents[2] / "docs" / "traceability.md"
CODE, TESTS = traceability.code(), traceability.tests()


def test_the_table_speaks_of_every_rule() -> None:
    assert list(traceability.RULES) == [*(f"OP-{n}" for n in range(1, 22)), *(f"GP-{n}" for n in range(1, 10))]


@pytest.mark.parametrize("rule", traceability.RULES)
def test_a_rule_has_its_code_and_its_test(rule: str) -> None:
    assert CODE[rule], f"{rule} has lost its code"
    assert TESTS[rule], f"{rule} has lost its test"


def test_a_range_names_each_of_its_rules() -> None:
    assert traceability.ids("OP-2 to OP-4, GP-9, OP-202603") == {"OP-2", "OP-3", "OP-4", "GP-9"}


def test_the_page_is_current() -> None:
    assert PAGE.read_text(encoding="utf-8") == traceability.page(), (
        "run: python scripts/traceability.py > docs/traceability.md"
    )
