"""Imports run one way, and only by the names that hold in a checkout and in a wheel alike."""

import ast
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.packaging.conftest import CHECKOUT

FOLDERS = ("domain", "projections", "adapters")


def lint_imports(folder: Path, package: Path) -> subprocess.CompletedProcess[str]:
    # The package that is looked at is the one first on the path, not the one that is installed.
    first = f"import sys; sys.path.insert(0, {str(package)!r}); "
    code = first + "from importlinter.cli import lint_imports_command; lint_imports_command()"
    command = [sys.executable, "-c", code, "--no-cache", "--no-logo"]
    wide = {**os.environ, "COLUMNS": "200"}
    return subprocess.run(command, cwd=folder, env=wide, check=False, capture_output=True, text=True)


def test_imports_run_one_way_and_the_domain_is_pure() -> None:
    done = lint_imports(CHECKOUT, CHECKOUT / "src")
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize(
    ("file", "line", "contract"),
    [
        ("domain/broken.py", "from ..projections import events", "Imports run one way"),
        ("projections/broken.py", "from ..adapters import store", "Imports run one way"),
        ("domain/broken.py", "import sqlalchemy", "The domain is pure"),
        ("domain/broken.py", "from os import environ", "The domain is pure"),
        ("domain/broken.py", "import random", "The domain is pure"),
        ("projections/broken.py", "import eventsourcing.persistence", "Projections know events"),
    ],
)
def test_a_forbidden_import_is_noticed(file: str, line: str, contract: str, tmp_path: Path) -> None:
    package = tmp_path / "src" / "caseledger"
    shutil.copytree(CHECKOUT / "src" / "caseledger", package, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(CHECKOUT / "pyproject.toml", tmp_path)
    (package / file).write_text(line + "\n")
    done = lint_imports(tmp_path, tmp_path / "src")
    assert done.returncode == 1, done.stdout + done.stderr
    broken = [told for told in done.stdout.splitlines() if told.endswith("BROKEN")]
    # One import may break two: who reaches the projections reaches SQLAlchemy.
    assert any(contract in told for told in broken)


def test_the_folders_import_each_other_only_relatively() -> None:
    """An absolute import would work in one of the two places only, or bind a bare `domain`."""
    wrong = [
        f"{path.relative_to(CHECKOUT)} imports {name}"
        for folder in FOLDERS
        for path in (CHECKOUT / folder).rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        for name in imported(node)
        if name.split(".")[0] in {"caseledger", *FOLDERS}
    ]
    assert wrong == []


def imported(node: ast.AST) -> list[str]:
    """The modules that an absolute import names."""
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    if isinstance(node, ast.ImportFrom) and node.level == 0:
        return [node.module or ""]
    return []


def test_importing_caseledger_in_the_checkout_binds_no_bare_folder() -> None:
    code = f"import sys, caseledger, caseledger.domain; print(sorted(set({FOLDERS!r}) & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], cwd=CHECKOUT, check=True, capture_output=True, text=True)
    assert done.stdout.strip() == "[]"
