"""The places that name the version agree, and the licence is the one that is named."""

import re
import tomllib
from importlib.metadata import metadata

from caseledger import __version__
from tests.packaging.conftest import CHECKOUT

HEADING = re.compile(r"^## \[(?P<version>[^\]]+)\] - (?P<date>\d{4}-\d{2}-\d{2}|unreleased)$", re.MULTILINE)


def test_the_project_the_package_and_the_changelog_name_the_same_version() -> None:
    project = tomllib.loads((CHECKOUT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    newest = HEADING.search((CHECKOUT / "CHANGELOG.md").read_text(encoding="utf-8"))
    assert newest is not None
    assert project["version"] == __version__ == newest["version"] == metadata("caseledger")["Version"]


def test_the_licence_is_apache_2() -> None:
    text = (CHECKOUT / "LICENSE").read_text(encoding="utf-8")
    assert "Apache License" in text
    assert "Version 2.0, January 2004" in text
    assert metadata("caseledger")["License-Expression"] == "Apache-2.0"
