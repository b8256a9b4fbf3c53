"""Every page is run, block by block, in an empty folder: see fences.py."""

from pathlib import Path

import pytest

from tests.docs.fences import run_page

CHECKOUT = Path(__file__).parents[2]
PAGES = sorted([*CHECKOUT.glob("*.md"), *CHECKOUT.glob("docs/**/*.md")])

EMBEDDING = {f"embedding-{kind}": f"{kind}_url" for kind in ("sqlite", "postgresql", "mariadb")}
"""Pages of a service that is told its database by CASES_DB."""


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(CHECKOUT)))
def test_the_page_does_what_it_shows(
    page: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest
) -> None:
    monkeypatch.chdir(tmp_path)
    if page.stem in EMBEDDING:
        monkeypatch.setenv("CASES_DB", request.getfixturevalue(EMBEDDING[page.stem]))
    monkeypatch.delenv("CASELEDGER_DB", raising=False)
    run_page(page.read_text(encoding="utf-8"), page.name, tmp_path)
