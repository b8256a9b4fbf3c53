"""The pages of commands and events hold each of them, with every field, and are current."""

from pathlib import Path

import pytest

from caseledger.domain.catalogue import COMMANDS, EVENTS
from caseledger.domain.command import Command
from caseledger.domain.event import Event
from scripts import reference

DOCS = Path(__file__).parents[2] / "docs"


@pytest.mark.parametrize("page", ["commands", "events"])
def test_the_page_is_current(page: str) -> None:
    printed = {"commands": reference.commands_page, "events": reference.events_page}[page]()
    assert (DOCS / f"{page}.md").read_text(encoding="utf-8") == printed, (
        f"run: python scripts/reference.py {page} > docs/{page}.md"
    )


@pytest.mark.parametrize(("page", "kinds", "common"), [("commands", COMMANDS, Command), ("events", EVENTS, Event)])
def test_everything_that_can_be_asked_or_is_recorded_stands_there_with_its_fields(
    page: str, kinds: dict[str, type[Command | Event]], common: type[Command | Event]
) -> None:
    text = (DOCS / f"{page}.md").read_text(encoding="utf-8")
    for name, kind in kinds.items():
        (section,) = (part for part in text.split("\n### ") if part.startswith(f"{name} "))
        for field in kind.model_fields.keys() - common.model_fields.keys():
            assert f"| `{field}` |" in section, f"{name}.{field}"
