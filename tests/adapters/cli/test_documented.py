"""Every command and option is documented, and nothing that is not there. The page's examples are run by tests/docs."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import typer

from caseledger.adapters.cli.app import app
from tests.adapters.cli.conftest import Run

PAGE = (Path(__file__).parents[3] / "docs" / "command-line.md").read_text(encoding="utf-8")


def commands(command: Any, path: str = "caseledger") -> Iterator[tuple[str, Any]]:  # noqa: ANN401 - whose class moves with typer
    """The program and all its commands, each by what a person types."""
    yield path, command
    for name, inner in getattr(command, "commands", {}).items():
        yield from commands(inner, f"{path} {name}")


ALL = dict(commands(typer.main.get_command(app)))


def section(path: str) -> str:
    """What the page says under the heading of a command, up to the next heading."""
    found = re.search(rf"^#+ `{re.escape(path)}(?: [^`]*)?`\n(.*?)(?=^#|\Z)", PAGE, re.MULTILINE | re.DOTALL)
    assert found, f"docs/command-line.md has no heading `{path} …`"
    return found[1]


def options(command: Any) -> set[str]:  # noqa: ANN401 - as above
    """The long names of a command's options."""
    return {name for one in command.params for name in one.opts if name.startswith("--")}


@pytest.mark.parametrize("path", ALL)
def test_a_command_and_its_options_are_documented(path: str) -> None:
    said = section(path)
    missing = {option for option in options(ALL[path]) if f"`{option}" not in said}
    assert not missing, f"docs/command-line.md does not say what {missing} of `{path}` mean"


@pytest.mark.parametrize("path", ALL)
def test_no_option_is_documented_that_is_not_there(path: str) -> None:
    there = options(ALL[path]) | {"--help"}
    listed = "".join(re.findall(r"^- (?:`--.*?:)", section(path), re.MULTILINE | re.DOTALL))
    assert set(re.findall(r"`(--[a-z-]+)", listed)) <= there


def test_no_command_is_documented_that_is_not_there() -> None:
    assert {found.strip() for found in re.findall(r"^#+ `(caseledger[a-z ]*)", PAGE, re.MULTILINE)} == set(ALL)


@pytest.mark.parametrize("path", ALL)
def test_a_command_and_its_options_have_a_line_of_help(caseledger: Run, path: str) -> None:
    command = ALL[path]
    assert (command.help or "").strip()
    assert [one.name for one in command.params if not getattr(one, "help", None)] == []
    said = caseledger(*path.split()[1:], "--help")
    assert (said.exit_code, said.err) == (0, "")
    assert "Usage: " in said.out
