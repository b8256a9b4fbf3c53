"""Every exception to a lint or type rule names the rule and says why (CONTRIBUTING.md)."""

import re
import tomllib

import pytest

from tests.packaging.conftest import CHECKOUT

FOLDERS = ("adapters", "domain", "projections", "scripts", "src/caseledger", "tests")
EXCEPTION = re.compile(r"# (?:noqa|type: ignore|pyright: ignore)\b.*")
NAMED = re.compile(r"# (?:noqa: [A-Z]+\d+(?:, [A-Z]+\d+)*|(?:type|pyright): ignore\[[\w, -]+\])")


def without_reason(line: str) -> bool:
    """Whether a line makes an exception and does not name its rule, or says nothing after it."""
    found = EXCEPTION.search(line)
    if found is None:
        return False
    return NAMED.match(found[0]) is None or re.search(r"\w", NAMED.sub("", found[0])) is None


@pytest.mark.parametrize(
    ("line", "bare"),
    [
        ("x = 1  # noqa: S311 - no secret", False),
        ("x = y  # type: ignore[misc]  # the library's", False),
        ("x = 1  # noqa: S311", True),
        ("x = 1  # noqa", True),
        ("x = 1  # type: ignore", True),
        ("x = y  # type: ignore[misc]  # pyright: ignore[reportMissingImports]", True),
        ("x = 1  # no exception", False),
    ],
)
def test_an_exception_without_its_rule_or_reason_is_seen(line: str, *, bare: bool) -> None:
    assert without_reason(line) is bare


@pytest.mark.parametrize("folder", FOLDERS)
def test_every_exception_in_the_code_has_its_reason(folder: str) -> None:
    here = "test_reasons.py"
    bare = [
        f"{path.relative_to(CHECKOUT)}:{number}"
        for path in sorted((CHECKOUT / folder).rglob("*.py"))
        if path.name != here
        for number, line in enumerate(path.read_text("utf-8").splitlines(), start=1)
        if without_reason(line)
    ]
    assert bare == []


def test_every_rule_that_is_set_aside_for_files_has_its_reason() -> None:
    text = (CHECKOUT / "pyproject.toml").read_text("utf-8")
    ruff = tomllib.loads(text)["tool"]["ruff"]["lint"]
    codes = [*ruff["ignore"], *(code for listed in ruff["per-file-ignores"].values() for code in listed)]
    told = re.findall(r'^    "([A-Z]+\d*)", # \S', text, re.MULTILINE)
    assert sorted(told) == sorted(codes)
