"""The page of the simulated company's reports is what they say now."""

import subprocess
import sys

import pytest

from tests.packaging.conftest import CHECKOUT


@pytest.mark.slow
def test_the_page_shows_what_the_reports_say() -> None:
    command = [sys.executable, str(CHECKOUT / "scripts" / "company_page.py")]
    printed = subprocess.run(command, check=True, stdout=subprocess.PIPE, encoding="utf-8").stdout
    page = (CHECKOUT / "docs" / "simulated-company.md").read_text(encoding="utf-8")
    assert printed == page, "run: python scripts/company_page.py > docs/simulated-company.md"
