"""The runner of the pages notices what it must notice."""

from pathlib import Path

import pytest

from tests.docs.fences import blocks, run_page


def fenced(language: str, body: str) -> str:
    return f"```{language}\n{body}\n```\n"


def test_a_block_knows_the_line_of_the_page_at_which_it_begins() -> None:
    page = "# Title\n\n" + fenced("python", "x = 1")
    (block,) = blocks(page)
    assert (block.language, block.body, block.line) == ("python", "x = 1\n", 4)


def test_a_block_within_a_list_loses_its_indentation() -> None:
    (block,) = blocks("1. so:\n\n   ```python\n   if True:\n       x = 1\n   ```\n")
    assert block.body == "if True:\n    x = 1\n"


def test_python_blocks_share_one_namespace(tmp_path: Path) -> None:
    run_page(
        fenced("python", "x = 1") + fenced("python", ">>> x + 1\n2\n>>> y = 5") + fenced("python", "assert y == 5"),
        "page",
        tmp_path,
    )


@pytest.mark.parametrize(
    ("page", "complaint"),
    [
        (fenced("python", "assert False, 'wrong'"), "wrong"),
        (fenced("python", ">>> 1 + 1\n3"), "Expected"),
        (fenced("console", "$ caseledger --version\nnever this"), "but says"),
        (fenced("console", "$ caseledger --version\n"), "but says"),
        (fenced("console", "$ caseledger --version\n…\n(exit code 1)"), "ends with 0"),
        (fenced("console", "$ rm -r ledger"), "nothing runs the command"),
        (fenced("bash", "caseledger no-such-command"), "ends with 2"),
        (fenced("bash", "make install"), "nothing runs the command"),
        (fenced("", "x = 1"), "no language"),
        (fenced("ruby", "x = 1"), "ruby"),
    ],
)
def test_a_page_that_does_not_hold_fails(page: str, complaint: str, tmp_path: Path) -> None:
    with pytest.raises(AssertionError, match=complaint):
        run_page(page, "page", tmp_path)


def test_what_a_command_says_is_compared_and_an_ellipsis_stands_for_anything(tmp_path: Path) -> None:
    run_page(fenced("console", "$ caseledger \\\n    --version\n….….…"), "page", tmp_path)


def test_a_command_that_refuses_shows_its_exit_code(tmp_path: Path) -> None:
    run_page(fenced("console", "$ caseledger no-such-command\n…\n(exit code 2)"), "page", tmp_path)


def test_set_up_lines_are_covered_elsewhere(tmp_path: Path) -> None:
    run_page(fenced("bash", "# first\npip install caseledger\n./scripts/demo"), "page", tmp_path)
